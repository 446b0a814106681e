//! How a refund's parts came about, term by term, for people to follow. Never here: a second computation of the parts.

use serde::Serialize;
use utoipa::ToSchema;

use super::RefundTerm;
use crate::domain::language::Language;
use crate::domain::money::Amount;
use crate::domain::split::Exact;
use crate::domain::tariff::derivation::amount_text;

/// One term of one side: what it was owed back exactly, and what it gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RefundLine {
    pub ordinal: i16,
    /// The original's share.
    #[schema(value_type = i64)]
    pub amount: Amount,
    /// What earlier refunds took of it.
    #[schema(value_type = i64)]
    pub reversed: Amount,
    /// The refundable total of the side.
    #[schema(value_type = i64)]
    pub total: Amount,
    /// What earlier refunds took of the side.
    #[schema(value_type = i64)]
    pub refunded_before: Amount,
    #[schema(value_type = i64)]
    pub refunded: Amount,
    /// The whole units owed, and the rest over `total`.
    pub owed_units: i64,
    pub owed_rest: i64,
    /// What this refund takes.
    #[schema(value_type = i64)]
    pub taken: Amount,
    pub refundable: bool,
}

/// `taken`: what the refund took of each term, by ordinal; terms that it does not name gave nothing.
pub fn derive(terms: &[(i16, RefundTerm)], refunded: Amount, taken: &[(i16, Amount)]) -> Vec<RefundLine> {
    let refundable = || terms.iter().filter(|(_, term)| term.refundable);
    let sum = |of: fn(&RefundTerm) -> Amount| {
        Amount::sum(refundable().map(|(_, term)| of(term))).unwrap_or_default()
    };
    let (total, before) = (sum(|term| term.amount), sum(|term| term.reversed));
    let line = |(ordinal, term): &(i16, RefundTerm)| {
        let (owed_units, owed_rest) = owed(term, total, before, refunded);
        let took = taken.iter().find(|(own, _)| own == ordinal);
        RefundLine {
            ordinal: *ordinal,
            amount: term.amount,
            reversed: term.reversed,
            total,
            refunded_before: before,
            refunded,
            owed_units,
            owed_rest,
            taken: took.map_or(Amount::ZERO, |(_, amount)| *amount),
            refundable: term.refundable,
        }
    };
    terms.iter().map(line).collect()
}

/// (refunded before + now) × term ÷ total − reversed.
fn owed(term: &RefundTerm, total: Amount, before: Amount, refunded: Amount) -> (i64, i64) {
    if !term.refundable || total.is_zero() {
        return (0, 0);
    }
    let minor = |amount: Amount| i128::from(amount.minor());
    let due = (minor(before) + minor(refunded)) * minor(term.amount);
    let exact = Exact {
        numerator: due - minor(term.reversed) * minor(total),
        denominator: minor(total),
    };
    let (units, rest) = exact.whole_and_rest();
    (
        i64::try_from(units).unwrap_or_default(),
        i64::try_from(rest).unwrap_or_default(),
    )
}

impl RefundLine {
    /// The arithmetic as one sentence.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let told = |amount: Amount| amount_text(language, amount);
        if !self.refundable {
            return match language {
                Language::En => format!("{} is not refundable", told(self.amount)),
                Language::Fa => format!("{} برگشت‌پذیر نیست", told(self.amount)),
            };
        }
        let whole = told(Amount::from_minor(self.owed_units));
        let rest = told(Amount::from_minor(self.owed_rest));
        let arithmetic = format!(
            "({} + {}) × {} ÷ {} − {} = {whole}",
            told(self.refunded_before),
            told(self.refunded),
            told(self.amount),
            told(self.total),
            told(self.reversed)
        );
        let (total, taken) = (told(self.total), told(self.taken));
        let unit = self.unit_text(language);
        match language {
            Language::En => format!("{arithmetic} and {rest}/{total}; taken {taken}{unit}"),
            Language::Fa => format!("{arithmetic} و {rest}/{total}؛ گرفته شد {taken}{unit}"),
        }
    }

    /// Why it is not the whole units owed: the units that flooring leaves go to the largest rests.
    fn unit_text(&self, language: Language) -> &'static str {
        let owed = Amount::from_minor(self.owed_units);
        match (self.taken.cmp(&owed), language) {
            (std::cmp::Ordering::Equal, Language::En | Language::Fa) => "",
            (std::cmp::Ordering::Greater, Language::En) => ", a unit more by the largest rest",
            (std::cmp::Ordering::Greater, Language::Fa) => "، یک واحد بیشتر به بزرگ‌ترین باقی‌مانده",
            (std::cmp::Ordering::Less, Language::En) => ", less by the smallest rest",
            (std::cmp::Ordering::Less, Language::Fa) => "، کمتر به کوچک‌ترین باقی‌مانده",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refund_of_money_rule_6_is_told_term_by_term() {
        let term = |(ordinal, minor): (i16, i64)| {
            let term = RefundTerm {
                amount: Amount::from_minor(minor),
                reversed: Amount::ZERO,
                refundable: true,
            };
            (ordinal, term)
        };
        let terms: Vec<_> = (1..)
            .zip([10_000, 37_500, 1_000_000, 428_612])
            .map(term)
            .collect();
        let taken = [(2, Amount::from_minor(12_702))];
        let lines = derive(&terms, Amount::from_minor(500_000), &taken);
        assert_eq!(
            lines[1].text(Language::En),
            "(0 + 500,000) × 37,500 ÷ 1,476,112 − 0 = 12,702 and 425,376/1,476,112; taken 12,702"
        );
        assert!(lines[1].text(Language::Fa).starts_with("(۰ + ۵۰۰٬۰۰۰) × ۳۷٬۵۰۰"));
    }
}
