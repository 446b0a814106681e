//! What helps where a trial question shows a fault: other rules, and the limits on what is stated that would keep the question out.
//! Never here: finding the faults (`probe`).

use super::crossings::{Stated, every_computation, whatever_is_read};
use crate::domain::tariff::Tariff;
use crate::domain::tariff::formula::Formula;
use crate::domain::tariff::pricing::{Computation, Place};
use crate::domain::tariff::question::Question;
use crate::domain::tariff::term::Side;

/// So many powers of ten away from what was stated other numbers are tried.
const DECADES: u32 = 16;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    Said(&'static str),
    /// One of these, or a limit.
    OrLimits(Vec<&'static str>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Least,
    Most,
}

impl Remedy {
    pub(super) fn of_excess(side: Side) -> Self {
        Self::OrLimits(vec![match side {
            Side::Source => "let the sources bear less",
            Side::Leg => "let the components take less",
        }])
    }

    /// Of what falls below zero: only a written difference can be said to stop at zero.
    pub(super) fn of_below_zero(tariff: &Tariff, place: Place) -> Self {
        Self::OrLimits(if place.withholds {
            vec!["withhold less", "round what is withheld down"]
        } else if tariff.slots[place.slot].name == "after_fixed" {
            vec!["let the fixed components take less"]
        } else if is_a_difference(tariff, place.slot) {
            vec!["take off less", "say `\"or_zero\": true`"]
        } else {
            vec!["let it be made of amounts from 0 on"]
        })
    }

    pub(super) fn text(&self, tariff: &Tariff, question: &Question) -> String {
        let ways = match self {
            Self::Said(said) => return (*said).to_owned(),
            Self::OrLimits(ways) => ways.iter().map(|way| (*way).to_owned()),
        };
        let mut ways = ways.chain(limits(tariff, question)).collect::<Vec<_>>();
        let last = ways.pop().unwrap_or_default();
        if ways.is_empty() {
            last
        } else {
            format!("{}, or {last}", ways.join(", "))
        }
    }
}

fn is_a_difference(tariff: &Tariff, slot: usize) -> bool {
    every_computation(tariff)
        .into_iter()
        .any(|computation| match computation {
            Computation::Compute { slot: found, formula } => *found == slot && has_difference(formula),
            Computation::Remainder { .. } | Computation::Divide(_) => false,
        })
}

fn has_difference(formula: &Formula) -> bool {
    matches!(formula, Formula::Less { or_zero: false, .. }) || formula.inner().into_iter().any(has_difference)
}

/// The limits that would help: those on a number that by itself, larger or smaller, leads to an answer.
fn limits(tariff: &Tariff, question: &Question) -> Vec<String> {
    let mut limits = Vec::new();
    for stated in whatever_is_read(tariff) {
        for end in [End::Least, End::Most] {
            let is_answered = |number| tariff.try_out(&stated.put(tariff, question, number)).is_ok();
            if beyond(tariff, question, stated, end).any(is_answered) {
                limits.push(limit_text(tariff, stated, end));
            }
        }
    }
    limits
}

/// Numbers further from that end than the one that was stated.
fn beyond(tariff: &Tariff, question: &Question, stated: Stated, end: End) -> impl Iterator<Item = i64> {
    let (least, most) = stated.range(tariff);
    let now = stated.seen(tariff, question);
    let distances = (0..DECADES).map(|decade| 10_i64.pow(decade));
    let numbers = distances.filter_map(move |distance| {
        Some(match end {
            End::Least => now?.saturating_add(distance).min(most),
            End::Most => now?.saturating_sub(distance).max(least),
        })
    });
    numbers.filter(move |number| Some(*number) != now)
}

fn limit_text(tariff: &Tariff, stated: Stated, end: End) -> String {
    let (size, key) = match end {
        End::Least => ("smallest", "at_least"),
        End::Most => ("largest", "at_most"),
    };
    match stated {
        Stated::Amount => format!("declare the {size} amount as `amount.{key}`"),
        Stated::Principal => format!("declare the {size} principal as `principal.{key}`"),
        Stated::Fact(index) => {
            let name = &tariff.facts[index].name;
            format!("declare the {size} `{name}` as `facts.{name}.{key}`")
        }
        Stated::Quantity => {
            let (size, test) = match end {
                End::Least => ("smaller", "below"),
                End::Most => ("larger", "above"),
            };
            format!(
                "refuse a {size} `quantity` in a case: {{\"when\": {{\"quantity\": {{\"{test}\": …}}}}, \"then\": {{\"refuse\": \"why\"}}}}"
            )
        }
    }
}
