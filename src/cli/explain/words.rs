//! What explanations say in both languages, numbers and moments included. Never here: figures.

use std::fmt::Display;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::calendar::JalaliDate;
use crate::domain::digits::in_digits_of;
use crate::domain::language::Language;

/// What is said in both languages.
pub(super) struct Words {
    pub transaction: &'static str,
    pub money: &'static str,
    pub tariff: &'static str,
    pub clause: &'static str,
    pub held: &'static str,
    pub reinstatement: &'static str,
    pub of_original: &'static str,
    pub refund: &'static str,
    pub whole: &'static str,
    pub earlier: &'static str,
    pub transactions: &'static str,
    pub allocation: &'static str,
    pub more_groups: &'static str,
    pub more_allocations: &'static str,
    pub more: &'static str,
    pub principal: &'static str,
    pub passes_whole: &'static str,
    pub comma: &'static str,
    pub agrees: &'static str,
    pub differs: &'static str,
}

impl Words {
    pub const fn of(language: Language) -> Self {
        match language {
            Language::En => Self {
                transaction: "transaction",
                money: "money",
                tariff: "tariff version",
                clause: "clause",
                held: "held since",
                reinstatement: "until the suspended licence is reinstated",
                of_original: "takes back",
                refund: "refund number",
                whole: "all of it at once",
                earlier: " (earlier periods)",
                transactions: "transactions",
                allocation: "allocation",
                more_groups: "of each total the greatest shares are told; each sums all of them",
                more_allocations: "there are more allocations: each is explained by one of its transactions",
                more: "more with",
                principal: "principal",
                passes_whole: "passes whole, beside the fee",
                comma: ", ",
                agrees: "asked again today, it comes out the same",
                differs: "ASKED AGAIN TODAY, IT COMES OUT OTHERWISE",
            },
            Language::Fa => Self {
                transaction: "تراکنش",
                money: "وجه نزد",
                tariff: "نسخهٔ تعرفه",
                clause: "بند",
                held: "مسدود از",
                reinstatement: "تا رفع تعلیق پروانه",
                of_original: "برگشت تراکنش",
                refund: "برگشت شمارهٔ",
                whole: "همه یک‌جا",
                earlier: " (اقلام دوره‌های پیش)",
                transactions: "تراکنش",
                allocation: "تسهیم",
                more_groups: "از هر جمع بزرگ‌ترین سهم‌ها گفته شد؛ جمع‌ها از همهٔ سهم‌هاست",
                more_allocations: "تسهیم‌های دیگری هم هست: هر یک را با یکی از تراکنش‌هایش بپرسید",
                more: "ادامه با",
                principal: "اصل مبلغ",
                passes_whole: "همه‌اش در کنار تعرفه می‌گذرد",
                comma: "، ",
                agrees: "امروز هم از نو پرسیده شود، همین است",
                differs: "امروز از نو پرسیده شود، این نیست",
            },
        }
    }

    pub const fn agreement(&self, agrees: bool) -> &'static str {
        if agrees { self.agrees } else { self.differs }
    }
}

/// An id, a count or an instrument's number in the language's digits.
pub(super) fn digits_of(language: Language, number: impl Display) -> String {
    in_digits_of(language, &number.to_string())
}

/// UTC in English; in Persian by the Jalali calendar and the network's clock.
pub(in crate::cli) fn moment(language: Language, at: DateTime<Utc>, zone: Tz) -> String {
    match language {
        Language::En => at.to_string(),
        Language::Fa => {
            let local = at.with_timezone(&zone);
            let day = JalaliDate::from_gregorian(local.date_naive()).label(language);
            format!(
                "{day} ساعت {}",
                in_digits_of(language, &local.format("%H:%M:%S").to_string())
            )
        }
    }
}
