//! The one rule for every code and text that comes in from outside: it can be printed.
//! Never here: how long a text may be, what it means.

use serde_json::Value;

/// Most characters of the code of an office, a service, a network, an activity leg.
pub const CODE_MAX: usize = 60;

const HALF_SPACE: char = '\u{200c}';

pub const RULE: &str = "text_is_printable";
pub const TOLD: &str = "a text without control characters";

/// Whether a text has no control characters. PostgreSQL keeps no NUL.
pub fn is_printable(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// What is wrong with a code or reference: the rule, and what would be right. A code that cannot be seen is none, and two that
/// look alike would be two keys of one thing.
pub fn fault_of_code(code: &str) -> Option<(&'static str, &'static str)> {
    if !is_printable(code) {
        return Some((RULE, TOLD));
    }
    if code.chars().any(is_invisible) {
        let told = "no characters that cannot be seen or that turn the direction of writing";
        return Some(("code_is_seen", told));
    }
    let outer = [code.chars().next(), code.chars().next_back()];
    if outer.into_iter().flatten().any(char::is_whitespace) {
        return Some(("code_has_no_outer_blanks", "no blank before or after it"));
    }
    None
}

/// The same of a key that no row names but people read: Persian writes a half-space within a word.
pub fn fault_of_key(key: &str) -> Option<(&'static str, &'static str)> {
    let mut parts = key.split(HALF_SPACE);
    parts.find_map(|part| match part {
        "" => Some(("code_is_seen", "half-spaces only within a word")),
        written => fault_of_code(written),
    })
}

/// The format characters and fillers of Unicode 16: they take no room, or nobody can tell them from a blank.
fn is_invisible(c: char) -> bool {
    matches!(
        u32::from(c),
        0x00AD
            | 0x034F
            | 0x061C
            | 0x115F..=0x1160
            | 0x17B4..=0x17B5
            | 0x180B..=0x180F
            | 0x200B..=0x200F
            | 0x2028..=0x202E
            | 0x2060..=0x206F
            | 0x2800
            | 0x3164
            | 0xFE00..=0xFE0F
            | 0xFEFF
            | 0xFFA0
            | 0xFFF0..=0xFFFB
            | 0x1BCA0..=0x1BCA3
            | 0x1D173..=0x1D17A
            | 0xE0000..=0xE0FFF
    )
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
    fn a_code_is_seen_whole_and_has_no_outer_blanks() {
        for code in ["r-1", "پ-۱۲", "a b", "é", "کاف ۳"] {
            assert_eq!(fault_of_code(code), None, "{code}");
        }
        for (code, rule) in [
            (" r-1", "code_has_no_outer_blanks"),
            ("r-1\u{a0}", "code_has_no_outer_blanks"),
            (" ", "code_has_no_outer_blanks"),
            ("r\u{200b}1", "code_is_seen"),
            ("\u{202e}r-1", "code_is_seen"),
            ("r-1\u{feff}", "code_is_seen"),
            ("r\u{2066}1", "code_is_seen"),
            ("\u{2800}", "code_is_seen"),
            ("r\t1", RULE),
        ] {
            assert_eq!(fault_of_code(code).map(|(rule, _)| rule), Some(rule), "{code:?}");
        }
    }

    #[test]
    fn a_half_space_within_a_word_of_a_key_is_ordinary_persian() {
        for key in ["order", "آیین\u{200c}نامه", "تصویب\u{200c}نامهٔ هیئت وزیران"]
        {
            assert_eq!(fault_of_key(key), None, "{key}");
        }
        for (key, rule) in [
            ("", "code_is_seen"),
            ("\u{200c}", "code_is_seen"),
            ("نامه\u{200c}", "code_is_seen"),
            ("\u{200c}نامه", "code_is_seen"),
            ("آیین\u{200c}\u{200c}نامه", "code_is_seen"),
            ("آیین\u{200b}نامه", "code_is_seen"),
            ("آیین \u{200c}نامه", "code_has_no_outer_blanks"),
            (" نامه", "code_has_no_outer_blanks"),
            ("آیین\tنامه", RULE),
        ] {
            assert_eq!(fault_of_key(key).map(|(rule, _)| rule), Some(rule), "{key:?}");
        }
    }

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
