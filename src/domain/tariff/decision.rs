//! Ordered cases over facts, ready to be decided: which case holds for a question.
//! Never here: whether a case can ever hold (`check::reach`).

use super::document::{Fact, FactValue, Test, Within};
use super::pricing::Working;
use super::question::Refusal;
use crate::domain::digits::{in_digits_of, latin_digits};
use crate::domain::language::Language;

/// What a test looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// The fact with this index in the tariff.
    Fact(usize),
    Amount,
    Principal,
    Quantity,
    Leg,
}

/// All tests must hold.
#[derive(Clone, Debug)]
pub(super) struct Condition(pub(super) Vec<(Subject, Test)>);

/// The first case that holds decides.
#[derive(Clone, Debug)]
pub(super) struct Decision<T> {
    pub(super) cases: Vec<(Condition, T)>,
    pub(super) otherwise: Option<T>,
}

/// A value looked at, without copying texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen<'a> {
    Bool(bool),
    Integer(i64),
    Text(&'a str),
}

impl<T> Decision<T> {
    /// The deciding case (its number from 1, or `None` for otherwise) and what it holds.
    pub(super) fn decide(&self, working: &Working<'_>) -> Result<(Option<usize>, &T), Refusal> {
        for (number, (condition, held)) in (1..).zip(&self.cases) {
            if condition.holds(|subject| working.seen(subject))? {
                return Ok((Some(number), held));
            }
        }
        self.otherwise
            .as_ref()
            .map(|held| (None, held))
            .ok_or(Refusal::NoCase)
    }
}

impl<T> Decision<T> {
    /// What its cases hold, and what holds otherwise.
    pub(super) fn all(&self) -> impl Iterator<Item = &T> {
        self.cases.iter().map(|(_, held)| held).chain(&self.otherwise)
    }
}

impl Condition {
    /// What cannot be looked at is missed only if all other tests hold: no order of the names decides.
    pub(super) fn holds<'v, E>(&self, look: impl Fn(Subject) -> Result<Seen<'v>, E>) -> Result<bool, E> {
        let mut missed = None;
        for (subject, test) in &self.0 {
            match look(*subject) {
                Ok(seen) if passes(test, seen) => {}
                Ok(_) => return Ok(false),
                Err(error) => missed = missed.or(Some(error)),
            }
        }
        missed.map_or(Ok(true), Err)
    }
}

impl<'a> Seen<'a> {
    pub(super) fn of(value: &'a FactValue) -> Self {
        match value {
            FactValue::Bool(flag) => Self::Bool(*flag),
            FactValue::Integer(number) => Self::Integer(*number),
            FactValue::Text(text) => Self::Text(text),
        }
    }
}

/// Whether a test holds for a value.
pub(super) fn passes(test: &Test, seen: Seen<'_>) -> bool {
    match test {
        Test::Equals(value) => Seen::of(value) == seen,
        Test::Within(within) => passes_all(within, seen),
    }
}

fn passes_all(within: &Within, seen: Seen<'_>) -> bool {
    let among = |values: &Vec<FactValue>| values.iter().any(|value| Seen::of(value) == seen);
    let number = if let Seen::Integer(number) = seen {
        Some(number)
    } else {
        None
    };
    let compared = |limit: Option<i64>, holds: fn(&i64, &i64) -> bool| {
        limit.is_none_or(|limit| number.is_some_and(|number| holds(&number, &limit)))
    };
    within.one_of.as_ref().is_none_or(among)
        && !within.none_of.as_ref().is_some_and(among)
        && compared(within.at_least, i64::ge)
        && compared(within.at_most, i64::le)
        && compared(within.above, i64::gt)
        && compared(within.below, i64::lt)
}

impl Fact {
    /// The value taken when the sender says nothing.
    pub(super) fn default_value(&self) -> Option<FactValue> {
        match self {
            Self::Integer { default, .. } => default.map(FactValue::Integer),
            Self::Bool { default } => default.map(FactValue::Bool),
            Self::OneOf { default, .. } | Self::Text { default } => default.clone().map(FactValue::Text),
        }
    }

    /// The value that a text stands for, if it can be one of this fact.
    pub(super) fn read(&self, text: &str) -> Option<FactValue> {
        match self {
            Self::Integer { .. } => latin_digits(text).parse().ok().map(FactValue::Integer),
            Self::Bool { .. } => text.parse().ok().map(FactValue::Bool),
            Self::OneOf { .. } | Self::Text { .. } => Some(FactValue::Text(text.to_owned())),
        }
    }

    pub(super) fn admits(&self, value: &FactValue) -> bool {
        match (self, value) {
            (
                Self::Integer {
                    at_least, at_most, ..
                },
                FactValue::Integer(number),
            ) => number >= at_least && at_most.is_none_or(|most| *number <= most),
            (Self::Bool { .. }, FactValue::Bool(_)) | (Self::Text { .. }, FactValue::Text(_)) => true,
            (Self::OneOf { values, .. }, FactValue::Text(text)) => values.contains(text),
            (Self::Integer { .. } | Self::Bool { .. } | Self::OneOf { .. } | Self::Text { .. }, _) => false,
        }
    }

    /// What a value of it must be, in words.
    pub(super) fn expectation(&self, language: Language) -> String {
        match (language, self) {
            (Language::En, _) => self.expected_in_english(),
            (
                Language::Fa,
                Self::Integer {
                    at_least, at_most, ..
                },
            ) => {
                let told = |number: i64| in_digits_of(language, &number.to_string());
                let least = told(*at_least);
                match at_most {
                    Some(most) => format!("عددی صحیح از {least} تا {}", told(*most)),
                    None => format!("عددی صحیح از {least} به بالا"),
                }
            }
            (Language::Fa, Self::Bool { .. }) => "true یا false".to_owned(),
            (Language::Fa, Self::OneOf { values, .. }) => format!("یکی از {}", values.join("، ")),
            (Language::Fa, Self::Text { .. }) => "متنی".to_owned(),
        }
    }

    fn expected_in_english(&self) -> String {
        match self {
            Self::Integer {
                at_least,
                at_most: Some(most),
                ..
            } => {
                format!("a whole number from {at_least} to {most}")
            }
            Self::Integer {
                at_least,
                at_most: None,
                ..
            } => format!("a whole number from {at_least}"),
            Self::Bool { .. } => "true or false".to_owned(),
            Self::OneOf { values, .. } => format!("one of {}", values.join(", ")),
            Self::Text { .. } => "a text".to_owned(),
        }
    }
}

impl std::fmt::Display for FactValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bool(flag) => flag.fmt(f),
            Self::Integer(number) => number.fmt(f),
            Self::Text(text) => write!(f, "`{text}`"),
        }
    }
}
