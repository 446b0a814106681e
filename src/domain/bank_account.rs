//! Where a party's destination is paid: when such an account may end, and from when another is paid. Never here: its number (see
//! `identifiers`), who may change it (see `originator`).

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;

/// Nothing is paid into a changed account for so long after its approval: time for whoever was told of it to object (money rule 20).
pub const COOLING_OFF: Duration = Duration::hours(72);

/// When an account holds, as it is on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BankAccountValidity {
    pub valid_from: DateTime<Utc>,
    /// Exclusive. Where it is the beginning, the account was taken back before it was ever paid.
    pub valid_until: Option<DateTime<Utc>>,
    pub approval: Approval,
}

/// Whether another person than the one who entered an account has said yes to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// It was entered together with its party.
    NotNeeded,
    Awaited,
    Given {
        cooled_off_at: DateTime<Utc>,
    },
}

/// What an account is at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BankAccountState {
    /// For another person's approval.
    Waiting,
    /// It is to be paid from a moment on.
    Coming,
    InForce,
    Ended,
}

/// Why an account does not end so, or is not approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BankAccountRule {
    #[error("it ends at {0} already: an end is brought forward, and not put off")]
    EndsNoLater(DateTime<Utc>),
    #[error("it begins at {0}: end it then, so that it is never paid, or later")]
    EndsBeforeItBegins(DateTime<Utc>),
    #[error("it is paid since {0}: end it at a moment that is yet to come")]
    EndsInThePast(DateTime<Utc>),
    #[error("it needs no approval: it was entered with its party, or is approved already")]
    NothingToApprove,
    #[error("it is paid only until {0}: enter another")]
    ApprovedTooLate(DateTime<Utc>),
}

impl BankAccountRule {
    /// A stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::EndsNoLater(_) => "an_end_of_a_bank_account_is_only_brought_forward",
            Self::EndsBeforeItBegins(_) => "a_bank_account_ends_no_sooner_than_it_begins",
            Self::EndsInThePast(_) => "what_was_paid_into_a_bank_account_stays_so",
            Self::NothingToApprove => "only_a_bank_account_that_waits_is_approved",
            Self::ApprovedTooLate(_) => "an_ended_bank_account_is_not_approved",
        }
    }
}

impl BankAccountValidity {
    /// From when payouts go there, if that is known yet.
    pub fn paid_from(&self) -> Option<DateTime<Utc>> {
        match self.approval {
            Approval::NotNeeded => Some(self.valid_from),
            Approval::Awaited => None,
            Approval::Given { cooled_off_at } => Some(self.valid_from.max(cooled_off_at)),
        }
    }

    /// Whether nothing is ever paid there from a moment on.
    pub fn has_ended_at(&self, moment: DateTime<Utc>) -> bool {
        self.valid_until
            .is_some_and(|until| until <= moment || until <= self.valid_from)
    }

    pub fn state(&self, at: DateTime<Utc>) -> BankAccountState {
        if self.has_ended_at(at) {
            return BankAccountState::Ended;
        }
        match self.paid_from() {
            None => BankAccountState::Waiting,
            Some(paid_from) if paid_from > at => BankAccountState::Coming,
            Some(_) => BankAccountState::InForce,
        }
    }

