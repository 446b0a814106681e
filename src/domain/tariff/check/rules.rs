//! Judging amount rules and making formulas of them: bands, steps, limits.
//! Never here: names (`scope`), cases (`choices`).

use super::Checker;
use super::scope::Scope;
use crate::domain::money::{AMOUNT_MAX, Amount};
use crate::domain::split::Rounding;
use crate::domain::tariff::document::rule::{self, AmountRule, Rule};
use crate::domain::tariff::document::{Fact, FactValue, Range};
use crate::domain::tariff::formula::{Band, Formula, Limits, Percent, Slice, Steps};

impl<'a> Checker<'a> {
    pub(super) fn formula(&mut self, scope: &mut Scope<'a>, rule: &'a AmountRule, path: &str) -> Formula {
        match rule {
            AmountRule::Fixed(minor) => {
                if *minor < 0 {
                    let remedy = "amounts are zero or more; use `less` to take something off";
                    self.fault(path, "negative_amount", format!("{minor} is below zero"), remedy);
                }
                self.limit(*minor, path);
                self.points
                    .amount
                    .extend([minor.saturating_sub(1), *minor, minor.saturating_add(1)]);
                Formula::Fixed(Amount::from_minor(*minor))
            }
            AmountRule::Name(name) => self.resolve(scope, name, path),
            AmountRule::Rule(rule) => self.made(scope, rule, path),
        }
    }

    /// No number of a document is more than one transaction may come to.
    pub(super) fn limit(&mut self, minor: i64, path: &str) {
        if Amount::from_minor(minor).is_above_limit() {
            let reason = format!("{minor} is more than one transaction may come to");
            self.fault(
                path,
                "amount_above_limit",
                reason,
                format!("at most {AMOUNT_MAX}"),
            );
        }
    }

    fn made(&mut self, scope: &mut Scope<'a>, rule: &'a Rule, path: &str) -> Formula {
        match rule {
            Rule::Percent(percent) => self.percent(scope, percent, path),
            Rule::TaxInside(tax) => {
                let of = self.formula(scope, &tax.of, &format!("{path}.tax_inside.of"));
                let rounding = Rounding::to_step(tax.round, tax.step);
                let (rate, limits) = (tax.rate, Limits::default());
                Formula::Percent(Box::new(Percent {
                    rate,
                    of,
                    inside: true,
                    rounding,
                    limits,
                }))
            }
            Rule::Sum(parts) => Formula::Sum(self.formulas(scope, parts, &format!("{path}.sum"))),
            Rule::Less(less) => {
                let from = Box::new(self.formula(scope, &less.from, &format!("{path}.less.from")));
                let taken = self.formulas(scope, &less.take_off, &format!("{path}.less.take_off"));
                Formula::Less {
                    from,
                    taken,
                    or_zero: less.or_zero,
                }
            }
            Rule::Times(times) => {
                let count = Box::new(self.formula(scope, &times.count, &format!("{path}.times.count")));
                let value = Box::new(self.formula(scope, &times.value, &format!("{path}.times.value")));
                Formula::Times { count, value }
            }
            Rule::Bands(bands) => self.bands(scope, bands, &format!("{path}.bands")),
            Rule::Slices(slices) => self.slices(scope, slices, &format!("{path}.slices")),
            Rule::Steps(steps) => self.steps(scope, steps, &format!("{path}.steps")),
            Rule::Clamp(clamp) => {
                let path = format!("{path}.clamp");
                let value = Box::new(self.formula(scope, &clamp.value, &format!("{path}.value")));
                if clamp.at_least.is_none() && clamp.at_most.is_none() {
                    self.fault(
                        &path,
                        "empty_rule",
                        "nothing limits the value",
                        "`at_least`, `at_most` or both",
                    );
                }
                let limits = self.limits(scope, clamp.at_least.as_ref(), clamp.at_most.as_ref(), &path);
                Formula::Clamp { value, limits }
            }
            Rule::Choose(choose) => {
                let path = format!("{path}.choose");
                let decision = self.decision(choose, &path, |checker, then, path| {
                    checker.formula(scope, then, path)
                });
                Formula::Choose(Box::new(decision))
            }
            Rule::Round(round) => {
                let value = Box::new(self.formula(scope, &round.value, &format!("{path}.round.value")));
                Formula::Round {
                    value,
                    rounding: Rounding::to_step(round.mode, round.step),
                }
            }
            Rule::Refuse(reason) => Formula::Refuse(reason.clone()),
        }
    }

    fn formulas(&mut self, scope: &mut Scope<'a>, rules: &'a [AmountRule], path: &str) -> Vec<Formula> {
        if rules.is_empty() {
            self.fault(
                path,
                "empty_list",
                "the list is empty",
                "give at least one amount",
            );
        }
        let rules = rules.iter().enumerate();
        rules
            .map(|(at, rule)| self.formula(scope, rule, &format!("{path}[{at}]")))
            .collect()
    }

    fn percent(&mut self, scope: &mut Scope<'a>, percent: &'a rule::Percent, path: &str) -> Formula {
        let path = format!("{path}.percent");
        let of = self.formula(scope, &percent.of, &format!("{path}.of"));
        let limits = self.limits(scope, percent.at_least.as_ref(), percent.at_most.as_ref(), &path);
        let rounding = Rounding::to_step(percent.round, percent.step);
        Formula::Percent(Box::new(Percent {
            rate: percent.rate,
            of,
            inside: false,
            rounding,
            limits,
        }))
    }

