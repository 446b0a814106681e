//! What a party is asked to remit: how much a settlement demands anew, how much of each demand is open, and what became of
//! one. Never here: references and days, booking what comes in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::money::{Amount, AmountOverflow};

/// A demand of one settlement, in its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    pub amount: Amount,
    pub due_at: DateTime<Utc>,
    /// What was demanded of the chain after it.
    pub newer: Amount,
    /// What the party owes of the chain now.
    pub owed: Amount,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DemandState {
    Due,
    /// A part of it is paid.
    PartlyPaid,
    /// Its day has come and not all of it is paid.
    Overdue,
    /// By what came in, or by what the party earned since.
    Paid,
}

impl DemandState {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::PartlyPaid => "partly_paid",
            Self::Overdue => "overdue",
            Self::Paid => "paid",
        }
    }
}

/// What the party of this balance owes the network's account.
#[must_use]
pub fn owed_at(balance: Amount) -> Amount {
    if balance.is_negative() {
        -balance
    } else {
        Amount::ZERO
    }
}

/// What a settlement demands anew (money rule 15): what is owed less what was demanded before and is open. All of
/// `owed_before` was demanded then; what was remitted since has paid of it, and no more is open than is owed.
pub fn demanded_anew(owed_before: Amount, remitted: Amount, owed: Amount) -> Result<Amount, AmountOverflow> {
    let open = owed_before.minus(remitted)?.max(Amount::ZERO).min(owed);
    owed.minus(open)
}

/// How much of each demand is open while so much is owed, in the order given, which is that of their age.
pub fn still_open(owed: Amount, demanded: &[Amount]) -> Result<Vec<Amount>, AmountOverflow> {
    let (mut newer, mut open) = (Amount::ZERO, Vec::with_capacity(demanded.len()));
    for amount in demanded.iter().rev() {
        open.push(open_of(*amount, newer, owed)?);
        newer = newer.plus(*amount)?;
    }
    open.reverse();
    Ok(open)
}

/// The oldest demand is paid first: what is owed is the newest ones, and of the oldest among those a rest.
fn open_of(amount: Amount, newer: Amount, owed: Amount) -> Result<Amount, AmountOverflow> {
    Ok(owed.minus(newer)?.max(Amount::ZERO).min(amount))
}

impl Demand {
    /// What is still to come in under it.
    pub fn open(&self) -> Result<Amount, AmountOverflow> {
        open_of(self.amount, self.newer, self.owed)
    }

    pub fn state(&self, at: DateTime<Utc>) -> Result<DemandState, AmountOverflow> {
        let open = self.open()?;
        Ok(if open.is_zero() {
            DemandState::Paid
        } else if self.due_at <= at {
            DemandState::Overdue
        } else if open < self.amount {
            DemandState::PartlyPaid
        } else {
            DemandState::Due
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use proptest::prelude::*;

    use super::*;

    fn rial(minor: i64) -> Amount {
        Amount::from_minor(minor)
    }

    fn anew(owed_before: i64, remitted: i64, owed: i64) -> i64 {
        demanded_anew(rial(owed_before), rial(remitted), rial(owed))
            .unwrap()
            .minor()
    }

    fn open(owed: i64, demanded: &[i64]) -> Vec<i64> {
        let demanded: Vec<Amount> = demanded.iter().copied().map(rial).collect();
        let open = still_open(rial(owed), &demanded).unwrap();
        open.into_iter().map(Amount::minor).collect()
    }

    /// A passport of 1,476,112 each week, of which the office earns 428,612: it owes 1,047,500 more each time.
    #[test]
    fn a_debt_of_four_weeks_is_demanded_once_and_its_oldest_demand_is_paid_first() {
        let passport = 1_047_500;
        assert_eq!(anew(0, 0, passport), passport);
        assert_eq!(anew(passport, 0, 2 * passport), passport);
        assert_eq!(open(2 * passport, &[passport, passport]), [passport, passport]);
        // 1,500,000 pays the first and 452,500 of the second.
        assert_eq!(anew(2 * passport, 1_500_000, 595_000), 0);
        assert_eq!(open(595_000, &[passport, passport]), [0, 595_000]);
        assert_eq!(anew(595_000, 595_000, passport), passport);
        assert_eq!(open(passport, &[passport, passport, passport]), [0, 0, passport]);
    }

    #[test]
    fn what_is_earned_shrinks_what_is_open_and_demands_nothing() {
        for (owed, demanded) in [(99, 0), (100, 0), (101, 1)] {
            assert_eq!(anew(100, 0, owed), demanded);
        }
        assert_eq!(open(30, &[60, 40]), [0, 30]);
        assert_eq!(open(0, &[60, 40]), [0, 0]);
    }

    #[test]
    fn who_remits_more_than_was_demanded_has_paid_of_what_is_demanded_next() {
        assert_eq!(anew(100, 150, 0), 0);
        assert_eq!(anew(100, 150, 30), 30);
    }

    /// Pays the oldest demands first.
    fn pay(open: &mut [i64], mut amount: i64) {
        for demand in open {
            let paid = amount.min(*demand);
            *demand -= paid;
            amount -= paid;
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn open_demands_are_the_debt_and_never_more(
            cycles in proptest::collection::vec((-900_000..900_000_i64, prop_oneof![Just(0), 0..1_200_000_i64]), 1..24),
        ) {
            let (mut balance, mut demands, mut model) = (0_i64, Vec::new(), Vec::new());
            for (moved, remitted) in cycles {
                let owed_before = owed_at(rial(balance)).minor();
                balance += moved + remitted;
                let owed = owed_at(rial(balance)).minor();
                pay(&mut model, remitted);
                let too_much = model.iter().sum::<i64>() - owed;
                pay(&mut model, too_much.max(0));
                let demanded = anew(owed_before, remitted, owed);
                prop_assert!(demanded >= 0);
                demands.push(demanded);
                model.push(demanded);
                prop_assert_eq!(model.iter().sum::<i64>(), owed);
                prop_assert_eq!(open(owed, &demands), model.clone());
                balance = balance.min(0);
            }
        }
    }

    /// Of 100, with 40 demanded after it.
    fn demand(owed: i64) -> Demand {
        Demand {
            amount: rial(100),
            due_at: DateTime::UNIX_EPOCH,
            newer: rial(40),
            owed: rial(owed),
        }
    }

    #[test]
    fn a_demand_is_due_before_its_day_and_overdue_from_then_on() {
        use DemandState::{Due, Overdue, Paid, PartlyPaid};
        let just = Duration::microseconds(1);
        let moments = [-just, Duration::zero(), just].map(|difference| DateTime::UNIX_EPOCH + difference);
        let states = |owed| moments.map(|at| demand(owed).state(at).unwrap());
        assert_eq!(states(140), [Due, Overdue, Overdue]);
        assert_eq!(states(139), [PartlyPaid, Overdue, Overdue]);
        assert_eq!(states(41), [PartlyPaid, Overdue, Overdue]);
        assert_eq!(states(40), [Paid; 3]);
        assert_eq!(states(0), [Paid; 3]);
    }

    #[test]
    fn what_is_owed_beyond_the_newer_demands_is_open_of_it() {
        for (owed, open) in [(0, 0), (40, 0), (41, 1), (139, 99), (140, 100), (200, 100)] {
            assert_eq!(demand(owed).open(), Ok(rial(open)));
        }
    }
}
