//! Derivation steps in Persian, digits included.
//! Never here: arithmetic.

#![expect(
    clippy::too_many_lines,
    reason = "tables: one arm a rule, one sentence an arm"
)]

mod numerals;
mod shares;

use super::{Chosen, LineSubject, Name, Step, StepText, StepsTaken, Told};
use crate::domain::language::Language;
use crate::domain::money::Amount;
use crate::domain::split::{Exact, Rounding, RoundingMode};
use crate::domain::tariff::document::rule::BegunStep;
use numerals::{digits, exact, rate};

pub(super) use numerals::amount;

pub(super) const fn subject(subject: LineSubject) -> &'static str {
    match subject {
        LineSubject::Part => "جزء بها",
        LineSubject::Base => "پایه",
        LineSubject::Price => "جمع",
        LineSubject::Group => "گروه",
        LineSubject::Source => "منبع",
        LineSubject::Leg => "سهم",
    }
}

/// Names that the language itself gives; a tariff's own names stay as they are.
pub(super) fn word(name: &str) -> &str {
    match name {
        "price" => "بها",
        "paid" => "مبلغ پرداختی",
        "amount" => "مبلغ",
        "principal" => "اصل مبلغ",
        "quantity" => "تعداد",
        "after_fixed" => "پس از اجزای ثابت",
        "leg" => "مرحله",
        "fee" => "تعرفه",
        "rounding" => "تفاوت رُند",
        _ => name,
    }
}

fn named(name: Option<&Name>, value: Amount) -> String {
    name.map_or_else(|| amount(value), |name| of(name, value))
}

fn of(name: &Name, value: Amount) -> String {
    format!("{} {}", name.told(Language::Fa), amount(value))
}

fn rounding(exactly: Exact, rounding: Rounding, result: Amount) -> Option<String> {
    let (_, rest) = exactly.whole_and_rest();
    let mode = match rounding.mode {
        RoundingMode::Floor => "رو به پایین",
        RoundingMode::HalfUp => "به نزدیک‌ترین، نیمه رو به بالا",
        RoundingMode::HalfEven => "به نزدیک‌ترین، نیمه به زوج",
        RoundingMode::Ceiling => "رو به بالا",
    };
    match (rest, rounding.step.get()) {
        (0, 1) => None,
        (_, 1) => Some(format!("رُند {mode} به {}", amount(result))),
        (_, step) => {
            let step = amount(Amount::from_minor(i64::from(step)));
            Some(format!("رُند {mode} به مضربی از {step}: {}", amount(result)))
        }
    }
}

fn listed(names: &[Option<Name>], terms: &[Amount], joint: &str) -> String {
    let told = terms
        .iter()
        .zip(names)
        .map(|(term, name)| named(name.as_ref(), *term));
    told.collect::<Vec<_>>().join(joint)
}

fn row(rule: &str, base: Option<String>, arithmetic: String, rounding: Option<String>) -> StepText {
    StepText {
        rule: rule.to_owned(),
        base,
        arithmetic,
        rounding,
    }
}

pub(super) fn tell(step: &Step) -> StepText {
    match step {
        Step::Fixed { amount: fixed } => {
            row("مبلغ ثابت", None, format!("مبلغ ثابت {}", amount(*fixed)), None)
        }
        Step::Named { name, amount: value } => {
            let base = name.told(Language::Fa).to_owned();
            row("همان", Some(base), of(name, *value), None)
        }
        Step::Rate {
            rate: of,
            inside,
            base_name,
            base,
            exact: found,
            rounding: mode,
            result,
        } => {
            let (rule, joint) = if *inside {
                ("مالیات درون مبلغ", "درون")
            } else {
                ("درصد", "از")
            };
            let base = named(base_name.as_ref(), *base);
            let arithmetic = format!("{} {joint} {base} = {}", rate(*of), exact(*found));
            row(rule, Some(base), arithmetic, rounding(*found, *mode, *result))
        }
        Step::Clamp {
            value,
            at_least,
            at_most,
            result,
        } => row(
            "کف و سقف",
            None,
            clamp(*value, *at_least, *at_most, *result),
            None,
        ),
        Step::Sum { names, terms, result } => row(
            "جمع",
            None,
            format!("{} = {}", listed(names, terms, " + "), amount(*result)),
            None,
        ),
        Step::Less {
            from_name,
            from,
            names,
            taken,
            left,
            result,
        } => {
            let base = named(from_name.as_ref(), *from);
            let off = if taken.is_empty() {
                String::new()
            } else {
                format!(" − {}", listed(names, taken, " − "))
            };
            row(
                "پس از کسر",
                Some(base.clone()),
                format!("{base}{off} = {}", left_over(*left, *result)),
                None,
            )
        }
        Step::Times {
            count_name,
            count,
            value_name,
            value,
            result,
        } => {
            let (count, value) = (
                named(count_name.as_ref(), *count),
                named(value_name.as_ref(), *value),
            );
            row(
                "ضرب",
                Some(value.clone()),
                format!("{count} × {value} = {}", amount(*result)),
                None,
            )
        }
        Step::Band { .. }
        | Step::Slices { .. }
        | Step::Steps { .. }
        | Step::Case { .. }
        | Step::ActivityLeg { .. }
        | Step::Rounded { .. }
        | Step::Share { .. }
        | Step::Withheld { .. }
        | Step::RoundingDifference { .. }
        | Step::Each { .. } => tell_choice(step),
    }
}

