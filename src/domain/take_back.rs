//! What a refund or reversal takes back of its original, of both sides and of the principal.
//! Never here: how a part is apportioned (see `refund`), locks, windows.

use super::money::{Amount, AmountOverflow};
use super::refund::{RefundRefused, RefundTerm, refund_both_sides, refundable_left};

/// A term of a stored allocation: its ordinal and amount.
pub type StoredShare = (i16, Amount);

/// An original with everything that was taken back of it so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    pub sources: Vec<OriginalTerm>,
    pub legs: Vec<OriginalTerm>,
    pub principal: Amount,
    /// A principal that is not refundable is never given back.
    pub principal_left: Amount,
    /// Whether any refund or reversal of it was booked.
    pub was_touched: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OriginalTerm {
    pub ordinal: i16,
    pub term: RefundTerm,
}

/// How much is asked back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedBack {
    Part { amount: Amount, principal: Amount },
    AllThatIsLeft,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    pub amount: Amount,
    pub principal: Amount,
    pub sources: Vec<StoredShare>,
    pub legs: Vec<StoredShare>,
    /// It is the first, and takes exactly what the original's allocation says, which then stands for it too.
    pub is_whole: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTakenBack {
    #[error("{asked} is asked back, but only {left} is left")]
    MoreThanLeft { asked: Amount, left: Amount },
    #[error("a principal of {asked} is asked back, but only {left} of it is left")]
    MorePrincipalThanLeft { asked: Amount, left: Amount },
    #[error("nothing is left to be taken back")]
    NothingLeft,
    #[error("the stored terms of the original cannot be taken back: {0}")]
    Broken(#[from] RefundRefused),
    #[error(transparent)]
    Overflow(#[from] AmountOverflow),
}

impl Original {
    /// What this takes back. The sides stay equal: no more is taken than the side that has less left can give.
    pub fn take_back(&self, asked: AskedBack) -> Result<TakenBack, NotTakenBack> {
        let left = side_left(&self.sources)?.min(side_left(&self.legs)?);
        let (amount, principal) = match asked {
            AskedBack::Part { amount, principal } => (amount, principal),
            AskedBack::AllThatIsLeft => (left, self.principal_left),
        };
        if amount > left {
            return Err(NotTakenBack::MoreThanLeft { asked: amount, left });
        }
        if principal > self.principal_left {
            let (asked, left) = (principal, self.principal_left);
            return Err(NotTakenBack::MorePrincipalThanLeft { asked, left });
        }
        let takes_nothing = amount.is_zero() && principal.is_zero();
        if takes_nothing && (self.was_touched || !self.is_free()) {
            return Err(NotTakenBack::NothingLeft);
        }
        let (sources, legs) = self.apportion(amount)?;
        Ok(TakenBack {
            amount,
            principal,
            is_whole: !self.was_touched && is_whole(&self.sources, &sources) && is_whole(&self.legs, &legs),
            sources: shares(&self.sources, &sources),
            legs: shares(&self.legs, &legs),
        })
    }

    /// Notes what was taken, so that the next of the same original starts from there.
    pub fn note(&mut self, taken: &TakenBack) -> Result<(), AmountOverflow> {
        note_side(&mut self.sources, &taken.sources)?;
        note_side(&mut self.legs, &taken.legs)?;
        self.principal_left = self.principal_left.minus(taken.principal)?;
        self.was_touched = true;
        Ok(())
    }

    /// A service without money: taking it back takes only the count.
    fn is_free(&self) -> bool {
        let has_none = |side: &[OriginalTerm]| side.iter().all(|term| term.term.amount.is_zero());
        has_none(&self.sources) && has_none(&self.legs) && self.principal.is_zero()
    }

    fn apportion(&self, amount: Amount) -> Result<(Vec<Amount>, Vec<Amount>), NotTakenBack> {
        if amount.is_zero() {
            let nothing = |side: &[OriginalTerm]| vec![Amount::ZERO; side.len()];
            return Ok((nothing(&self.sources), nothing(&self.legs)));
        }
        Ok(refund_both_sides(
            &terms(&self.sources),
            &terms(&self.legs),
            amount,
        )?)
    }
}

fn side_left(side: &[OriginalTerm]) -> Result<Amount, AmountOverflow> {
    refundable_left(&terms(side))
}

fn terms(side: &[OriginalTerm]) -> Vec<RefundTerm> {
    side.iter().map(|term| term.term).collect()
}

fn shares(side: &[OriginalTerm], given: &[Amount]) -> Vec<StoredShare> {
    side.iter()
        .zip(given)
        .map(|(term, amount)| (term.ordinal, *amount))
        .collect()
}

fn is_whole(side: &[OriginalTerm], given: &[Amount]) -> bool {
    side.iter()
        .zip(given)
        .all(|(term, amount)| term.term.amount == *amount)
}

fn note_side(side: &mut [OriginalTerm], taken: &[StoredShare]) -> Result<(), AmountOverflow> {
    for (ordinal, amount) in taken {
        if let Some(term) = side.iter_mut().find(|term| term.ordinal == *ordinal) {
            term.term.reversed = term.term.reversed.plus(*amount)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::cases;
    use super::*;

    const fn amount(minor: i64) -> Amount {
        Amount::from_minor(minor)
    }

    fn side(amounts: &[i64]) -> Vec<OriginalTerm> {
        let term = |(ordinal, minor): (i16, &i64)| OriginalTerm {
            ordinal,
            term: RefundTerm {
                amount: amount(*minor),
                reversed: Amount::ZERO,
                refundable: true,
            },
        };
        (0..).zip(amounts).map(term).collect()
    }

    fn original(sources: &[i64], legs: &[i64], principal: i64) -> Original {
        Original {
            sources: side(sources),
            legs: side(legs),
            principal: amount(principal),
            principal_left: amount(principal),
            was_touched: false,
        }
    }

    fn part(minor: i64, principal: i64) -> AskedBack {
        AskedBack::Part {
            amount: amount(minor),
            principal: amount(principal),
        }
    }

    #[test]
    fn all_of_an_untouched_original_is_its_own_allocation() {
        let taken = original(&[100], &[70, 30], 5)
            .take_back(AskedBack::AllThatIsLeft)
            .unwrap();
        assert!(taken.is_whole);
        assert_eq!((taken.amount, taken.principal), (amount(100), amount(5)));
    }

    #[test]
    fn after_a_part_the_rest_is_no_whole_and_then_nothing_is_left() {
        let mut original = original(&[100], &[70, 30], 0);
        let first = original.take_back(part(50, 0)).unwrap();
        assert_eq!(first.legs, [(0, amount(35)), (1, amount(15))]);
        original.note(&first).unwrap();
        let rest = original.take_back(AskedBack::AllThatIsLeft).unwrap();
        assert!(!rest.is_whole);
        original.note(&rest).unwrap();
        assert_eq!(
            original.take_back(AskedBack::AllThatIsLeft),
            Err(NotTakenBack::NothingLeft)
        );
    }

    #[test]
    fn a_part_that_is_not_refundable_stays_and_the_sides_stay_equal() {
        let mut original = original(&[100], &[70, 30], 0);
        original.legs[1].term.refundable = false;
        let taken = original.take_back(AskedBack::AllThatIsLeft).unwrap();
        assert_eq!(taken.amount, amount(70));
        assert_eq!(taken.legs, [(0, amount(70)), (1, Amount::ZERO)]);
        assert_eq!(taken.sources, [(0, amount(70))]);
        assert!(original.take_back(part(71, 0)).is_err());
    }

    #[test]
    fn a_free_service_is_taken_back_once() {
        let mut original = original(&[], &[], 0);
        let taken = original.take_back(AskedBack::AllThatIsLeft).unwrap();
        assert!(taken.is_whole);
        original.note(&taken).unwrap();
        assert_eq!(
            original.take_back(AskedBack::AllThatIsLeft),
            Err(NotTakenBack::NothingLeft)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(u32::try_from(cases::count()).unwrap()))]
        #[test]
        fn no_order_of_parts_takes_more_than_there_was(parts in proptest::collection::vec((0..60_i64, 0..6_i64), 1..12)) {
            let mut original = original(&[60, 40], &[1, 37, 62], 10);
            let (mut amounts, mut principals) = (0, 0);
            for (minor, principal) in parts {
                let Ok(taken) = original.take_back(part(minor, principal)) else { continue };
                prop_assert_eq!(taken.sources.iter().map(|share| share.1.minor()).sum::<i64>(), minor);
                prop_assert_eq!(taken.legs.iter().map(|share| share.1.minor()).sum::<i64>(), minor);
                original.note(&taken).unwrap();
                amounts += minor;
                principals += principal;
            }
            prop_assert!(amounts <= 100 && principals <= 10);
            let rest = original.take_back(AskedBack::AllThatIsLeft);
            prop_assert!(rest.is_err() || rest.unwrap().amount.minor() == 100 - amounts);
        }
    }
}
