//! Holds: amounts that are earned and not payable yet, as append-only movements per cause. Never here: how much of them a
//! balance covers (see `settlement`), postings (see `posting`).

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::money::{Amount, AmountOverflow};

/// Why an amount is held, and thereby on which condition it is released.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum HoldCause {
    /// Earned between the moment a restriction took effect and the moment it was recorded, or sent in late after it.
    Licence { licence: i32 },
    /// A part kept back until its condition is met, such as a clearance certificate.
    Retention { rule: i32 },
    /// The disputed part, while the dispute is open.
    Dispute { dispute: i32 },
    /// Placed by a person's decision.
    Order { order: i32 },
}

/// The text of a cause is a word and a number, such as `licence:17`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no cause of a hold: licence, retention, dispute or order with `:` and a number")]
pub struct NoSuchCause(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoldRule {
    #[error("a hold never falls below zero: {cause} would be {amount}")]
    NeverBelowZero { cause: HoldCause, amount: Amount },
    #[error(transparent)]
    Overflow(#[from] AmountOverflow),
}

/// One movement of a hold of one party, destination and unit: positive places, negative releases or reduces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldMovement {
    pub cause: HoldCause,
    pub amount: Amount,
}

/// The holds of one party, destination and unit: what its movements sum to, per cause, never below zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holds(BTreeMap<HoldCause, Amount>);

impl Holds {
    /// The movements in the order in which they were made.
    pub fn of(movements: impl IntoIterator<Item = HoldMovement>) -> Result<Self, HoldRule> {
        let mut holds = Self::default();
        for movement in movements {
            holds.append(movement)?;
        }
        Ok(holds)
    }

    pub fn append(&mut self, movement: HoldMovement) -> Result<(), HoldRule> {
        let HoldMovement { cause, amount } = movement;
        let after = self.held_for(&cause).plus(amount)?;
        if after.is_negative() {
            return Err(HoldRule::NeverBelowZero { cause, amount: after });
        }
        if after.is_zero() {
            self.0.remove(&cause);
        } else {
            self.0.insert(cause, after);
        }
        Ok(())
    }

    pub fn held_for(&self, cause: &HoldCause) -> Amount {
        self.0.get(cause).copied().unwrap_or_default()
    }

    /// The active holds of a position.
    pub fn total(&self) -> Result<Amount, AmountOverflow> {
        Amount::sum(self.0.values().copied())
    }

    pub fn by_cause(&self) -> impl Iterator<Item = (&HoldCause, Amount)> {
        self.0.iter().map(|(cause, amount)| (cause, *amount))
    }

    /// The movements that lead from here to what the items held now sum to, net of their refunds. A cause whose refunds
    /// outweigh is held at zero, for a hold never creates a debt; one that is not named any more is released.
    pub fn movements_to(
        &self,
        target: &BTreeMap<HoldCause, Amount>,
    ) -> Result<Vec<HoldMovement>, AmountOverflow> {
        let mut causes: Vec<&HoldCause> = self.0.keys().chain(target.keys()).collect();
        causes.sort_unstable();
        causes.dedup();
        let mut movements = Vec::new();
        for cause in causes {
            let wanted = target.get(cause).copied().unwrap_or_default().max(Amount::ZERO);
            let amount = wanted.minus(self.held_for(cause))?;
            if !amount.is_zero() {
                movements.push(HoldMovement {
                    cause: cause.clone(),
                    amount,
                });
            }
        }
        Ok(movements)
    }
}

/// An item as far as holds go: the window it was booked in, and whether it would be held by what is known at a moment.
#[derive(Clone, Copy, Debug)]
pub struct Holdable<F> {
    pub ordinal: i32,
    pub would_be_held: F,
}

/// A settlement that carried nothing payable of a chain: it paid all of it, or set it off against what the party owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    pub ordinal: i32,
    pub approved_at: DateTime<Utc>,
    /// What it paid; zero where it set off.
    pub paid: Amount,
    /// The window in which its payout came back; what it had paid is settled again from there.
    pub returned_in: Option<i32>,
}

