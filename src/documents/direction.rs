//! Codes within text that may read from right to left: what is typed from left to right is shown so. Never here: digits (see
//! `domain::digits`), what markup says of direction by itself.

/// Opens a stretch that reads from left to right whatever stands around it, and closes it: Unicode's isolates.
const LEFT_TO_RIGHT: char = '\u{2066}';
const END: char = '\u{2069}';

/// The code as a stretch of its own: `02-7005` after a Persian word would read `7005-02`.
pub fn isolated(code: &str) -> String {
    format!("{LEFT_TO_RIGHT}{code}{END}")
}

/// The text with each of its codes isolated: words of visible ASCII alone, among them a digit.
pub fn with_codes_isolated(text: &str) -> String {
    let word = |word: &str| {
        if is_code(word) {
            isolated(word)
        } else {
            word.to_owned()
        }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn is_code(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_graphic()) && word.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_among_persian_words_is_isolated_and_nothing_else_is() {
        assert_eq!(
            with_codes_isolated("پروانهٔ دفتر 02-7005 در Tehran"),
            "پروانهٔ دفتر \u{2066}02-7005\u{2069} در Tehran"
        );
        assert_eq!(with_codes_isolated("۱۰ روز"), "۱۰ روز");
    }
}
