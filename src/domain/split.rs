//! The one place that rounds and divides money: rates, tax inside, steps, and splitting without loss.
//! Never here: what a tariff says (see `tariff`), floats, any loss of a unit.

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::money::{Amount, AmountOverflow};
use super::rate::Rate;

/// What becomes of the part of a unit (or of a step) that is left over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundingMode {
    /// Down: the left over part is dropped.
    #[default]
    Floor,
    /// To the nearest, a half goes up.
    HalfUp,
    /// To the nearest, a half goes to the even neighbour.
    HalfEven,
    /// Up, as soon as anything is left over.
    Ceiling,
}

/// A rounding to whole multiples of `step` smallest parts of the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rounding {
    pub mode: RoundingMode,
    pub step: NonZeroU32,
}

impl Rounding {
    /// Down to the unit, as every leg of a split begins (money rule 3).
    pub const FLOOR: Self = Self::to_unit(RoundingMode::Floor);

    #[must_use]
    pub const fn to_unit(mode: RoundingMode) -> Self {
        Self {
            mode,
            step: NonZeroU32::MIN,
        }
    }

    #[must_use]
    pub const fn to_step(mode: RoundingMode, step: NonZeroU32) -> Self {
        Self { mode, step }
    }

    /// The next two whole numbers of units above a price just below which it takes the most off; `None` if it only adds.
    #[must_use]
    pub fn cliffs_above(self, price: Amount) -> Option<[i64; 2]> {
        let step = i64::from(self.step.get());
        let before_the_step = match self.mode {
            RoundingMode::Ceiling => return None,
            RoundingMode::Floor => 0,
            RoundingMode::HalfUp | RoundingMode::HalfEven => step / 2,
        };
        let steps = price.minor().div_euclid(step);
        Some([1, 2].map(|more| {
            let end = steps.saturating_add(more).saturating_mul(step);
            end.saturating_sub(before_the_step)
        }))
    }
}

/// An exact, non-negative quotient of the unit that waits to be rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact {
    pub numerator: i128,
    /// Above zero.
    pub denominator: i128,
}

impl Exact {
    /// The whole number nearest to it by the rounding's mode, in multiples of its step.
    pub fn round(self, rounding: Rounding) -> Result<Amount, AmountOverflow> {
        let step = i128::from(rounding.step.get());
        let divisor = self.denominator.checked_mul(step).ok_or(AmountOverflow)?;
        let (steps, rest) = (
            self.numerator.div_euclid(divisor),
            self.numerator.rem_euclid(divisor),
        );
        let doubled = rest.checked_mul(2).ok_or(AmountOverflow)?;
        let up = match rounding.mode {
            RoundingMode::Floor => false,
            RoundingMode::Ceiling => rest > 0,
            RoundingMode::HalfUp => doubled >= divisor,
            RoundingMode::HalfEven => doubled > divisor || (doubled == divisor && steps % 2 != 0),
        };
        amount(
            steps
                .checked_add(i128::from(up))
                .and_then(|n| n.checked_mul(step)),
        )
    }

    /// Whole units and the rest over the denominator, for showing the arithmetic.
    #[must_use]
    pub const fn whole_and_rest(self) -> (i128, i128) {
        (
            self.numerator.div_euclid(self.denominator),
            self.numerator.rem_euclid(self.denominator),
        )
    }
}

/// A share of a base that is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundedShare {
    pub rate: Rate,
    /// Of what the base without it would be: base × rate ÷ (1 + rate).
    pub inside: bool,
    pub rounding: Rounding,
}

impl RoundedShare {
    /// The least base, of this one and those above, whose share lies halfway between two that it may be rounded to; `None` if none
    /// does, or if it makes no difference. Shares that make up the whole are rounded up together there.
    #[must_use]
    pub fn halfway_from(self, base: i64) -> Option<i64> {
        match self.rounding.mode {
            RoundingMode::Floor | RoundingMode::Ceiling => return None,
            RoundingMode::HalfUp | RoundingMode::HalfEven => (),
        }
        let (numerator, denominator) = self.rate.ratio();
        let whole = denominator + if self.inside { numerator } else { 0 };
        let step = i128::from(self.rounding.step.get());
        let (halves, unit) = in_lowest_terms(2 * numerator, whole.checked_mul(step)?);
        if halves.rem_euclid(2) == 0 {
            return None;
        }
        let units = i128::from(base.max(1) - 1).div_euclid(unit) + 1;
        let odd = if units.rem_euclid(2) == 0 {
            units + 1
        } else {
            units
        };
        i64::try_from(odd.checked_mul(unit)?).ok()
    }
}

/// A fraction of whole numbers, for people: 433,333 1/3 and not 333,333/1,000,000 of it.
#[must_use]
pub fn in_lowest_terms(numerator: i128, denominator: i128) -> (i128, i128) {
    let (mut greater, mut common) = (numerator, denominator);
    while greater != 0 {
        (greater, common) = (common.rem_euclid(greater), greater);
    }
    (
        numerator.div_euclid(common.max(1)),
        denominator.div_euclid(common.max(1)),
    )
}

fn amount(minor: Option<i128>) -> Result<Amount, AmountOverflow> {
    minor
        .and_then(|n| i64::try_from(n).ok())
        .map(Amount::from_minor)
        .ok_or(AmountOverflow)
}

/// `rate` of `base`, exactly.
#[must_use]
pub fn rate_of(base: Amount, rate: Rate) -> Exact {
    let (numerator, denominator) = rate.ratio();
    Exact {
        numerator: i128::from(base.minor()) * numerator,
        denominator,
    }
}

