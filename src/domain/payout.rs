//! How far a payout has come. Never here: which payouts may leave (see `settlement`), banks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PayoutState {
    /// Until the books show the money for it.
    Waiting,
    /// With the bank.
    Released,
    /// It has arrived.
    Settled,
    /// It came back, and is owed again.
    Returned,
}

impl PayoutState {
    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Released => "released",
            Self::Settled => "settled",
            Self::Returned => "returned",
        }
    }

    /// `None` for a word that is no state.
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "waiting" => Some(Self::Waiting),
            "released" => Some(Self::Released),
            "settled" => Some(Self::Settled),
            "returned" => Some(Self::Returned),
            _ => None,
        }
    }
}
