//! What the sender stated, as rules and cases look at it, and as it is told which case held. Never here: what follows from it.

use super::FactDeclaration;
use super::decision::{Condition, Decision, Seen, Subject};
use super::derivation::{Chosen, Name, Step, Told};
use super::document::FactValue;
use super::pricing::Working;
use super::question::{Question, Refusal};
use crate::domain::money::Amount;

impl<'a> Working<'a> {
    pub(super) fn seen(&self, subject: Subject) -> Result<Seen<'a>, Refusal> {
        let number = |amount: Amount| Ok(Seen::Integer(amount.minor()));
        match subject {
            Subject::Fact(index) => self.fact(index).map(Seen::of),
            Subject::Amount => number(self.question.amount.ok_or(Refusal::AmountMissing)?),
            Subject::Principal => number(self.question.principal.ok_or(Refusal::PrincipalMissing)?),
            Subject::Quantity => Ok(Seen::Integer(i64::from(self.question.quantity))),
            Subject::Leg => Ok(Seen::Text(self.question.leg.as_deref().unwrap_or_default())),
        }
    }

    pub(super) fn whole_number(&self, index: usize) -> Result<Amount, Refusal> {
        match self.fact(index)? {
            FactValue::Integer(number) => Ok(Amount::from_minor(*number)),
            FactValue::Bool(_) | FactValue::Text(_) => {
                Err(Refusal::FactMissing(self.tariff.facts[index].name.clone()))
            }
        }
    }

    fn fact(&self, index: usize) -> Result<&'a FactValue, Refusal> {
        let declared = &self.tariff.facts[index];
        declared
            .value_in(self.question)?
            .ok_or_else(|| Refusal::FactMissing(declared.name.clone()))
    }

    /// The case that held and what it looked at, for the derivation.
    pub(super) fn case_of<T>(&self, chosen: Chosen, decision: &Decision<T>, number: Option<usize>) -> Step {
        let held = number.and_then(|number| decision.cases.get(number - 1));
        let facts = held.map(|(condition, _)| self.facts_of(condition));
        Step::Case {
            chosen,
            number,
            facts: facts.unwrap_or_default(),
        }
    }

    /// The tested facts and their values.
    fn facts_of(&self, condition: &Condition) -> Vec<(Name, Told)> {
        let told = |(subject, _): &(Subject, _)| {
            let name = match subject {
                Subject::Fact(index) => Name::plain(&self.tariff.facts[*index].name),
                Subject::Amount => Name::own("amount"),
                Subject::Principal => Name::own("principal"),
                Subject::Quantity => Name::own("quantity"),
                Subject::Leg => Name::own("leg"),
            };
            let value = match self.seen(*subject) {
                Ok(Seen::Bool(flag)) => Told::Flag(flag),
                Ok(Seen::Integer(number)) => subject.told(number),
                Ok(Seen::Text(text)) => Told::Text(text.to_owned()),
                Err(_) => Told::Text(String::new()),
            };
            (name, value)
        };
        condition.0.iter().map(told).collect()
    }
}

impl Subject {
    const fn told(self, number: i64) -> Told {
        match self {
            Self::Amount | Self::Principal => Told::Amount(Amount::from_minor(number)),
            Self::Fact(_) | Self::Quantity | Self::Leg => Told::Number(number),
        }
    }
}

impl FactDeclaration {
    /// The stated or the default value; `None` if there is neither.
    pub(super) fn value_in<'q>(&'q self, question: &'q Question) -> Result<Option<&'q FactValue>, Refusal> {
        let Some(value) = question.facts.get(&self.name) else {
            return Ok(self.default.as_ref());
        };
        if self.fact.admits(value) {
            return Ok(Some(value));
        }
        let (name, value) = (self.name.clone(), value.to_string());
        Err(Refusal::FactInvalid {
            name,
            value,
            expected: Box::new(self.fact.clone()),
        })
    }
}
