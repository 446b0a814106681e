//! Which of several ordered cases can be reached: decided by trying every combination of values that matter.
//! Never here: money.

use crate::domain::tariff::decision::{Condition, Seen, Subject};
use crate::domain::tariff::document::{Fact, FactValue};

/// Beyond so many combinations nothing is claimed.
const COMBINATIONS_MAX: usize = 50_000;

/// A text that no test names.
const ANY_OTHER_TEXT: &str = "…";

/// The values of one fact that tell its tests apart.
#[derive(Clone, Debug)]
pub(super) struct Domain(pub(super) Vec<FactValue>);

impl Domain {
    /// `tested` holds the values of the tests and their neighbours.
    pub(super) fn of(fact: &Fact, tested: Vec<FactValue>) -> Self {
        let mut values = match fact {
            Fact::Bool { .. } => vec![FactValue::Bool(false), FactValue::Bool(true)],
            Fact::OneOf { values, .. } => values.iter().cloned().map(FactValue::Text).collect(),
            Fact::Text { .. } => {
                let other = FactValue::Text(ANY_OTHER_TEXT.to_owned());
                tested.into_iter().chain([other]).collect()
            }
            Fact::Integer {
                at_least, at_most, ..
            } => {
                let ends = [Some(*at_least), *at_most]
                    .into_iter()
                    .flatten()
                    .map(FactValue::Integer);
                tested.into_iter().chain(ends).collect()
            }
        };
        values.retain(|value| fact.admits(value));
        values.sort_unstable();
        values.dedup();
        Self(values)
    }
}

pub(super) struct Reached {
    pub(super) cases: Vec<bool>,
    /// Values for which no case holds.
    pub(super) fallen_through: Option<Vec<(Subject, FactValue)>>,
}

/// `None` if there are too many combinations to try.
pub(super) fn reached(conditions: &[&Condition], domains: &[(Subject, Domain)]) -> Option<Reached> {
    let sizes = domains.iter().map(|(_, domain)| domain.0.len());
    let count = sizes
        .clone()
        .try_fold(1_usize, usize::checked_mul)
        .filter(|count| *count <= COMBINATIONS_MAX)?;
    let mut reached = Reached {
        cases: vec![false; conditions.len()],
        fallen_through: None,
    };
    for number in 0..count {
        let values = combination(number, domains);
        let look = |subject: Subject| {
            let value = values.iter().find(|(known, _)| *known == subject);
            value.map(|(_, value)| Seen::of(value)).ok_or(())
        };
        match conditions
            .iter()
            .position(|condition| condition.holds(look) == Ok(true))
        {
            Some(case) => reached.cases[case] = true,
            None => reached.fallen_through = Some(values),
        }
    }
    Some(reached)
}

/// The combination with this number, counting through the values of each fact in turn.
fn combination(number: usize, domains: &[(Subject, Domain)]) -> Vec<(Subject, FactValue)> {
    let mut rest = number;
    let mut values = Vec::with_capacity(domains.len());
    for (subject, Domain(domain)) in domains {
        let size = domain.len().max(1);
        if let Some(value) = domain.get(rest % size) {
            values.push((*subject, value.clone()));
        }
        rest /= size;
    }
    values
}
