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

/// A share of a measure that is rounded: from a measure on it grows evenly, upon what it has come to there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundedShare {
    from: i64,
    /// What it has come to there, and how much more it is with each unit of the measure, in parts of the denominator.
    begun: i128,
    more: i128,
    denominator: i128,
    rounding: Rounding,
}

impl RoundedShare {
    /// Measure × rate.
    pub const fn of_rate(rate: Rate, rounding: Rounding) -> Self {
        let (more, whole) = rate.ratio();
        Self::growing(0, more, whole, rounding)
    }

    /// A rate of what the measure would be without it: measure × rate ÷ (1 + rate).
    pub const fn of_tax_inside(rate: Rate, rounding: Rounding) -> Self {
        let (more, whole) = rate.ratio();
        Self::growing(0, more, whole + more, rounding)
    }

    /// The measure itself.
    pub const fn of_all(rounding: Rounding) -> Self {
        Self::growing(0, 1, 1, rounding)
    }

    /// `charge` for each `size` beyond what is free, the last one in proportion.
    pub fn in_proportion(charge: Amount, free: Amount, size: NonZeroU32, mode: RoundingMode) -> Self {
        let (numerator, denominator) = (i128::from(charge.minor()), i128::from(size.get()));
        Self::growing(free.minor(), numerator, denominator, Rounding::to_unit(mode))
    }

    /// Of each slice, by where it begins and its rate: what lies before it, and what grows in it.
    pub fn of_slices(slices: &[(i64, Rate)], rounding: Rounding) -> Vec<Self> {
        let denominator = slices.iter().map(|(_, rate)| rate.ratio().1).max().unwrap_or(1);
        let mut shares: Vec<Self> = Vec::with_capacity(slices.len());
        for (from, rate) in slices {
            let (numerator, own) = rate.ratio();
            let more = numerator * denominator.div_euclid(own);
            let begun = shares.last().map_or(0, |before| before.value(*from));
            shares.push(Self {
                begun,
                ..Self::growing(*from, more, denominator, rounding)
            });
        }
        shares
    }

    const fn growing(from: i64, more: i128, denominator: i128, rounding: Rounding) -> Self {
        Self {
            from,
            begun: 0,
            more,
            denominator,
            rounding,
        }
    }

    fn value(&self, measure: i64) -> i128 {
        self.begun + self.more * (i128::from(measure) - i128::from(self.from))
    }

    /// The least measure, of this one and those above, at which the rounding turns: where the share lies halfway between two that it
    /// may be rounded to, or reaches its next step. Shares that make up the whole are rounded up together at the one, and just below
    /// the other most was dropped. `None` if there is no such measure, or if it makes no difference.
    pub fn turn_from(self, measure: i64) -> Option<i64> {
        if self.more == 0 {
            return None;
        }
        let step = self.rounding.step;
        let first = measure.max(1).max(self.from);
        let beyond = match self.rounding.mode {
            RoundingMode::Floor | RoundingMode::Ceiling if step == NonZeroU32::MIN => return None,
            RoundingMode::Floor | RoundingMode::Ceiling => self.next_step(first)?,
            RoundingMode::HalfUp | RoundingMode::HalfEven => self.next_half(first)?,
        };
        i64::try_from(beyond.checked_add(i128::from(self.from))?).ok()
    }

    /// One step, in parts of the denominator.
    fn step(&self) -> Option<i128> {
        self.denominator.checked_mul(i128::from(self.rounding.step.get()))
    }

    fn next_step(&self, first: i64) -> Option<i128> {
        let step = self.step()?;
        let next = (self.value(first).div_euclid(step) + 1).checked_mul(step)?;
        Some((next - self.begun + self.more - 1).div_euclid(self.more))
    }

    /// Twice the share is an odd multiple of the step: a congruence.
    fn next_half(&self, first: i64) -> Option<i128> {
        let step = self.step()?;
        let (more, period) = in_lowest_terms(2 * self.more, 2 * step);
        let common = (2 * step).div_euclid(period);
        let wanted = step - 2 * self.begun;
        if wanted.rem_euclid(common) != 0 {
            return None;
        }
        let wanted = wanted.div_euclid(common).rem_euclid(period);
        let half = wanted.checked_mul(inverse(more, period))?;
        let beyond = i128::from(first) - i128::from(self.from);
        Some(beyond + (half - beyond).rem_euclid(period))
    }
}

/// What times `number` leaves 1 of `modulus`; they have no common divisor.
fn inverse(number: i128, modulus: i128) -> i128 {
    let (mut smaller, mut greater) = ((number.rem_euclid(modulus), 1), (modulus, 0));
    while smaller.0 != 0 {
        let times = greater.0.div_euclid(smaller.0);
        let rest = (greater.0 - times * smaller.0, greater.1 - times * smaller.1);
        (smaller, greater) = (rest, smaller);
    }
    greater.1.rem_euclid(modulus)
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
