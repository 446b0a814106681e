//! The one rule for every code and text that comes in from outside: it can be printed.
//! Never here: how long a text may be, what it means.

use serde_json::Value;

pub const RULE: &str = "text_is_printable";
pub const TOLD: &str = "a text without control characters";

/// Whether a text has no control characters. PostgreSQL keeps no NUL, and a code that cannot be seen is none.
pub fn is_printable(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// The path of the first text or name in a document that is not printable.
pub fn unprintable_in(document: &Value) -> Option<String> {
    match document {
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
        Value::String(text) => (!is_printable(text)).then(String::new),
        Value::Array(items) => items.iter().enumerate().find_map(|(place, item)| {
            let within = unprintable_in(item)?;
            Some(format!("[{place}]{}", joined(&within)))
        }),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            if !is_printable(name) {
                return Some(name.escape_debug().to_string());
            }
            let within = unprintable_in(value)?;
            Some(format!("{name}{}", joined(&within)))
        }),
    }
}

fn joined(within: &str) -> String {
    match within {
        "" => String::new(),
        index if index.starts_with('[') => index.to_owned(),
        name => format!(".{name}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_place_of_a_control_character_is_found_at_any_depth() {
        assert_eq!(unprintable_in(&json!({ "a": ["دفتر", 1, null] })), None);
        let found = unprintable_in(&json!({ "a": [{ "b": "x" }, { "b": "x\u{0}" }] }));
        assert_eq!(found.as_deref(), Some("a[1].b"));
        assert_eq!(
            unprintable_in(&json!({ "a\u{7}": 1 })).as_deref(),
            Some("a\\u{7}")
        );
    }
}
