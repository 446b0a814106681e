//! Amounts as people read them: digits, groups, sign, decimal places, unit names. Made of the decimal digits, never by
//! dividing. Never here: sums, rounding, or toman as anything but a way to say an amount.

use crate::domain::digits::{grouped, in_digits_of};
use crate::domain::language::Language;
use crate::domain::money::Amount;
use crate::domain::statement::Unit;

/// A true minus sign (U+2212), not a hyphen.
const MINUS: char = '\u{2212}';

/// Holds the minus on the left of its Persian digits inside a right-to-left line, as CLDR's `fa` patterns do.
const LEFT_TO_RIGHT_MARK: char = '\u{200E}';

/// The amount in the unit's decimal places, grouped by thousands: `−۱٬۲۳۴` or `−1,234`.
///
/// `scale` is the number of decimal places of the smallest part.
pub fn amount_text(amount: Amount, scale: u8, language: Language) -> String {
    let digits = amount.minor().unsigned_abs().to_string();
    let places = usize::from(scale);
    let digits = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let (group, point) = match language {
        Language::Fa => ('٬', '٫'),
        Language::En => (',', '.'),
    };
    let mut text = String::new();
    if amount.is_negative() {
        if language == Language::Fa {
            text.push(LEFT_TO_RIGHT_MARK);
        }
        text.push(MINUS);
    }
    text.push_str(&grouped(whole, group));
    if !fraction.is_empty() {
        text.push(point);
        text.push_str(fraction);
    }
    in_digits_of(language, &text)
}

/// The amount followed by the unit's name: `۱٬۲۳۴ ریال`.
pub fn amount_with_unit(amount: Amount, unit: &Unit, language: Language) -> String {
    let name = unit.names.in_language(language);
    format!("{}\u{00A0}{name}", amount_text(amount, unit.scale, language))
}

/// The amount as people say it, for units that have a spoken one: 1,047,500 rials are `۱۰۴٬۷۵۰ تومان`.
pub fn amount_spoken(amount: Amount, unit: &Unit, language: Language) -> Option<String> {
    let spoken = unit.spoken.as_ref()?;
    let text = amount_text(amount, unit.scale.saturating_add(spoken.digits_dropped), language);
    let text = match text.split_once(['٫', '.']) {
        Some((whole, fraction)) if fraction.chars().all(|c| matches!(c, '0' | '۰')) => whole.to_owned(),
        Some(_) | None => text,
    };
    Some(format!("{text}\u{00A0}{}", spoken.names.in_language(language)))
}

/// A count, grouped by thousands.
pub fn count_text(count: u64, language: Language) -> String {
    let group = match language {
        Language::Fa => '٬',
        Language::En => ',',
    };
    in_digits_of(language, &grouped(&count.to_string(), group))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::statement::sample;

    fn text(minor: i64, scale: u8, language: Language) -> String {
        amount_text(Amount::from_minor(minor), scale, language)
    }

    #[test]
    fn an_amount_is_grouped_by_thousands_in_the_digits_of_its_language() {
        assert_eq!(text(0, 0, Language::Fa), "۰");
        assert_eq!(text(999, 0, Language::Fa), "۹۹۹");
        assert_eq!(text(1_000, 0, Language::Fa), "۱٬۰۰۰");
        assert_eq!(text(1_476_112, 0, Language::En), "1,476,112");
        assert_eq!(text(i64::MIN, 0, Language::En), "−9,223,372,036,854,775,808");
    }

    #[test]
    fn a_negative_persian_amount_keeps_its_minus_at_the_left_of_its_digits() {
        assert_eq!(text(-428_612, 0, Language::Fa), "\u{200E}−۴۲۸٬۶۱۲");
        assert_eq!(text(-428_612, 0, Language::En), "−428,612");
    }

    #[test]
    fn a_unit_with_decimal_places_shows_all_of_them() {
        assert_eq!(text(5, 2, Language::En), "0.05");
        assert_eq!(text(-123_456, 2, Language::En), "−1,234.56");
        assert_eq!(text(123_450, 2, Language::Fa), "۱٬۲۳۴٫۵۰");
    }

    #[test]
    fn toman_is_the_rial_with_one_digit_dropped_and_never_rounded() {
        let unit = sample::short(Language::Fa).unit;
        let spoken = |minor| amount_spoken(Amount::from_minor(minor), &unit, Language::Fa).unwrap();
        assert_eq!(spoken(1_047_500), "۱۰۴٬۷۵۰\u{00A0}تومان");
        assert_eq!(spoken(428_612), "۴۲٬۸۶۱٫۲\u{00A0}تومان");
    }
}
