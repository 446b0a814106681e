//! Of a refusal: which field it is about, the rule broken and what would be right. Never here: the reason itself.

use super::Refusal;
use crate::domain::language::Language;
use crate::domain::tariff::derivation::amount_text;

impl Refusal {
    /// The field of the question that it is about; `question` where no single one is.
    #[must_use]
    pub fn field(&self) -> String {
        let field = match self {
            Self::AmountMissing | Self::AmountDiffers { .. } => "amount",
            Self::OutsideRange { what, .. } => *what,
            Self::PrincipalMissing | Self::PrincipalUnexpected => "principal",
            Self::QuantityUnexpected(_) | Self::QuantityZero => "quantity",
            Self::LegMissing { .. } | Self::LegUnknown { .. } => "leg",
            Self::FactMissing(name) | Self::FactInvalid { name, .. } | Self::FactUnknown { name, .. } => {
                return format!("facts.{name}");
            }
            Self::OutsideBands { .. } | Self::Refused(_) | Self::NoCase | Self::AboveLimit { .. } => {
                "question"
            }
            Self::BelowZero { .. } | Self::MinimumAboveAmount { .. } | Self::ClampCrossed { .. } => {
                "question"
            }
            Self::ComponentsExceed { .. } | Self::ComponentsFallShort { .. } => "question",
            Self::SharesAreOneTerm { .. } | Self::RoundingNotBorne { .. } => "question",
            Self::Indivisible(_) | Self::Overflow(_) => "question",
        };
        field.to_owned()
    }

    /// The rule that the question breaks, a code in words.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::AmountMissing | Self::PrincipalMissing | Self::LegMissing { .. } | Self::FactMissing(_) => {
                "what_is_needed_is_stated"
            }
            Self::PrincipalUnexpected => "a_principal_is_declared",
            Self::OutsideRange { .. } => "within_the_declared_range",
            Self::AmountDiffers { .. } => "the_amount_is_the_price",
            Self::QuantityUnexpected(_) => "a_quantity_is_named_by_a_rule",
            Self::QuantityZero => "a_quantity_is_at_least_one",
            Self::LegUnknown { .. } => "the_leg_is_declared",
            Self::FactInvalid { .. } => "a_fact_is_as_declared",
            Self::FactUnknown { .. } => "a_fact_is_declared",
            Self::OutsideBands { .. } => "within_a_band",
            Self::NoCase => "a_case_holds",
            Self::Refused(_) => "the_tariff_refuses_no_such_case",
            Self::AboveLimit { .. } | Self::Overflow(_) => "within_what_one_transaction_may_come_to",
            Self::BelowZero { .. } | Self::MinimumAboveAmount { .. } | Self::ClampCrossed { .. } => {
                "the_tariff_is_sound"
            }
            Self::ComponentsExceed { .. } | Self::ComponentsFallShort { .. } => "the_tariff_is_sound",
            Self::SharesAreOneTerm { .. } | Self::RoundingNotBorne { .. } => "the_tariff_is_sound",
            Self::Indivisible(_) => "the_tariff_is_sound",
        }
    }

    /// What would be right, where the reason does not say it.
    #[must_use]
    pub fn remedy(&self, language: Language) -> Option<String> {
        let (english, persian) = match self {
            Self::AmountMissing | Self::PrincipalMissing => (
                "a whole number of the unit's smallest part",
                "عددی صحیح از کوچک‌ترین جزء واحد پول",
            ),
            Self::PrincipalUnexpected => ("no principal", "بدون اصل مبلغ"),
            Self::QuantityUnexpected(_) => ("1, or none", "۱، یا بی تعداد"),
            Self::AmountDiffers { price, .. } => {
                let price = amount_text(language, *price);
                return Some(match language {
                    Language::En => format!("{price}, or no amount"),
                    Language::Fa => format!("{price}، یا بی مبلغ"),
                });
            }
            Self::FactMissing(_) => ("the fact with its value", "مقدار آن"),
            Self::OutsideRange { .. } | Self::QuantityZero => return None,
            Self::LegMissing { .. } | Self::LegUnknown { .. } => return None,
            Self::FactInvalid { .. } | Self::FactUnknown { .. } | Self::OutsideBands { .. } => return None,
            Self::Refused(_) | Self::NoCase | Self::AboveLimit { .. } | Self::Overflow(_) => return None,
            Self::BelowZero { .. } | Self::MinimumAboveAmount { .. } | Self::ClampCrossed { .. } => {
                return None;
            }
            Self::ComponentsExceed { .. } | Self::ComponentsFallShort { .. } => return None,
            Self::SharesAreOneTerm { .. } | Self::RoundingNotBorne { .. } | Self::Indivisible(_) => {
                return None;
            }
        };
        let told = match language {
            Language::En => english,
            Language::Fa => persian,
        };
        Some(told.to_owned())
    }
}
