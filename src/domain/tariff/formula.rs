//! Amount rules ready to be evaluated: names resolved, shapes checked.
//! Never here: rounding or dividing itself (`split` does), or how a tariff's parts hang together (`pricing`).

mod bands;
mod minimum;
mod percent;

use std::num::NonZeroU32;

use super::decision::Decision;
use super::derivation::{Chosen, Name, Step};
use super::document::rule::BegunStep;
use super::pricing::Working;
use super::question::Refusal;
use crate::domain::money::Amount;
use crate::domain::rate::Rate;
use crate::domain::split::{Exact, Rounding, RoundingMode};
use bands::{band, slices};

#[derive(Clone, Debug)]
pub(super) enum Formula {
    Fixed(Amount),
    Amount,
    Principal,
    Quantity,
    Fact(usize),
    /// A part, base or component, as rounded.
    Slot(usize),
    Percent(Box<Percent>),
    Sum(Vec<Formula>),
    Less {
        from: Box<Formula>,
        taken: Vec<Formula>,
        or_zero: bool,
    },
    Times {
        count: Box<Formula>,
        value: Box<Formula>,
    },
    Bands {
        of: Box<Formula>,
        rows: Vec<Band>,
    },
    Slices {
        of: Box<Formula>,
        rows: Vec<Slice>,
        rounding: Rounding,
    },
    Steps(Box<Steps>),
    Clamp {
        value: Box<Formula>,
        limits: Limits,
    },
    Choose(Box<Decision<Formula>>),
    Round {
        value: Box<Formula>,
        rounding: Rounding,
    },
    Refuse(String),
}

#[derive(Clone, Debug)]
pub(super) struct Percent {
    pub(super) rate: Rate,
    pub(super) of: Formula,
    /// The base includes what is computed (a tax inside).
    pub(super) inside: bool,
    pub(super) rounding: Rounding,
    pub(super) limits: Limits,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Limits {
    pub(super) at_least: Option<Box<Formula>>,
    pub(super) at_most: Option<Box<Formula>>,
}

/// Half-open; without `below` it has no end.
#[derive(Clone, Debug)]
pub(super) struct Band {
    pub(super) from: i64,
    pub(super) below: Option<i64>,
    pub(super) value: Formula,
}

#[derive(Clone, Debug)]
pub(super) struct Slice {
    pub(super) from: i64,
    pub(super) to: Option<i64>,
    pub(super) rate: Rate,
}

#[derive(Clone, Debug)]
pub(super) struct Steps {
    pub(super) of: Formula,
    pub(super) free: Amount,
    pub(super) size: NonZeroU32,
    pub(super) charge: Formula,
    pub(super) begun: BegunStep,
    pub(super) round: RoundingMode,
}

impl Limits {
    fn inner(&self) -> impl Iterator<Item = &Formula> {
        self.at_least.iter().chain(&self.at_most).map(Box::as_ref)
    }
}

impl Formula {
    pub(super) fn value(&self, working: &mut Working<'_>) -> Result<Amount, Refusal> {
        match self {
            Self::Fixed(amount) => {
                working.trace.step(|| Step::Fixed { amount: *amount });
                Ok(*amount)
            }
            Self::Amount | Self::Principal | Self::Quantity | Self::Fact(_) | Self::Slot(_) => {
                self.read(working)
            }
            Self::Percent(percent) => percent.value(working),
            Self::Sum(parts) => sum(parts, working),
            Self::Less { from, taken, or_zero } => less(from, taken, *or_zero, working),
            Self::Times { count, value } => times(count, value, working),
            Self::Bands { of, rows } => band(of, rows, working),
            Self::Slices { of, rows, rounding } => slices(of, rows, *rounding, working),
            Self::Steps(steps) => steps.value(working),
            Self::Clamp { value, limits } => {
                let amount = value.value(working)?;
                let clamped = limits.clamp(amount, working)?;
                if clamped > amount {
                    value.check_raised(clamped, working)?;
                }
                Ok(clamped)
            }
            Self::Choose(decision) => choose(decision, working),
            Self::Round { value, rounding } => round(value, *rounding, working),
            Self::Refuse(reason) => Err(Refusal::Refused(reason.clone())),
        }
    }

    /// A name's amount. A name used whole is a step of its own.
    fn read(&self, working: &mut Working<'_>) -> Result<Amount, Refusal> {
        let amount = self.quiet_read(working)?.unwrap_or_default();
        if working.trace.is_kept() {
            let name = self.name(working);
            working.trace.push(name.map(|name| Step::Named { name, amount }));
        }
        Ok(amount)
    }

    /// The value when it is used as a base: a plain name or number makes no step of its own.
    fn base(&self, working: &mut Working<'_>) -> Result<Amount, Refusal> {
        match self.quiet_read(working)? {
            Some(amount) => Ok(amount),
            None => self.value(working),
        }
    }

