//! Derivation steps in English.
//! Never here: arithmetic.

#![expect(
    clippy::too_many_lines,
    reason = "tables: one arm a rule, one sentence an arm"
)]

mod shares;

use super::{Chosen, LineSubject, Name, Step, StepText, StepsTaken, Told};
use crate::domain::digits::grouped;
use crate::domain::language::Language;
use crate::domain::money::Amount;
use crate::domain::split::{Exact, Rounding, RoundingMode, in_lowest_terms};
use crate::domain::tariff::document::rule::BegunStep;

/// Groups of three digits: 1,476,112.
pub(super) fn amount(amount: Amount) -> String {
    grouped(&amount.minor().to_string(), ',')
}

pub(super) const fn subject(subject: LineSubject) -> &'static str {
    match subject {
        LineSubject::Part => "part",
        LineSubject::Base => "base",
        LineSubject::Price => "total",
        LineSubject::Group => "group",
        LineSubject::Source => "source",
        LineSubject::Leg => "leg",
    }
}

pub(super) fn exact(exact: Exact) -> String {
    let (whole, rest) = exact.whole_and_rest();
    let whole_text = grouped(&whole.to_string(), ',');
    if rest == 0 {
        return whole_text;
    }
    match decimal_places(rest, exact.denominator) {
        Some(places) => format!("{whole_text}.{places}"),
        None => format!("{whole_text} {}", reduced(rest, exact.denominator)),
    }
}

/// A fraction in lowest terms.
pub(super) fn reduced(rest: i128, denominator: i128) -> String {
    let (rest, denominator) = in_lowest_terms(rest, denominator);
    format!("{rest}/{denominator}")
}

/// The places after the point, where the denominator is a power of ten.
pub(super) fn decimal_places(rest: i128, denominator: i128) -> Option<String> {
    let digits = denominator.to_string();
    let is_power_of_ten = digits.starts_with('1') && digits.chars().skip(1).all(|digit| digit == '0');
    let width = digits.len() - 1;
    is_power_of_ten.then(|| format!("{rest:0width$}").trim_end_matches('0').to_owned())
}

fn named(name: Option<&Name>, value: Amount) -> String {
    name.map_or_else(|| amount(value), |name| of(name, value))
}

fn of(name: &Name, value: Amount) -> String {
    format!("{} {}", name.told(Language::En), amount(value))
}

fn rounding(exactly: Exact, rounding: Rounding, result: Amount) -> Option<String> {
    let (_, rest) = exactly.whole_and_rest();
    let step = rounding.step.get();
    let mode = match rounding.mode {
        RoundingMode::Floor => "down",
        RoundingMode::HalfUp => "half up",
        RoundingMode::HalfEven => "half to even",
        RoundingMode::Ceiling => "up",
    };
    match (rest, step) {
        (0, 1) => None,
        (_, 1) => Some(format!("rounded {mode} to {}", amount(result))),
        _ => Some(format!(
            "rounded {mode} to a multiple of {}: {}",
            amount(Amount::from_minor(i64::from(step))),
            amount(result)
        )),
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
        Step::Fixed { amount: fixed } => row("fixed", None, format!("fixed at {}", amount(*fixed)), None),
        Step::Named { name, amount: value } => {
            let base = name.told(Language::En).to_owned();
            row("named", Some(base), of(name, *value), None)
        }
        Step::Rate {
            rate,
            inside,
            base_name,
            base,
            exact: found,
            rounding: mode,
            result,
        } => {
            let (rule, of) = if *inside {
                ("tax_inside", "inside")
            } else {
                ("percent", "of")
            };
            let base = named(base_name.as_ref(), *base);
            let arithmetic = format!("{rate} {of} {base} = {}", exact(*found));
            row(rule, Some(base), arithmetic, rounding(*found, *mode, *result))
        }
        Step::Clamp {
            value,
            at_least,
            at_most,
            result,
        } => row("clamp", None, clamp(*value, *at_least, *at_most, *result), None),
        Step::Sum { names, terms, result } => row(
            "sum",
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
                "less",
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
                "times",
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

/// What is left after less was taken off, and what it counts where it lies below zero.
fn left_over(left: Amount, result: Amount) -> String {
    if left == result {
        return amount(result);
    }
    format!("{}, not below 0: {}", amount(left), amount(result))
}

const fn chosen_word(chosen: Chosen) -> &'static str {
    match chosen {
        Chosen::Amount => "",
        Chosen::Sources => "sources: ",
        Chosen::Split => "split: ",
        Chosen::DepositIdentifier => "deposit identifier: ",
    }
}

fn clamp(value: Amount, at_least: Option<Amount>, at_most: Option<Amount>, result: Amount) -> String {
    let least = at_least.map(|limit| format!("at least {}", amount(limit)));
    let most = at_most.map(|limit| format!("at most {}", amount(limit)));
    let limits = least.into_iter().chain(most).collect::<Vec<_>>().join(" and ");
    format!("{} {limits} = {}", amount(value), amount(result))
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
                format!(" up to but not including {}", amount(Amount::from_minor(below)))
            });
            let base = named(measure.as_ref(), *value);
            row(
                "bands",
                Some(base.clone()),
                format!("{base} is in the band from {from}{end}"),
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
                .map(|(width, rate)| format!("{rate} of {}", amount(*width)));
            let told = told.reduce(|told, next| format!("{told} + {next}"));
            let told = told.unwrap_or_else(|| "nothing lies in a slice".to_owned());
            let arithmetic = format!("{told} = {}", exact(*found));
            let base = named(base_name.as_ref(), *base);
            row("slices", Some(base), arithmetic, rounding(*found, *mode, *result))
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
                format!(" beyond the free {}", amount(*free))
            };
            let begun = match begun {
                BegunStep::Charged => "a begun step charged whole",
                BegunStep::NotCharged => "a begun step not charged",
                BegunStep::InProportion => "in proportion",
            };
            let charge = amount(*charge);
            let size_text = amount(Amount::from_minor(i64::from(size.get())));
            let (counted, rounded) = match *steps {
                StepsTaken::Whole(count) => (
                    format!(
                        "{} {} × {charge} = {}",
                        amount(count),
                        if count.minor() == 1 { "step" } else { "steps" },
                        amount(*result)
                    ),
                    None,
                ),
                StepsTaken::Proportion {
                    charged,
                    exact: found,
                    rounding: mode,
                } => (
                    format!("{charge} × {} ÷ {size_text} = {}", amount(charged), exact(found)),
                    rounding(found, mode, *result),
                ),
            };
            let arithmetic = format!("{base}{free} in steps of {size_text}, {begun}: {counted}");
            row("steps", Some(base), arithmetic, rounded)
        }
        Step::Case {
            chosen,
            number,
            facts,
        } => {
            let told = facts.iter().map(|(name, value)| match value {
                Told::Flag(flag) => format!("{} = {flag}", name.told(Language::En)),
                Told::Amount(value) => format!("{} = {}", name.told(Language::En), amount(*value)),
                Told::Number(number) => format!("{} = {number}", name.told(Language::En)),
                Told::Text(text) => format!("{} = {text}", name.told(Language::En)),
            });
            let told = told.collect::<Vec<_>>().join(", ");
            let text = number.map_or_else(
                || "no case holds: otherwise".to_owned(),
                |number| format!("case {number} holds: {told}"),
            );
            row("choose", None, format!("{}{text}", chosen_word(*chosen)), None)
        }
        Step::ActivityLeg { leg } => row("by_leg", None, format!("on the activity leg {leg}"), None),
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
