//! Judging who bears and earns: components, what each takes, remainders. Never here: groups, terms, amounts of a question.

use std::collections::BTreeSet;

use super::Checker;
use super::fixed::names;
use super::scope::{Body, Node, Scope};
use crate::domain::language::Language;
use crate::domain::tariff::SlotKind;
use crate::domain::tariff::document::{AmountRule, Component, Split, SplitChoice, Taker};
use crate::domain::tariff::fault::Fault;
use crate::domain::tariff::question::listed;
use crate::domain::tariff::sharing::{Choice, PartOf, Shares, TermChoice};
use crate::domain::tariff::term::{Role, Side, Title};

/// A component that belongs to somebody, and the node of its amount.
pub(super) struct Owned<'a> {
    pub(super) component: &'a Component,
    pub(super) node: usize,
    pub(super) path: String,
}

impl<'a> Checker<'a> {
    pub(super) fn choice(&mut self, split: &'a Split, side: Side, path: &str) -> Choice {
        let choice = match split {
            Split::Components(components) => return Choice::Only(self.shares(components, side, path)),
            Split::Choice(choice) => choice.as_ref(),
        };
        match choice {
            SplitChoice::ByLeg(by_leg) => {
                let path = format!("{path}.by_leg");
                self.check_legs(by_leg.0.keys(), &path);
                let mut legs = Vec::new();
                for (leg, inner) in &by_leg.0 {
                    legs.push((leg.clone(), self.choice(inner, side, &format!("{path}.{leg}"))));
                }
                Choice::ByLeg(legs)
            }
            SplitChoice::Choose(choose) => {
                let path = format!("{path}.choose");
                let decision = self.decision(choose, &path, |checker, then, path| {
                    checker.choice(then, side, path)
                });
                Choice::Cases(Box::new(decision))
            }
            SplitChoice::Refuse(reason) => Choice::Refuse(self.refusal(reason, path)),
        }
    }

