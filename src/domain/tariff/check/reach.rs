//! Which of several ordered cases can be reached: decided by following every set of values that tests tell apart.
//! Never here: money.

use std::collections::BTreeMap;

use crate::domain::tariff::decision::{Condition, Seen, Subject, passes};
use crate::domain::tariff::document::{Fact, FactValue};

/// Beyond so many conditions looked at nothing is claimed.
const LOOKS_MAX: usize = 5_000_000;

/// A text that no test names.
const ANY_OTHER_TEXT: &str = "…";

/// The values of one fact that are worth trying.
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

/// Values of one subject that no test tells apart: one of them, and of each condition whether its tests of the subject hold.
struct Class<'a> {
    value: &'a FactValue,
    holds: Vec<bool>,
}

/// The subjects in turn, each with its classes.
struct Search<'a> {
    subjects: Vec<(Subject, Vec<Class<'a>>)>,
    /// Of each condition, how many of the subjects have been chosen once all of its tests are looked at.
    decided_after: Vec<usize>,
    looks: usize,
    reached: Reached,
}

/// `None` if there is too much to look at.
pub(super) fn reached(conditions: &[&Condition], domains: &[(Subject, Domain)]) -> Option<Reached> {
    let mut search = Search::of(conditions, domains);
    if domains.iter().all(|(_, domain)| !domain.0.is_empty()) {
        let all = (0..conditions.len()).collect::<Vec<_>>();
        search.follow(&all, &mut Vec::new())?;
    }
    Some(search.reached)
}

impl<'a> Search<'a> {
    fn of(conditions: &[&Condition], domains: &'a [(Subject, Domain)]) -> Self {
        let mut subjects = Vec::with_capacity(domains.len());
        let mut decided_after = vec![0; conditions.len()];
        for (chosen, (subject, domain)) in (1..).zip(domains) {
            subjects.push((*subject, classes(*subject, domain, conditions)));
            for (condition, decided) in conditions.iter().zip(&mut decided_after) {
                if condition.0.iter().any(|(tested, _)| tested == subject) {
                    *decided = chosen;
                }
            }
        }
        let reached = Reached {
            cases: vec![false; conditions.len()],
            fallen_through: None,
        };
        Self {
            subjects,
            decided_after,
            looks: 0,
            reached,
        }
    }

    /// `live`: the conditions that hold for what is chosen so far, one class of each subject in turn. Where the first of them is
    /// decided, it holds whatever else is chosen.
    fn follow(&mut self, live: &[usize], chosen: &mut Vec<usize>) -> Option<()> {
        let Some(first) = live.first() else {
            if self.reached.fallen_through.is_none() {
                self.reached.fallen_through = Some(self.values(chosen));
            }
            return Some(());
        };
        let depth = chosen.len();
        if self.decided_after[*first] <= depth {
            self.reached.cases[*first] = true;
            return Some(());
        }
        for class in 0..self.subjects[depth].1.len() {
            self.looks += live.len();
            if self.looks > LOOKS_MAX {
                return None;
            }
            let holds = &self.subjects[depth].1[class].holds;
            let still = live.iter().copied().filter(|condition| holds[*condition]);
            let still = still.collect::<Vec<_>>();
            chosen.push(class);
            self.follow(&still, chosen)?;
            chosen.pop();
        }
        Some(())
    }

    /// A value of each chosen class, and any of the subjects that are left.
    fn values(&self, chosen: &[usize]) -> Vec<(Subject, FactValue)> {
        let places = chosen.iter().copied().chain(std::iter::repeat(0));
        let values = self
            .subjects
            .iter()
            .zip(places)
            .filter_map(|((subject, classes), at)| Some((*subject, classes.get(at)?.value.clone())));
        values.collect()
    }
}

fn classes<'a>(subject: Subject, domain: &'a Domain, conditions: &[&Condition]) -> Vec<Class<'a>> {
    let mut told_apart = BTreeMap::new();
    for value in &domain.0 {
        let holds = |condition: &&Condition| {
            let mut tests = condition.0.iter().filter(|(tested, _)| *tested == subject);
            tests.all(|(_, test)| passes(test, Seen::of(value)))
        };
        let holds = conditions.iter().map(holds).collect::<Vec<_>>();
        told_apart.entry(holds).or_insert(value);
    }
    let class = |(holds, value)| Class { value, holds };
    told_apart.into_iter().map(class).collect()
}

#[cfg(test)]
mod tests;
