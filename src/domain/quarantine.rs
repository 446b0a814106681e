//! What became of a row that could not be booked. Never here: why it could not (see `transaction`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum QuarantineState {
    #[default]
    Waiting,
    /// A person had it booked.
    Released,
    /// A person decided that it is never booked.
    Rejected,
    /// Its key was booked otherwise meanwhile.
    Superseded,
}

impl QuarantineState {
    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Released => "released",
            Self::Rejected => "rejected",
            Self::Superseded => "superseded",
        }
    }

    /// `None` for a word that is no state.
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "waiting" => Some(Self::Waiting),
            "released" => Some(Self::Released),
            "rejected" => Some(Self::Rejected),
            "superseded" => Some(Self::Superseded),
            _ => None,
        }
    }
}
