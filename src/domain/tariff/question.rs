//! What is asked of a tariff, and why it may refuse to answer.
//! Never here: the answer (`pricing`).

use std::collections::BTreeMap;

use super::derivation::{amount_text, own_word};
pub use super::document::FactValue;
use super::term::Side;
use crate::domain::digits::in_digits_of;
use crate::domain::language::Language;
use crate::domain::money::{AMOUNT_MAX, Amount, AmountOverflow};
use crate::domain::split::Indivisible;

/// One case at the counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The amount that the sender states: what the tariff names `amount`, or else what the citizen paid for the fee.
    pub amount: Option<Amount>,
    /// Money that passes beside the fee.
    pub principal: Option<Amount>,
    /// One or more.
    pub quantity: u32,
    /// The activity leg.
    pub leg: Option<String>,
    pub facts: BTreeMap<String, FactValue>,
}

impl Default for Question {
    fn default() -> Self {
        Self {
            amount: None,
            principal: None,
            quantity: 1,
            leg: None,
            facts: BTreeMap::new(),
        }
    }
}

/// The question has no price under this tariff.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the tariff needs the amount, and none was stated")]
    AmountMissing,
    #[error("the tariff needs the principal, and none was stated")]
    PrincipalMissing,
    #[error("a principal was stated, but this tariff has none")]
    PrincipalUnexpected,
    #[error("the {what} {value} is outside {at_least} to {at_most}")]
    OutsideRange {
        what: &'static str,
        value: Amount,
        at_least: i64,
        at_most: String,
    },
    #[error("the stated amount {stated} differs from the tariff's price {price}")]
    AmountDiffers { stated: Amount, price: Amount },
    #[error("the quantity is {0}, but the tariff prices one; a quantity must be named by its rules")]
    QuantityUnexpected(u32),
    #[error("a quantity is one or more")]
    QuantityZero,
    #[error("the activity leg is needed, one of: {known}")]
    LegMissing { known: String },
    #[error("there is no activity leg `{leg}`; known: {known}")]
    LegUnknown { leg: String, known: String },
    #[error("the fact `{0}` is needed and was not stated")]
    FactMissing(String),
    #[error("the fact `{name}` is {value}, but must be {expected}")]
    FactInvalid {
        name: String,
        value: String,
        expected: String,
    },
    #[error("the tariff declares no fact `{name}`; known: {known}")]
    FactUnknown { name: String, known: String },
    #[error("{} is {value}, in no band of the tariff", measure.as_deref().unwrap_or("what is measured"))]
    OutsideBands {
        measure: Option<String>,
        value: Amount,
        /// It lies above all bands, and not below them.
        is_above: bool,
    },
    #[error("the tariff refuses: {0}")]
    Refused(String),
    #[error("no case of the tariff fits the facts")]
    NoCase,
    #[error("{} would fall below zero", name.as_deref().unwrap_or("a difference"))]
    BelowZero { name: Option<String> },
    #[error("the minimum {minimum} is above the amount {amount} that it is taken from")]
    MinimumAboveAmount { minimum: Amount, amount: Amount },
    #[error("a smallest value {at_least} is above the largest {at_most}")]
    ClampCrossed { at_least: Amount, at_most: Amount },
    #[error("the {} {components} of {total}", taking(*.side))]
    ComponentsExceed {
        side: Side,
        components: Amount,
        total: Amount,
    },
    #[error("the {} only {components} of {total}", taking(*.side))]
    ComponentsFallShort {
        side: Side,
        components: Amount,
        total: Amount,
    },
    #[error("two shares `{name}` of the same party and kind would be one term")]
    SharesAreOneTerm { name: String },
    #[error("`{name}` cannot bear the rounding difference of {difference}")]
    RoundingNotBorne { name: String, difference: Amount },
    #[error("{total} is more than the {AMOUNT_MAX} that one transaction may come to")]
    AboveLimit { total: Amount },
    #[error(transparent)]
    Indivisible(#[from] Indivisible),
    #[error(transparent)]
    Overflow(#[from] AmountOverflow),
}

impl Refusal {
    /// The reason for people.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        match language {
            Language::En => self.to_string(),
            Language::Fa => self.persian(),
        }
    }

    fn persian(&self) -> String {
        let told = |amount: Amount| amount_text(Language::Fa, amount);
        match self {
            Self::AmountMissing => "مبلغ لازم است و اعلام نشده است".to_owned(),
            Self::PrincipalMissing => "اصل مبلغ لازم است و اعلام نشده است".to_owned(),
            Self::PrincipalUnexpected => "اصل مبلغ اعلام شده، ولی این تعرفه اصل مبلغ ندارد".to_owned(),
            Self::OutsideRange {
                value,
                at_least,
                at_most,
                ..
            } => {
                let (value, at_least) = (told(*value), told(Amount::from_minor(*at_least)));
                let at_most = at_most.parse().map(Amount::from_minor);
                let at_most = at_most.map_or_else(|_| "…".to_owned(), told);
                format!("{value} بیرون از بازهٔ {at_least} تا {at_most} است")
            }
            Self::AmountDiffers { stated, price } => {
                let (stated, price) = (told(*stated), told(*price));
                format!("مبلغ اعلام‌شده {stated} با بهای تعرفه {price} یکی نیست")
            }
            Self::QuantityUnexpected(quantity) => {
                let quantity = in_digits_of(Language::Fa, &quantity.to_string());
                format!("تعداد {quantity} است، ولی تعرفه بهای یک عدد را می‌گوید")
            }
            Self::QuantityZero => "تعداد باید یک یا بیشتر باشد".to_owned(),
            Self::LegMissing { known } => format!("مرحلهٔ کار لازم است، یکی از: {known}"),
            Self::LegUnknown { leg, known } => format!("مرحلهٔ «{leg}» شناخته نیست؛ یکی از: {known}"),
            Self::FactMissing(name) => format!("«{name}» لازم است و اعلام نشده است"),
            Self::FactInvalid { name, value, .. } => format!("«{name}» نمی‌تواند {value} باشد"),
            Self::FactUnknown { name, known } => format!("«{name}» شناخته نیست؛ یکی از: {known}"),
            Self::OutsideBands { measure, value, .. } => {
                let measure = measure.as_deref();
                let measure = measure.map_or("آنچه سنجیده می‌شود", |name| {
                    own_word(name, Language::Fa)
                });
                let value = told(*value);
                format!("{measure} برابر {value} است و در هیچ پله‌ای نیست")
            }
            Self::Refused(reason) => format!("تعرفه نمی‌پذیرد: {reason}"),
            Self::NoCase => "هیچ حالتی از تعرفه با داده‌ها جور نیست".to_owned(),
            Self::BelowZero { name: Some(name) } => format!("«{name}» منفی می‌شود"),
            Self::BelowZero { name: None } => "تفاضل منفی می‌شود".to_owned(),
            Self::MinimumAboveAmount { minimum, amount } => {
                let (minimum, amount) = (told(*minimum), told(*amount));
                format!("کمینهٔ {minimum} از مبلغ {amount} بیشتر است")
            }
            Self::ClampCrossed { at_least, at_most } => {
                let (at_least, at_most) = (told(*at_least), told(*at_most));
                format!("کمینهٔ {at_least} از بیشینهٔ {at_most} بیشتر است")
            }
            Self::ComponentsExceed {
                side,
                components,
                total,
            } => shares_in_persian(*side, "", *components, *total),
            Self::ComponentsFallShort {
                side,
                components,
                total,
            } => shares_in_persian(*side, "تنها ", *components, *total),
            Self::SharesAreOneTerm { name } => format!("دو سهم «{name}» از یک طرف و یک نوع، یکی می‌شوند"),
            Self::RoundingNotBorne { name, difference } => {
                let difference = told(*difference);
                format!("«{name}» تفاوت رُند {difference} را نمی‌پوشاند")
            }
            Self::AboveLimit { total } => {
                let (total, most) = (told(*total), told(AMOUNT_MAX));
                format!("{total} از {most} که بیشینهٔ یک تراکنش است بیشتر است")
            }
            Self::Indivisible(_) | Self::Overflow(_) => {
                "محاسبه ممکن نیست: مبلغ از اندازه بیرون است".to_owned()
            }
        }
    }
}

const fn taking(side: Side) -> &'static str {
    match side {
        Side::Source => "sources bear",
        Side::Leg => "components take",
    }
}

fn shares_in_persian(side: Side, only: &str, shares: Amount, total: Amount) -> String {
    let told = |amount: Amount| amount_text(Language::Fa, amount);
    let (who, take) = match side {
        Side::Source => ("منابع", "می‌پردازند"),
        Side::Leg => ("اجزا", "می‌برند"),
    };
    format!("{who} {only}{} {take}، از {}", told(shares), told(total))
}

/// Names in a message; a dash where there are none.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    if names.is_empty() {
        "—".to_owned()
    } else {
        names.join(", ")
    }
}
