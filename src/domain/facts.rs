//! The facts of a case, as a sender states them. Never here: what a tariff makes of them.

use std::collections::BTreeMap;

use super::tariff::FactValue;

/// Named facts, sorted by name.
pub type Facts = BTreeMap<String, FactValue>;

/// The canonical JSON of facts: sorted names, no spaces. Equal facts have equal text.
pub fn canonical(facts: &Facts) -> String {
    if facts.is_empty() {
        return NO_FACTS.to_owned();
    }
    serde_json::to_string(facts).unwrap_or_else(|_| NO_FACTS.to_owned())
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