    /// Whether it may end at `until`, sooner than was said before, where that is said at `at`.
    pub fn may_end(&self, until: DateTime<Utc>, at: DateTime<Utc>) -> Result<(), BankAccountRule> {
        if until < self.valid_from {
            return Err(BankAccountRule::EndsBeforeItBegins(self.valid_from));
        }
        if let Some(ends) = self.valid_until.filter(|ends| until >= *ends) {
            return Err(BankAccountRule::EndsNoLater(ends));
        }
        match self.paid_from() {
            Some(paid_from) if paid_from <= at && until < at && !self.has_ended_at(paid_from) => {
                Err(BankAccountRule::EndsInThePast(paid_from))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// From when it has cooled off if it is approved at `at`.
    pub fn approve(&self, at: DateTime<Utc>) -> Result<DateTime<Utc>, BankAccountRule> {
        match (self.approval, self.valid_until) {
            (Approval::NotNeeded | Approval::Given { .. }, _) => Err(BankAccountRule::NothingToApprove),
            (Approval::Awaited, Some(until)) if self.has_ended_at(at) => {
                Err(BankAccountRule::ApprovedTooLate(until))
            }
            (Approval::Awaited, _) => Ok(at + COOLING_OFF),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(n: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::hours(n)
    }

    fn validity(approval: Approval) -> BankAccountValidity {
        BankAccountValidity {
            valid_from: hour(100),
            valid_until: None,
            approval,
        }
    }

    fn cooled_off(n: i64) -> Approval {
        Approval::Given {
            cooled_off_at: hour(n),
        }
    }

    #[test]
    fn an_account_that_was_paid_ends_from_now_on_and_one_that_was_not_also_at_its_beginning() {
        let paid = validity(Approval::NotNeeded);
        assert_eq!(
            paid.may_end(hour(199), hour(200)),
            Err(BankAccountRule::EndsInThePast(hour(100)))
        );
        assert_eq!(paid.may_end(hour(200), hour(200)), Ok(()));
        assert_eq!(paid.may_end(hour(100), hour(99)), Ok(()));
        for unpaid in [Approval::Awaited, cooled_off(201)] {
            assert_eq!(
                validity(unpaid).may_end(hour(100), hour(200)),
                Ok(()),
                "{unpaid:?}"
            );
        }
        assert!(validity(cooled_off(200)).may_end(hour(100), hour(200)).is_err());
    }

    #[test]
    fn an_account_ends_no_sooner_than_it_begins() {
        let early = validity(Approval::Awaited).may_end(hour(99), hour(50));
        assert_eq!(early, Err(BankAccountRule::EndsBeforeItBegins(hour(100))));
    }

    #[test]
    fn an_announced_end_is_brought_forward_as_an_end_is_announced_and_never_put_off() {
        let ending = |approval| BankAccountValidity {
            valid_until: Some(hour(300)),
            ..validity(approval)
        };
        let paid = ending(Approval::NotNeeded);
        for until in [300, 400] {
            let again = paid.may_end(hour(until), hour(200));
            assert_eq!(again, Err(BankAccountRule::EndsNoLater(hour(300))));
        }
        for (until, at) in [(299, 200), (200, 200)] {
            assert_eq!(paid.may_end(hour(until), hour(at)), Ok(()));
        }
        let past = Err(BankAccountRule::EndsInThePast(hour(100)));
        for (until, at) in [(199, 200), (299, 400)] {
            assert_eq!(paid.may_end(hour(until), hour(at)), past);
        }
        // One that ended as it began to be paid was not paid.
        for unpaid in [Approval::Awaited, cooled_off(300)] {
            assert_eq!(ending(unpaid).may_end(hour(100), hour(400)), Ok(()), "{unpaid:?}");
        }
        let paid_for_an_hour = ending(cooled_off(299)).may_end(hour(100), hour(400));
        assert_eq!(paid_for_an_hour, Err(BankAccountRule::EndsInThePast(hour(299))));
    }

    #[test]
    fn a_changed_account_is_paid_once_it_is_approved_and_has_cooled_off() {
        assert_eq!(validity(Approval::NotNeeded).paid_from(), Some(hour(100)));
        assert_eq!(validity(Approval::Awaited).paid_from(), None);
        assert_eq!(validity(cooled_off(99)).paid_from(), Some(hour(100)));
        assert_eq!(validity(cooled_off(101)).paid_from(), Some(hour(101)));
        assert_eq!(validity(Approval::Awaited).approve(hour(50)), Ok(hour(122)));
        let states = [100, 121, 122].map(|n| validity(cooled_off(122)).state(hour(n)));
        let (coming, in_force) = (BankAccountState::Coming, BankAccountState::InForce);
        assert_eq!(states, [coming, coming, in_force]);
        assert_eq!(
            validity(Approval::Awaited).state(hour(200)),
            BankAccountState::Waiting
        );
    }

    #[test]
    fn only_an_account_that_waits_and_has_not_ended_is_approved() {
        for approval in [Approval::NotNeeded, cooled_off(101)] {
            let refused = validity(approval).approve(hour(50));
            assert_eq!(refused, Err(BankAccountRule::NothingToApprove), "{approval:?}");
        }
        let ending_at = |n| BankAccountValidity {
            valid_until: Some(hour(n)),
            ..validity(Approval::Awaited)
        };
        assert_eq!(ending_at(200).approve(hour(199)), Ok(hour(271)));
        let ended = Err(BankAccountRule::ApprovedTooLate(hour(200)));
        assert_eq!(ending_at(200).approve(hour(200)), ended);
        let taken_back = Err(BankAccountRule::ApprovedTooLate(hour(100)));
        assert_eq!(ending_at(100).approve(hour(50)), taken_back);
        assert_eq!(ending_at(100).state(hour(50)), BankAccountState::Ended);
    }
}
