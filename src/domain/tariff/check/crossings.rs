//! Where something computed crosses the ends of its bands or steps, comes within its limits, or is rounded the most, in terms of what the
//! sender states: a fee of the price, of what is left of an amount. Never here: ends of what is stated itself (`bands` notes those).

use std::collections::BTreeSet;

use super::Points;
use super::probe::questions;
use crate::domain::money::{AMOUNT_MAX, Amount};
use crate::domain::split::RoundedShare;
use crate::domain::tariff::Tariff;
use crate::domain::tariff::document::{Fact, FactValue, Range};
use crate::domain::tariff::formula::Formula;
use crate::domain::tariff::pricing::{Computation, PRICE};
use crate::domain::tariff::question::{Question, Refusal};

/// With so many sets of all other values each end is looked for, scattered over those that are tried. An end that only others would
/// show, or that is crossed more than once, may stay unfound.
const OTHERS_MAX: usize = 12;

/// Far above what is tried anyhow, and so near to each other and to the most that may be stated that a share which grows with it is seen
/// above its price before it leaves 64 bits.
const FAR: [i64; 2] = [20_000_003, 50_000_000_021];

/// Something computed, and the ends of the rows that it is looked up in.
#[derive(Debug)]
pub(super) struct Measure {
    pub(super) of: Formula,
    pub(super) ends: Vec<i64>,
}

/// A share that is rounded, and what it is a share of.
#[derive(Debug)]
pub(super) struct RoundedOf {
    pub(super) of: Formula,
    pub(super) share: RoundedShare,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stated {
    Amount,
    Principal,
    Quantity,
    Fact(usize),
}

/// What a measure is computed of: computations in their order, and what the sender states.
#[derive(Default)]
struct Grounds<'a> {
    needed: Vec<&'a Computation>,
    stated: BTreeSet<Stated>,
}

/// A number with its neighbours.
pub(super) fn around(number: i64) -> [i64; 3] {
    [number.saturating_sub(1), number, number.saturating_add(1)]
}

/// The points, and those around every crossing.
pub(super) fn with_crossings(
    tariff: &Tariff,
    measures: &[Measure],
    roundings: &[RoundedOf],
    mut points: Points,
) -> Points {
    let all = every_computation(tariff);
    let others = questions(tariff, &points, OTHERS_MAX).collect::<Vec<_>>();
    for measure in measures {
        let mut grounds = Grounds::default();
        grounds.take(&measure.of, &all);
        let amount = |question: &Question| tariff.measured(question, &grounds.needed, &measure.of);
        note_crossings(
            tariff,
            &grounds.stated,
            &measure.ends,
            &others,
            &amount,
            &mut points,
        );
    }
    for rounded in roundings {
        let mut grounds = Grounds::default();
        grounds.take(&rounded.of, &all);
        let base = |question: &Question| tariff.measured(question, &grounds.needed, &rounded.of);
        let ends = turning_ends(rounded.share, &others, &base);
        note_crossings(tariff, &grounds.stated, &ends, &others, &base, &mut points);
    }
    let cliffs = rounding_cliffs(tariff, &others);
    let borne = |question: &Question| tariff.borne_by_holder(question);
    note_crossings(
        tariff,
        &whatever_is_read(tariff),
        &cliffs,
        &others,
        &borne,
        &mut points,
    );
    note_far_ends(tariff, &mut points);
    points
}

/// What has no declared end is tried up to the real one: the most that a row may state.
fn note_far_ends(tariff: &Tariff, points: &mut Points) {
    for stated in whatever_is_read(tariff) {
        let (least, most) = stated.range(tariff);
        let far = FAR.into_iter().filter(|number| (least..=most).contains(number));
        note(points, stated, far.chain([most]).collect());
    }
}

fn note_crossings(
    tariff: &Tariff,
    stated: &BTreeSet<Stated>,
    ends: &[i64],
    others: &[Question],
    amount: &dyn Fn(&Question) -> Result<Amount, Refusal>,
    points: &mut Points,
) {
    for stated in stated {
        let found = others.iter().flat_map(|other| {
            ends.iter()
                .filter_map(|end| crossing(tariff, amount, *stated, other, *end))
        });
        let found = found.flat_map(around).collect::<BTreeSet<_>>();
        note(points, *stated, found);
    }
}

/// The bases next above nothing, and above the least that the other questions come to, at which the rounding of the share turns.
fn turning_ends(
    share: RoundedShare,
    others: &[Question],
    base: &dyn Fn(&Question) -> Result<Amount, Refusal>,
) -> Vec<i64> {
    let bases = others.iter().filter_map(|other| base(other).ok());
    let least = bases.map(Amount::minor).filter(|base| *base > 0).min();
    let from = [Some(0), least].into_iter().flatten();
    let ends: BTreeSet<i64> = from.filter_map(|base| share.turn_from(base)).collect();
    ends.into_iter().collect()
}

/// What the citizen bears where its rounding takes the most off, next above what the other questions come to.
fn rounding_cliffs(tariff: &Tariff, others: &[Question]) -> Vec<i64> {
    let Some(rounding) = &tariff.rounding else {
        return Vec::new();
    };
    let borne = others
        .iter()
        .filter_map(|other| tariff.borne_by_holder(other).ok());
    let cliffs = borne.filter_map(|borne| rounding.rounding.cliffs_above(borne));
    cliffs.flatten().collect::<BTreeSet<_>>().into_iter().collect()
}

