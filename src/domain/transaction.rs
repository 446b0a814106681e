//! One service given, with its money: its id, kind and holder. Never here: prices, windows, how rows are stored.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod outcome;
mod reason;
mod submitted;

pub use outcome::{Booked, Difference, Outcome};
pub use reason::Reason;
pub use submitted::{RowFault, Submitted, may_be_reference};

/// The id that people and refunds name: its batch and its line there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TransactionId(i64);

/// Lines of a batch, from 1.
pub const LINES_MAX: i16 = 16_383;
/// As a shift, so that no id is divided.
const LINE_BITS: u32 = 14;
const LINES: i64 = 1 << LINE_BITS;

impl TransactionId {
    pub fn of(batch_id: i64, line: i16) -> Self {
        Self(batch_id * LINES + i64::from(line))
    }

    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    pub const fn number(self) -> i64 {
        self.0
    }

    pub fn batch_id(self) -> i64 {
        self.0 >> LINE_BITS
    }

    pub fn line(self) -> i16 {
        i16::try_from(self.0 & (LINES - 1)).unwrap_or(LINES_MAX)
    }
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a transaction does to the money of its case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransactionKind {
    #[default]
    Original,
    /// Gives back all or a part.
    Refund,
    /// Takes back whatever is left.
    Reversal,
    /// A delta of a correction run, of amount 0.
    Correction,
}

impl TransactionKind {
    /// As stored.
    pub const fn number(self) -> i16 {
        match self {
            Self::Original => 1,
            Self::Refund => 2,
            Self::Reversal => 3,
            Self::Correction => 4,
        }
    }

    pub const fn from_number(number: i16) -> Option<Self> {
        match number {
            1 => Some(Self::Original),
            2 => Some(Self::Refund),
            3 => Some(Self::Reversal),
            4 => Some(Self::Correction),
            _ => None,
        }
    }

    pub const fn code(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Refund => "refund",
            Self::Reversal => "reversal",
            Self::Correction => "correction",
        }
    }

    /// Whether it takes back another transaction.
    pub const fn takes_back(self) -> bool {
        match self {
            Self::Refund | Self::Reversal => true,
            Self::Original | Self::Correction => false,
        }
    }
}

/// Who holds the citizen's money, or gave it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    Office,
    Agency,
    Central,
    /// Already divided at the card terminal: each party is the source of its own leg.
    SplitAtSource,
}

impl Holder {
    /// As stored.
    pub const fn number(self) -> i16 {
        match self {
            Self::Office => 1,
            Self::Agency => 2,
            Self::Central => 3,
            Self::SplitAtSource => 4,
        }
    }

    pub const fn from_number(number: i16) -> Option<Self> {
        match number {
            1 => Some(Self::Office),
            2 => Some(Self::Agency),
            3 => Some(Self::Central),
            4 => Some(Self::SplitAtSource),
            _ => None,
        }
    }

    pub const fn code(self) -> &'static str {
        match self {
            Self::Office => "office",
            Self::Agency => "agency",
            Self::Central => "central",
            Self::SplitAtSource => "split_at_source",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::AMOUNT_MAX;

    #[test]
    fn a_whole_batch_of_the_largest_amounts_and_principals_fits_in_64_bits() {
        let row = AMOUNT_MAX.plus(AMOUNT_MAX).unwrap();
        assert!(row.times(i64::from(LINES_MAX)).is_ok());
    }

    #[test]
    fn a_transaction_is_named_by_its_batch_and_line() {
        let id = TransactionId::of(7, 12);
        assert_eq!((id.number(), id.batch_id(), id.line()), (7 * 16_384 + 12, 7, 12));
    }
}
