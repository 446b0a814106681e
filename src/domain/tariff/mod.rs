//! A checked tariff: what it needs to answer a question, and what others may read off it.
//! Never here: how a document is judged (`check`) or a question answered (`pricing`).

pub mod allocation;
mod check;
mod decision;
pub mod derivation;
pub mod document;
pub mod fault;
mod formula;
pub mod pricing;
pub mod question;
mod sharing;
mod stated;
pub mod term;
pub mod validity;

use std::collections::BTreeMap;

pub use allocation::{Allocation, Share, Unbalanced};
pub use derivation::Derivation;
pub use document::Document;
pub use fault::Fault;
pub use pricing::Quote;
pub use question::{FactValue, Question, Refusal};
pub use term::{ComponentKind, Role, Side, TermDeclaration, Title};
pub use validity::{Validity, ValidityRule, version_validity};

use super::facts::Facts;
use derivation::Name;
use document::{Fact, Instrument, QuantityRule, Range, Unit};
use pricing::Computation;
use question::listed;
use sharing::{Choice, PriceRounding};
use term::label;

use crate::domain::money::Amount;
use crate::domain::printable::{self, unprintable_in};

/// A tariff document that passed every check, ready to quote: now ([`Tariff::parse`]), or before it was published
/// ([`Tariff::from_published`]).
#[derive(Clone, Debug)]
pub struct Tariff {
    service: String,
    network: String,
    unit: Unit,
    validity: Option<Validity>,
    instruments: BTreeMap<String, Instrument>,
    activity_legs: Vec<String>,
    facts: Vec<FactDeclaration>,
    amount: Range,
    reads_amount: bool,
    quantity: QuantityRule,
    reads_quantity: bool,
    reads_principal: bool,
    principal: Option<PrincipalTerm>,
    terms: Vec<TermDeclaration>,
    slots: Vec<Slot>,
    /// Parts, bases and the price, in the order in which they depend on each other.
    computations: Vec<Computation>,
    rounding: Option<PriceRounding>,
    sources: Choice,
    split: Choice,
}

/// A declared fact, and whether any rule of the tariff reads it.
#[derive(Clone, Debug)]
struct FactDeclaration {
    name: String,
    fact: Fact,
    default: Option<FactValue>,
    is_read: bool,
}

/// The principal's range and the ordinal of its term.
#[derive(Clone, Debug)]
struct PrincipalTerm {
    ordinal: i16,
    range: Range,
}

/// The name of a computed amount.
#[derive(Clone, Debug)]
struct Slot {
    name: String,
    title: Option<Title>,
    kind: SlotKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SlotKind {
    Part,
    Base,
    Price,
    Group,
    Component,
}

impl Slot {
    fn called(&self) -> Name {
        Name::called(&self.name, |language| {
            label(&self.name, self.title.as_ref(), language)
        })
    }
}

impl SlotKind {
    /// What the document calls it.
    const fn noun(self) -> &'static str {
        match self {
            Self::Part | Self::Price => "part of the price",
            Self::Base => "base",
            Self::Group | Self::Component => "component",
        }
    }
}

impl Tariff {
    /// Reads and checks a document: the tariff, or every reason why it is none.
    pub fn parse(json: &str) -> Result<Self, Vec<Fault>> {
        let document = Document::read(json).map_err(|fault| vec![fault])?;
        if let Some(place) = serde_json::from_str(json).ok().as_ref().and_then(unprintable_in) {
            let told = "what is written there has a control character";
            let path = format!("$.{place}");
            return Err(vec![Fault::new(&path, printable::RULE, told, printable::TOLD)]);
        }
        check::check(&document)
    }

    /// Reads a document that was checked before it was published: the same tariff without the search of its cases and the trial
    /// questions, of which there are thousands, and which find more than they did then.
    pub fn from_published(json: &str) -> Result<Self, Vec<Fault>> {
        let document = Document::read(json).map_err(|fault| vec![fault])?;
        check::build(&document)
    }

    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    #[must_use]
    pub fn network(&self) -> &str {
        &self.network
    }

    #[must_use]
    pub const fn unit(&self) -> &Unit {
        &self.unit
    }

    /// The document's own validity, with which the version that is stored agrees.
    #[must_use]
    pub const fn validity(&self) -> Option<&Validity> {
        self.validity.as_ref()
    }

    #[must_use]
    pub const fn instruments(&self) -> &BTreeMap<String, Instrument> {
        &self.instruments
    }

    /// All terms over all splits, sources first, the principal last; a term's ordinal is its index.
    #[must_use]
    pub fn terms(&self) -> &[TermDeclaration] {
        &self.terms
    }

