//! The digits of a language. Never here: grouping and signs (see `amounts`), dates (see `dates`).

use crate::domain::language::Language;

/// The text with its Latin digits in the language's own: `1404` is `۱۴۰۴` in Persian.
pub fn in_digits_of(language: Language, text: &str) -> String {
    match language {
        Language::Fa => text.chars().map(persian_digit).collect(),
        Language::En => text.to_owned(),
    }
}

fn persian_digit(character: char) -> char {
    match character {
        '0' => '۰',
        '1' => '۱',
        '2' => '۲',
        '3' => '۳',
        '4' => '۴',
        '5' => '۵',
        '6' => '۶',
        '7' => '۷',
        '8' => '۸',
        '9' => '۹',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persian_digits_replace_latin_ones_and_nothing_else() {
        assert_eq!(
            in_digits_of(Language::Fa, "دفتر 1234567890-A"),
            "دفتر ۱۲۳۴۵۶۷۸۹۰-A"
        );
        assert_eq!(in_digits_of(Language::En, "1404"), "1404");
    }
}
