//! Identifiers that carry their own proof: Iranian national and company id, sheba, postal code.
//! Never here: whether anybody bears them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::digits::latin_digits;

/// The text is no identifier of its kind. The text itself is not repeated: it may be somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {0}: its length or its check digits are wrong")]
pub struct InvalidIdentifier(&'static str);

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $what:literal, $holds:path) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Persian and Arabic digits are taken as Latin ones; spaces are left out.
            pub fn parse(text: &str) -> Result<Self, InvalidIdentifier> {
                let plain = latin_digits(text).replace(' ', "").to_ascii_uppercase();
                if $holds(&plain) { Ok(Self(plain)) } else { Err(InvalidIdentifier($what)) }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidIdentifier;

            fn try_from(text: String) -> Result<Self, InvalidIdentifier> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(identifier: $name) -> Self {
                identifier.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier!(
    /// A person's national id (کد ملی): ten digits, the last a check digit modulo 11.
    NationalId, "national id", is_national_id
);
identifier!(
    /// A company's national id (شناسهٔ ملی): eleven digits, the last a check digit modulo 11.
    LegalId, "legal id", is_legal_id
);
identifier!(
    /// An Iranian bank account number (شبا): `IR` and 24 digits, ISO 7064 modulo 97.
    Sheba, "sheba", is_sheba
);
identifier!(
    /// An Iranian postal code: ten digits; it has a form and no check digit.
    PostalCode, "postal code", is_postal_code
);

fn is_national_id(text: &str) -> bool {
    let Some(digits) = digits_of::<10>(text) else {
        return false;
    };
    let sum: u32 = digits
        .iter()
        .zip((2..=10).rev())
        .map(|(digit, weight)| digit * weight)
        .sum();
    let rest = sum % 11;
    let check = if rest < 2 { rest } else { 11 - rest };
    digits[9] == check && digits.iter().any(|digit| *digit != digits[0])
}

fn is_legal_id(text: &str) -> bool {
    let Some(digits) = digits_of::<11>(text) else {
        return false;
    };
    let weights = [29, 27, 23, 19, 17].into_iter().cycle();
    let shift = digits[9] + 2;
    let sum: u32 = digits
        .iter()
        .take(10)
        .zip(weights)
        .map(|(digit, weight)| (digit + shift) * weight)
        .sum();
    digits[10] == sum % 11 % 10 && digits[3..9].iter().any(|digit| *digit != 0)
}

/// The remainder of `<24 digits> 18 27 <check>`, where 18 27 stands for the letters I and R.
fn is_sheba(text: &str) -> bool {
    let Some((check, account)) = text.strip_prefix("IR").and_then(|rest| rest.split_at_checked(2)) else {
        return false;
    };
    let Some(digits) = digits_of::<28>(&format!("{account}1827{check}")) else {
        return false;
    };
    digits.iter().fold(0, |rest, digit| (rest * 10 + digit) % 97) == 1
}

fn is_postal_code(text: &str) -> bool {
    let Some(digits) = digits_of::<10>(text) else {
        return false;
    };
    let (area, rest) = digits.split_at(4);
    area.iter().all(|digit| ![0, 2].contains(digit))
        && area.iter().any(|digit| *digit != area[0])
        && ![0, 2, 5].contains(&rest[0])
        && rest[1..].iter().all(|digit| *digit != 2)
}

fn digits_of<const N: usize>(text: &str) -> Option<[u32; N]> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(10)).collect();
    digits?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether an identifier is found out when any one of its digits is replaced by another.
    fn every_wrong_digit_is_found(valid: &str, holds: fn(&str) -> bool) -> bool {
        (0..valid.len())
            .filter(|at| valid.as_bytes()[*at].is_ascii_digit())
            .all(|at| {
                ('0'..='9').filter(|c| !valid[at..].starts_with(*c)).all(|c| {
                    let mut wrong = valid.to_owned();
                    wrong.replace_range(at..=at, &c.to_string());
                    !holds(&wrong)
                })
            })
    }

    #[test]
    fn a_national_id_has_its_check_digit() {
        for valid in ["0010350829", "0499370899", "0790419904", "۰۴۹۹۳۷۰۸۹۹"] {
            assert!(NationalId::parse(valid).is_ok(), "{valid}");
        }
        for wrong in [
            "1111111111",
            "0010350828",
            "001035082",
            "00103508290",
            "abcdefghij",
            "",
        ] {
            assert!(NationalId::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_legal_id_has_its_check_digit() {
        for valid in ["14005893875", "10380284790"] {
            assert!(LegalId::parse(valid).is_ok(), "{valid}");
        }
        for wrong in ["14005893874", "10380285690", "1400589387", "00000000000"] {
            assert!(LegalId::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_sheba_has_its_check_digits() {
        let valid = "IR820540102680020817909002";
        assert_eq!(
            Sheba::parse("ir82 0540 1026 8002 0817 9090 02").map(String::from),
            Ok(valid.to_owned())
        );
        for wrong in [
            "IR820540102680020817909003",
            "IR123456789123456478945165",
            "IR82054010268002081790900",
            "DE820540102680020817909002",
            "IR",
            "IRآ",
        ] {
            assert!(Sheba::parse(wrong).is_err(), "{wrong}");
        }
        assert!(every_wrong_digit_is_found(valid, is_sheba));
    }

    #[test]
    fn a_postal_code_has_its_form() {
        assert!(PostalCode::parse("1619735744").is_ok());
        for wrong in [
            "1111135744",
            "1619535744",
            "1019735744",
            "1219735744",
            "1619735742",
            "161973574",
        ] {
            assert!(PostalCode::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_error_does_not_repeat_what_may_be_personal() {
        let refused = NationalId::parse("0010350828").unwrap_err();
        assert!(!refused.to_string().contains("0010350828"));
    }
}
