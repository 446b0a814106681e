//! What a term of a tariff is: its side, kind, role and destination.
//! Never here: amounts (an allocation has them).

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::derivation::{Name, own_word};
use crate::domain::language::Language;
use crate::domain::wording::role_in;

/// The two sides of an allocation, of equal sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Who bears the money.
    Source,
    /// Who earns it.
    Leg,
}

/// The nature of a component, in books and on statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ComponentKind {
    Fee,
    Wage,
    Commission,
    Incentive,
    Levy,
    Duty,
    Stamp,
    Tax,
    Withholding,
    Insurance,
    Fund,
    Fine,
    Rounding,
    Principal,
    Other,
}

impl ComponentKind {
    /// The code in JSON and in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fee => "fee",
            Self::Wage => "wage",
            Self::Commission => "commission",
            Self::Incentive => "incentive",
            Self::Levy => "levy",
            Self::Duty => "duty",
            Self::Stamp => "stamp",
            Self::Tax => "tax",
            Self::Withholding => "withholding",
            Self::Insurance => "insurance",
            Self::Fund => "fund",
            Self::Fine => "fine",
            Self::Rounding => "rounding",
            Self::Principal => "principal",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for ComponentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Who bears or earns, by role: `office`, `agency`, `holder`, `treasury`, …, or one fixed party, `party:CODE`.
///
/// `office`, `municipality` and `provincial_treasury` hang on the office, `agency` on the service; `holder` is whoever
/// holds the citizen's money.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Role(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no role: {known}, or `party:CODE` for one fixed party", known = ROLES.join(", "))]
pub struct InvalidRole(String);

/// All roles: who plays one is said by the office's binding, by the service, by the holder or by the network.
pub const ROLES: [&str; 12] = [
    "office",
    "municipality",
    "provincial_treasury",
    "agency",
    "operator",
    "authority",
    "treasury",
    "tax",
    "insurer",
    "central",
    "union",
    "holder",
];

const CODE_MAX: usize = 64;

impl Role {
    pub fn parse(code: &str) -> Result<Self, InvalidRole> {
        let valid = match code.strip_prefix("party:") {
            Some(party) => !party.is_empty() && party.chars().all(is_party_character),
            None => ROLES.contains(&code),
        };
        if valid && code.len() <= CODE_MAX {
            Ok(Self(code.to_owned()))
        } else {
            Err(InvalidRole(code.to_owned()))
        }
    }

    /// Whoever holds the citizen's money.
    #[must_use]
    pub fn holder() -> Self {
        Self("holder".to_owned())
    }

    #[must_use]
    pub fn is_holder(&self) -> bool {
        self.0 == "holder"
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code of a fixed party, if it is one.
    #[must_use]
    pub fn party_code(&self) -> Option<&str> {
        self.0.strip_prefix("party:")
    }

    /// The role's word, or the fixed party's code: a name for a component that has none.
    #[must_use]
    pub fn short(&self) -> &str {
        self.party_code().unwrap_or(&self.0)
    }

    /// What people call a component that has no name but this.
    pub(super) fn word(&self, language: Language) -> &str {
        match language {
            Language::Fa => role_in(language, &self.0),
            Language::En => self.short(),
        }
    }
}

fn is_party_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

impl TryFrom<String> for Role {
    type Error = InvalidRole;

    fn try_from(code: String) -> Result<Self, InvalidRole> {
        Self::parse(&code)
    }
}

impl From<Role> for String {
    fn from(role: Role) -> Self {
        role.0
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl JsonSchema for Role {
    fn schema_name() -> Cow<'static, str> {
        "Role".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let description = format!("A role ({}) or one fixed party (party:CODE).", ROLES.join(", "));
        json_schema!({
            "type": "string",
            "pattern": format!("^({}|party:[A-Za-z0-9_.-]+)$", ROLES.join("|")),
            "maxLength": CODE_MAX,
            "description": description,
            "examples": ["office", "agency", "provincial_treasury", "party:maha-it"]
        })
    }
}

/// The name of something in the two languages that people read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Title {
    pub fa: String,
    pub en: String,
}

impl Title {
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Fa => &self.fa,
            Language::En => &self.en,
        }
    }
}

/// One term of a tariff, as the store and the statements know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TermDeclaration {
    /// Its place in the tariff's declared order; allocations refer to it.
    pub ordinal: i16,
    pub side: Side,
    pub name: String,
    pub title: Option<Title>,
    pub kind: ComponentKind,
    /// The bearer of a source, the beneficiary of a leg.
    pub role: Role,
    pub deposit_identifier: Option<String>,
    pub refundable: bool,
    /// The key of the instrument in the document.
    pub instrument: String,
}

impl TermDeclaration {
    /// The name for people: its title; without one its name, or in Persian the word for the role whose name it has.
    #[must_use]
    pub fn label(&self, language: Language) -> &str {
        if self.title.is_none() && self.name == self.role.short() {
            return self.role.word(language);
        }
        label(&self.name, self.title.as_ref(), language)
    }

    pub(super) fn called(&self) -> Name {
        Name::called(&self.name, |language| self.label(language))
    }
}

/// The title; without one the name, or in Persian the word for a name that the tariff language itself gives.
pub(super) fn label<'a>(name: &'a str, title: Option<&'a Title>, language: Language) -> &'a str {
    let titled = title.map(|title| title.in_language(language));
    // Documents with titles of blanks were published before they were refused.
    let titled = titled.filter(|title| !title.trim().is_empty());
    titled.unwrap_or_else(|| own_word(name, language))
}
