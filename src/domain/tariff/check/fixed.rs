//! Which amounts are fixed: an amount by itself, or a name of one, and no share of the price. `after_fixed` takes such components off.
//! Never here: computing them, or naming what is circular (`scope`).

use std::collections::BTreeMap;

use super::Checker;
use super::shares::{is_remainder, name_of};
use crate::domain::tariff::document::{AmountRule, Choose, Component, Document, Fact, Price, Rule};

/// Rules under names, and which of them are known to be fixed or not.
struct Named<'c, 'a> {
    checker: &'c Checker<'a>,
    rules: Vec<(&'a str, Option<&'a AmountRule>)>,
    places: BTreeMap<&'a str, usize>,
    known: Vec<Option<bool>>,
}

impl<'a> Checker<'a> {
    /// The parts and bases that are fixed. A price that is no list is its own only part, and no amount beside the price.
    pub(super) fn fixed_globals(&self, document: &'a Document) -> Vec<&'a str> {
        let parts: &[_] = match &document.price {
            Price::Amount(_) => &[],
            Price::Parts(parts) => parts,
        };
        let all = parts.iter().chain(&document.bases);
        let rules = all.map(|part| (part.name.as_str(), Some(&part.amount)));
        let mut named = Named::of(self, rules.collect());
        let fixed = (0..named.rules.len()).filter(|at| named.is_fixed_at(*at));
        let fixed = fixed.collect::<Vec<_>>();
        fixed.into_iter().map(|at| named.rules[at].0).collect()
    }

    /// The places of the components whose amount is fixed.
    pub(super) fn fixed_components(&self, components: &'a [Component]) -> Vec<usize> {
        let rules = components.iter().map(|component| {
            let take = component.take.as_ref().filter(|rule| !is_remainder(rule));
            (name_of(component), take)
        });
        let mut named = Named::of(self, rules.collect());
        (0..components.len())
            .filter(|at| named.is_fixed_at(*at))
            .collect()
    }
}

impl<'c, 'a> Named<'c, 'a> {
    fn of(checker: &'c Checker<'a>, rules: Vec<(&'a str, Option<&'a AmountRule>)>) -> Self {
        let mut places = BTreeMap::new();
        for (at, (name, _)) in rules.iter().enumerate() {
            places.entry(*name).or_insert(at);
        }
        let known = vec![None; rules.len()];
        Self {
            checker,
            rules,
            places,
            known,
        }
    }

    fn is_fixed_at(&mut self, at: usize) -> bool {
        if let Some(known) = self.known[at] {
            return known;
        }
        // What needs itself comes by here again, and is not fixed.
        self.known[at] = Some(false);
        let is_fixed = self.rules[at].1.is_some_and(|rule| self.is_fixed(rule));
        self.known[at] = Some(is_fixed);
        is_fixed
    }

    fn is_fixed(&mut self, rule: &'a AmountRule) -> bool {
        let may_be = match rule {
            AmountRule::Fixed(_) => true,
            AmountRule::Name(name) => self.is_fixed_name(name),
            AmountRule::Rule(rule) => match rule.as_ref() {
                Rule::Percent(_) | Rule::TaxInside(_) | Rule::Slices(_) => false,
                Rule::Choose(choose) => !tests_an_amount(choose),
                Rule::Sum(_) | Rule::Less(_) | Rule::Times(_) | Rule::Bands(_) | Rule::Steps(_) => true,
                Rule::Clamp(_) | Rule::Round(_) | Rule::Refuse(_) => true,
            },
        };
        may_be && rule.inner().into_iter().all(|inner| self.is_fixed(inner))
    }

    /// Names are looked up in the order of `Checker::resolve`.
    fn is_fixed_name(&mut self, name: &str) -> bool {
        if name == "quantity" {
            return true;
        }
        if let Some(fact) = self.checker.facts.iter().find(|fact| fact.name == name) {
            return matches!(fact.fact, Fact::Integer { .. });
        }
        if self.checker.globals.contains_key(name) {
            return self.checker.fixed_globals.contains(name);
        }
        self.places
            .get(name)
            .copied()
            .is_some_and(|at| self.is_fixed_at(at))
    }
}

/// Cases by the size of the sender's money make an amount that depends on it, as bands do.
fn tests_an_amount(choose: &Choose<AmountRule>) -> bool {
    let mut tested = choose.cases.iter().flat_map(|case| case.when.0.keys());
    tested.any(|name| name == "amount" || name == "principal")
}

/// Does the rule name it anywhere inside?
pub(super) fn names(rule: &AmountRule, wanted: &str) -> bool {
    match rule {
        AmountRule::Fixed(_) => false,
        AmountRule::Name(name) => name == wanted,
        AmountRule::Rule(_) => rule.inner().into_iter().any(|inner| names(inner, wanted)),
    }
}