/// Every number that the sender states and a rule reads.
pub(super) fn whatever_is_read(tariff: &Tariff) -> BTreeSet<Stated> {
    let facts = tariff.facts.iter().enumerate();
    let numbers = facts.filter(|(_, fact)| fact.is_read && matches!(fact.fact, Fact::Integer { .. }));
    let inputs = [
        (tariff.reads_amount, Stated::Amount),
        (tariff.reads_principal, Stated::Principal),
        (tariff.reads_quantity, Stated::Quantity),
    ];
    let inputs = inputs.into_iter().filter(|(is_read, _)| *is_read);
    inputs
        .map(|(_, stated)| stated)
        .chain(numbers.map(|(index, _)| Stated::Fact(index)))
        .collect()
}

fn note(points: &mut Points, stated: Stated, found: BTreeSet<i64>) {
    match stated {
        Stated::Amount => points.amount.extend(found),
        Stated::Principal => points.principal.extend(found),
        Stated::Quantity => points.quantity.extend(found),
        Stated::Fact(index) => {
            let values = points.facts.entry(index).or_default();
            values.extend(found.into_iter().map(FactValue::Integer));
        }
    }
}

pub(super) fn every_computation(tariff: &Tariff) -> Vec<&Computation> {
    let lists = tariff.sources.lists().into_iter().chain(tariff.split.lists());
    let shared = lists.flat_map(|shares| &shares.computations);
    tariff.computations.iter().chain(shared).collect()
}

/// The first number stated, from where the measure lies on the other side of an end than at the least one.
fn crossing(
    tariff: &Tariff,
    amount: &dyn Fn(&Question) -> Result<Amount, Refusal>,
    stated: Stated,
    other: &Question,
    end: i64,
) -> Option<i64> {
    let reaches = |number: i64| {
        let question = stated.put(tariff, other, number);
        match amount(&question) {
            Ok(amount) => amount.minor() >= end,
            Err(refusal) => matches!(refusal, Refusal::Overflow(_)),
        }
    };
    let (mut before, mut after) = stated.range(tariff);
    let at_first = reaches(before);
    if reaches(after) == at_first {
        return None;
    }
    while after - before > 1 {
        let middle = i64::midpoint(before, after);
        if reaches(middle) == at_first {
            before = middle;
        } else {
            after = middle;
        }
    }
    Some(after)
}

impl Stated {
    /// The number that the question states.
    pub(super) fn seen(self, tariff: &Tariff, question: &Question) -> Option<i64> {
        match self {
            Self::Amount => question.amount.map(Amount::minor),
            Self::Principal => question.principal.map(Amount::minor),
            Self::Quantity => Some(i64::from(question.quantity)),
            Self::Fact(index) => match question.facts.get(&tariff.facts[index].name)? {
                FactValue::Integer(number) => Some(*number),
                FactValue::Bool(_) | FactValue::Text(_) => None,
            },
        }
    }

    pub(super) fn put(self, tariff: &Tariff, other: &Question, number: i64) -> Question {
        let mut question = other.clone();
        match self {
            Self::Amount => question.amount = Some(Amount::from_minor(number)),
            Self::Principal => question.principal = Some(Amount::from_minor(number)),
            Self::Quantity => question.quantity = u32::try_from(number).unwrap_or(u32::MAX),
            Self::Fact(index) => {
                let name = tariff.facts[index].name.clone();
                question.facts.insert(name, FactValue::Integer(number));
            }
        }
        question
    }

    pub(super) fn range(self, tariff: &Tariff) -> (i64, i64) {
        let (least, most) = match self {
            Self::Amount => ends(&tariff.amount),
            Self::Principal => match &tariff.principal {
                Some(principal) => ends(&principal.range),
                None => (0, None),
            },
            Self::Quantity => (1, Some(i64::from(u32::MAX))),
            Self::Fact(index) => match tariff.facts[index].fact {
                Fact::Integer {
                    at_least, at_most, ..
                } => (at_least, at_most),
                Fact::Bool { .. } | Fact::OneOf { .. } | Fact::Text { .. } => (0, None),
            },
        };
        let limit = AMOUNT_MAX.minor();
        (
            least.clamp(-limit, limit),
            most.unwrap_or(limit).clamp(-limit, limit),
        )
    }
}

const fn ends(range: &Range) -> (i64, Option<i64>) {
    (range.at_least, range.at_most)
}

impl<'a> Grounds<'a> {
    fn take(&mut self, formula: &Formula, all: &[&'a Computation]) {
        let stated = match formula {
            Formula::Amount => Stated::Amount,
            Formula::Principal => Stated::Principal,
            Formula::Quantity => Stated::Quantity,
            Formula::Fact(index) => Stated::Fact(*index),
            Formula::Slot(slot) => return self.take_slot(*slot, all),
            Formula::Fixed(_)
            | Formula::Percent(_)
            | Formula::Sum(_)
            | Formula::Less { .. }
            | Formula::Times { .. }
            | Formula::Bands { .. }
            | Formula::Slices { .. }
            | Formula::Steps(_)
            | Formula::Clamp { .. }
            | Formula::Choose(_)
            | Formula::Round { .. }
            | Formula::Refuse(_) => {
                let inner = formula.inner().into_iter();
                return inner.for_each(|inner| self.take(inner, all));
            }
        };
        self.stated.insert(stated);
    }

    fn take_slot(&mut self, slot: usize, all: &[&'a Computation]) {
        if self.needed.iter().any(|known| known.fills(slot)) {
            return;
        }
        let Some(computation) = all.iter().find(|computation| computation.fills(slot)) else {
            return;
        };
        match computation {
            Computation::Compute { formula, .. } => self.take(formula, all),
            Computation::Remainder { others, .. } => {
                let slots = [&PRICE].into_iter().chain(others);
                slots.for_each(|slot| self.take_slot(*slot, all));
            }
            Computation::Divide(group) => self.take_slot(group.of, all),
        }
        self.needed.push(computation);
    }
}
