//! Names and the order in which they depend on each other: what is circular or unknown is found here.
//! Never here: what a rule means.

use std::collections::BTreeMap;

use super::Checker;
use crate::domain::rate::Rate;
use crate::domain::split::Residue;
use crate::domain::tariff::document::AmountRule;
use crate::domain::tariff::fault::Fault;
use crate::domain::tariff::formula::Formula;
use crate::domain::tariff::pricing::{Computation, Group, PRICE};

/// What the language itself names; a tariff may not give these names to anything else.
pub(super) const RESERVED: [&str; 8] = [
    "amount",
    "principal",
    "quantity",
    "leg",
    "price",
    "paid",
    "after_fixed",
    "remainder",
];

#[derive(Clone, Debug)]
pub(super) enum Body<'a> {
    Rule(&'a AmountRule),
    /// The sum of these nodes: the price.
    Total(Vec<usize>),
    /// The price without these nodes.
    AfterFixed(Vec<usize>),
    /// The price without these nodes, and never below zero.
    Remainder(Vec<usize>),
    /// The whole price: a list of rates or weights.
    Whole,
    /// A member of the group with this node.
    Member(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Open,
    Done,
}

/// How a node is divided among others.
#[derive(Clone, Debug)]
pub(super) struct Division {
    pub(super) members: Vec<usize>,
    pub(super) weights: Vec<i128>,
    pub(super) rates: Vec<Rate>,
    pub(super) residue: Residue,
}

#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    name: &'a str,
    path: String,
    body: Body<'a>,
    pub(super) slot: usize,
    pub(super) division: Option<Division>,
    state: State,
}

impl<'a> Node<'a> {
    pub(super) fn new(name: &'a str, path: &str, body: Body<'a>, slot: usize) -> Self {
        Self {
            name,
            path: path.to_owned(),
            body,
            slot,
            division: None,
            state: State::Waiting,
        }
    }
}

/// The nodes that are computed together: the price's parts and bases, or one list of components.
#[derive(Debug, Default)]
pub(super) struct Scope<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) names: BTreeMap<&'a str, usize>,
    pub(super) computations: Vec<Computation>,
    open: Vec<usize>,
}

impl<'a> Scope<'a> {
    pub(super) fn add(&mut self, node: Node<'a>) -> usize {
        let index = self.nodes.len();
        self.names.entry(node.name).or_insert(index);
        self.nodes.push(node);
        index
    }

    /// Makes a node a member of another group node.
    pub(super) fn move_member(&mut self, member: usize, group: usize) {
        self.nodes[member].body = Body::Member(group);
    }

    pub(super) fn slots_by_name(&self) -> BTreeMap<&'a str, usize> {
        self.names
            .iter()
            .map(|(name, node)| (*name, self.nodes[*node].slot))
            .collect()
    }

    fn circle(&self, node: usize) -> String {
        let from = self.open.iter().position(|open| *open == node).unwrap_or(0);
        let names = self
            .open
            .iter()
            .skip(from)
            .chain([&node])
            .map(|open| self.nodes[*open].name);
        names.collect::<Vec<_>>().join(" → ")
    }
}

impl<'a> Checker<'a> {
    pub(super) fn compute_all(&mut self, scope: &mut Scope<'a>) {
        let written = scope.nodes.iter().map(|node| (node.slot, node.path.clone()));
        self.paths.extend(written);
        for node in 0..scope.nodes.len() {
            self.compute(scope, node);
        }
    }

    /// Emits the computation of a node after all that it needs. Returns its slot.
    fn compute(&mut self, scope: &mut Scope<'a>, node: usize) -> usize {
        let slot = scope.nodes[node].slot;
        match scope.nodes[node].state {
            State::Done => return slot,
            State::Open => {
                let (circle, path) = (scope.circle(node), scope.nodes[node].path.clone());
                let reason = format!("a base that needs itself: {circle}");
                self.fault(
                    &path,
                    "circular_base",
                    reason,
                    "take one of them off another base",
                );
                return slot;
            }
            State::Waiting => {}
        }
        scope.nodes[node].state = State::Open;
        scope.open.push(node);
        if let Some(computation) = self.computation(scope, node) {
            scope.computations.push(computation);
        }
        scope.open.pop();
        scope.nodes[node].state = State::Done;
        self.divide(scope, node);
        slot
    }

    fn computation(&mut self, scope: &mut Scope<'a>, node: usize) -> Option<Computation> {
        let slot = scope.nodes[node].slot;
        let formula = match scope.nodes[node].body.clone() {
            Body::Rule(rule) => {
                let path = scope.nodes[node].path.clone();
                self.formula(scope, rule, &path)
            }
            Body::Total(parts) => Formula::Sum(self.slots_of(scope, &parts)),
            Body::AfterFixed(fixed) => {
                let taken = self.slots_of(scope, &fixed);
                Formula::Less {
                    from: Box::new(Formula::Slot(PRICE)),
                    taken,
                    or_zero: false,
                }
            }
            Body::Remainder(others) => {
                let others = others.iter().map(|other| self.compute(scope, *other)).collect();
                return Some(Computation::Remainder { slot, others });
            }
            Body::Whole => Formula::Slot(PRICE),
            Body::Member(group) => {
                self.compute(scope, group);
                return None;
            }
        };
        Some(Computation::Compute { slot, formula })
    }