/// The tax that stands inside `gross` at `rate`: gross × rate ÷ (1 + rate), exactly. The net is the residue.
#[must_use]
pub fn tax_inside(gross: Amount, rate: Rate) -> Exact {
    let (numerator, denominator) = rate.ratio();
    Exact {
        numerator: i128::from(gross.minor()) * numerator,
        denominator: denominator + numerator,
    }
}

/// The sum of a rate on each of several slices, exact until it is rounded once.
pub fn rates_of_slices(slices: &[(Amount, Rate)]) -> Result<Exact, AmountOverflow> {
    let denominator = slices.iter().map(|(_, rate)| rate.ratio().1).max().unwrap_or(1);
    let mut numerator = 0_i128;
    for (slice, rate) in slices {
        let exact = rate_of(*slice, *rate);
        let raised = exact
            .numerator
            .checked_mul(denominator.div_euclid(exact.denominator));
        numerator = raised
            .and_then(|n| numerator.checked_add(n))
            .ok_or(AmountOverflow)?;
    }
    Ok(Exact {
        numerator,
        denominator,
    })
}

/// `charge` for each `size` of `measure`, the last one in proportion.
#[must_use]
pub fn pro_rata(charge: Amount, measure: Amount, size: NonZeroU32) -> Exact {
    Exact {
        numerator: i128::from(charge.minor()) * i128::from(measure.minor()),
        denominator: i128::from(size.get()),
    }
}

/// How many steps of `size` a measure has; `begun` says what a begun step counts (floor: nothing, ceiling: one).
pub fn steps(measure: Amount, size: NonZeroU32, begun: RoundingMode) -> Result<Amount, AmountOverflow> {
    let exact = Exact {
        numerator: i128::from(measure.minor()),
        denominator: i128::from(size.get()),
    };
    exact.round(Rounding::to_unit(begun))
}

/// Who receives the units that flooring leaves over. Stored with the tariff (money rule 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Residue {
    /// One unit each to the largest remainders, ties by declared order.
    LargestRemainder,
    /// All of them to the share with this index.
    To(usize),
}

/// A total divided without loss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// In the order of the weights; their sum is the total.
    pub amounts: Vec<Amount>,
    /// What each received beyond its floor.
    pub residues: Vec<Amount>,
    /// Of each weight: the exact share before rounding.
    pub exact: Vec<Exact>,
}

/// The total or the weights cannot be divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Indivisible {
    #[error("a total below zero is not split")]
    NegativeTotal,
    #[error("weights are zero or more, and not all zero")]
    Weights,
    #[error("the residue goes to a share that does not exist")]
    Residue,
    #[error(transparent)]
    Overflow(#[from] AmountOverflow),
}

/// Divides `total` in the proportion of `weights`: floors every share and hands the missing units out.
///
/// The sum of the result is exactly `total`, and every share lies less than one unit from its exact value
/// (with [`Residue::To`] all but the named one).
pub fn split(total: Amount, weights: &[i128], residue: Residue) -> Result<Division, Indivisible> {
    if total.is_negative() {
        return Err(Indivisible::NegativeTotal);
    }
    let exact = exact_shares(total, weights)?;
    let mut amounts = Vec::with_capacity(weights.len());
    for share in &exact {
        amounts.push(share.round(Rounding::FLOOR)?);
    }
    let missing = total.minus(Amount::sum(amounts.iter().copied())?)?;
    let residues = match residue {
        Residue::LargestRemainder => by_largest_remainder(&exact, missing),
        Residue::To(index) => all_to(index, weights.len(), missing)?,
    };
    for (amount, extra) in amounts.iter_mut().zip(&residues) {
        *amount = amount.plus(*extra)?;
    }
    Ok(Division {
        amounts,
        residues,
        exact,
    })
}

fn exact_shares(total: Amount, weights: &[i128]) -> Result<Vec<Exact>, Indivisible> {
    let mut denominator = 0_i128;
    for weight in weights {
        denominator = denominator.checked_add(*weight).ok_or(AmountOverflow)?;
    }
    if denominator <= 0 || weights.iter().any(|weight| *weight < 0) {
        return Err(Indivisible::Weights);
    }
    let share = |weight: &i128| {
        let numerator = i128::from(total.minor())
            .checked_mul(*weight)
            .ok_or(AmountOverflow)?;
        Ok(Exact {
            numerator,
            denominator,
        })
    };
    weights.iter().map(share).collect()
}

/// Fewer units than shares are ever missing, because each floor drops less than one.
fn by_largest_remainder(exact: &[Exact], missing: Amount) -> Vec<Amount> {
    let mut order = (0..exact.len()).collect::<Vec<_>>();
    let rest = |index: &usize| exact.get(*index).map(|share| share.whole_and_rest().1);
    order.sort_by_key(|index| std::cmp::Reverse(rest(index)));
    let mut residues = vec![Amount::ZERO; exact.len()];
    for (index, _) in order.into_iter().zip(0..missing.minor()) {
        residues[index] = Amount::from_minor(1);
    }
    residues
}

fn all_to(index: usize, count: usize, missing: Amount) -> Result<Vec<Amount>, Indivisible> {
    let mut residues = vec![Amount::ZERO; count];
    *residues.get_mut(index).ok_or(Indivisible::Residue)? = missing;
    Ok(residues)
}

#[cfg(test)]
mod tests;
