//! Judging amount rules and making formulas of them.
//! Never here: names (`scope`), cases (`choices`), bands and steps (`bands`).

use super::Checker;
use super::crossings::{Measure, RoundedOf};
use super::scope::Scope;
use crate::domain::money::{AMOUNT_MAX, Amount};
use crate::domain::split::{RoundedShare, Rounding};
use crate::domain::tariff::document::Fact;
use crate::domain::tariff::document::rule::{self, AmountRule, Rule};
use crate::domain::tariff::fault::Fault;
use crate::domain::tariff::formula::{Formula, Limits, Percent};

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
                self.note_rounded(&of, RoundedShare::of_tax_inside(rate, rounding));
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
                if less.or_zero {
                    self.note_difference(&from, taken.clone());
                }
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
                self.note_limits(&value, &limits);
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
                let rounding = Rounding::to_step(round.mode, round.step);
                self.note_rounded(&value, RoundedShare::of_all(rounding));
                Formula::Round { value, rounding }
            }
            Rule::Refuse(reason) => Formula::Refuse(self.refusal(reason, path)),
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
        self.note_rounded(&of, RoundedShare::of_rate(percent.rate, rounding));
        let within = |limits| {
            Formula::Percent(Box::new(Percent {
                rate: percent.rate,
                of: of.clone(),
                inside: false,
                rounding,
                limits,
            }))
        };
        self.note_limits(&within(Limits::default()), &limits);
        within(limits)
    }

    pub(super) fn note_rounded(&mut self, of: &Formula, share: RoundedShare) {
        let of = of.clone();
        self.roundings.push(RoundedOf { of, share });
    }

    /// Where a value meets a limit, what others take of the same may be the most.
    fn note_limits(&mut self, value: &Formula, limits: &Limits) {
        for limit in [&limits.at_least, &limits.at_most].into_iter().flatten() {
            if let Formula::Fixed(limit) = limit.as_ref() {
                self.measures.push(Measure {
                    of: value.clone(),
                    ends: vec![limit.minor()],
                });
            } else {
                self.note_difference(value, vec![limit.as_ref().clone()]);
            }
        }
    }

    /// Where what is taken off becomes as much as there is.
    fn note_difference(&mut self, from: &Formula, taken: Vec<Formula>) {
        self.measures.push(Measure {
            of: Formula::Less {
                from: Box::new(from.clone()),
                taken,
                or_zero: false,
            },
            ends: vec![0],
        });
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

    /// Why a tariff refuses is told to whoever asks.
    pub(super) fn refusal(&mut self, reason: &str, path: &str) -> String {
        if reason.trim().is_empty() {
            let told = "it refuses and does not say why";
            self.unpublishable
                .push(Fault::new(path, "refusal_says_why", told, "a few words"));
        }
        reason.to_owned()
    }

    pub(super) fn fact_as_number(&mut self, index: usize, path: &str) -> Formula {
        if let Fact::Integer { at_least, .. } = self.facts[index].fact {
            self.facts[index].is_read = true;
            if at_least < 0 {
                let reason = format!("the fact `{}` may be below zero", self.facts[index].name);
                let remedy = "declare it from 0 on, or use `choose` to make amounts of it";
                self.unpublishable
                    .push(Fault::new(path, "fact_is_no_number", reason, remedy));
            }
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
