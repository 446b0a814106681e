//! The tariff document as it is written: the JSON shapes of the language, strict, and the source of its schema.
//! Never here: judging a document (`check`) or pricing by it (`pricing`).

pub mod condition;
pub mod rule;
mod shorthand;
pub mod split;

use schemars::JsonSchema;
use serde::Deserialize;

pub use condition::{Case, Choose, Fact, FactValue, Test, Within};
pub use rule::{AmountRule, Rule};
pub use shorthand::Named;
pub use split::{Component, DepositIdentifier, RoundPrice, Split, SplitChoice, Taker, Withholding};

use super::fault::Fault;
use super::term::{Role, Title};
use crate::domain::json;
use crate::domain::money::UnitCode;
use shorthand::read_by_shape;

/// The price of one service in one network, and who gets which part of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The version of the language: 1.
    pub tariff: u32,
    pub service: String,
    pub network: String,
    pub title: Option<Title>,
    pub unit: Unit,
    pub valid: Option<Validity>,
    /// The legal sources that this tariff cites, by a short key.
    pub instruments: Named<Instrument>,
    /// The key of the instrument of every component that names none. Needed if there are several.
    pub instrument: Option<String>,
    /// What the sender tells about the case.
    #[serde(default)]
    pub facts: Named<Fact>,
    /// The activity legs that the service is done in, such as `acceptance` and `distribution`.
    #[serde(default)]
    pub activity_legs: Vec<String>,
    /// The range of the amount that the sender gives, for tariffs that name or test `"amount"`.
    pub amount: Option<Range>,
    /// What a quantity does: the rules name it (default), or the whole quote is made for one and multiplied.
    #[serde(default)]
    pub quantity: QuantityRule,
    /// Money that passes beside the fee and is owed whole to its owner, such as a bill.
    pub principal: Option<Principal>,
    /// The fee: one amount, or a list of named parts that are summed.
    pub price: Price,
    /// Further named amounts that rules may use as a base; they are not part of the price.
    #[serde(default)]
    pub bases: Vec<Part>,
    pub round_price: Option<RoundPrice>,
    /// Who bears the price. Default: the holder of the citizen's money bears all of it.
    pub sources: Option<Split>,
    /// Who earns the price.
    pub split: Split,
}

impl Document {
    /// Reads the JSON. A fault names the place and what is expected there.
    pub fn read(text: &str) -> Result<Self, Fault> {
        json::object(text.as_bytes()).map_err(Fault::from)
    }

    /// The JSON Schema of the language.
    #[must_use]
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Such as `IRR`. All amounts are whole numbers of its smallest part.
    #[schemars(with = "String")]
    pub code: UnitCode,
    /// The name of the smallest part, such as `paisa`.
    pub minor: Option<String>,
    /// Decimal places of the unit, 0 to 6; only for people.
    #[schemars(range(max = 6))]
    pub scale: Option<u8>,
}

/// Half-open: the first moment, and the first moment after. A date is its first instant in `zone`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Validity {
    /// A date such as `2025-03-21`, or a moment such as `2025-03-21T00:00:00+03:30`.
    pub from: String,
    pub until: Option<String>,
    /// The time zone of dates without one. Default: UTC.
    pub zone: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Instrument {
    pub title: String,
    pub number: Option<String>,
    pub date: Option<String>,
    pub clause: Option<String>,
    pub source: Option<String>,
}

/// Both ends included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Default: 0.
    #[serde(default)]
    pub at_least: i64,
    pub at_most: Option<i64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuantityRule {
    /// Rules that name `"quantity"` use it; if none does, the quantity is 1.
    #[default]
    Named,
    /// Price, sources and legs of one, each times the quantity.
    Each,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Principal {
    /// Default: principal.
    pub name: Option<String>,
    pub title: Option<Title>,
    /// Its owner (of money paid out: who owes it to the one who paid it out).
    pub party: Role,
    #[serde(default)]
    pub direction: Direction,
    /// Default: 0.
    #[serde(default)]
    pub at_least: i64,
    pub at_most: Option<i64>,
    pub deposit_identifier: Option<String>,
    pub refundable: Option<bool>,
    pub instrument: Option<String>,
}

impl Principal {
    /// What the sender may state.
    #[must_use]
    pub const fn range(&self) -> Range {
        Range {
            at_least: self.at_least,
            at_most: self.at_most,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The citizen pays it; it is owed to the party.
    #[default]
    Collected,
    /// The citizen receives it (cash paid out); the party owes it to who paid it out.
    PaidOut,
}

/// One amount (a part with the name `fee`), or a list of parts.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub enum Price {
    Amount(AmountRule),
    Parts(Vec<Part>),
}

read_by_shape!(Price, "an amount, a rule, or a list of parts such as [{\"name\": \"service_fee\", \"amount\": 5000}]",
    whole(minor) => Price::Amount(AmountRule::Fixed(minor)),
    text(name) => Price::Amount(AmountRule::Name(name)),
    list(parts) => Price::Parts(parts),
    keyed(rule) => Price::Amount(AmountRule::Rule(Box::new(rule)))
);

/// An amount with a name that other rules may use as a base.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub name: String,
    pub title: Option<Title>,
    pub amount: AmountRule,
}
