//! Judging who bears and earns: components, groups, remainders, withholding, their terms.
//! Never here: amounts of a question.

use super::Checker;
use super::rules::is_fixed;
use super::scope::{Body, Division, Node, Scope};
use crate::domain::rate::Rate;
use crate::domain::split::{Residue, Rounding};
use crate::domain::tariff::SlotKind;
use crate::domain::tariff::document::split::OwnTerm;
use crate::domain::tariff::document::{
    AmountRule, Component, DepositIdentifier, Fact, Split, SplitChoice, Taker, Withholding,
};
use crate::domain::tariff::pricing::{Choice, PAID, PRICE, PartOf, Shares, TermChoice, Withheld};
use crate::domain::tariff::term::{ComponentKind, Role, Side, TermDeclaration, Title};

/// A component that belongs to somebody, and the node of its amount.
struct Owned<'a> {
    component: &'a Component,
    node: usize,
    path: String,
}

/// What a term is declared with, wherever it is written.
struct TermParts<'a> {
    side: Side,
    name: &'a str,
    title: Option<&'a Title>,
    kind: ComponentKind,
    role: Role,
    deposit_identifier: Option<&'a DepositIdentifier>,
    refundable: Option<bool>,
    instrument: Option<&'a String>,
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
            SplitChoice::Refuse(reason) => Choice::Refuse(reason.clone()),
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
                let remedy = format!("one of: {}", self.activity_legs.join(", "));
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
        let total = if side == Side::Leg { PRICE } else { PAID };
        let mut scope = Scope::default();
        let mut owned = Vec::new();
        let is_group = components.iter().any(|c| c.rate.is_some() || c.weight.is_some());
        if is_group {
            let nodes = self.add_members(&mut scope, components, side, path, &mut owned, None);
            let whole = self.slot(
                if total == PRICE { "price" } else { "paid" },
                None,
                SlotKind::Component,
            );
            let group = scope.add(Node::new("", path, Body::Whole(total), whole));
            self.attach(&mut scope, group, nodes, components, None, path);
        } else {
            self.add_takers(&mut scope, components, side, total, path, &mut owned);
        }
        self.compute_all(&mut scope);
        let taker = self.taker_of(&owned, side);
        let parts = owned.iter().map(|part| self.part(part, &scope, side)).collect();
        Shares {
            total,
            computations: scope.computations,
            parts,
            taker,
        }
    }

    /// Components that each say what they take.
    fn add_takers(
        &mut self,
        scope: &mut Scope<'a>,
        components: &'a [Component],
        side: Side,
        total: usize,
        path: &str,
        owned: &mut Vec<Owned<'a>>,
    ) {
        let counts = |name: &str| {
            let is_count =
                |(known, fact): (&String, &Fact)| known == name && matches!(fact, Fact::Integer { .. });
            name == "quantity" || self.document.facts.0.iter().any(is_count)
        };
        let fixed = (0..components.len()).filter(|at| {
            components[*at]
                .take
                .as_ref()
                .is_some_and(|rule| !is_remainder(rule) && is_fixed(rule, &counts))
        });
        let fixed = fixed.collect::<Vec<_>>();
        let first = scope.nodes.len();
        let top = (first..first + components.len()).collect::<Vec<_>>();
        for (at, component) in components.iter().enumerate() {
            let body = self.take_of(component, at, components, total, &top, &format!("{path}[{at}]"));
            self.add_component(scope, component, body, &format!("{path}[{at}]"));
        }
        for (at, component) in components.iter().enumerate() {
            self.own_or_divide(scope, component, top[at], side, &format!("{path}[{at}]"), owned);
        }
        let slot = self.slot("after_fixed", None, SlotKind::Base);
        if components.iter().any(names_after_fixed) {
            let fixed = fixed.into_iter().map(|at| top[at]).collect();
            scope.add(Node::new("after_fixed", path, Body::AfterFixed(fixed), slot));
        }
    }

    fn take_of(
        &mut self,
        component: &'a Component,
        at: usize,
        all: &[Component],
        total: usize,
        top: &[usize],
        path: &str,
    ) -> Body<'a> {
        let Some(rule) = &component.take else {
            let reason = "the component does not say what it takes";
            let remedy =
                "\"take\": an amount, a rule, or \"remainder\"; or give every component of the list a `rate`";
            self.fault(path, "no_take", reason, remedy);
            return Body::Whole(total);
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
        Body::Remainder(total, others.map(|other| top[other]).collect())
    }

    fn add_component(
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
        let slot = self.slot(name, component.title.as_ref(), kind);
        scope.add(Node::new(name, &format!("{path}.take"), body, slot))
    }

    /// A component has a party, or is divided among others.
    fn own_or_divide(
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

    fn check_group(&mut self, component: &Component, path: &str) {
        if component.name.is_none() {
            self.fault(
                path,
                "bad_name",
                "a component that is divided needs a name",
                "give it a `name`",
            );
        }
        if !component.withhold.is_empty() || component.deposit_identifier.is_some() {
            let reason = "what is divided belongs to its members";
            self.fault(
                path,
                "group_with_term",
                reason,
                "move `withhold` and `deposit_identifier` to the members",
            );
        }
    }

    fn add_members(
        &mut self,
        scope: &mut Scope<'a>,
        members: &'a [Component],
        side: Side,
        path: &str,
        owned: &mut Vec<Owned<'a>>,
        group: Option<usize>,
    ) -> Vec<usize> {
        let mut nodes = Vec::new();
        // Without a group of its own the list is one; its node comes right after its members.
        let group_node = group.unwrap_or(usize::MAX);
        for (at, member) in members.iter().enumerate() {
            let path = format!("{path}[{at}]");
            if member.take.is_some() {
                let reason = "a member of a group has a `rate` or a `weight`, not a `take`";
                let remedy =
                    "a list has only `take`s, or only rates or weights; divide a remainder by `among`";
                self.fault(&path, "take_in_group", reason, remedy);
            }
            nodes.push(self.add_component(scope, member, Body::Member(group_node), &path));
        }
        for (at, member) in members.iter().enumerate() {
            self.own_or_divide(scope, member, nodes[at], side, &format!("{path}[{at}]"), owned);
        }
        if group.is_none() {
            let group_node = scope.nodes.len();
            for node in &nodes {
                scope.move_member(*node, group_node);
            }
        }
        nodes
    }

    /// The group's rates make up the whole, or its weights are weights.
    fn attach(
        &mut self,
        scope: &mut Scope<'a>,
        group: usize,
        nodes: Vec<usize>,
        members: &'a [Component],
        residue_to: Option<&String>,
        path: &str,
    ) {
        let rates = members
            .iter()
            .filter_map(|member| member.rate)
            .collect::<Vec<_>>();
        let weights = members
            .iter()
            .filter_map(|member| member.weight)
            .map(i128::from)
            .collect::<Vec<_>>();
        if rates.len() + weights.len() != members.len() || (!rates.is_empty() && !weights.is_empty()) {
            let reason = "every member of a group has a `rate`, or every member has a `weight`";
            let remedy =
                "give each the one or the other; what is fixed stands outside the group, with a `take`";
            self.fault(path, "rate_or_weight", reason, remedy);
            return;
        }
        if !rates.is_empty() && !Rate::make_up_the_whole(&rates) {
            let reason = format!("the rates make up {}, not 100%", Rate::sum_text(&rates));
            let remedy = "add the missing member, or write proportions as `weight`s";
            self.fault(path, "rates_do_not_sum", reason, remedy);
        }
        let weights = if rates.is_empty() {
            weights
        } else {
            Rate::weights(&rates)
        };
        if weights.iter().sum::<i128>() == 0 {
            self.fault(
                path,
                "empty_list",
                "nothing to divide among: no member, or all weights zero",
                "weights above 0",
            );
        }
        let residue = self.residue(members, residue_to, path);
        scope.nodes[group].division = Some(Division {
            members: nodes,
            weights,
            rates,
            residue,
        });
    }

    fn residue(&mut self, members: &[Component], residue_to: Option<&String>, path: &str) -> Residue {
        let Some(taker) = residue_to else {
            return Residue::LargestRemainder;
        };
        if let Some(index) = members.iter().position(|member| name_of(member) == taker) {
            Residue::To(index)
        } else {
            let known = members.iter().map(name_of).collect::<Vec<_>>().join(", ");
            let reason = format!("the residue goes to `{taker}`, which is no member");
            self.fault(path, "unknown_residue", reason, format!("one of: {known}"));
            Residue::LargestRemainder
        }
    }

    fn taker_of(&self, owned: &[Owned<'a>], side: Side) -> Option<usize> {
        let round = self.document.round_price.as_ref().filter(|_| side == Side::Leg)?;
        if let Taker::Component(name) = &round.taker {
            return owned.iter().position(|part| name_of(part.component) == name);
        }
        None
    }

    fn part(&mut self, owned: &Owned<'a>, scope: &Scope<'a>, side: Side) -> PartOf {
        let Owned {
            component,
            node,
            path,
        } = owned;
        let term = self.term(
            &TermParts {
                side,
                name: name_of(component),
                title: component.title.as_ref(),
                kind: component.kind.unwrap_or(ComponentKind::Fee),
                role: component.party.clone().unwrap_or_else(Role::holder),
                deposit_identifier: component.deposit_identifier.as_ref(),
                refundable: component.refundable,
                instrument: component.instrument.as_ref(),
            },
            path,
        );
        if side == Side::Source && !component.withhold.is_empty() {
            self.fault(
                path,
                "withheld_source",
                "nothing is withheld from a source",
                "withhold from a leg",
            );
        }
        let withheld = component.withhold.iter().enumerate();
        let withheld = withheld
            .map(|(at, held)| self.withheld(held, &format!("{path}.withhold[{at}]")))
            .collect();
        PartOf {
            slot: scope.nodes[*node].slot,
            term,
            withheld,
        }
    }

    fn withheld(&mut self, held: &'a Withholding, path: &str) -> Withheld {
        self.check_name(&held.name, &format!("{path}.name"), false);
        let term = self.term(
            &TermParts {
                side: Side::Leg,
                name: &held.name,
                title: held.title.as_ref(),
                kind: held.kind.unwrap_or(ComponentKind::Withholding),
                role: held.party.clone(),
                deposit_identifier: held.deposit_identifier.as_ref(),
                refundable: held.refundable,
                instrument: held.instrument.as_ref(),
            },
            path,
        );
        let rounding = Rounding::to_step(held.round, held.step);
        Withheld {
            rate: held.rate,
            inside: held.inside,
            rounding,
            term,
        }
    }

    pub(super) fn own_term(&mut self, own: &'a OwnTerm) -> TermChoice {
        self.term(
            &TermParts {
                side: Side::Leg,
                name: own.name.as_deref().unwrap_or("rounding"),
                title: own.title.as_ref(),
                kind: own.kind.unwrap_or(ComponentKind::Rounding),
                role: own.party.clone(),
                deposit_identifier: own.deposit_identifier.as_ref(),
                refundable: own.refundable,
                instrument: own.instrument.as_ref(),
            },
            "$.round_price.taker",
        )
    }

    /// One term, or one for each deposit identifier that the facts choose between.
    fn term(&mut self, parts: &TermParts<'a>, path: &str) -> TermChoice {
        let instrument = self.instrument_of(parts.instrument, &format!("{path}.instrument"));
        let declare = |checker: &mut Self, deposit_identifier: Option<String>| {
            checker.intern(TermDeclaration {
                ordinal: 0,
                side: parts.side,
                name: parts.name.to_owned(),
                title: parts.title.cloned(),
                kind: parts.kind,
                role: parts.role.clone(),
                deposit_identifier,
                refundable: parts.refundable.unwrap_or(true),
                instrument: instrument.clone(),
            })
        };
        match parts.deposit_identifier {
            None => TermChoice::One(declare(self, None)),
            Some(DepositIdentifier::One(identifier)) => {
                self.check_identifier(identifier, path);
                TermChoice::One(declare(self, Some(identifier.clone())))
            }
            Some(DepositIdentifier::Chosen(chosen)) => {
                let path = format!("{path}.deposit_identifier.choose");
                TermChoice::Chosen(self.decision(&chosen.choose, &path, |checker, identifier, path| {
                    checker.check_identifier(identifier, path);
                    declare(checker, Some(identifier.clone()))
                }))
            }
        }
    }

    fn check_identifier(&mut self, identifier: &str, path: &str) {
        if identifier.trim().is_empty() {
            self.fault(
                path,
                "empty_name",
                "the deposit identifier is empty",
                "its digits, or leave it out",
            );
        }
    }
}

fn is_remainder(rule: &AmountRule) -> bool {
    matches!(rule, AmountRule::Name(name) if name == "remainder")
}

fn name_of(component: &Component) -> &str {
    let party = component.party.as_ref().map(Role::short);
    component.name.as_deref().or(party).unwrap_or("")
}

/// A cheap look for the word; a name inside of any rule counts.
fn names_after_fixed(component: &Component) -> bool {
    component
        .take
        .as_ref()
        .is_some_and(|rule| !is_fixed(rule, &|name| name != "after_fixed"))
}
