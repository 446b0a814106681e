//! Settlements: whether one is decided, and what it consists of. Never here: journals (see `posting`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use funding::{WaitingPayout, funded};
pub use position::{CycleKind, Movements, PayoutTerms, Position, PositionRule, position};
pub use sheet::{Chain, Figures, SettledLine, Sheet, SheetRule, Stand, Terms, settlement_digest};

mod funding;
mod position;
mod sheet;

/// Whether a settlement is decided, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SettlementState {
    Proposed,
    Approved,
    Rejected,
}

impl SettlementState {
    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }

    /// `None` for a word that is no state.
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "proposed" => Some(Self::Proposed),
            "approved" => Some(Self::Approved),
            "rejected" => Some(Self::Rejected),
            _ => None,
        }
    }
}
