//! Exact decimal rates such as `65%` or `0.0375`, read from text and never from a JSON number.
//! Never here: applying a rate to money (that rounds, so it lives in `split`).

use std::borrow::Cow;
use std::fmt;

use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::digits::latin_digits;

/// More decimal places than any published tariff has; keeps every product inside 128 bits.
const PLACES_MAX: u32 = 12;
/// A thousand percent.
const RATE_MAX: Decimal = Decimal::TEN;

/// An exact, non-negative rate: at most twelve decimal places, at most 1000 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub struct Rate {
    value: Decimal,
    numerator: i128,
    denominator: i128,
}

/// The text is no rate; the message says what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRate {
    #[error(
        "`{0}` is no rate: write a percentage such as \"65%\" or \"3.75%\", or a decimal such as \"0.65\""
    )]
    Unreadable(String),
    #[error("`{0}` is more than the whole: if {0} percent is meant, write \"{0}%\"")]
    PercentSignMissing(String),
    #[error("`{0}` is outside 0% to 1000%, or finer than 0.0000000001%")]
    OutOfRange(String),
}

impl Rate {
    /// Reads `65%` or `0.65` (the same rate), in Persian as `۶۵٪` or `۰٫۶۵`. A rate above the whole needs the percent sign,
    /// because a bare `65` is nearly always a forgotten `%`.
    pub fn parse(text: &str) -> Result<Self, InvalidRate> {
        let unreadable = || InvalidRate::Unreadable(text.to_owned());
        let latin = latin_digits(text.trim()).replace('٫', ".");
        let (digits, percent) = match latin.strip_suffix(['%', '٪']) {
            Some(digits) => (digits.trim(), true),
            None => (latin.as_str(), false),
        };
        if !digits.chars().all(|c| c.is_ascii_digit() || c == '.') {
            return Err(unreadable());
        }
        let written = Decimal::from_str_exact(digits).map_err(|_| unreadable())?;
        if !percent && written > Decimal::ONE {
            return Err(InvalidRate::PercentSignMissing(digits.to_owned()));
        }
        let places = if percent { 2 } else { 0 };
        let written = written.normalize();
        Decimal::try_from_i128_with_scale(written.mantissa(), written.scale() + places)
            .ok()
            .and_then(Self::from_decimal)
            .ok_or_else(|| InvalidRate::OutOfRange(text.to_owned()))
    }

    fn from_decimal(value: Decimal) -> Option<Self> {
        let value = value.normalize();
        if value > RATE_MAX || value.is_sign_negative() || value.scale() > PLACES_MAX {
            return None;
        }
        let denominator = 10_i128.checked_pow(value.scale())?;
        Some(Self {
            value,
            numerator: value.mantissa(),
            denominator,
        })
    }

    /// The exact ratio, in lowest decimal terms: numerator below 10^14, denominator a power of ten up to 10^12.
    #[must_use]
    pub const fn ratio(self) -> (i128, i128) {
        (self.numerator, self.denominator)
    }

    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// Do these rates make up exactly the whole?
    #[must_use]
    pub fn make_up_the_whole(rates: &[Self]) -> bool {
        rates.iter().map(|rate| rate.value).sum::<Decimal>() == Decimal::ONE
    }

    /// Do these rates make up more than the whole?
    #[must_use]
    pub fn are_above_the_whole(rates: &[Self]) -> bool {
        rates.iter().map(|rate| rate.value).sum::<Decimal>() > Decimal::ONE
    }

    /// The sum of rates as a percentage for people, such as `97.5%`.
    #[must_use]
    pub fn sum_text(rates: &[Self]) -> String {
        percent_text(rates.iter().map(|rate| rate.value).sum())
    }

    /// The rates as whole numbers of one common denominator: weights that divide in the same proportions.
    #[must_use]
    pub fn weights(rates: &[Self]) -> Vec<i128> {
        let scale = rates.iter().map(|rate| rate.value.scale()).max().unwrap_or(0);
        let raised = |rate: &Self| rate.numerator * 10_i128.pow(scale - rate.value.scale());
        rates.iter().map(raised).collect()
    }
}

fn percent_text(value: Decimal) -> String {
    format!("{}%", (value * Decimal::ONE_HUNDRED).normalize())
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&percent_text(self.value))
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Rate;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a rate as text, such as \"65%\" or \"0.65\" (a JSON number is not exact)")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Rate, E> {
                Rate::parse(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Text)
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> Self {
        rate.to_string()
    }
}

impl JsonSchema for Rate {
    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^\s*([0-9۰-۹٠-٩]+[.٫]?[0-9۰-۹٠-٩]*|[.٫][0-9۰-۹٠-٩]+)\s*[%٪]?\s*$",
            "description": "An exact rate as text: \"65%\" or \"0.65\" (the same), in Latin, Persian or Arabic digits. Above 1 the percent sign is needed. At most 1000%, and twelve decimal places of the whole.",
            "examples": ["65%", "3.75%", "0.004"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_and_its_decimal_are_the_same_rate() {
        assert_eq!(Rate::parse("65%"), Rate::parse("0.65"));
        assert_eq!(Rate::parse("3.75%").map(Rate::ratio), Ok((375, 10_000)));
        assert_eq!(Rate::parse("100%").map(Rate::ratio), Ok((1, 1)));
        let many_zeros = format!("5.{}%", "0".repeat(27));
        assert_eq!(Rate::parse(&many_zeros), Rate::parse("5%"));
        assert_eq!(
            Rate::parse("3.750%").map(|r| r.to_string()),
            Ok("3.75%".to_owned())
        );
    }

    #[test]
    fn a_rate_is_read_in_the_digits_of_people() {
        for (text, latin) in [("۵٪", "5%"), ("٣٫٧٥%", "3.75%"), ("۰٫۶۵", "0.65")] {
            assert_eq!(Rate::parse(text), Rate::parse(latin), "{text}");
            assert!(Rate::parse(latin).is_ok());
        }
        assert_eq!(
            Rate::parse("پنج٪"),
            Err(InvalidRate::Unreadable("پنج٪".to_owned()))
        );
    }

    #[test]
    fn a_rate_above_the_whole_needs_its_percent_sign() {
        assert_eq!(
            Rate::parse("65"),
            Err(InvalidRate::PercentSignMissing("65".to_owned()))
        );
        assert!(Rate::parse("118%").is_ok());
        assert!(Rate::parse("1000.01%").is_err());
    }

    #[test]
    fn signs_exponents_and_words_are_no_rates() {
        for text in ["-1%", "+1%", "1e3", "", "%", "half", "1.2.3", "0.0000000000001"] {
            assert!(Rate::parse(text).is_err(), "{text}");
        }
        let fine = format!("5.{}1%", "0".repeat(26));
        assert_eq!(Rate::parse(&fine), Err(InvalidRate::OutOfRange(fine.clone())));
    }

    #[test]
    fn percentages_make_up_the_whole_exactly_or_not_at_all() {
        let rates = |texts: &[&str]| texts.iter().map(|t| Rate::parse(t).unwrap()).collect::<Vec<_>>();
        assert!(Rate::make_up_the_whole(&rates(&["5%", "20%", "10%", "65%"])));
        assert!(!Rate::make_up_the_whole(&rates(&["33.33%", "33.33%", "33.33%"])));
        assert_eq!(Rate::weights(&rates(&["33.4%", "66.6%"])), vec![334, 666]);
        assert_eq!(Rate::sum_text(&rates(&["33.3%", "66.6%"])), "99.9%");
    }
}