fn left_over(left: Amount, result: Amount) -> String {
    if left == result {
        return amount(result);
    }
    format!("{}، نه کمتر از ۰: {}", amount(left), amount(result))
}

const fn chosen_word(chosen: Chosen) -> &'static str {
    match chosen {
        Chosen::Amount => "",
        Chosen::Sources => "منابع: ",
        Chosen::Split => "تسهیم: ",
        Chosen::DepositIdentifier => "شناسهٔ واریز: ",
    }
}

fn clamp(value: Amount, at_least: Option<Amount>, at_most: Option<Amount>, result: Amount) -> String {
    let least = at_least.map(|limit| format!("دست‌کم {}", amount(limit)));
    let most = at_most.map(|limit| format!("حداکثر {}", amount(limit)));
    let limits = least.into_iter().chain(most).collect::<Vec<_>>().join(" و ");
    format!("{}، {limits} = {}", amount(value), amount(result))
}

fn tell_choice(step: &Step) -> StepText {
    match step {
        Step::Band {
            measure,
            value,
            from,
            below,
        } => {
            let from = amount(Amount::from_minor(*from));
            let end = below.map_or_else(String::new, |below| {
                format!(" تا پیش از {}", amount(Amount::from_minor(below)))
            });
            let base = named(measure.as_ref(), *value);
            row(
                "پله",
                Some(base.clone()),
                format!("{base} در پلهٔ از {from}{end} است"),
                None,
            )
        }
        Step::Slices {
            base_name,
            base,
            slices,
            exact: found,
            rounding: mode,
            result,
        } => {
            let told = slices
                .iter()
                .map(|(width, of)| format!("{} از {}", rate(*of), amount(*width)));
            let told = told.reduce(|told, next| format!("{told} + {next}"));
            let told = told.unwrap_or_else(|| "چیزی در برشی نمی‌افتد".to_owned());
            let arithmetic = format!("{told} = {}", exact(*found));
            let base = named(base_name.as_ref(), *base);
            row("برش", Some(base), arithmetic, rounding(*found, *mode, *result))
        }
        Step::Steps {
            measure,
            value,
            free,
            size,
            begun,
            steps,
            charge,
            result,
        } => {
            let base = named(measure.as_ref(), *value);
            let free = if free.is_zero() {
                String::new()
            } else {
                format!(" افزون بر {} رایگان", amount(*free))
            };
            let begun = match begun {
                BegunStep::Charged => "گام آغازشده کامل حساب می‌شود",
                BegunStep::NotCharged => "گام ناتمام حساب نمی‌شود",
                BegunStep::InProportion => "به نسبت",
            };
            let size = amount(Amount::from_minor(i64::from(size.get())));
            let charge = amount(*charge);
            let (counted, rounded) = match *steps {
                StepsTaken::Whole(count) => (
                    format!("{} گام × {charge} = {}", amount(count), amount(*result)),
                    None,
                ),
                StepsTaken::Proportion {
                    charged,
                    exact: found,
                    rounding: mode,
                } => (
                    format!("{charge} × {} ÷ {size} = {}", amount(charged), exact(found)),
                    rounding(found, mode, *result),
                ),
            };
            let arithmetic = format!("{base}{free} در گام‌های {size}تایی، {begun}: {counted}");
            row("گام", Some(base), arithmetic, rounded)
        }
        Step::Case {
            chosen,
            number,
            facts,
        } => {
            let told = facts.iter().map(|(name, value)| match value {
                Told::Flag(true) => format!("{} = بله", name.told(Language::Fa)),
                Told::Flag(false) => format!("{} = خیر", name.told(Language::Fa)),
                Told::Amount(value) => format!("{} = {}", name.told(Language::Fa), amount(*value)),
                Told::Number(number) => {
                    format!("{} = {}", name.told(Language::Fa), digits(&number.to_string()))
                }
                Told::Text(text) => format!("{} = {text}", name.told(Language::Fa)),
            });
            let told = told.collect::<Vec<_>>().join("، ");
            let text = number.map_or_else(
                || "هیچ حالتی برقرار نیست: در غیر این صورت".to_owned(),
                |number| format!("حالت {} برقرار است: {told}", digits(&number.to_string())),
            );
            row("حالت", None, format!("{}{text}", chosen_word(*chosen)), None)
        }
        Step::ActivityLeg { leg } => row("مرحله", None, format!("در مرحلهٔ {leg}"), None),
        Step::Rounded { .. }
        | Step::Share { .. }
        | Step::Withheld { .. }
        | Step::RoundingDifference { .. }
        | Step::Each { .. }
        | Step::Fixed { .. }
        | Step::Named { .. }
        | Step::Rate { .. }
        | Step::Clamp { .. }
        | Step::Sum { .. }
        | Step::Less { .. }
        | Step::Times { .. } => shares::tell(step),
    }
}
