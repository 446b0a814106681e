//! The lines of a statement: positions, totals, movements, holds, dues and past cycles. Never here: their sums' proof.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Coded, DestinationClosing, Names};
use crate::domain::money::{Amount, AmountOverflow};
use crate::domain::posting::TotalSide;
use crate::domain::transaction::TransactionKind;

/// The position lines of money rule 14 of one destination, credit-positive for the party; `collected` is positive and
/// subtracted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DestinationPosition {
    /// The deposit identifier, or `None` for the party's own account.
    pub destination: Option<String>,
    pub opening: Amount,
    pub earned: Amount,
    pub collected: Amount,
    /// Credit memos less debit memos.
    pub memos: Amount,
    pub remitted: Amount,
    pub returned: Amount,
    /// opening + earned − collected + memos + remitted + returned
    pub before: Amount,
    /// min(max(before, 0), active holds)
    pub held: Amount,
    /// before − held
    pub payable: Amount,
    /// All of `payable`, or nothing.
    pub paid: Amount,
    /// before − paid, of which `held`.
    pub closing: Amount,
    /// Why something other than the held part stays, or what is paid has not left.
    pub carry_reason: Option<CarryReason>,
}

impl DestinationPosition {
    /// What stays in the account without being held: below the threshold (positive) or owed by the party (negative).
    pub fn carried(&self) -> Result<Amount, AmountOverflow> {
        self.closing.minus(self.held)
    }

    pub(super) fn as_closing(&self) -> DestinationClosing {
        DestinationClosing {
            destination: self.destination.clone(),
            closing: self.closing,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Earned,
    Collected,
}

impl Side {
    /// As JSON has it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Earned => "earned",
            Self::Collected => "collected",
        }
    }
}

impl From<TotalSide> for Side {
    fn from(side: TotalSide) -> Self {
        match side {
            TotalSide::Earned => Self::Earned,
            TotalSide::Collected => Self::Collected,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    Original,
    Refund,
    Correction,
}

impl EntryKind {
    /// As JSON has it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Refund => "refund",
            Self::Correction => "correction",
        }
    }
}

/// Refunds and reversals are one kind to a reader.
impl From<TransactionKind> for EntryKind {
    fn from(kind: TransactionKind) -> Self {
        match kind {
            TransactionKind::Original => Self::Original,
            TransactionKind::Refund | TransactionKind::Reversal => Self::Refund,
            TransactionKind::Correction => Self::Correction,
        }
    }
}

/// What one service brought or took in the interval, for one component: refunds bear their sign in `amount`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct ServiceTotal {
    pub destination: Option<String>,
    pub side: Side,
    pub service: Coded,
    pub component: Coded,
    pub kind: EntryKind,
    /// How many transactions the amount sums; in [`super::FORMAT_WITHOUT_COUNTS`] each as often as it has such terms.
    pub count: u64,
    pub amount: Amount,
}

/// How many transactions the totals of [`super::FORMAT_WITHOUT_COUNTS`] sum, where that is certain: a transaction has a line
/// of each of its components, so several lines of one service and kind may be of the same transactions or of others.
pub fn transaction_count<'a>(totals: impl IntoIterator<Item = &'a ServiceTotal>) -> Option<u64> {
    let mut counted = BTreeSet::new();
    totals.into_iter().try_fold(0_u64, |sum, total| {
        let is_first = counted.insert((&total.service.code, total.kind));
        is_first.then(|| sum.saturating_add(total.count))
    })
}

/// Stands for whatever periods were before, where items of them are told together.
pub const EARLIER: &str = "earlier";

/// A total of items that happened in an earlier period and were booked in this one (money rule 11). These items are not
/// in [`super::StatementContent::services`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct EarlierTotal {
    /// The key of a period, or [`EARLIER`].
    pub period: String,
    pub total: ServiceTotal,
}

