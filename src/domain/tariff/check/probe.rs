//! Trial questions: a tariff that cannot answer one of them soundly is refused with that question as the example.
//! Never here: what is only a refusal that the tariff itself states.

use std::collections::{BTreeMap, BTreeSet};

use super::Points;
use super::reach::Domain;
use super::remedies::Remedy;
use crate::domain::dice::Dice;
use crate::domain::money::Amount;
use crate::domain::tariff::document::{Fact, FactValue};
use crate::domain::tariff::fault::Fault;
use crate::domain::tariff::pricing::{PRICE, Place};
use crate::domain::tariff::question::{Question, Refusal};
use crate::domain::tariff::term::Side;
use crate::domain::tariff::{FactDeclaration, Range, Tariff};

/// So many questions are asked at most: all that there are, or else so many that any three values almost surely meet in one, up to
/// fifteen values each.
const QUESTIONS_MAX: usize = 60_000;
/// Amounts where rounding bites: no multiples of each other, small, odd and large.
const TELLING_AMOUNTS: [i64; 10] = [1, 2, 3, 7, 99, 101, 1_001, 28_615, 999_983, 123_456_789];

/// Counts of things: what takes more than the price may do so only for many of them.
const TELLING_COUNTS: [u32; 6] = [1, 2, 7, 101, 1_001, 100_003];

/// `paths`: where each amount is written, by its slot.
pub(super) fn faults_of(tariff: &Tariff, points: &Points, paths: &BTreeMap<usize, String>) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    let mut is_answered = false;
    let mut refused = None;
    let mut asked = 0;
    for question in questions(tariff, points, QUESTIONS_MAX) {
        asked += 1;
        let Err((refusal, place)) = tariff.try_out(&question) else {
            is_answered = true;
            continue;
        };
        refused.get_or_insert_with(|| format!("{refusal} ({})", example(tariff, &question)));
        let Some(found) = found_by(tariff, &question, &refusal, place, paths) else {
            continue;
        };
        let is_known = |known: &Fault| known.rule == found.rule && known.path == found.path;
        if !faults.iter().any(is_known) {
            faults.push(found.told(tariff, &question, &refusal, place, paths));
        }
    }
    // Of too many questions those that are answered may not have been among the scattered ones.
    let are_all = asked < QUESTIONS_MAX;
    if let Some(refused) = refused.filter(|_| are_all && !is_answered && faults.is_empty()) {
        let reason = format!("every question is refused: {refused}");
        let remedy = "an amount; refuse in a case, or let the tariff end by `valid.until`";
        faults.push(Fault::new("$", "answers_nothing", reason, remedy));
    }
    faults
}

/// Where the amount is written that was being found.
fn path_of(place: Place, paths: &BTreeMap<usize, String>) -> String {
    let path = paths.get(&place.slot).map_or("$", String::as_str);
    if place.withholds {
        format!("{}.withhold", path.trim_end_matches(".take"))
    } else {
        path.to_owned()
    }
}

/// Questions at these points: all, or at most so many.
pub(super) fn questions(tariff: &Tariff, points: &Points, most: usize) -> impl Iterator<Item = Question> {
    let facts = fact_domains(&tariff.facts, points);
    let amounts = if tariff.reads_amount {
        values(&points.amount, &tariff.amount)
    } else {
        vec![None]
    };
    let principals = match &tariff.principal {
        Some(principal) => values(&points.principal, &principal.range),
        None => vec![None],
    };
    let quantities = quantities(tariff, points);
    let legs: Vec<Option<String>> = if tariff.activity_legs.is_empty() {
        vec![None]
    } else {
        tariff.activity_legs.iter().cloned().map(Some).collect()
    };
    let of_facts = facts.iter().map(|(_, domain)| domain.0.len());
    let sizes: Vec<usize> = [amounts.len(), principals.len(), quantities.len(), legs.len()]
        .into_iter()
        .chain(of_facts)
        .collect();
    picks(sizes, most).map(move |picked| Question {
        amount: amounts[picked[0]],
        principal: principals[picked[1]],
        quantity: quantities[picked[2]],
        leg: legs[picked[3]].clone(),
        facts: named_facts(tariff, &picked[4..], &facts),
    })
}

