//! What kinds of parties there are. Never here: who plays which role in a tariff (see `tariff`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whoever can be owed money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PartyKind {
    Office,
    Agency,
    Authority,
    Operator,
    Treasury,
    Municipality,
    Tax,
    Insurer,
    Central,
    Union,
    Other,
}

impl PartyKind {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Office => "office",
            Self::Agency => "agency",
            Self::Authority => "authority",
            Self::Operator => "operator",
            Self::Treasury => "treasury",
            Self::Municipality => "municipality",
            Self::Tax => "tax",
            Self::Insurer => "insurer",
            Self::Central => "central",
            Self::Union => "union",
            Self::Other => "other",
        }
    }
}
