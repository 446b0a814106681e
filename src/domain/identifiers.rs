//! Identifiers that carry their own proof: Iranian national and company id, postal code; bank account numbers of any country.
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
    /// An Iranian postal code: ten digits; it has a form and no check digit.
    PostalCode, "postal code", is_postal_code
);

/// A bank account number of any country (ISO 13616; in Iran شبا): the country, two check digits, the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Iban(String);

/// The text is no account number. The text itself is not repeated, nor what its check digits would have to be: who mistyped the
/// account and then mended its check digits would pay somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIban {
    #[error(
        "IR and 24 digits; elsewhere two letters of the country, two digits and 11 to 30 letters or digits"
    )]
    Form,
    #[error(
        "check digits (the two after the country) that the account bears out modulo 97: a digit is mistyped, or two stand the \
         wrong way round"
    )]
    CheckDigits,
}

impl InvalidIban {
    /// The rule that is broken; the form is named as the database names it.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Form => "iban_has_its_form",
            Self::CheckDigits => "iban_has_its_check_digits",
        }
    }
}

impl Iban {
    /// Persian and Arabic digits are taken as Latin ones and small letters as capitals; blanks are left out.
    pub fn parse(text: &str) -> Result<Self, InvalidIban> {
        let plain: String = text.split_whitespace().collect();
        let plain = latin_digits(&plain).to_ascii_uppercase();
        let (country, check, account) = parts_of_iban(&plain).ok_or(InvalidIban::Form)?;
        if check == iban_check_digits(country, account) {
            Ok(Self(plain))
        } else {
            Err(InvalidIban::CheckDigits)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Country, check digits and account, where the text has the form of an account number.
fn parts_of_iban(plain: &str) -> Option<(&str, &str, &str)> {
    let (country, rest) = plain.split_at_checked(2)?;
    let (check, account) = rest.split_at_checked(2)?;
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let account_has_its_form = if country == "IR" {
        account.len() == 22 && is_digits(account)
    } else {
        (11..=30).contains(&account.len())
            && account
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
    };
    let has_its_form =
        country.bytes().all(|byte| byte.is_ascii_uppercase()) && is_digits(check) && account_has_its_form;
    has_its_form.then_some((country, check, account))
}

/// 02 to 98 (ISO 7064, MOD 97-10): letters count as 10 to 35, and the country stands behind the account.
pub fn iban_check_digits(country: &str, account: &str) -> String {
    let values = format!("{account}{country}00");
    let rest = values
        .chars()
        .filter_map(|c| c.to_digit(36))
        .fold(0, |rest, value| {
            let places = if value < 10 { 10 } else { 100 };
            (rest * places + value) % 97
        });
    format!("{:02}", 98 - rest)
}

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
    fn an_iban_of_iran_has_its_check_digits() {
        let valid = "IR820540102680020817909002";
        for written in [
            valid,
            "ir82 0540 1026 8002 0817 9090 02",
            "IR۸۲۰۵۴۰۱۰۲۶۸۰۰۲۰۸۱۷۹۰۹۰۰۲\u{a0}",
        ] {
            assert_eq!(Iban::parse(written).unwrap().as_str(), valid, "{written}");
        }
        for wrong in [
            "IR810540102680020817909002",
            "IR830540102680020817909002",
            "IR820540102680020817909003",
            "IR820540102680020817900902",
            "IR123456789123456478945165",
        ] {
            assert_eq!(Iban::parse(wrong), Err(InvalidIban::CheckDigits), "{wrong}");
        }
        assert!(every_wrong_digit_is_found(valid, |text| Iban::parse(text).is_ok()));
    }

    #[test]
    fn an_iban_of_any_country_has_its_check_digits() {
        for valid in [
            "DE89370400440532013000",
            "GB82 WEST 1234 5698 7654 32",
            "NO9386011117947",
            "LC55HEMM000100010012001200023015",
            "MT84MALT011000012345MTLCAST001S",
        ] {
            assert!(Iban::parse(valid).is_ok(), "{valid}");
        }
        for wrong in [
            "DE88370400440532013000",
            "DE90370400440532013000",
            "GB82WEST12345698765433",
            "GB82VEST12345698765432",
        ] {
            assert_eq!(Iban::parse(wrong), Err(InvalidIban::CheckDigits), "{wrong}");
        }
    }

    /// 97 divides the difference of 01 and 98, of 00 and 97 and of 02 and 99: of each pair only one is ever issued.
    #[test]
    fn check_digits_are_02_to_98() {
        let of = |check: u32, account: u32| Iban::parse(&format!("IR{check:02}{account:022}"));
        let account =
            |check: &str| (0..1_000).find(|n| iban_check_digits("IR", &format!("{n:022}")) == check);
        for (right, congruent) in [(98, 1), (97, 0), (2, 99)] {
            let account = account(&format!("{right:02}")).unwrap();
            assert!(of(right, account).is_ok());
            assert_eq!(of(congruent, account), Err(InvalidIban::CheckDigits));
        }
    }

    #[test]
    fn an_iban_has_its_form() {
        for wrong in [
            "IR82054010268002081790900",
            "IR8205401026800208179090020",
            "IR8205401026800208179090AB",
            "IRA20540102680020817909002",
            "1R820540102680020817909002",
            "820540102680020817909002",
            "DE893704004405",
            "DE8937040044053201300037040044053201",
            "GB82-WEST-1234-5698-7654-32",
            "IR",
            "IRآ",
            "",
        ] {
            assert_eq!(Iban::parse(wrong), Err(InvalidIban::Form), "{wrong}");
        }
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
