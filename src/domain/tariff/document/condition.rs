//! Facts, and ordered cases over them, as they are written.
//! Never here: whether a case can be reached (`check`) or holds (`decision`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::shorthand::{Named, read_by_shape};

/// What the sender must or may tell about a case.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fact {
    /// A whole number, such as a count of pages or of losses.
    Integer {
        /// Default: 0.
        #[serde(default)]
        at_least: i64,
        at_most: Option<i64>,
        /// Taken when the sender says nothing. Without it the fact must be sent if it is needed.
        default: Option<i64>,
    },
    /// Yes or no.
    Bool { default: Option<bool> },
    /// One of a list of words.
    OneOf {
        values: Vec<String>,
        default: Option<String>,
    },
    /// Any text.
    Text { default: Option<String> },
}

/// The value of a fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum FactValue {
    Bool(bool),
    Integer(i64),
    Text(String),
}

read_by_shape!(FactValue, "true, false, a whole number or a text",
    whole(number) => FactValue::Integer(number),
    flag(flag) => FactValue::Bool(flag),
    text(text) => FactValue::Text(text)
);

/// Ordered cases; the first that holds decides.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choose<T> {
    pub cases: Vec<Case<T>>,
    /// What holds when no case does; needed unless the cases cover everything. Use `{"refuse": "why"}` for an explicit refusal.
    pub otherwise: Option<T>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case<T> {
    /// Tests by the name of a fact, or of `amount`, `principal`, `quantity` or `leg` (the activity leg). All must hold.
    pub when: Named<Test>,
    pub then: T,
}

/// A test of one fact, or of what else the sender states: a value it equals, or an object.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub enum Test {
    Equals(FactValue),
    Within(Within),
}

read_by_shape!(Test, "a value to equal, or an object with `one_of`, `none_of`, `at_least`, `at_most`, `above`, `below`",
    whole(number) => Test::Equals(FactValue::Integer(number)),
    flag(flag) => Test::Equals(FactValue::Bool(flag)),
    text(text) => Test::Equals(FactValue::Text(text)),
    object(within) => Test::Within(within)
);

/// All that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Within {
    pub one_of: Option<Vec<FactValue>>,
    pub none_of: Option<Vec<FactValue>>,
    pub at_least: Option<i64>,
    pub at_most: Option<i64>,
    pub above: Option<i64>,
    pub below: Option<i64>,
}