    fn quiet_read(&self, working: &Working<'_>) -> Result<Option<Amount>, Refusal> {
        Ok(Some(match self {
            Self::Fixed(amount) => *amount,
            Self::Amount => working.question.amount.ok_or(Refusal::AmountMissing)?,
            Self::Principal => working.question.principal.ok_or(Refusal::PrincipalMissing)?,
            Self::Quantity => Amount::from_minor(i64::from(working.question.quantity)),
            Self::Fact(index) => working.whole_number(*index)?,
            Self::Slot(slot) => working.amounts[*slot],
            Self::Percent(_) | Self::Sum(_) | Self::Less { .. } | Self::Times { .. } | Self::Bands { .. } => {
                return Ok(None);
            }
            Self::Slices { .. } | Self::Steps(_) | Self::Clamp { .. } | Self::Choose(_) => return Ok(None),
            Self::Round { .. } | Self::Refuse(_) => return Ok(None),
        }))
    }

    /// The name that people know the value by, if it has one.
    pub(super) fn name(&self, working: &Working<'_>) -> Option<Name> {
        match self {
            Self::Amount => Some(Name::own("amount")),
            Self::Principal => Some(Name::own("principal")),
            Self::Quantity => Some(Name::own("quantity")),
            Self::Fact(index) => Some(Name::plain(&working.tariff.facts[*index].name)),
            Self::Slot(slot) => Some(working.tariff.slots[*slot].called()),
            Self::Fixed(_) | Self::Percent(_) | Self::Sum(_) | Self::Less { .. } | Self::Times { .. } => None,
            Self::Bands { .. } | Self::Slices { .. } | Self::Steps(_) | Self::Clamp { .. } => None,
            Self::Choose(_) | Self::Round { .. } | Self::Refuse(_) => None,
        }
    }

    /// The formulas that it is made of.
    pub(super) fn inner(&self) -> Vec<&Self> {
        match self {
            Self::Fixed(_) | Self::Amount | Self::Principal | Self::Quantity => Vec::new(),
            Self::Fact(_) | Self::Slot(_) | Self::Refuse(_) => Vec::new(),
            Self::Percent(percent) => [&percent.of].into_iter().chain(percent.limits.inner()).collect(),
            Self::Sum(parts) => parts.iter().collect(),
            Self::Less { from, taken, .. } => [from.as_ref()].into_iter().chain(taken).collect(),
            Self::Times { count, value } => vec![count, value],
            Self::Bands { of, rows } => {
                let values = rows.iter().map(|row| &row.value);
                [of.as_ref()].into_iter().chain(values).collect()
            }
            Self::Slices { of: value, .. } | Self::Round { value, .. } => vec![value],
            Self::Steps(steps) => vec![&steps.of, &steps.charge],
            Self::Clamp { value, limits } => [value.as_ref()].into_iter().chain(limits.inner()).collect(),
            Self::Choose(decision) => decision.all().collect(),
        }
    }
}

fn sum(parts: &[Formula], working: &mut Working<'_>) -> Result<Amount, Refusal> {
    let mut terms = Vec::with_capacity(parts.len());
    for part in parts {
        terms.push(part.base(working)?);
    }
    let result = Amount::sum(terms.iter().copied())?;
    if working.trace.is_kept() {
        let names = parts.iter().map(|part| part.name(working)).collect();
        working.trace.push(Some(Step::Sum { names, terms, result }));
    }
    Ok(result)
}

fn less(
    from: &Formula,
    taken: &[Formula],
    or_zero: bool,
    working: &mut Working<'_>,
) -> Result<Amount, Refusal> {
    let base = from.base(working)?;
    let mut terms = Vec::with_capacity(taken.len());
    for part in taken {
        terms.push(part.base(working)?);
    }
    let left = base.minus(Amount::sum(terms.iter().copied())?)?;
    let result = if or_zero { left.max(Amount::ZERO) } else { left };
    if working.trace.is_kept() {
        let names = taken.iter().map(|part| part.name(working)).collect();
        let from_name = from.name(working);
        working.trace.push(Some(Step::Less {
            from_name,
            from: base,
            names,
            taken: terms,
            left,
            result,
        }));
    }
    if result.is_negative() {
        return Err(Refusal::BelowZero {
            name: from.name(working).map(|named| named.name),
        });
    }
    Ok(result)
}

fn times(count: &Formula, value: &Formula, working: &mut Working<'_>) -> Result<Amount, Refusal> {
    let (number, each) = (count.base(working)?, value.base(working)?);
    let result = each.times(number.minor())?;
    if working.trace.is_kept() {
        let (count_name, value_name) = (count.name(working), value.name(working));
        working.trace.push(Some(Step::Times {
            count_name,
            count: number,
            value_name,
            value: each,
            result,
        }));
    }
    Ok(result)
}

fn choose(decision: &Decision<Formula>, working: &mut Working<'_>) -> Result<Amount, Refusal> {
    let (number, held) = decision.decide(working)?;
    if working.trace.is_kept() {
        let step = working.case_of(Chosen::Amount, decision, number);
        working.trace.push(Some(step));
    }
    held.value(working)
}

fn round(value: &Formula, rounding: Rounding, working: &mut Working<'_>) -> Result<Amount, Refusal> {
    let amount = value.base(working)?;
    let exact = Exact {
        numerator: i128::from(amount.minor()),
        denominator: 1,
    };
    let result = exact.round(rounding)?;
    if working.trace.is_kept() {
        let name = value.name(working);
        working.trace.push(Some(Step::Rounded {
            name,
            value: amount,
            rounding,
            result,
        }));
    }
    Ok(result)
}
