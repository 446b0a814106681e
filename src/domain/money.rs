//! Amounts of money as integers of a currency unit's smallest part, and the unit's code.
//! Never here: rates, rounding, division, floats, display (see `split` and `documents`).

use std::fmt;
use std::ops::Neg;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most that one row may state: a sender's amount or principal, a price, a remittance, a threshold, a tariff's number.
///
/// It is far above any fee, bill or transfer, and ninety thousand of the largest still sum to less than 64 bits: no few rows
/// take a network's sums out of their range for ever. Constraints of the database say the same.
pub const AMOUNT_MAX: Amount = Amount(100_000_000_000_000);

/// A signed count of the smallest part of one currency unit (rial, paisa). MONEY rule 1: integers only.
///
/// Addition is checked: a sum that leaves the range of 64 bits is an error, never a wrap.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(transparent)]
#[schema(value_type = i64)]
pub struct Amount(i64);

/// A sum or product of amounts left the range of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an amount left the range of 64 bits")]
pub struct AmountOverflow;

impl Amount {
    pub const ZERO: Self = Self(0);

    #[must_use]
    pub const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    /// The count of the unit's smallest part.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.0
    }

    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is more than one row may state.
    #[must_use]
    pub fn is_above_limit(self) -> bool {
        self > AMOUNT_MAX
    }

    pub fn plus(self, other: Self) -> Result<Self, AmountOverflow> {
        self.0.checked_add(other.0).map(Self).ok_or(AmountOverflow)
    }

    pub fn minus(self, other: Self) -> Result<Self, AmountOverflow> {
        self.0.checked_sub(other.0).map(Self).ok_or(AmountOverflow)
    }

    pub fn times(self, count: i64) -> Result<Self, AmountOverflow> {
        self.0.checked_mul(count).map(Self).ok_or(AmountOverflow)
    }

    /// The sum of all amounts, or an error if it leaves the range.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, AmountOverflow> {
        let total = amounts.into_iter().map(|a| i128::from(a.0)).sum::<i128>();
        i64::try_from(total).map(Self).map_err(|_| AmountOverflow)
    }
}

impl Neg for Amount {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The code of a currency unit, such as `IRR`: a currency in one period of validity with one scale.
///
/// A bare currency code is not enough (MONEY rule 1): a redenominated rial is another unit with the same name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String)]
pub struct UnitCode(String);

/// A unit's code has 2 to 12 of the characters A–Z, 0–9 and `-`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no unit code: 2 to 12 of A-Z, 0-9 and -")]
pub struct InvalidUnitCode(String);

impl UnitCode {
    pub fn parse(code: &str) -> Result<Self, InvalidUnitCode> {
        let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
        if (2..=12).contains(&code.len()) && code.chars().all(allowed) {
            Ok(Self(code.to_owned()))
        } else {
            Err(InvalidUnitCode(code.to_owned()))
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for UnitCode {
    type Error = InvalidUnitCode;

    fn try_from(code: String) -> Result<Self, InvalidUnitCode> {
        Self::parse(&code)
    }
}

impl From<UnitCode> for String {
    fn from(code: UnitCode) -> Self {
        code.0
    }
}

impl fmt::Display for UnitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_that_leaves_the_range_is_an_error() {
        let most = Amount::from_minor(i64::MAX);
        assert_eq!(most.plus(Amount::from_minor(1)), Err(AmountOverflow));
        assert_eq!(Amount::sum([most, most]), Err(AmountOverflow));
        assert_eq!(Amount::sum([most, most, -most]), Ok(most));
    }

    #[test]
    fn the_largest_amount_is_within_the_limit_and_one_more_is_not() {
        assert!(!AMOUNT_MAX.is_above_limit());
        assert!(AMOUNT_MAX.plus(Amount::from_minor(1)).unwrap().is_above_limit());
    }

    #[test]
    fn a_unit_code_is_upper_case_and_short() {
        assert!(UnitCode::parse("IRR").is_ok());
        assert!(UnitCode::parse("irr").is_err());
        assert!(UnitCode::parse("R").is_err());
    }
}
