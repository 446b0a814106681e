//! Refusals in Persian, digits included. Never here: what would be right beside them (`advice`).

use super::Refusal;
use crate::domain::digits::in_digits_of;
use crate::domain::language::Language;
use crate::domain::money::{AMOUNT_MAX, Amount};
use crate::domain::tariff::derivation::{amount_text, own_word};
use crate::domain::tariff::term::Side;

pub(super) fn reason(refusal: &Refusal) -> String {
    match refusal {
        Refusal::AmountMissing => "مبلغ لازم است و اعلام نشده است".to_owned(),
        Refusal::PrincipalMissing => "اصل مبلغ لازم است و اعلام نشده است".to_owned(),
        Refusal::PrincipalUnexpected => "اصل مبلغ اعلام شده، ولی این تعرفه اصل مبلغ ندارد".to_owned(),
        Refusal::OutsideRange {
            what,
            value,
            at_least,
            at_most,
        } => {
            let range = (told(Amount::from_minor(*at_least)), end_of_range(at_most));
            let what = own_word(what, Language::Fa);
            format!(
                "{what} {} بیرون از بازهٔ {} تا {} است",
                told(*value),
                range.0,
                range.1
            )
        }
        Refusal::AmountDiffers { stated, price } => {
            let (stated, price) = (told(*stated), told(*price));
            format!("مبلغ اعلام‌شده {stated} با بهای تعرفه {price} یکی نیست")
        }
        Refusal::QuantityUnexpected(quantity) => {
            let quantity = in_digits_of(Language::Fa, &quantity.to_string());
            format!("تعداد {quantity} است، ولی تعرفه بهای یک عدد را می‌گوید")
        }
        Refusal::QuantityZero => "تعداد باید یک یا بیشتر باشد".to_owned(),
        Refusal::LegMissing { known } => format!("مرحلهٔ کار لازم است، یکی از: {known}"),
        Refusal::LegUnknown { leg, known } => format!("مرحلهٔ «{leg}» شناخته نیست؛ یکی از: {known}"),
        Refusal::FactMissing(name) => format!("«{name}» لازم است و اعلام نشده است"),
        Refusal::FactInvalid {
            name,
            value,
            expected,
        } => {
            let (value, expected) = (fact_value(value), expected.expectation(Language::Fa));
            format!("«{name}» نمی‌تواند {value} باشد؛ باید {expected} باشد")
        }
        Refusal::FactUnknown { name, known } => format!("«{name}» شناخته نیست؛ یکی از: {known}"),
        Refusal::OutsideBands { measure, value, .. } => {
            let own = measure.as_deref().map(|name| own_word(name, Language::Fa));
            let (measure, value) = (own.unwrap_or("آنچه سنجیده می‌شود"), told(*value));
            format!("{measure} برابر {value} است و در هیچ پله‌ای نیست")
        }
        Refusal::Refused(reason) => format!("تعرفه نمی‌پذیرد: {reason}"),
        Refusal::NoCase => "هیچ حالتی از تعرفه با داده‌ها جور نیست".to_owned(),
        Refusal::BelowZero { .. }
        | Refusal::MinimumAboveAmount { .. }
        | Refusal::ClampCrossed { .. }
        | Refusal::ComponentsExceed { .. }
        | Refusal::ComponentsFallShort { .. }
        | Refusal::SharesAreOneTerm { .. }
        | Refusal::RoundingNotBorne { .. }
        | Refusal::AboveLimit { .. }
        | Refusal::Indivisible(_)
        | Refusal::Overflow(_) => miscalculation(refusal),
    }
}

/// What lies with the tariff itself, or with the size of its figures.
fn miscalculation(refusal: &Refusal) -> String {
    match refusal {
        Refusal::BelowZero { name: Some(name) } => format!("«{name}» منفی می‌شود"),
        Refusal::BelowZero { name: None } => "تفاضل منفی می‌شود".to_owned(),
        Refusal::MinimumAboveAmount { minimum, amount } => {
            format!("کمینهٔ {} از مبلغ {} بیشتر است", told(*minimum), told(*amount))
        }
        Refusal::ClampCrossed { at_least, at_most } => {
            format!("کمینهٔ {} از بیشینهٔ {} بیشتر است", told(*at_least), told(*at_most))
        }
        Refusal::ComponentsExceed {
            side,
            components,
            total,
        } => shares(*side, "", *components, *total),
        Refusal::ComponentsFallShort {
            side,
            components,
            total,
        } => shares(*side, "تنها ", *components, *total),
        Refusal::SharesAreOneTerm { name } => format!("دو سهم «{name}» از یک طرف و یک نوع، یکی می‌شوند"),
        Refusal::RoundingNotBorne { name, difference } => {
            format!("«{name}» تفاوت رُند {} را نمی‌پوشاند", told(*difference))
        }
        Refusal::AboveLimit { total } => {
            let (total, most) = (told(*total), told(AMOUNT_MAX));
            format!("{total} از {most} که بیشینهٔ یک تراکنش است بیشتر است")
        }
        Refusal::Indivisible(_) | Refusal::Overflow(_) => {
            "محاسبه ممکن نیست: مبلغ از اندازه بیرون است".to_owned()
        }
        Refusal::AmountMissing
        | Refusal::PrincipalMissing
        | Refusal::PrincipalUnexpected
        | Refusal::OutsideRange { .. }
        | Refusal::AmountDiffers { .. }
        | Refusal::QuantityUnexpected(_)
        | Refusal::QuantityZero
        | Refusal::LegMissing { .. }
        | Refusal::LegUnknown { .. }
        | Refusal::FactMissing(_)
        | Refusal::FactInvalid { .. }
        | Refusal::FactUnknown { .. }
        | Refusal::OutsideBands { .. }
        | Refusal::Refused(_)
        | Refusal::NoCase => String::new(),
    }
}

fn told(amount: Amount) -> String {
    amount_text(Language::Fa, amount)
}

fn end_of_range(text: &str) -> String {
    let end = text.parse::<i64>();
    end.map_or_else(|_| text.to_owned(), |minor| told(Amount::from_minor(minor)))
}

/// A text as it was stated, or a number: one of a fact is no amount.
fn fact_value(stated: &str) -> String {
    let text = stated.replace('`', "");
    if text.parse::<i64>().is_ok() {
        return in_digits_of(Language::Fa, &text);
    }
    text
}

fn shares(side: Side, only: &str, shares: Amount, total: Amount) -> String {
    let (who, take) = match side {
        Side::Source => ("منابع", "می‌پردازند"),
        Side::Leg => ("اجزا", "می‌برند"),
    };
    format!("{who} {only}{} {take}، از {}", told(shares), told(total))
}