/// One memo, received remittance or returned payout, or the sum of very many: each sum of the position is spelt out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Movement {
    pub destination: Option<String>,
    pub kind: MovementKind,
    pub booked_at: DateTime<Utc>,
    pub reference: String,
    /// For people: the memo's reason, the bank's reason of the return. Never a national id or an account number.
    pub reason: String,
    pub amount: Amount,
}

/// More movements than this are told in sums: a statement is no journal export.
const MOVEMENTS_MAX: usize = 500;

impl Movement {
    /// As a statement tells them: one by one or, where there are very many, those of a destination and kind in one sum, under their
    /// first and last reference and their number.
    ///
    /// # Errors
    /// A sum that leaves 64 bits.
    pub fn told(all: Vec<Self>) -> Result<Vec<Self>, AmountOverflow> {
        if all.len() <= MOVEMENTS_MAX {
            return Ok(all);
        }
        let mut alike: BTreeMap<(Option<String>, MovementKind), Vec<Self>> = BTreeMap::new();
        for movement in all {
            let place = (movement.destination.clone(), movement.kind);
            alike.entry(place).or_default().push(movement);
        }
        alike.into_values().filter_map(Self::summed).collect()
    }

    fn summed(mut alike: Vec<Self>) -> Option<Result<Self, AmountOverflow>> {
        alike.sort();
        let amount = Amount::sum(alike.iter().map(|movement| movement.amount));
        let (count, first) = (alike.len(), alike.first()?.reference.clone());
        let last = alike.pop()?;
        if count == 1 {
            return Some(Ok(last));
        }
        Some(amount.map(|amount| Self {
            reference: format!("{first} … {} ({count})", last.reference),
            reason: String::new(),
            amount,
            ..last
        }))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    Memo,
    Remitted,
    Returned,
}

/// An active hold. The sum may exceed the position's `held`, which no hold makes larger than what was earned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct HeldItem {
    pub destination: Option<String>,
    pub cause: Names,
    pub amount: Amount,
}

/// Why something other than the held part stays in the account, or what is paid has not left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CarryReason {
    BelowThreshold {
        threshold: Amount,
    },
    OwedByParty,
    /// What is paid waits for an account to be paid to.
    NoVerifiedAccount,
}

impl CarryReason {
    /// As JSON has it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BelowThreshold { .. } => "below_threshold",
            Self::OwedByParty => "owed_by_party",
            Self::NoVerifiedAccount => "no_verified_account",
        }
    }
}

/// Money that is due to the party or from it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Due {
    pub destination: Option<String>,
    pub kind: DueKind,
    /// Positive either way.
    pub amount: Amount,
    pub due_on: NaiveDate,
    pub reference: String,
}

impl Due {
    /// The order in which a reader pays or waits: the nearest day first.
    pub(super) fn by_day(&self, other: &Self) -> Ordering {
        let day = self.due_on.cmp(&other.due_on);
        day.then_with(|| self.cmp(other))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DueKind {
    Payout,
    Remittance,
}

/// One bar pair of the chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cycle {
    pub period: String,
    pub earned: Amount,
    pub paid: Amount,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn movement(kind: MovementKind, nth: i64) -> Movement {
        Movement {
            destination: None,
            kind,
            booked_at: DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(nth),
            reference: format!("b-{nth}"),
            reason: "why".to_owned(),
            amount: Amount::from_minor(nth),
        }
    }

    #[test]
    fn very_many_movements_are_told_in_one_sum_of_a_kind_with_their_number() {
        let many = |count: i64| {
            let remitted = (1..=count).map(|nth| movement(MovementKind::Remitted, nth));
            let returned = [movement(MovementKind::Returned, 7)];
            Movement::told(remitted.chain(returned).collect()).unwrap()
        };
        assert_eq!(many(499).len(), 500);
        let told = many(500);
        assert_eq!(told[1], movement(MovementKind::Returned, 7));
        let sum = Movement {
            reference: "b-1 … b-500 (500)".to_owned(),
            reason: String::new(),
            amount: Amount::from_minor(125_250),
            ..movement(MovementKind::Remitted, 500)
        };
        assert_eq!(told[0], sum);
        assert_eq!(told.len(), 2);
    }
}
