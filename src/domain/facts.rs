//! The facts of a case, as a sender states them. Never here: what a tariff makes of them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::Deserializer;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};

use super::tariff::FactValue;
use super::tariff::document::Named;

/// Named facts, sorted by name.
pub type Facts = BTreeMap<String, FactValue>;

/// The canonical JSON of facts: sorted names, no spaces. Equal facts have equal text.
pub fn canonical(facts: &Facts) -> String {
    if facts.is_empty() {
        return NO_FACTS.to_owned();
    }
    serde_json::to_string(facts).unwrap_or_else(|_| NO_FACTS.to_owned())
}

/// Facts of one object, for serde. One that is stated twice is refused: which of the two holds nobody knows.
pub fn each_once<'de, D: Deserializer<'de>>(from: D) -> Result<Facts, D::Error> {
    Named::deserialize(from).map(|Named(facts)| facts)
}

/// [`Facts`] as an object of their own.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Stated {
    #[serde(deserialize_with = "each_once")]
    pub facts: Facts,
}

/// Facts as the API describes them.
pub fn schema() -> Schema {
    let value = [Type::Boolean, Type::Integer, Type::String];
    let value = value.into_iter().fold(OneOfBuilder::new(), |choice, kind| {
        choice.item(ObjectBuilder::new().schema_type(kind))
    });
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some(
            "By their names: at most 32, with names and texts of 900 bytes in all",
        ))
        .additional_properties(Some(Schema::OneOf(value.build())))
        .into()
}

/// The canonical JSON of a case without facts.
pub const NO_FACTS: &str = "{}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_facts_have_equal_text_in_any_order() {
        let a = Facts::from([
            ("loss".to_owned(), FactValue::Integer(2)),
            ("erred".to_owned(), FactValue::Bool(false)),
        ]);
        assert_eq!(canonical(&a), r#"{"erred":false,"loss":2}"#);
        assert_eq!(canonical(&Facts::new()), NO_FACTS);
    }
}
