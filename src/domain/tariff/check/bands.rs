//! Judging what depends on where a measure lies: bands, slices, steps. Never here: any other rule (`rules`).

use super::Checker;
use super::crossings::{Measure, around};
use super::scope::Scope;
use crate::domain::money::Amount;
use crate::domain::split::{RoundedShare, Rounding};
use crate::domain::tariff::document::rule;
use crate::domain::tariff::document::{Fact, FactValue, Range};
use crate::domain::tariff::fault::Fault;
use crate::domain::tariff::formula::{Band, Formula, Slice, Steps};

impl<'a> Checker<'a> {
    pub(super) fn bands(&mut self, scope: &mut Scope<'a>, bands: &'a rule::Bands, path: &str) -> Formula {
        let of = self.formula(scope, &bands.of, &format!("{path}.of"));
        let mut rows = Vec::new();
        for (at, band) in bands.rows.iter().enumerate() {
            let row = format!("{path}.rows[{at}]");
            if band.below.is_some() && band.through.is_some() {
                let reason = "the band has two ends, `below` and `through`";
                self.fault(
                    &row,
                    "two_ends",
                    reason,
                    "one: `below` is not in the band, `through` is",
                );
            }
            let below = band.below.or(band.through.map(|last| last.saturating_add(1)));
            let value = self.formula(scope, &band.value, &format!("{row}.value"));
            rows.push(Band {
                from: band.from,
                below,
                value,
            });
        }
        let ends = rows.iter().map(|row| (row.from, row.below)).collect::<Vec<_>>();
        self.check_contiguous(&ends, &format!("{path}.rows"));
        self.check_cover(&of, &ends, &format!("{path}.rows"));
        self.note_ends(&of, &ends);
        Formula::Bands {
            of: Box::new(of),
            rows,
        }
    }

    pub(super) fn slices(&mut self, scope: &mut Scope<'a>, slices: &'a rule::Slices, path: &str) -> Formula {
        let of = self.formula(scope, &slices.of, &format!("{path}.of"));
        let ends = slices
            .rows
            .iter()
            .map(|row| (row.from, row.to))
            .collect::<Vec<_>>();
        self.check_contiguous(&ends, &format!("{path}.rows"));
        self.check_whole(&of, &ends, &format!("{path}.rows"));
        self.note_ends(&of, &ends);
        let row = |row: &rule::Slice| Slice {
            from: row.from,
            to: row.to,
            rate: row.rate,
        };
        let rounding = Rounding::to_step(slices.round, slices.step);
        let rates = slices.rows.iter().map(|row| (row.from, row.rate));
        for share in RoundedShare::of_slices(&rates.collect::<Vec<_>>(), rounding) {
            self.note_rounded(&of, share);
        }
        Formula::Slices {
            of: Box::new(of),
            rows: slices.rows.iter().map(row).collect(),
            rounding,
        }
    }

    /// Half-open rows follow each other without a gap or an overlap; only the last may be open (money rule 5).
    fn check_contiguous(&mut self, ends: &[(i64, Option<i64>)], path: &str) {
        if ends.is_empty() {
            self.fault(path, "empty_list", "there is no band", "give at least one");
        }
        for (at, (from, below)) in ends.iter().enumerate() {
            if *from < 0 || below.is_some_and(|below| below <= *from) {
                let reason = format!("the band from {from} holds nothing or begins below zero");
                self.fault(
                    &format!("{path}[{at}]"),
                    "empty_band",
                    reason,
                    "0 ≤ from, and its end above it",
                );
            }
            if let Some((next, _)) = ends.get(at + 1) {
                self.check_neighbours(*below, *next, at, path);
            }
        }
    }

    fn check_neighbours(&mut self, below: Option<i64>, next: i64, at: usize, path: &str) {
        let path = format!("{path}[{}]", at + 1);
        let (one, two) = (at + 1, at + 2);
        let Some(below) = below else {
            let reason = format!("band {one} has no end, so band {two} from {next} lies inside it");
            self.fault(
                &path,
                "bands_overlap",
                reason,
                "only the last band may be without an end",
            );
            return;
        };
        if next < below {
            let reason = format!(
                "bands {one} and {two} overlap: {next} to {} is in both",
                below - 1
            );
            let remedy = format!("begin band {two} at {below}, or end band {one} below {next}");
            self.fault(&path, "bands_overlap", reason, remedy);
        } else if next > below {
            let reason = format!(
                "a gap between bands {one} and {two}: {below} to {} is in none",
                next - 1
            );
            self.fault(&path, "bands_gap", reason, format!("begin band {two} at {below}"));
        }
    }

    /// Slices cover all of what they divide: a part in none of them would cost nothing without a word.
    fn check_whole(&mut self, of: &Formula, ends: &[(i64, Option<i64>)], path: &str) {
        let (Some(first), Some(last)) = (ends.first(), ends.last()) else {
            return;
        };
        let most = self.declared_range(of).and_then(|range| range.at_most);
        let reason = match (first.0, last.1, most) {
            (1.., _, _) => format!("what lies below {} is in no slice", first.0),
            (_, Some(to), Some(most)) if to < most => format!("what lies from {to} to {most} is in no slice"),
            (_, Some(to), None) => format!("what lies above {to} is in no slice"),
            (..=0, _, _) => return,
        };
        let remedy = "begin with `\"from\": 0`, leave `to` out of the last slice or declare `at_most`; the rate may be 0%";
        self.unpublishable
            .push(Fault::new(path, "slices_gap", reason, remedy));
    }

