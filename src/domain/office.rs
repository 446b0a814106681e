//! Where an office stands. Never here: licences and the parties behind them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether an office serves a town or a village.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Setting {
    Urban,
    Rural,
}

impl Setting {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Urban => "urban",
            Self::Rural => "rural",
        }
    }
}
