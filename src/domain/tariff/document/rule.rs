//! The amount rules of the tariff language as they are written: how an amount is found.
//! Never here: evaluating them (`formula`) or judging them (`check`).

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::Deserialize;

use super::condition::Choose;
use super::shorthand::read_by_shape;
use crate::domain::rate::Rate;
use crate::domain::split::RoundingMode;

/// An amount: a whole number of the unit's smallest part (`5000`), a name (`"price"`, `"amount"`, `"principal"`,
/// `"quantity"`, `"after_fixed"`, a part, a base, a component, a whole-number fact), or an object with one key, the rule.
///
/// `"after_fixed"` is the price without every component of the list whose amount is an amount by itself and no share of the price: a
/// number, the name of a part, base or component that is one, a count times a value, a choice or a clamp of such; never a percentage.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub enum AmountRule {
    Fixed(i64),
    Name(String),
    Rule(Box<Rule>),
}

read_by_shape!(AmountRule,
    "an amount: a whole number of the smallest part, a name such as \"price\", or a rule such as {\"percent\": {\"rate\": \"18%\", \"of\": \"price\"}}",
    whole(minor) => AmountRule::Fixed(minor),
    text(name) => AmountRule::Name(name),
    keyed(rule) => AmountRule::Rule(Box::new(rule))
);

impl AmountRule {
    /// The amounts that it is made of.
    pub(in crate::domain::tariff) fn inner(&self) -> Vec<&Self> {
        match self {
            Self::Fixed(_) | Self::Name(_) => Vec::new(),
            Self::Rule(rule) => rule.inner(),
        }
    }
}

impl Rule {
    fn inner(&self) -> Vec<&AmountRule> {
        match self {
            Self::Percent(percent) => {
                let limits = percent.at_least.iter().chain(&percent.at_most);
                [&percent.of].into_iter().chain(limits).collect()
            }
            Self::TaxInside(tax) => vec![&tax.of],
            Self::Sum(parts) => parts.iter().collect(),
            Self::Less(less) => [&less.from].into_iter().chain(&less.take_off).collect(),
            Self::Times(times) => vec![&times.count, &times.value],
            Self::Bands(bands) => {
                let values = bands.rows.iter().map(|row| &row.value);
                [&bands.of].into_iter().chain(values).collect()
            }
            Self::Slices(slices) => vec![&slices.of],
            Self::Steps(steps) => vec![&steps.of, &steps.charge],
            Self::Clamp(clamp) => {
                let limits = clamp.at_least.iter().chain(&clamp.at_most);
                [&clamp.value].into_iter().chain(limits).collect()
            }
            Self::Choose(choose) => {
                let then = choose.cases.iter().map(|case| &case.then);
                then.chain(&choose.otherwise).collect()
            }
            Self::Round(round) => vec![&round.value],
            Self::Refuse(_) => Vec::new(),
        }
    }
}

/// A rule that makes an amount of others. Every value inside may again be any rule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A rate of a base, rounded, then clamped.
    Percent(Percent),
    /// The tax that stands inside an amount: amount × rate ÷ (1 + rate).
    TaxInside(TaxInside),
    /// The sum of several amounts.
    Sum(Vec<AmountRule>),
    /// An amount with others taken off it.
    Less(Less),
    /// A value times a count (`"quantity"`, a fact such as `"pages"`, a number).
    Times(Times),
    /// One value per band of a measure: the band that contains the measure decides the whole value.
    Bands(Bands),
    /// A rate on each slice of an amount (the first thousand at 1 %, what is above at 0.5 %), rounded once.
    Slices(Slices),
    /// A charge for each step of a measure (each 50 pages, each 1,000,000 of the amount).
    Steps(Steps),
    /// A value that is raised to `at_least` and cut to `at_most`.
    Clamp(Clamp),
    /// Ordered cases over the facts; the first that holds decides.
    Choose(Choose<AmountRule>),
    /// A value rounded to a step.
    Round(Round),
    /// No amount: the question is refused with this reason.
    Refuse(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Percent {
    pub rate: Rate,
    /// The base.
    pub of: AmountRule,
    /// Default: floor.
    #[serde(default)]
    pub round: RoundingMode,
    /// The rounding's step in smallest parts. Default: 1.
    #[serde(default = "one")]
    pub step: NonZeroU32,
    pub at_least: Option<AmountRule>,
    pub at_most: Option<AmountRule>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxInside {
    pub rate: Rate,
    /// The amount that includes the tax.
    pub of: AmountRule,
    /// Default: floor; the residue stays with the net.
    #[serde(default)]
    pub round: RoundingMode,
    #[serde(default = "one")]
    pub step: NonZeroU32,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Less {
    pub from: AmountRule,
    pub take_off: Vec<AmountRule>,
    /// What happens when more is taken off than there is: refused, or zero if this is true.
    #[serde(default)]
    pub or_zero: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Times {
    pub count: AmountRule,
    pub value: AmountRule,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bands {
    /// The measure, e.g. `"amount"`, `"principal"`, `"quantity"` or a whole-number fact.
    pub of: AmountRule,
    pub rows: Vec<Band>,
}

/// A half-open band. The last may have neither `below` nor `through`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The first measure in the band.
    pub from: i64,
    /// The first measure after the band.
    pub below: Option<i64>,
    /// Instead of `below`: the last measure in the band, as published tables write it.
    pub through: Option<i64>,
    pub value: AmountRule,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slices {
    pub of: AmountRule,
    pub rows: Vec<Slice>,
    /// Default: floor, once, after the slices are summed.
    #[serde(default)]
    pub round: RoundingMode,
    #[serde(default = "one")]
    pub step: NonZeroU32,
}

/// The part of an amount above `from` and up to `to`. The last may have no `to`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slice {
    pub from: i64,
    pub to: Option<i64>,
    pub rate: Rate,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// The measure.
    pub of: AmountRule,
    /// So much of the measure costs nothing here. Default: 0.
    #[serde(default)]
    pub free: i64,
    /// The size of a step.
    pub size: NonZeroU32,
    /// The charge for one step.
    pub charge: AmountRule,
    /// How a begun step is charged.
    pub begun: BegunStep,
    /// Only for steps charged in proportion. Default: floor.
    pub round: Option<RoundingMode>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BegunStep {
    /// Like a whole step.
    Charged,
    /// Not at all.
    NotCharged,
    /// By how much of it was used.
    InProportion,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clamp {
    pub value: AmountRule,
    pub at_least: Option<AmountRule>,
    pub at_most: Option<AmountRule>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Round {
    pub value: AmountRule,
    pub mode: RoundingMode,
    pub step: NonZeroU32,
}

pub(super) const fn one() -> NonZeroU32 {
    NonZeroU32::MIN
}