    /// Bands over something with a declared range cover that range.
    fn check_cover(&mut self, of: &Formula, ends: &[(i64, Option<i64>)], path: &str) {
        let (Some(first), Some(last)) = (ends.first(), ends.last()) else {
            return;
        };
        let Some(range) = self.declared_range(of) else {
            self.check_open_cover(of, first.0, last.1, path);
            return;
        };
        let uncovered_end = match (last.1, range.at_most) {
            (None, _) => false,
            (Some(below), Some(most)) => below <= most,
            (Some(_), None) => true,
        };
        if first.0 > range.at_least || uncovered_end {
            let most = range
                .at_most
                .map_or_else(|| "without end".to_owned(), |most| format!("to {most}"));
            let reason = format!(
                "the bands do not cover the declared range from {} {most}",
                range.at_least
            );
            self.fault(
                path,
                "bands_gap",
                reason,
                "cover the range, or declare `at_least` and `at_most` as the bands are",
            );
        }
    }

    /// Bands over a number that has a least value begin there: a quantity is at least one, and a fact as it is declared.
    /// A fact without a greatest value ends nowhere, unless it begins nowhere either: then the bands say how far it goes.
    fn check_open_cover(&mut self, of: &Formula, from: i64, below: Option<i64>, path: &str) {
        let (least, ends) = match of {
            Formula::Quantity => (1, true),
            Formula::Fact(index) => match self.facts[*index].fact {
                Fact::Integer { at_least, .. } if at_least > 0 => (at_least, below.is_none()),
                Fact::Integer { .. } | Fact::Bool { .. } | Fact::OneOf { .. } | Fact::Text { .. } => return,
            },
            Formula::Fixed(_) | Formula::Amount | Formula::Principal | Formula::Slot(_) => return,
            Formula::Percent(_) | Formula::Sum(_) | Formula::Less { .. } | Formula::Times { .. } => return,
            Formula::Bands { .. } | Formula::Slices { .. } | Formula::Steps(_) | Formula::Clamp { .. } => {
                return;
            }
            Formula::Choose(_) | Formula::Round { .. } | Formula::Refuse(_) => return,
        };
        if from <= least && ends {
            return;
        }
        let reason = format!("the bands do not cover all numbers from {least} on");
        let remedy = format!(
            "begin the first band at {least} or below, and leave the last without an end or declare `at_most`"
        );
        self.unpublishable
            .push(Fault::new(path, "bands_gap", reason, remedy));
    }

    fn declared_range(&self, of: &Formula) -> Option<Range> {
        if let Formula::Amount = of {
            return self.document.amount.clone();
        }
        if let Formula::Principal = of {
            let principal = self.document.principal.as_ref()?;
            let declared = principal.at_least > 0 || principal.at_most.is_some();
            return declared.then_some(principal.range());
        }
        if let Formula::Fact(index) = of
            && let Fact::Integer {
                at_least,
                at_most: Some(most),
                ..
            } = self.facts[*index].fact
        {
            return Some(Range {
                at_least,
                at_most: Some(most),
            });
        }
        None
    }

    /// The trial questions ask just before, at and after each end; where something computed is measured, its ends are looked
    /// for once the tariff stands.
    fn note_ends(&mut self, of: &Formula, ends: &[(i64, Option<i64>)]) {
        let numbers = ends
            .iter()
            .flat_map(|(from, below)| [Some(*from), *below])
            .flatten()
            .collect::<Vec<_>>();
        let around = numbers.iter().copied().flat_map(around).collect::<Vec<_>>();
        match of {
            Formula::Amount => self.points.amount.extend(around),
            Formula::Principal => self.points.principal.extend(around),
            Formula::Quantity => self.points.quantity.extend(around),
            Formula::Fact(index) => {
                self.points
                    .facts
                    .entry(*index)
                    .or_default()
                    .extend(around.into_iter().map(FactValue::Integer));
            }
            Formula::Fixed(_) | Formula::Refuse(_) => {}
            Formula::Slot(_)
            | Formula::Percent(_)
            | Formula::Sum(_)
            | Formula::Less { .. }
            | Formula::Times { .. }
            | Formula::Bands { .. }
            | Formula::Slices { .. }
            | Formula::Steps(_)
            | Formula::Clamp { .. }
            | Formula::Choose(_)
            | Formula::Round { .. } => self.measures.push(Measure {
                of: of.clone(),
                ends: numbers,
            }),
        }
    }

    pub(super) fn steps(&mut self, scope: &mut Scope<'a>, steps: &'a rule::Steps, path: &str) -> Formula {
        let of = self.formula(scope, &steps.of, &format!("{path}.of"));
        let charge = self.formula(scope, &steps.charge, &format!("{path}.charge"));
        if steps.free < 0 {
            self.fault(
                &format!("{path}.free"),
                "negative_amount",
                "the free part is below zero",
                "0 or more",
            );
        }
        if steps.round.is_some() && steps.begun != rule::BegunStep::InProportion {
            let reason = "whole steps are not rounded";
            self.fault(
                &format!("{path}.round"),
                "unused_rounding",
                reason,
                "leave `round` out",
            );
        }
        self.limit(steps.free, &format!("{path}.free"));
        let size = i64::from(steps.size.get());
        let after = |count: i64| steps.free.saturating_add(size.saturating_mul(count));
        let ends =
            [(0, 1), (2, 3), (5, 10), (30, 100)].map(|(from, below)| (after(from), Some(after(below))));
        self.note_ends(&of, &ends);
        let (free, round) = (Amount::from_minor(steps.free), steps.round.unwrap_or_default());
        if let (rule::BegunStep::InProportion, Formula::Fixed(charge)) = (steps.begun, &charge) {
            let share = RoundedShare::in_proportion(*charge, free, steps.size, round);
            self.note_rounded(&of, share);
        }
        Formula::Steps(Box::new(Steps {
            of,
            free,
            size: steps.size,
            charge,
            begun: steps.begun,
            round,
        }))
    }
}
