//! Who bears and who earns, as it is written: components, their division among several, withholding, rounding.
//! Never here: the arithmetic.

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::Deserialize;

use super::condition::Choose;
use super::rule::{AmountRule, one};
use super::shorthand::{Named, read_by_shape};
use crate::domain::rate::Rate;
use crate::domain::split::RoundingMode;
use crate::domain::tariff::term::{ComponentKind, Role, Title};

/// A list of components that together are exactly the price; or a choice between such lists.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub enum Split {
    Components(Vec<Component>),
    Choice(Box<SplitChoice>),
}

read_by_shape!(Split,
    "a list of components, or {\"by_leg\": {…}}, {\"choose\": {…}}, {\"refuse\": \"why\"}",
    list(components) => Split::Components(components),
    keyed(choice) => Split::Choice(Box::new(choice))
);

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SplitChoice {
    /// A split for each activity leg, by its name.
    ByLeg(Named<Split>),
    /// Ordered cases over the facts.
    Choose(Choose<Split>),
    Refuse(String),
}

/// One beneficiary's part (of `sources`: one bearer's part), or a part that is divided `among` several.
///
/// In a list, either every component has a `rate` or a `weight` (shares of the whole price, without loss),
/// or every component has a `take`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Default: the party's code.
    pub name: Option<String>,
    pub title: Option<Title>,
    /// Default: fee.
    pub kind: Option<ComponentKind>,
    /// The role or `party:CODE` that earns (of `sources`: bears) it.
    pub party: Option<Role>,
    /// How much, or `"remainder"` for what all others leave.
    pub take: Option<AmountRule>,
    /// The share of what is divided, for all members of a group; together 100%.
    pub rate: Option<Rate>,
    /// The share of what is divided as a proportion, for all members of a group.
    pub weight: Option<u32>,
    /// Instead of `party`: divides this component without loss among these. What belongs to a share stands with each of them and not
    /// here: `kind`, `refundable`, `instrument`, `deposit_identifier`, `withhold`.
    pub among: Option<Vec<Component>>,
    /// With `among`: the member that takes the units left over. Default: the largest remainders.
    pub residue_to: Option<String>,
    /// Taken out of this component, each on its rounded amount.
    #[serde(default)]
    pub withhold: Vec<Withholding>,
    pub deposit_identifier: Option<DepositIdentifier>,
    /// Default: true.
    pub refundable: Option<bool>,
    /// A key of `instruments`. Default: the document's.
    pub instrument: Option<String>,
}

/// A leg taken out of a component. The rounding is stated, never assumed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Withholding {
    pub name: String,
    pub title: Option<Title>,
    /// Default: withholding.
    pub kind: Option<ComponentKind>,
    pub party: Role,
    pub rate: Rate,
    pub round: RoundingMode,
    #[serde(default = "one")]
    pub step: NonZeroU32,
    /// True if the component includes the tax: component × rate ÷ (1 + rate).
    #[serde(default)]
    pub inside: bool,
    pub deposit_identifier: Option<DepositIdentifier>,
    pub refundable: Option<bool>,
    pub instrument: Option<String>,
}

/// The identifier that a transfer of this component bears; one, or chosen by the facts.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub enum DepositIdentifier {
    One(String),
    Chosen(ChosenText),
}

read_by_shape!(DepositIdentifier, "a text, or {\"choose\": {\"cases\": [{\"when\": {…}, \"then\": \"…\"}]}}",
    text(text) => DepositIdentifier::One(text),
    object(chosen) => DepositIdentifier::Chosen(chosen)
);

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenText {
    pub choose: Choose<String>,
}

/// The rounding of what the citizen pays, and who takes the difference.
///
/// It comes last: `price`, the components and what another bearer pays are found without it. What the sources of the `holder` sum to
/// is rounded, so where the citizen pays nothing, nothing is rounded. The difference goes to the last of these sources that is given
/// back, or is not, as the taker is; a loss that is more than all of it goes on to the one before.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoundPrice {
    pub mode: RoundingMode,
    pub step: NonZeroU32,
    pub taker: Taker,
}

/// A component by its name (it may gain and lose), or a term of its own (which can only gain: ceiling).
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub enum Taker {
    Component(String),
    Own(Box<OwnTerm>),
}

read_by_shape!(Taker, "the name of a component, or a term of its own such as {\"party\": \"treasury\"}",
    text(name) => Taker::Component(name),
    object(own) => Taker::Own(Box::new(own))
);

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnTerm {
    /// Default: rounding.
    pub name: Option<String>,
    pub title: Option<Title>,
    /// Default: rounding.
    pub kind: Option<ComponentKind>,
    pub party: Role,
    pub deposit_identifier: Option<DepositIdentifier>,
    pub refundable: Option<bool>,
    pub instrument: Option<String>,
}