/// One place out of each of these sizes: every combination in turn, or of too many as many as are asked, scattered.
fn picks(sizes: Vec<usize>, most: usize) -> impl Iterator<Item = Vec<usize>> {
    let all = sizes
        .iter()
        .try_fold(1_usize, |count, size| count.checked_mul(*size))
        .filter(|count| *count <= most);
    let mut dice = Dice::new(0);
    (0..all.unwrap_or(most)).map(move |number| {
        let mut rest = number;
        let place = |size: &usize| {
            let in_turn = rest % size;
            rest /= size;
            if all.is_some() { in_turn } else { dice.below(*size) }
        };
        sizes.iter().map(place).collect()
    })
}

fn named_facts(tariff: &Tariff, places: &[usize], facts: &[(usize, Domain)]) -> BTreeMap<String, FactValue> {
    let named = |((fact, domain), place): (&(usize, Domain), &usize)| {
        (tariff.facts[*fact].name.clone(), domain.0[*place].clone())
    };
    facts.iter().zip(places).map(named).collect()
}

/// Facts that are read, by their index, and whose values are worth trying.
fn fact_domains(facts: &[FactDeclaration], points: &Points) -> Vec<(usize, Domain)> {
    let read = facts.iter().enumerate().filter(|(_, fact)| fact.is_read);
    let domain = |(index, declared): (usize, &FactDeclaration)| {
        let mut tested = points
            .facts
            .get(&index)
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>();
        tested.extend(TELLING_COUNTS.map(|count| FactValue::Integer(i64::from(count))));
        tested.extend(declared.default.clone());
        (index, Domain::of(&declared.fact, tested))
    };
    read.map(domain).collect()
}

fn values(points: &BTreeSet<i64>, range: &Range) -> Vec<Option<Amount>> {
    let ends = [Some(range.at_least), range.at_most].into_iter().flatten();
    let telling = TELLING_AMOUNTS
        .iter()
        .map(|telling| range.at_least.saturating_add(*telling));
    let mut values = points
        .iter()
        .copied()
        .chain(ends)
        .chain(telling)
        .chain(TELLING_AMOUNTS)
        .collect::<Vec<_>>();
    values.retain(|value| *value >= range.at_least && range.at_most.is_none_or(|most| *value <= most));
    values.sort_unstable();
    values.dedup();
    values
        .into_iter()
        .map(|value| Some(Amount::from_minor(value)))
        .collect()
}

fn quantities(tariff: &Tariff, points: &Points) -> Vec<u32> {
    if !tariff.reads_quantity {
        return vec![1];
    }
    let noted = points
        .quantity
        .iter()
        .filter_map(|number| u32::try_from(*number).ok());
    let mut quantities = noted
        .filter(|quantity| *quantity > 0)
        .chain(TELLING_COUNTS)
        .collect::<Vec<_>>();
    quantities.sort_unstable();
    quantities.dedup();
    quantities
}

/// A fault that a question shows, before it is told.
struct Found {
    path: String,
    rule: &'static str,
    remedy: Remedy,
}

