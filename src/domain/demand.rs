//! What became of a remittance that was demanded. Never here: demanding it (see `settlement`), booking what comes in.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::money::{Amount, AmountOverflow};

/// A demand of one settlement beside what was remitted of its chain until the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    pub amount: Amount,
    pub due_at: DateTime<Utc>,
    pub remitted: Amount,
    pub successor: Successor,
}

/// The next approved settlement of the network takes over what is left of a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Successor {
    None,
    Approved,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DemandState {
    Due,
    /// A part of it has come in.
    PartlyPaid,
    /// Its day has come and not all of it has come in.
    Overdue,
    Paid,
    /// A later settlement has taken over what was left.
    Replaced,
}

impl Demand {
    pub fn state(&self, at: DateTime<Utc>) -> DemandState {
        if self.remitted >= self.amount {
            DemandState::Paid
        } else if self.successor == Successor::Approved {
            DemandState::Replaced
        } else if self.due_at <= at {
            DemandState::Overdue
        } else if self.remitted > Amount::ZERO {
            DemandState::PartlyPaid
        } else {
            DemandState::Due
        }
    }

    /// What is still to come in under this demand.
    pub fn open(&self) -> Result<Amount, AmountOverflow> {
        match self.successor {
            Successor::Approved => Ok(Amount::ZERO),
            Successor::None => Ok(self.amount.minus(self.remitted)?.max(Amount::ZERO)),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;

    fn demand(remitted: i64, successor: Successor) -> Demand {
        Demand {
            amount: Amount::from_minor(100),
            due_at: DateTime::UNIX_EPOCH,
            remitted: Amount::from_minor(remitted),
            successor,
        }
    }

    #[test]
    fn a_demand_is_due_before_its_day_and_overdue_from_then_on() {
        use DemandState::{Due, Overdue, Paid, PartlyPaid};
        let just = Duration::microseconds(1);
        let moments = [-just, Duration::zero(), just].map(|difference| DateTime::UNIX_EPOCH + difference);
        let states = |remitted| moments.map(|at| demand(remitted, Successor::None).state(at));
        assert_eq!(states(0), [Due, Overdue, Overdue]);
        assert_eq!(states(1), [PartlyPaid, Overdue, Overdue]);
        assert_eq!(states(99), [PartlyPaid, Overdue, Overdue]);
        assert_eq!(states(100), [Paid; 3]);
        assert_eq!(states(101), [Paid; 3]);
    }

    #[test]
    fn what_is_left_goes_over_to_the_next_settlement() {
        let at = DateTime::UNIX_EPOCH;
        assert_eq!(demand(40, Successor::None).open(), Ok(Amount::from_minor(60)));
        assert_eq!(demand(140, Successor::None).open(), Ok(Amount::ZERO));
        assert_eq!(demand(40, Successor::Approved).open(), Ok(Amount::ZERO));
        assert_eq!(demand(40, Successor::Approved).state(at), DemandState::Replaced);
        assert_eq!(demand(100, Successor::Approved).state(at), DemandState::Paid);
    }
}
