//! The exact split of one amount: sources and legs of equal sum.
//! Never here: how the amounts were found (`pricing`), or who the roles are (a binding says).

use serde::Serialize;

use crate::domain::money::{Amount, AmountOverflow};

/// The amount of one term, by the term's ordinal in its tariff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Share {
    pub ordinal: i16,
    pub amount: Amount,
}

/// Sources and legs of equal sum, every share zero or more (money rule 2).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Allocation {
    sources: Vec<Share>,
    legs: Vec<Share>,
    total: Amount,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unbalanced {
    #[error("the sources are {sources} and the legs {legs}; they must be equal")]
    SidesDiffer { sources: Amount, legs: Amount },
    #[error("term {ordinal} is below zero")]
    NegativeShare { ordinal: i16 },
    #[error("term {ordinal} stands twice on one side")]
    RepeatedTerm { ordinal: i16 },
    #[error(transparent)]
    Overflow(#[from] AmountOverflow),
}

impl Allocation {
    /// The only door.
    pub fn balanced(sources: Vec<Share>, legs: Vec<Share>) -> Result<Self, Unbalanced> {
        let (borne, earned) = (sum_of_side(&sources)?, sum_of_side(&legs)?);
        if borne == earned {
            Ok(Self {
                sources,
                legs,
                total: borne,
            })
        } else {
            Err(Unbalanced::SidesDiffer {
                sources: borne,
                legs: earned,
            })
        }
    }

    /// Who bears it, in declared order.
    #[must_use]
    pub fn sources(&self) -> &[Share] {
        &self.sources
    }

    /// Who earns it, in declared order.
    #[must_use]
    pub fn legs(&self) -> &[Share] {
        &self.legs
    }

    /// The sum of either side.
    #[must_use]
    pub const fn total(&self) -> Amount {
        self.total
    }
}

fn sum_of_side(shares: &[Share]) -> Result<Amount, Unbalanced> {
    for (index, share) in shares.iter().enumerate() {
        let ordinal = share.ordinal;
        if share.amount.is_negative() {
            return Err(Unbalanced::NegativeShare { ordinal });
        }
        if shares
            .iter()
            .take(index)
            .any(|earlier| earlier.ordinal == ordinal)
        {
            return Err(Unbalanced::RepeatedTerm { ordinal });
        }
    }
    Ok(Amount::sum(shares.iter().map(|share| share.amount))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(amounts: &[i64]) -> Vec<Share> {
        let share = |(ordinal, minor): (i16, &i64)| Share {
            ordinal,
            amount: Amount::from_minor(*minor),
        };
        (0..).zip(amounts).map(share).collect()
    }

    #[test]
    fn sides_of_equal_sum_are_an_allocation() {
        let allocation = Allocation::balanced(shares(&[40]), shares(&[31, 1, 8])).unwrap();
        assert_eq!(allocation.total(), Amount::from_minor(40));
        assert!(Allocation::balanced(Vec::new(), Vec::new()).is_ok());
    }

    #[test]
    fn sides_that_differ_a_share_below_zero_and_a_repeated_term_are_refused() {
        assert!(matches!(
            Allocation::balanced(shares(&[40]), shares(&[31, 1, 7])),
            Err(Unbalanced::SidesDiffer { .. })
        ));
        assert_eq!(
            Allocation::balanced(shares(&[40]), shares(&[50, -10])),
            Err(Unbalanced::NegativeShare { ordinal: 1 })
        );
        let twice = vec![shares(&[20])[0]; 2];
        assert_eq!(
            Allocation::balanced(shares(&[40]), twice),
            Err(Unbalanced::RepeatedTerm { ordinal: 0 })
        );
    }
}
