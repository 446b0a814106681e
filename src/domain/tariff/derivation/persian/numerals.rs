//! Numbers as Persian writes them: digits, points, groups. Never here: sentences.

use crate::domain::digits::{grouped, in_digits_of};
use crate::domain::language::Language;
use crate::domain::money::Amount;
use crate::domain::rate::Rate;
use crate::domain::split::Exact;
use crate::domain::tariff::derivation::english::{decimal_places, reduced};

pub(super) fn digits(text: &str) -> String {
    in_digits_of(Language::Fa, text)
}

/// Groups of three digits: ۱٬۴۷۶٬۱۱۲.
pub(in super::super) fn amount(amount: Amount) -> String {
    digits(&grouped(&amount.minor().to_string(), '٬'))
}

pub(super) fn rate(rate: Rate) -> String {
    ratio(&rate.to_string())
}

/// A rate, or a weight among weights, as it is written: ۶۰٪.
pub(super) fn ratio(text: &str) -> String {
    digits(text).replace('.', "٫").replace('%', "٪")
}

pub(super) fn exact(exact: Exact) -> String {
    let (whole, rest) = exact.whole_and_rest();
    let whole = digits(&grouped(&whole.to_string(), '٬'));
    if rest == 0 {
        return whole;
    }
    match decimal_places(rest, exact.denominator) {
        Some(places) => format!("{whole}٫{}", digits(&places)),
        None => format!("{whole} و {}", digits(&reduced(rest, exact.denominator))),
    }
}