    fn check_legs<'k>(&mut self, written: impl Iterator<Item = &'k String>, path: &str) {
        let written = written.collect::<Vec<_>>();
        let missing = self
            .activity_legs
            .iter()
            .filter(|leg| !written.contains(leg))
            .cloned()
            .collect::<Vec<_>>();
        for leg in missing {
            let reason = format!("the activity leg `{leg}` has no split");
            self.fault(
                path,
                "missing_leg",
                reason,
                "a split, or {\"refuse\": \"why\"}, for each leg",
            );
        }
        for leg in written {
            if !self.activity_legs.contains(leg) {
                let known = listed(self.activity_legs.iter().map(String::as_str));
                let remedy = format!("declare it in `activity_legs`; known: {known}");
                self.fault(
                    path,
                    "unknown_leg",
                    format!("the activity leg `{leg}` is not declared"),
                    remedy,
                );
            }
        }
    }

    fn shares(&mut self, components: &'a [Component], side: Side, path: &str) -> Shares {
        if components.is_empty() {
            self.fault(
                path,
                "empty_list",
                "nobody gets the price",
                "give at least one component",
            );
        }
        let mut scope = Scope::default();
        let mut owned = Vec::new();
        let is_group = components.iter().any(|c| c.rate.is_some() || c.weight.is_some());
        if is_group {
            let nodes = self.add_members(&mut scope, components, side, path, &mut owned, None);
            let whole = self.slot("price", None, SlotKind::Component);
            let group = scope.add(Node::new("", path, Body::Whole, whole));
            self.attach(&mut scope, group, nodes, components, None, path);
        } else {
            self.add_takers(&mut scope, components, side, path, &mut owned);
        }
        self.compute_all(&mut scope);
        let taker = self.taker_of(&owned, side);
        let parts: Vec<PartOf> = owned.iter().map(|part| self.part(part, &scope, side)).collect();
        self.check_withheld_apart(&owned, &parts);
        Shares {
            computations: scope.computations,
            parts,
            taker,
        }
    }

    /// Two shares under one name, of one kind and for one party, would be one term, which an allocation holds once: what two
    /// components withhold, or a component and what is withheld from another.
    fn check_withheld_apart(&mut self, owned: &[Owned<'a>], parts: &[PartOf]) {
        let mut seen = parts
            .iter()
            .filter_map(|part| part.term.only())
            .collect::<BTreeSet<_>>();
        for (own, part) in owned.iter().zip(parts) {
            for (at, held) in part.withheld.iter().enumerate() {
                if held.term.only().is_some_and(|ordinal| !seen.insert(ordinal)) {
                    let name = &own.component.withhold[at].name;
                    let path = format!("{}.withhold[{at}].name", own.path);
                    let reason = format!(
                        "another share `{name}` of that kind goes to the same party: two shares would be one term"
                    );
                    self.unpublishable.push(Fault::new(
                        &path,
                        "duplicate_name",
                        reason,
                        "give each its own name",
                    ));
                }
            }
        }
    }

    /// Nor is the difference of the rounding a share that a component has already.
    pub(super) fn check_rounding_apart(&mut self, own: &TermChoice, split: &Choice) {
        let lists = split.lists().into_iter().flat_map(|shares| &shares.parts);
        let mut others =
            lists.flat_map(|part| part.withheld.iter().map(|held| &held.term).chain([&part.term]));
        if own.only().is_some() && others.any(|other| other.only() == own.only()) {
            let reason = "a share of that name and kind goes to the same party: two shares would be one term";
            let remedy = "give the taker a `name` of its own, or name the component as the taker";
            let path = "$.round_price.taker";
            self.unpublishable
                .push(Fault::new(path, "duplicate_name", reason, remedy));
        }
    }

    /// Components that each say what they take.
    fn add_takers(
        &mut self,
        scope: &mut Scope<'a>,
        components: &'a [Component],
        side: Side,
        path: &str,
        owned: &mut Vec<Owned<'a>>,
    ) {
        let first = scope.nodes.len();
        let top = (first..first + components.len()).collect::<Vec<_>>();
        for (at, component) in components.iter().enumerate() {
            let body = self.take_of(component, at, components, &top, &format!("{path}[{at}]"));
            self.add_component(scope, component, body, &format!("{path}[{at}]"));
        }
        for (at, component) in components.iter().enumerate() {
            self.own_or_divide(scope, component, top[at], side, &format!("{path}[{at}]"), owned);
        }
        let slot = self.slot("after_fixed", None, SlotKind::Base);
        if components.iter().any(names_after_fixed) {
            let fixed = self.fixed_components(components).into_iter();
            let fixed = fixed.map(|at| top[at]).collect();
            scope.add(Node::new("after_fixed", path, Body::AfterFixed(fixed), slot));
        }
    }

    fn take_of(
        &mut self,
        component: &'a Component,
        at: usize,
        all: &[Component],
        top: &[usize],
        path: &str,
    ) -> Body<'a> {
        let Some(rule) = &component.take else {
            let reason = "the component does not say what it takes";
            let remedy =
                "\"take\": an amount, a rule, or \"remainder\"; or give every component of the list a `rate`";
            self.fault(path, "no_take", reason, remedy);
            return Body::Whole;
        };
        if !is_remainder(rule) {
            return Body::Rule(rule);
        }
        if all
            .iter()
            .take(at)
            .any(|other| other.take.as_ref().is_some_and(is_remainder))
        {
            let remedy = "one component takes it and divides it `among` several by `weight` or `rate`";
            self.fault(
                path,
                "two_remainders",
                "two components take the remainder",
                remedy,
            );
        }
        let others = (0..all.len())
            .filter(|other| *other != at && !all[*other].take.as_ref().is_some_and(is_remainder));
        Body::Remainder(others.map(|other| top[other]).collect())
    }

    pub(super) fn add_component(
        &mut self,
        scope: &mut Scope<'a>,
        component: &'a Component,
        body: Body<'a>,
        path: &str,
    ) -> usize {
        let name = name_of(component);
        self.check_name(name, &format!("{path}.name"), false);
        if scope.names.contains_key(name) {
            self.duplicate(name, path);
        }
        let kind = if component.among.is_some() {
            SlotKind::Group
        } else {
            SlotKind::Component
        };
        let title = component.title.clone().or_else(|| title_of_role(component));
        let slot = self.slot(name, title.as_ref(), kind);
        scope.add(Node::new(name, &format!("{path}.take"), body, slot))
    }

    /// A component has a party, or is divided among others.
    pub(super) fn own_or_divide(
        &mut self,
        scope: &mut Scope<'a>,
        component: &'a Component,
        node: usize,
        side: Side,
        path: &str,
        owned: &mut Vec<Owned<'a>>,
    ) {
        match (&component.party, &component.among) {
            (Some(_), None) => {
                if component.residue_to.is_some() {
                    let remedy = "only a component divided `among` others has a residue";
                    self.fault(path, "unused_residue", "there is no residue here", remedy);
                }
                owned.push(Owned {
                    component,
                    node,
                    path: path.to_owned(),
                });
            }
            (None, Some(members)) => {
                self.check_group(component, path);
                let path = format!("{path}.among");
                let nodes = self.add_members(scope, members, side, &path, owned, Some(node));
                self.attach(scope, node, nodes, members, component.residue_to.as_ref(), &path);
            }
            (Some(_), Some(_)) | (None, None) => {
                let reason = "a component has either a `party` or members `among` whom it is divided";
                self.fault(path, "party_or_among", reason, "one of the two");
            }
        }
    }

    fn taker_of(&self, owned: &[Owned<'a>], side: Side) -> Option<usize> {
        let round = self.document.round_price.as_ref().filter(|_| side == Side::Leg)?;
        if let Taker::Component(name) = &round.taker {
            return owned.iter().position(|part| name_of(part.component) == name);
        }
        None
    }
}

pub(super) fn is_remainder(rule: &AmountRule) -> bool {
    matches!(rule, AmountRule::Name(name) if name == "remainder")
}

pub(super) fn name_of(component: &Component) -> &str {
    let party = component.party.as_ref().map(Role::short);
    component.name.as_deref().or(party).unwrap_or("")
}

/// What a component is called that has the name of its role.
fn title_of_role(component: &Component) -> Option<Title> {
    let role = component.party.as_ref()?;
    let word = |language| role.word(language).to_owned();
    (name_of(component) == role.short()).then(|| Title {
        fa: word(Language::Fa),
        en: word(Language::En),
    })
}

fn names_after_fixed(component: &Component) -> bool {
    component
        .take
        .as_ref()
        .is_some_and(|rule| names(rule, "after_fixed"))
}