    fn slots_of(&mut self, scope: &mut Scope<'a>, nodes: &[usize]) -> Vec<Formula> {
        nodes
            .iter()
            .map(|node| Formula::Slot(self.compute(scope, *node)))
            .collect()
    }

    /// Divides a group among its members as soon as it is known, and members that are groups themselves.
    fn divide(&mut self, scope: &mut Scope<'a>, node: usize) {
        let Some(division) = scope.nodes[node].division.take() else {
            return;
        };
        let of = scope.nodes[node].slot;
        let members = division
            .members
            .iter()
            .map(|member| scope.nodes[*member].slot)
            .collect();
        let Division {
            weights,
            rates,
            residue,
            ..
        } = division;
        scope.computations.push(Computation::Divide(Group {
            of,
            members,
            weights,
            rates,
            residue,
        }));
        for member in division.members {
            scope.nodes[member].state = State::Done;
            self.divide(scope, member);
        }
    }

    /// What a name stands for: an input, a fact, a part or base, or a component of the same list.
    pub(super) fn resolve(&mut self, scope: &mut Scope<'a>, name: &str, path: &str) -> Formula {
        match name {
            "amount" => {
                self.reads_amount = true;
                return Formula::Amount;
            }
            "principal" => {
                self.read_principal(path, "name `amount`");
                return Formula::Principal;
            }
            "quantity" => {
                self.reads_quantity = true;
                return Formula::Quantity;
            }
            "remainder" => return self.misplaced_remainder(path),
            _ => {}
        }
        self.check_one_meaning(scope, name, path);
        if let Some(index) = self.facts.iter().position(|fact| fact.name == name) {
            return self.fact_as_number(index, path);
        }
        if let Some(slot) = self.globals.get(name) {
            self.used.insert(*slot);
            return Formula::Slot(*slot);
        }
        if let Some(node) = scope.names.get(name).copied() {
            let slot = self.compute(scope, node);
            self.used.insert(slot);
            return Formula::Slot(slot);
        }
        self.unknown_base(scope, name, path)
    }

    /// A base that could mean a fact, a part of the price or a component would be guessed at. A component cannot name itself, and
    /// one that takes just the part of its name is the same amount.
    fn check_one_meaning(&mut self, scope: &Scope<'a>, name: &str, path: &str) {
        let fact = self.facts.iter().any(|fact| fact.name == name).then_some("fact");
        let global = self.globals.get(name).map(|slot| self.slots[*slot].kind.noun());
        let node = scope.names.get(name).filter(|node| {
            let is_same =
                matches!(scope.nodes[**node].body, Body::Rule(AmountRule::Name(taken)) if taken == name);
            scope.open.last() != Some(*node) && !is_same
        });
        let node = node.map(|node| self.slots[scope.nodes[*node].slot].kind.noun());
        let meanings = [fact, global, node].into_iter().flatten().collect::<Vec<_>>();
        if let [one, two, ..] = meanings[..] {
            let reason = format!("`{name}` is a {one} and a {two} of that name");
            let remedy = if name == "fee" {
                "rename the one that is not meant; a price that is written as a list gives its parts their names"
            } else {
                "rename one of the two"
            };
            self.unpublishable
                .push(Fault::new(path, "ambiguous_base", reason, remedy));
        }
    }

    fn unknown_base(&mut self, scope: &Scope<'a>, name: &str, path: &str) -> Formula {
        let own = scope.names.keys().copied().chain(self.globals.keys().copied());
        let facts = self.facts.iter().map(|fact| fact.name.as_str());
        let mut known = own
            .chain(["amount", "principal", "quantity"])
            .chain(facts)
            .collect::<Vec<_>>();
        known.sort_unstable();
        known.dedup();
        let remedy = if name.parse::<i64>().is_ok() {
            format!("a number stands without quotes: {name}")
        } else {
            format!("one of: {}", known.join(", "))
        };
        self.fault(path, "unknown_base", format!("there is no `{name}` here"), remedy);
        Formula::Fixed(crate::domain::money::Amount::ZERO)
    }

    fn misplaced_remainder(&mut self, path: &str) -> Formula {
        let reason = "`remainder` is not an amount that others can name";
        let remedy = "use it alone, as `\"take\": \"remainder\"`; to name it, give that component a name";
        self.fault(path, "misplaced_remainder", reason, remedy);
        Formula::Fixed(crate::domain::money::Amount::ZERO)
    }

    /// Notes that a rule names the principal; `instead` says what else it could name if there is none.
    pub(super) fn read_principal(&mut self, path: &str, instead: &str) {
        if self.document.principal.is_none() {
            let reason = "a rule names `principal`, but the tariff has none";
            let remedy = format!("declare `principal`, or {instead}");
            self.fault(path, "unknown_base", reason, remedy);
        }
        self.reads_principal = true;
    }
}
