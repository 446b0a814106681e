//! The beginning of a text that came in from outside and is told back with what is wrong: what is told of a row is kept for it, and is
//! not to grow with what was sent. Never here: what is wrong.

/// Of a value or name that was sent.
pub const ECHO_MAX: usize = 80;
/// Of the path of a field.
pub const FIELD_MAX: usize = 200;
/// Of what is told of one field.
pub const EXPLANATION_MAX: usize = 500;
/// Of all that is told of one row.
pub const ROW_EXPLANATION_MAX: usize = 2_000;

/// The text, or its beginning and an ellipsis: so many characters in all, and no more memory than they take.
pub fn excerpt(text: impl Into<String>, characters_max: usize) -> String {
    let mut text = text.into();
    if text.len() <= characters_max || text.chars().nth(characters_max).is_none() {
        return text;
    }
    let last = text.char_indices().nth(characters_max.saturating_sub(1));
    text.truncate(last.map_or(0, |(at, _)| at));
    text.push('…');
    text.shrink_to_fit();
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_the_most_characters_is_whole_and_one_more_is_cut() {
        assert_eq!(excerpt("دفتر", 4), "دفتر");
        assert_eq!(excerpt("دفترها", 4), "دفت…");
        assert_eq!(excerpt("", 0), "");
        let cut = excerpt("x".repeat(64 * 1024), ECHO_MAX);
        assert_eq!(cut.chars().count(), ECHO_MAX);
        assert!(cut.capacity() < 4 * ECHO_MAX, "{}", cut.capacity());
    }
}
