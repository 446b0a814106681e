//! What is asked of a tariff, and why it may refuse to answer.
//! Never here: the answer (`pricing`).

mod advice;
mod persian;

use std::collections::BTreeMap;

use super::document::Fact;
pub use super::document::FactValue;
use super::term::Side;
use crate::domain::language::Language;
use crate::domain::money::{AMOUNT_MAX, Amount, AmountOverflow};
use crate::domain::split::Indivisible;

/// One case at the counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The amount that the sender states: what the tariff names `amount`, or else what the citizen paid for the fee.
    pub amount: Option<Amount>,
    /// Money that passes beside the fee.
    pub principal: Option<Amount>,
    /// One or more.
    pub quantity: u32,
    /// The activity leg.
    pub leg: Option<String>,
    pub facts: BTreeMap<String, FactValue>,
}

impl Default for Question {
    fn default() -> Self {
        Self {
            amount: None,
            principal: None,
            quantity: 1,
            leg: None,
            facts: BTreeMap::new(),
        }
    }
}

/// The question has no price under this tariff.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the tariff needs the amount, and none was stated")]
    AmountMissing,
    #[error("the tariff needs the principal, and none was stated")]
    PrincipalMissing,
    #[error("a principal was stated, but this tariff has none")]
    PrincipalUnexpected,
    #[error("the {what} {value} is outside {at_least} to {at_most}")]
    OutsideRange {
        what: &'static str,
        value: Amount,
        at_least: i64,
        at_most: String,
    },
    #[error("the stated amount {stated} differs from the tariff's price {price}")]
    AmountDiffers { stated: Amount, price: Amount },
    #[error("the quantity is {0}, but the tariff prices one; a quantity must be named by its rules")]
    QuantityUnexpected(u32),
    #[error("a quantity is one or more")]
    QuantityZero,
    #[error("the activity leg is needed, one of: {known}")]
    LegMissing { known: String },
    #[error("there is no activity leg `{leg}`; known: {known}")]
    LegUnknown { leg: String, known: String },
    #[error("the fact `{0}` is needed and was not stated")]
    FactMissing(String),
    #[error("the fact `{name}` is {value}, but must be {}", expected.expectation(Language::En))]
    FactInvalid {
        name: String,
        value: String,
        expected: Box<Fact>,
    },
    #[error("the tariff declares no fact `{name}`; known: {known}")]
    FactUnknown { name: String, known: String },
    #[error("{} is {value}, in no band of the tariff", measure.as_deref().unwrap_or("what is measured"))]
    OutsideBands {
        measure: Option<String>,
        value: Amount,
        /// It lies above all bands, and not below them.
        is_above: bool,
    },
    #[error("the tariff refuses: {0}")]
    Refused(String),
    #[error("no case of the tariff fits the facts")]
    NoCase,
    #[error("{} would fall below zero", name.as_deref().unwrap_or("a difference"))]
    BelowZero { name: Option<String> },
    #[error("the minimum {minimum} is above the amount {amount} that it is taken from")]
    MinimumAboveAmount { minimum: Amount, amount: Amount },
    #[error("a smallest value {at_least} is above the largest {at_most}")]
    ClampCrossed { at_least: Amount, at_most: Amount },
    #[error("the {} {components} of {total}", taking(*.side))]
    ComponentsExceed {
        side: Side,
        components: Amount,
        total: Amount,
    },
    #[error("the {} only {components} of {total}", taking(*.side))]
    ComponentsFallShort {
        side: Side,
        components: Amount,
        total: Amount,
    },
    #[error("two shares `{name}` of the same party and kind would be one term")]
    SharesAreOneTerm { name: String },
    #[error("`{name}` cannot bear the rounding difference of {difference}")]
    RoundingNotBorne { name: String, difference: Amount },
    #[error("{total} is more than the {AMOUNT_MAX} that one transaction may come to")]
    AboveLimit { total: Amount },
    #[error(transparent)]
    Indivisible(#[from] Indivisible),
    #[error(transparent)]
    Overflow(#[from] AmountOverflow),
}

impl Refusal {
    /// The reason for people.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        match language {
            Language::En => self.to_string(),
            Language::Fa => persian::reason(self),
        }
    }
}

const fn taking(side: Side) -> &'static str {
    match side {
        Side::Source => "sources bear",
        Side::Leg => "components take",
    }
}

/// Names in a message; a dash where there are none.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    if names.is_empty() {
        "—".to_owned()
    } else {
        names.join(", ")
    }
}
