//! How much of each term a partial refund gives back, worked from the stored terms of the original.
//! Never here: percentages or tariffs (money rule 6: re-splitting over-reverses), booking, locks.

use super::money::{Amount, AmountOverflow};
use super::split::Exact;

pub mod derivation;

/// One stored term of the original transaction and what earlier refunds took of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundTerm {
    /// The original's share, zero or more.
    pub amount: Amount,
    /// The sum of this term over all earlier refunds, zero to `amount`.
    pub reversed: Amount,
    /// A term that is not refundable keeps its amount for ever.
    pub refundable: bool,
}

/// The refund cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefundRefused {
    #[error("a refund is more than zero")]
    NotPositive,
    #[error("{asked} is asked back, but only {left} is left to refund")]
    MoreThanLeft { asked: Amount, left: Amount },
    #[error("a stored term was reversed by more than it has, or is below zero")]
    BrokenTerms,
    #[error(transparent)]
    Overflow(#[from] AmountOverflow),
}

/// What may still be refunded of one side: the refundable terms without what was reversed.
pub fn refundable_left(terms: &[RefundTerm]) -> Result<Amount, AmountOverflow> {
    let refundable = || terms.iter().filter(|term| term.refundable);
    Amount::sum(refundable().map(|term| term.amount))?
        .minus(Amount::sum(refundable().map(|term| term.reversed))?)
}

/// What a refund of `refunded` takes from each term of one side, in the order of the terms.
///
/// For any order and size of refunds: each term stays within zero and its amount, the parts of a refund sum
/// to it, the cumulative part lies at most one unit from its exact share, and a full refund leaves
/// every refundable term at zero (money rule 6). What was stored before decides, since the vector depends on the path.
pub fn refund(terms: &[RefundTerm], refunded: Amount) -> Result<Vec<Amount>, RefundRefused> {
    if refunded <= Amount::ZERO {
        return Err(RefundRefused::NotPositive);
    }
    if terms
        .iter()
        .any(|term| term.reversed.is_negative() || term.reversed > term.amount)
    {
        return Err(RefundRefused::BrokenTerms);
    }
    let left = refundable_left(terms)?;
    if refunded > left {
        return Err(RefundRefused::MoreThanLeft {
            asked: refunded,
            left,
        });
    }
    let mut apportionment = Apportionment::begin(terms, refunded)?;
    apportionment.settle_units()?;
    apportionment.given.into_iter().map(minor).collect()
}

/// What a refund takes of both sides of an allocation: `(sources, legs)`, each summing to `refunded`.
pub fn refund_both_sides(
    sources: &[RefundTerm],
    legs: &[RefundTerm],
    refunded: Amount,
) -> Result<(Vec<Amount>, Vec<Amount>), RefundRefused> {
    Ok((refund(sources, refunded)?, refund(legs, refunded)?))
}

fn minor(value: i128) -> Result<Amount, RefundRefused> {
    i64::try_from(value)
        .map(Amount::from_minor)
        .map_err(|_| RefundRefused::Overflow(AmountOverflow))
}

/// The state between flooring what is owed and handing out single units.
struct Apportionment {
    /// The refundable total: the denominator of all that is owed.
    total: i128,
    refunded: i128,
    /// Numerators over `total`: (refunded before + now) × term − reversed × total.
    owed: Vec<i128>,
    /// The most that each term can still give.
    room: Vec<i128>,
    given: Vec<i128>,
}

impl Apportionment {
    fn begin(terms: &[RefundTerm], refunded: Amount) -> Result<Self, RefundRefused> {
        let refundable = |term: &&RefundTerm| term.refundable;
        let total = terms
            .iter()
            .filter(refundable)
            .map(|term| i128::from(term.amount.minor()))
            .sum::<i128>();
        let before = terms
            .iter()
            .filter(refundable)
            .map(|term| i128::from(term.reversed.minor()))
            .sum::<i128>();
        let refunded = i128::from(refunded.minor());
        let mut apportionment = Self {
            total,
            refunded,
            owed: Vec::new(),
            room: Vec::new(),
            given: Vec::new(),
        };
        for term in terms {
            apportionment.take_in(*term, before)?;
        }
        Ok(apportionment)
    }

    fn take_in(&mut self, term: RefundTerm, before: i128) -> Result<(), RefundRefused> {
        let (amount, reversed) = (i128::from(term.amount.minor()), i128::from(term.reversed.minor()));
        let due = (before + self.refunded)
            .checked_mul(amount)
            .ok_or(AmountOverflow)?;
        let had = reversed.checked_mul(self.total).ok_or(AmountOverflow)?;
        let (owed, room) = if term.refundable {
            (due - had, amount - reversed)
        } else {
            (0, 0)
        };
        self.owed.push(owed);
        self.room.push(room);
        let (floor, _) = Exact {
            numerator: owed,
            denominator: self.total,
        }
        .whole_and_rest();
        self.given.push(floor.clamp(0, room));
        Ok(())
    }

    /// Adds or takes single units by the largest or smallest remaining owed, ties by declared order.
    fn settle_units(&mut self) -> Result<(), RefundRefused> {
        loop {
            let given = self.given.iter().sum::<i128>();
            let (index, unit) = match given.cmp(&self.refunded) {
                std::cmp::Ordering::Equal => return Ok(()),
                std::cmp::Ordering::Less => (self.most_owed(), 1),
                std::cmp::Ordering::Greater => (self.least_owed(), -1),
            };
            let index = index.ok_or(RefundRefused::BrokenTerms)?;
            self.given[index] += unit;
        }
    }

    fn most_owed(&self) -> Option<usize> {
        let open = (0..self.given.len()).filter(|index| self.given[*index] < self.room[*index]);
        open.min_by_key(|index| (std::cmp::Reverse(self.still_owed(*index)), *index))
    }

    fn least_owed(&self) -> Option<usize> {
        let giving = (0..self.given.len()).filter(|index| self.given[*index] > 0);
        giving.min_by_key(|index| (self.still_owed(*index), *index))
    }

    fn still_owed(&self, index: usize) -> i128 {
        self.owed[index] - self.given[index] * self.total
    }
}

#[cfg(test)]
mod tests;