/// Refusals that only a wrong document leads to.
fn found_by(
    tariff: &Tariff,
    question: &Question,
    refusal: &Refusal,
    place: Place,
    paths: &BTreeMap<usize, String>,
) -> Option<Found> {
    let written = path_of(place, paths);
    let (path, rule, remedy) = match refusal {
        Refusal::ComponentsExceed { side, .. } => {
            (list_of(*side), "components_above_price", Remedy::of_excess(*side))
        }
        Refusal::ComponentsFallShort { side, .. } => (
            list_of(*side),
            "components_below_price",
            Remedy::Said(
                "let one component take the `remainder`, or divide by `rate`s or `weight`s that make up the whole",
            ),
        ),
        Refusal::BelowZero { .. } => (
            written.as_str(),
            "below_zero",
            Remedy::of_below_zero(tariff, place),
        ),
        Refusal::MinimumAboveAmount { .. } => (
            written.as_str(),
            "minimum_above_amount",
            Remedy::OrLimits(vec!["lower `at_least`"]),
        ),
        Refusal::ClampCrossed { .. } => (
            written.as_str(),
            "limits_crossed",
            Remedy::Said("at_least ≤ at_most"),
        ),
        Refusal::SharesAreOneTerm { .. } => (
            "$.split",
            "duplicate_name",
            Remedy::Said("give each its own name"),
        ),
        Refusal::NoCase => ("$", "no_otherwise", Remedy::Said("give `otherwise`")),
        Refusal::RoundingNotBorne { .. } => (
            "$.round_price.taker",
            "rounding_not_borne",
            Remedy::Said("name a larger component, or round by ceiling"),
        ),
        Refusal::Indivisible(_) => ("$.split", "indivisible", Remedy::Said("weights above zero")),
        Refusal::OutsideBands { is_above, .. } if !is_above || is_bounded(tariff, question) => (
            written.as_str(),
            "bands_gap",
            Remedy::OrLimits(vec![
                "cover whatever the measure can come to within the declared ranges",
            ]),
        ),
        Refusal::AmountMissing | Refusal::PrincipalMissing | Refusal::PrincipalUnexpected => return None,
        Refusal::OutsideRange { .. } | Refusal::AmountDiffers { .. } | Refusal::QuantityZero => return None,
        Refusal::QuantityUnexpected(_) | Refusal::LegMissing { .. } | Refusal::LegUnknown { .. } => {
            return None;
        }
        Refusal::FactMissing(_)
        | Refusal::FactUnknown { .. }
        | Refusal::FactInvalid { .. }
        | Refusal::OutsideBands { .. } => return None,
        Refusal::Refused(_) | Refusal::AboveLimit { .. } | Refusal::Overflow(_) => return None,
    };
    let path = path.to_owned();
    Some(Found { path, rule, remedy })
}

impl Found {
    fn told(
        self,
        tariff: &Tariff,
        question: &Question,
        refusal: &Refusal,
        place: Place,
        paths: &BTreeMap<usize, String>,
    ) -> Fault {
        // Of the price itself the path says enough.
        let whose = if self.path == path_of(place, paths) && place.slot != PRICE {
            format!("`{}`: ", tariff.slots[place.slot].name)
        } else {
            String::new()
        };
        let reason = format!("{whose}{refusal} ({})", example(tariff, question));
        Fault::new(&self.path, self.rule, reason, self.remedy.text(tariff, question))
    }
}

const fn list_of(side: Side) -> &'static str {
    match side {
        Side::Source => "$.sources",
        Side::Leg => "$.split",
    }
}

/// Whether everything that rules name has a greatest value, or is what it counts where nobody states it: then no table need leave
/// anything out.
fn is_bounded(tariff: &Tariff, question: &Question) -> bool {
    let is_open = |declared: &FactDeclaration| {
        let ends = !matches!(declared.fact, Fact::Integer { at_most: None, .. });
        let is_default = question.facts.get(&declared.name) == declared.default.as_ref();
        declared.is_read && !ends && !is_default
    };
    let amount = !tariff.reads_amount || tariff.amount.at_most.is_some();
    let principal = !tariff.reads_principal
        || tariff
            .principal
            .as_ref()
            .is_some_and(|principal| principal.range.at_most.is_some());
    let quantity = !tariff.reads_quantity || question.quantity == 1;
    amount && principal && quantity && !tariff.facts.iter().any(is_open)
}

/// The question in words.
fn example(tariff: &Tariff, question: &Question) -> String {
    let mut told = Vec::new();
    told.extend(question.amount.map(|amount| format!("amount {amount}")));
    told.extend(
        question
            .principal
            .map(|principal| format!("principal {principal}")),
    );
    if tariff.reads_quantity {
        told.push(format!("quantity {}", question.quantity));
    }
    told.extend(question.leg.iter().map(|leg| format!("leg {leg}")));
    told.extend(
        question
            .facts
            .iter()
            .map(|(name, value)| format!("{name} = {value}")),
    );
    if told.is_empty() {
        "for every question".to_owned()
    } else {
        format!("for {}", told.join(", "))
    }
}
