//! Why a tariff document is refused: the place in the JSON, the rule broken, and what would be right.
//! Never here: the checks themselves (`check`).

use std::fmt;

use serde::Serialize;

use crate::domain::json::Misread;

/// One reason to refuse a tariff document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where, as `$.split[1].take.percent.of`.
    pub path: String,
    /// The rule broken, a code in words such as `bands_overlap`.
    pub rule: &'static str,
    /// What is wrong.
    pub reason: String,
    /// What would be right.
    pub remedy: String,
}

impl Fault {
    pub(super) fn new(
        path: &str,
        rule: &'static str,
        reason: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            path: path.to_owned(),
            rule,
            reason: reason.into(),
            remedy: remedy.into(),
        }
    }
}

/// The JSON does not have the shape of the language.
impl From<Misread> for Fault {
    fn from(misread: Misread) -> Self {
        let path = match misread.field.as_str() {
            "" => "$".to_owned(),
            inner => format!("$.{inner}"),
        };
        Self::new(
            &path,
            misread.rule,
            misread.explanation,
            "see `daftar tariff schema`",
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} [{}]: {}",
            self.path, self.reason, self.rule, self.remedy
        )
    }
}