    /// The term of this ordinal.
    #[must_use]
    pub fn term(&self, ordinal: i16) -> Option<&TermDeclaration> {
        usize::try_from(ordinal).ok().and_then(|at| self.terms.get(at))
    }

    /// The term of the principal. On the leg side it was collected and is owed to its role; on the source side it was
    /// paid out and its role owes it.
    #[must_use]
    pub fn principal_term(&self) -> Option<&TermDeclaration> {
        self.principal
            .as_ref()
            .and_then(|principal| self.term(principal.ordinal))
    }

    /// What the citizen hands over in all: the price, and the principal if it is collected.
    pub fn handed_over(&self, quote: &Quote) -> Result<Amount, Refusal> {
        let is_collected = self.principal_term().is_some_and(|term| term.side == Side::Leg);
        let principal = if is_collected {
            quote.principal
        } else {
            Amount::ZERO
        };
        Ok(quote.price.plus(principal)?)
    }

    /// Reads a fact from text (a column, an option) as its declaration wants it.
    pub fn read_fact(&self, name: &str, text: &str) -> Result<FactValue, Refusal> {
        let declared = self.facts.iter().find(|declared| declared.name == name);
        let declared = declared.ok_or_else(|| Refusal::FactUnknown {
            name: name.to_owned(),
            known: listed(self.facts.iter().map(|fact| fact.name.as_str())),
        })?;
        let value = declared.fact.read(text);
        value
            .filter(|value| declared.fact.admits(value))
            .ok_or_else(|| Refusal::FactInvalid {
                name: name.to_owned(),
                value: format!("`{text}`"),
                expected: Box::new(declared.fact.clone()),
            })
    }

    /// The facts as their declarations want them: a number that came as a text, or a text that came as a number, is
    /// what the tariff takes it for. So the same case is the same facts in every format.
    pub fn read_facts(&self, stated: &Facts) -> Result<Facts, Refusal> {
        stated
            .iter()
            .map(|(name, value)| Ok((name.clone(), self.read_stated(name, value)?)))
            .collect()
    }

    fn read_stated(&self, name: &str, value: &FactValue) -> Result<FactValue, Refusal> {
        let declared = self.facts.iter().find(|declared| declared.name == name);
        if declared.is_some_and(|declared| declared.fact.admits(value)) {
            return Ok(value.clone());
        }
        match value {
            FactValue::Bool(flag) => self.read_fact(name, &flag.to_string()),
            FactValue::Integer(number) => self.read_fact(name, &number.to_string()),
            FactValue::Text(text) => self.read_fact(name, text),
        }
    }

    /// Does the allocation depend on the principal, such as a fee in bands of the bill?
    #[must_use]
    pub const fn reads_principal(&self) -> bool {
        self.reads_principal
    }

    /// The facts that this version reads, defaults filled in, as canonical JSON (sorted names, no spaces): the part of
    /// the key of an allocation that comes from the facts.
    #[must_use]
    pub fn key_facts(&self, question: &Question) -> String {
        let mut facts = BTreeMap::new();
        for declared in self.facts.iter().filter(|declared| declared.is_read) {
            if let Some(value) = question.facts.get(&declared.name).or(declared.default.as_ref()) {
                facts.insert(declared.name.as_str(), value);
            }
        }
        // No fact may bear this name.
        let principal = FactValue::Integer(question.principal.unwrap_or_default().minor());
        if self.reads_principal {
            facts.insert("principal", &principal);
        }
        serde_json::to_string(&facts).unwrap_or_default()
    }

    /// A question that has this key: with the principal which the key names, or else one that changes no allocation.
    /// `None` if the facts are none.
    #[must_use]
    pub fn question_of_key(
        &self,
        asked_amount: Amount,
        quantity: u32,
        leg: Option<String>,
        key_facts: &str,
    ) -> Option<Question> {
        let mut facts: BTreeMap<String, FactValue> = serde_json::from_str(key_facts).ok()?;
        let named = match facts.remove("principal") {
            Some(FactValue::Integer(minor)) => Some(Amount::from_minor(minor)),
            Some(FactValue::Bool(_) | FactValue::Text(_)) => return None,
            None => None,
        };
        let least = |principal: &PrincipalTerm| Amount::from_minor(principal.range.at_least);
        Some(Question {
            amount: Some(asked_amount),
            principal: named.or(self.principal.as_ref().map(least)),
            quantity,
            leg,
            facts,
        })
    }
}

#[cfg(test)]
mod tests;