impl<F: Fn(DateTime<Utc>) -> bool> Holdable<F> {
    /// What an approved settlement has paid is not held any more (money rule 18); what it carried may be.
    pub fn is_held(&self, payments: &[Payment], at: DateTime<Utc>) -> bool {
        (self.would_be_held)(at) && self.paid_by(payments).is_none()
    }

    /// The settlement that paid it: the first of its chain's that did not hold it. `payments` are in ascending order. A hold
    /// recorded since then stops that payment, not the settlement (money rule 18).
    pub fn paid_by(&self, payments: &[Payment]) -> Option<i32> {
        let last = self.paying(payments).last()?;
        last.returned_in.is_none().then_some(last.ordinal)
    }

    /// The settlements whose payments of it came back, one after the other. What each had set off stays paid: of all items that it paid
    /// no more than it paid is unpaid again.
    pub fn came_back_from<'p>(&self, payments: &'p [Payment]) -> impl Iterator<Item = &'p Payment> {
        self.paying(payments)
            .filter(|payment| payment.returned_in.is_some())
    }

    /// Those that did not hold it: the first, and the next after each whose payment came back.
    fn paying<'p>(&self, payments: &'p [Payment]) -> impl Iterator<Item = &'p Payment> {
        let mut from = Some(self.ordinal);
        payments.iter().filter(move |payment| {
            let pays = from.is_some_and(|from| payment.ordinal >= from)
                && !(self.would_be_held)(payment.approved_at);
            if pays {
                from = payment.returned_in;
            }
            pays
        })
    }
}

impl HoldCause {
    pub fn parse(text: &str) -> Result<Self, NoSuchCause> {
        let refused = || NoSuchCause(text.to_owned());
        let (kind, number) = text.split_once(':').ok_or_else(refused)?;
        let number = number.parse().map_err(|_| refused())?;
        match kind {
            "licence" => Ok(Self::Licence { licence: number }),
            "retention" => Ok(Self::Retention { rule: number }),
            "dispute" => Ok(Self::Dispute { dispute: number }),
            "order" => Ok(Self::Order { order: number }),
            _ => Err(refused()),
        }
    }
}

impl fmt::Display for HoldCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Licence { licence } => write!(f, "licence:{licence}"),
            Self::Retention { rule } => write!(f, "retention:{rule}"),
            Self::Dispute { dispute } => write!(f, "dispute:{dispute}"),
            Self::Order { order } => write!(f, "order:{order}"),
        }
    }
}

impl TryFrom<String> for HoldCause {
    type Error = NoSuchCause;

    fn try_from(text: String) -> Result<Self, NoSuchCause> {
        Self::parse(&text)
    }
}

impl From<HoldCause> for String {
    fn from(cause: HoldCause) -> Self {
        cause.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SUSPENSION: HoldCause = HoldCause::Licence { licence: 17 };
    const RETENTION: HoldCause = HoldCause::Retention { rule: 5 };

    fn moved(cause: HoldCause, minor: i64) -> HoldMovement {
        HoldMovement {
            cause,
            amount: Amount::from_minor(minor),
        }
    }

    #[test]
    fn a_hold_falls_to_zero_and_never_below_for_each_cause() {
        let mut holds = Holds::of([moved(SUSPENSION, 100), moved(RETENTION, 50)]).unwrap();
        holds.append(moved(SUSPENSION, -100)).unwrap();
        assert_eq!(holds.total(), Ok(Amount::from_minor(50)));
        assert_eq!(
            holds.append(moved(SUSPENSION, -1)),
            Err(HoldRule::NeverBelowZero {
                cause: SUSPENSION,
                amount: Amount::from_minor(-1)
            })
        );
    }

    fn day(n: i32) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + chrono::Duration::days(n.into())
    }

    fn payment(ordinal: i32) -> Payment {
        Payment {
            ordinal,
            approved_at: day(ordinal),
            paid: Amount::from_minor(100),
            returned_in: None,
        }
    }

    fn held_within(ordinal: i32, from: i32, until: i32) -> Holdable<impl Fn(DateTime<Utc>) -> bool> {
        Holdable {
            ordinal,
            would_be_held: move |at| day(from) <= at && at < day(until),
        }
    }