    fn limits(
        &mut self,
        scope: &mut Scope<'a>,
        at_least: Option<&'a AmountRule>,
        at_most: Option<&'a AmountRule>,
        path: &str,
    ) -> Limits {
        if let (Some(AmountRule::Fixed(least)), Some(AmountRule::Fixed(most))) = (at_least, at_most)
            && least > most
        {
            let reason = format!("at_least {least} is above at_most {most}");
            self.fault(path, "limits_crossed", reason, "at_least ≤ at_most");
        }
        let at_least = at_least.map(|limit| self.formula(scope, limit, &format!("{path}.at_least")));
        let at_most = at_most.map(|limit| self.formula(scope, limit, &format!("{path}.at_most")));
        Limits {
            at_least: at_least.map(Box::new),
            at_most: at_most.map(Box::new),
        }
    }

    fn bands(&mut self, scope: &mut Scope<'a>, bands: &'a rule::Bands, path: &str) -> Formula {
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

    fn slices(&mut self, scope: &mut Scope<'a>, slices: &'a rule::Slices, path: &str) -> Formula {
        let of = self.formula(scope, &slices.of, &format!("{path}.of"));
        let ends = slices
            .rows
            .iter()
            .map(|row| (row.from, row.to))
            .collect::<Vec<_>>();
        self.check_contiguous(&ends, &format!("{path}.rows"));
        self.note_ends(&of, &ends);
        let row = |row: &rule::Slice| Slice {
            from: row.from,
            to: row.to,
            rate: row.rate,
        };
        let rounding = Rounding::to_step(slices.round, slices.step);
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

    /// Bands over something with a declared range cover that range.
    fn check_cover(&mut self, of: &Formula, ends: &[(i64, Option<i64>)], path: &str) {
        let Some(range) = self.declared_range(of) else {
            return;
        };
        let (Some(first), Some(last)) = (ends.first(), ends.last()) else {
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

    fn declared_range(&self, of: &Formula) -> Option<Range> {
        if let Formula::Amount = of {
            return self.document.amount.clone();
        }
        if let Formula::Principal = of {
            let principal = self.document.principal.as_ref()?;
            let declared = principal.at_least > 0 || principal.at_most.is_some();
            return declared.then_some(Range {
                at_least: principal.at_least,
                at_most: principal.at_most,
            });
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

    /// The trial questions ask just before, at and after each end.
    fn note_ends(&mut self, of: &Formula, ends: &[(i64, Option<i64>)]) {
        let numbers = ends
            .iter()
            .flat_map(|(from, below)| [Some(*from), *below])
            .flatten();
        let around = numbers.flat_map(|end| [end.saturating_sub(1), end, end.saturating_add(1)]);
        let around = around.collect::<Vec<_>>();
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
            Formula::Fixed(_) | Formula::Slot(_) | Formula::Percent(_) | Formula::Sum(_) => {}
            Formula::Less { .. } | Formula::Times { .. } | Formula::Bands { .. } | Formula::Slices { .. } => {
            }
            Formula::Steps(_) | Formula::Clamp { .. } | Formula::Choose(_) => {}
            Formula::Round { .. } | Formula::Refuse(_) => {}
        }
    }

    fn steps(&mut self, scope: &mut Scope<'a>, steps: &'a rule::Steps, path: &str) -> Formula {
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
        self.note_ends(&of, &[(steps.free, Some(steps.free.saturating_add(size)))]);
        Formula::Steps(Box::new(Steps {
            of,
            free: Amount::from_minor(steps.free),
            size: steps.size,
            charge,
            begun: steps.begun,
            round: steps.round.unwrap_or_default(),
        }))
    }

    pub(super) fn fact_as_number(&mut self, index: usize, path: &str) -> Formula {
        if let Fact::Integer { .. } = self.facts[index].fact {
            self.facts[index].is_read = true;
        } else {
            let reason = format!("the fact `{}` is no whole number", self.facts[index].name);
            self.fault(
                path,
                "fact_is_no_number",
                reason,
                "use `choose` to make amounts of it",
            );
        }
        Formula::Fact(index)
    }
}

/// Does the rule stand without the price and every other amount? (What `after_fixed` takes off.)
pub(super) fn is_fixed(rule: &AmountRule, counts: &dyn Fn(&str) -> bool) -> bool {
    let all = |rules: &[AmountRule]| rules.iter().all(|rule| is_fixed(rule, counts));
    let option = |rule: &Option<AmountRule>| rule.as_ref().is_none_or(|rule| is_fixed(rule, counts));
    match rule {
        AmountRule::Fixed(_) => true,
        AmountRule::Name(name) => counts(name),
        AmountRule::Rule(rule) => match rule.as_ref() {
            Rule::Percent(p) => is_fixed(&p.of, counts) && option(&p.at_least) && option(&p.at_most),
            Rule::TaxInside(tax) => is_fixed(&tax.of, counts),
            Rule::Sum(parts) => all(parts),
            Rule::Less(less) => is_fixed(&less.from, counts) && all(&less.take_off),
            Rule::Times(times) => is_fixed(&times.count, counts) && is_fixed(&times.value, counts),
            Rule::Bands(bands) => {
                is_fixed(&bands.of, counts) && bands.rows.iter().all(|row| is_fixed(&row.value, counts))
            }
            Rule::Slices(slices) => is_fixed(&slices.of, counts),
            Rule::Steps(steps) => is_fixed(&steps.of, counts) && is_fixed(&steps.charge, counts),
            Rule::Clamp(c) => is_fixed(&c.value, counts) && option(&c.at_least) && option(&c.at_most),
            Rule::Choose(choose) => {
                choose.cases.iter().all(|case| is_fixed(&case.then, counts)) && option(&choose.otherwise)
            }
            Rule::Round(round) => is_fixed(&round.value, counts),
            Rule::Refuse(_) => true,
        },
    }
}
