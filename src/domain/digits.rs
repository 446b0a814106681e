//! Digits as people write them: Persian ones out, Persian, Arabic and Latin ones in. Never here: signs and points.

use super::language::Language;

/// The text with its Latin digits in the language's own: `1403` is `۱۴۰۳` in Persian.
pub fn in_digits_of(language: Language, text: &str) -> String {
    match language {
        Language::Fa => text.chars().map(persian_digit).collect(),
        Language::En => text.to_owned(),
    }
}

fn persian_digit(c: char) -> char {
    c.to_digit(10)
        .and_then(|digit| char::from_u32(0x06F0 + digit))
        .unwrap_or(c)
}

/// The text with Persian and Arabic digits turned into Latin ones: people type all three.
pub fn latin_digits(text: &str) -> String {
    text.chars().map(latin_digit).collect()
}

fn latin_digit(c: char) -> char {
    let value = match c {
        '\u{06F0}'..='\u{06F9}' => u32::from(c) - 0x06F0,
        '\u{0660}'..='\u{0669}' => u32::from(c) - 0x0660,
        _ => return c,
    };
    char::from_digit(value, 10).unwrap_or(c)
}

/// Digits in groups of three, a hyphen before them kept: `-1,234`.
pub fn grouped(number: &str, separator: char) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let mut text = sign.to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
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
