//! What became of a row. Never here: the rules that decide it, the reasons why one waits or is refused (see `reason`).

use std::fmt;

use serde::Serialize;

use super::{Reason, RowFault, TransactionId};
use crate::domain::money::Amount;

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the books.
    Booked(Booked),
    /// It was in the books already, with the same content: the first answer again.
    Repeated(Booked),
    /// Its key is in the books with other content.
    Conflict {
        id: TransactionId,
        differences: Vec<Difference>,
    },
    /// It is kept whole until a person releases or rejects it, or it is sent again and can be booked.
    Quarantined {
        id: i64,
        reason: Reason,
        explanation: String,
    },
    /// It was not taken in, because the network refuses such rows.
    Refused { reason: Reason, explanation: String },
    /// It cannot be read.
    Malformed { faults: Vec<RowFault> },
}

impl Outcome {
    /// By the call that says so.
    pub const fn is_booked(&self) -> bool {
        match self {
            Self::Booked(_) => true,
            Self::Repeated(_)
            | Self::Conflict { .. }
            | Self::Quarantined { .. }
            | Self::Refused { .. }
            | Self::Malformed { .. } => false,
        }
    }

    pub const fn is_in_the_books(&self) -> bool {
        match self {
            Self::Booked(_) | Self::Repeated(_) => true,
            Self::Conflict { .. }
            | Self::Quarantined { .. }
            | Self::Refused { .. }
            | Self::Malformed { .. } => false,
        }
    }

    /// For people: why it was not booked; nothing if it is in the books.
    pub fn told(&self) -> String {
        let joined = |told: Vec<String>| told.join("; ");
        match self {
            Self::Booked(_) | Self::Repeated(_) => String::new(),
            Self::Conflict { id, differences } => {
                let told = joined(differences.iter().map(ToString::to_string).collect());
                format!("transaction {id} has this reference and differs: {told}")
            }
            Self::Quarantined { explanation, .. } | Self::Refused { explanation, .. } => explanation.clone(),
            Self::Malformed { faults } => joined(faults.iter().map(ToString::to_string).collect()),
        }
    }
}

/// A row that is in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Booked {
    pub id: TransactionId,
    pub amount: Amount,
    pub principal: Amount,
}

/// A field that was sent again with another content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub field: &'static str,
    pub stored: String,
    pub sent: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is `{}`, sent was `{}`", self.field, self.stored, self.sent)
    }
}