    #[test]
    fn an_item_was_paid_by_the_first_settlement_that_paid_its_chain_and_did_not_hold_it() {
        let paid_by = |ordinal, from, until, payments: &[i32]| {
            let payments: Vec<Payment> = payments.iter().copied().map(payment).collect();
            held_within(ordinal, from, until).paid_by(&payments)
        };
        assert_eq!(paid_by(1, 0, 0, &[1, 3]), Some(1));
        assert_eq!(paid_by(2, 0, 0, &[1, 3]), Some(3), "carried over");
        assert_eq!(paid_by(1, 0, 2, &[1, 2, 3]), Some(2), "held at first");
        assert_eq!(paid_by(1, 2, 3, &[2, 3]), Some(3), "carried over, then held");
        assert_eq!(paid_by(1, 0, 4, &[1, 2, 3]), None, "held ever since");
        assert_eq!(paid_by(4, 0, 0, &[1, 2, 3]), None, "not settled");
        assert_eq!(paid_by(3, 0, 0, &[1, 2]), None, "not paid");
    }

    #[test]
    fn what_was_paid_is_not_held_and_what_was_carried_is() {
        let item = held_within(1, 2, 9);
        assert!(!item.is_held(&[payment(1)], day(2)));
        assert!(item.is_held(&[payment(3)], day(2)));
        assert!(!item.is_held(&[], day(1)));
    }

    #[test]
    fn what_came_back_is_paid_by_the_settlement_of_the_window_that_it_came_back_in_or_a_later_one() {
        let returned = Payment {
            returned_in: Some(3),
            ..payment(1)
        };
        let item = held_within(1, 0, 0);
        assert_eq!(item.paid_by(&[returned, payment(2)]), None);
        assert_eq!(item.paid_by(&[returned, payment(2), payment(3)]), Some(3));
        let from = |payments: &[Payment]| {
            let came_back = item.came_back_from(payments);
            came_back.map(|payment| payment.ordinal).collect::<Vec<_>>()
        };
        assert_eq!(from(&[returned, payment(2)]), [1]);
        let again = Payment {
            returned_in: Some(4),
            ..payment(3)
        };
        assert_eq!(from(&[returned, payment(2), again]), [1, 3], "twice");
        assert_eq!(
            from(&[returned, payment(2), again, payment(4)]),
            [1, 3],
            "and was paid"
        );
        let later = held_within(2, 0, 0);
        assert_eq!(later.came_back_from(&[returned, payment(2)]).count(), 0);
    }

    #[test]
    fn a_cause_that_is_gone_is_released_in_full() {
        let holds = Holds::of([moved(SUSPENSION, 100)]).unwrap();
        assert_eq!(
            holds.movements_to(&BTreeMap::new()),
            Ok(vec![moved(SUSPENSION, -100)])
        );
    }

    #[test]
    fn a_cause_reads_back_from_its_text() {
        let order = HoldCause::Order { order: 2 };
        let dispute = HoldCause::Dispute { dispute: 3 };
        for cause in [SUSPENSION, RETENTION, dispute, order] {
            assert_eq!(HoldCause::parse(&cause.to_string()), Ok(cause));
        }
        for wrong in ["licence", "licence:", "licence:x", "mood:1"] {
            assert!(HoldCause::parse(wrong).is_err());
        }
    }

    proptest! {
        #[test]
        fn following_any_targets_reaches_them_and_is_never_negative(
            targets in proptest::collection::vec((-100..1_000_i64, -100..1_000_i64), 1..12),
        ) {
            let mut holds = Holds::default();
            for (first, second) in targets {
                let target = BTreeMap::from([
                    (SUSPENSION, Amount::from_minor(first)),
                    (RETENTION, Amount::from_minor(second)),
                ]);
                for movement in holds.movements_to(&target).unwrap() {
                    holds.append(movement).unwrap();
                }
                prop_assert_eq!(holds.total().unwrap().minor(), first.max(0) + second.max(0));
                prop_assert!(holds.movements_to(&target).unwrap().is_empty());
            }
        }
    }
}
