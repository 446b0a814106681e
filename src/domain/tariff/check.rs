//! Judging a tariff document: a checked tariff, or every reason why it is none.
//! Never here: pricing; the trial questions go through the same door as real ones.

mod bands;
mod choices;
mod crossings;
mod fixed;
mod groups;
mod header;
mod probe;
mod reach;
mod remedies;
mod rules;
mod scope;
mod shares;
mod terms;

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Document, FactValue, Part, Price, QuantityRule, Range, Taker};
use super::fault::Fault;
use super::formula::Formula;
use super::pricing::{Computation, PRICE};
use super::sharing::{Choice, PartOf, PriceRounding, Shares, TermChoice};
use super::term::{Role, Side, TermDeclaration};
use super::{FactDeclaration, Slot, SlotKind, Tariff};
use crate::domain::split::Rounding;
use choices::Cases;
use crossings::{Measure, RoundedOf};
use scope::{Body, Node, Scope};

/// A tariff from a document that passes every check, the search of its cases and the trial questions included.
pub(super) fn check(document: &Document) -> Result<Tariff, Vec<Fault>> {
    let mut checker = Checker::new(document);
    let tariff = checker.tariff();
    checker.search_cases();
    if !checker.faults.is_empty() {
        return Err(checker.faults);
    }
    let mut faults = checker.unpublishable;
    let points = crossings::with_crossings(&tariff, &checker.measures, &checker.roundings, checker.points);
    for found in probe::faults_of(&tariff, &points, &checker.paths) {
        // What was seen without a question is told at a finer place.
        let is_finer = |known: &Fault| known.path.starts_with(&found.path) || found.rule == "duplicate_name";
        let is_known = |known: &Fault| known.rule == found.rule && is_finer(known);
        if !faults.iter().any(is_known) {
            faults.push(found);
        }
    }
    if faults.is_empty() {
        Ok(tariff)
    } else {
        Err(faults)
    }
}

/// A tariff from a document that was checked before it was published. It never changes, while searches and trials come to find more:
/// none runs here, so that no case is refused because what it is priced by would not be published again.
pub(super) fn build(document: &Document) -> Result<Tariff, Vec<Fault>> {
    let mut checker = Checker::new(document);
    let tariff = checker.tariff();
    if checker.faults.is_empty() {
        Ok(tariff)
    } else {
        Err(checker.faults)
    }
}

/// Values at which the trial questions are asked: every number that the document compares something with.
#[derive(Debug, Default)]
struct Points {
    amount: BTreeSet<i64>,
    principal: BTreeSet<i64>,
    quantity: BTreeSet<i64>,
    facts: BTreeMap<usize, BTreeSet<FactValue>>,
}

struct Checker<'a> {
    document: &'a Document,
    /// What even a published document cannot be read with: a rule that comes later adds to the others.
    faults: Vec<Fault>,
    /// What was not looked for from the beginning: like the faults that searches and trial questions find, it does not keep a document
    /// from being read that was published before.
    unpublishable: Vec<Fault>,
    /// Still to be searched for what no facts lead to.
    cases: Vec<Cases>,
    facts: Vec<FactDeclaration>,
    activity_legs: Vec<String>,
    slots: Vec<Slot>,
    /// Parts, bases and the price, once they are computed.
    globals: BTreeMap<&'a str, usize>,
    /// Those of them whose amount is no share of anything.
    fixed_globals: BTreeSet<&'a str>,
    terms: Vec<TermDeclaration>,
    reads_amount: bool,
    reads_quantity: bool,
    reads_principal: bool,
    points: Points,
    /// Amounts that a rule names, by their slot.
    used: BTreeSet<usize>,
    /// Where each amount is written, by its slot.
    paths: BTreeMap<usize, String>,
    /// What is computed and lies in bands, slices or steps, or is kept within limits.
    measures: Vec<Measure>,
    roundings: Vec<RoundedOf>,
}

impl<'a> Checker<'a> {
    fn new(document: &'a Document) -> Self {
        let mut checker = Self {
            document,
            faults: Vec::new(),
            unpublishable: Vec::new(),
            cases: Vec::new(),
            facts: Vec::new(),
            activity_legs: Vec::new(),
            slots: Vec::new(),
            globals: BTreeMap::new(),
            fixed_globals: BTreeSet::new(),
            terms: Vec::new(),
            reads_amount: false,
            reads_quantity: false,
            reads_principal: false,
            points: Points::default(),
            used: BTreeSet::new(),
            paths: BTreeMap::new(),
            measures: Vec::new(),
            roundings: Vec::new(),
        };
        checker.take_facts();
        checker
    }

    fn fault(
        &mut self,
        path: &str,
        rule: &'static str,
        reason: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.faults.push(Fault::new(path, rule, reason, remedy));
    }

    fn tariff(&mut self) -> Tariff {
        let document = self.document;
        let validity = self.check_header();
        self.activity_legs = self.legs_of_document();
        let computations = self.price();
        let sources = match &document.sources {
            Some(sources) => self.choice(sources, Side::Source, "$.sources"),
            None => self.holder_bears_all(),
        };
        let split = self.choice(&document.split, Side::Leg, "$.split");
        let rounding = self.price_rounding(&split);
        let principal = self.principal();
        self.check_quantity();
        self.check_bases_are_used();
        Tariff {
            service: document.service.clone(),
            network: document.network.clone(),
            unit: document.unit.clone(),
            validity,
            instruments: document.instruments.0.clone(),
            activity_legs: self.activity_legs.clone(),
            facts: self.facts.clone(),
            amount: document.amount.clone().unwrap_or_default(),
            reads_amount: self.reads_amount,
            quantity: document.quantity,
            reads_quantity: self.reads_quantity,
            reads_principal: self.reads_principal,
            principal,
            terms: self.terms.clone(),
            slots: self.slots.clone(),
            computations,
            rounding,
            sources,
            split,
        }
    }

    fn slot(&mut self, name: &str, title: Option<&super::Title>, kind: SlotKind) -> usize {
        self.slots.push(Slot {
            name: name.to_owned(),
            title: title.cloned(),
            kind,
        });
        self.slots.len() - 1
    }

    /// Parts and bases in the order in which they depend on each other, the price last or where a base names it.
    fn price(&mut self) -> Vec<Computation> {
        let document = self.document;
        self.slot("price", None, SlotKind::Price);
        self.slot("paid", None, SlotKind::Price);
        let mut scope = Scope::default();
        let mut parts = Vec::new();
        match &document.price {
            Price::Amount(rule) => {
                let slot = self.slot("fee", None, SlotKind::Part);
                parts.push(scope.add(Node::new("fee", "$.price", Body::Rule(rule), slot)));
            }
            Price::Parts(list) => {
                if list.is_empty() {
                    self.fault(
                        "$.price",
                        "empty_list",
                        "the price has no part",
                        "give at least one part",
                    );
                }
                for (at, part) in list.iter().enumerate() {
                    let path = format!("$.price[{at}]");
                    parts.push(self.add_part(&mut scope, part, &path, SlotKind::Part));
                }
            }
        }
        for (at, base) in document.bases.iter().enumerate() {
            let path = format!("$.bases[{at}]");
            self.add_part(&mut scope, base, &path, SlotKind::Base);
        }
        scope.add(Node::new("price", "$.price", Body::Total(parts), PRICE));
        self.compute_all(&mut scope);
        self.fixed_globals = self.fixed_globals(document).into_iter().collect();
        self.globals = scope.slots_by_name();
        scope.computations
    }

    fn add_part(&mut self, scope: &mut Scope<'a>, part: &'a Part, path: &str, kind: SlotKind) -> usize {
        self.check_name(&part.name, &format!("{path}.name"), true);
        self.check_title(part.title.as_ref(), path);
        if scope.names.contains_key(part.name.as_str()) {
            self.duplicate(&part.name, path);
        }
        let slot = self.slot(&part.name, part.title.as_ref(), kind);
        scope.add(Node::new(
            &part.name,
            &format!("{path}.amount"),
            Body::Rule(&part.amount),
            slot,
        ))
    }

    fn duplicate(&mut self, name: &str, path: &str) {
        let reason = format!("the name `{name}` is taken");
        self.fault(path, "duplicate_name", reason, "give each its own name");
    }

    fn holder_bears_all(&mut self) -> Choice {
        let instrument = self.instrument_of_holder();
        let term = self.intern(TermDeclaration {
            ordinal: 0,
            side: Side::Source,
            name: "holder".to_owned(),
            title: None,
            kind: super::ComponentKind::Fee,
            role: Role::holder(),
            deposit_identifier: None,
            refundable: true,
            instrument,
        });
        let slot = self.slot("holder", None, SlotKind::Component);
        let formula = Formula::Slot(PRICE);
        Choice::Only(Shares {
            computations: vec![Computation::Compute { slot, formula }],
            parts: vec![PartOf {
                slot,
                term: TermChoice::One(term),
                withheld: Vec::new(),
            }],
            taker: None,
        })
    }

    /// The ordinal of a term; an equal declaration in another split is the same term.
    fn intern(&mut self, mut term: TermDeclaration) -> i16 {
        for known in &self.terms {
            term.ordinal = known.ordinal;
            if *known == term {
                return known.ordinal;
            }
        }
        let ordinal = i16::try_from(self.terms.len()).unwrap_or(i16::MAX);
        if ordinal == i16::MAX {
            self.fault(
                "$.split",
                "too_many_terms",
                "more than 32,766 terms",
                "split the tariff",
            );
        }
        term.ordinal = ordinal;
        self.terms.push(term);
        ordinal
    }

    fn price_rounding(&mut self, split: &Choice) -> Option<PriceRounding> {
        use crate::domain::split::RoundingMode;
        let round = self.document.round_price.as_ref()?;
        let rounding = Rounding::to_step(round.mode, round.step);
        let own_term = match &round.taker {
            Taker::Component(name) => {
                if split.lists().iter().any(|shares| shares.taker.is_none()) {
                    let reason = format!("not every split has a component `{name}` of its own party");
                    let remedy = "name a component that every split has, or give the taker as {\"party\": …}";
                    self.fault("$.round_price.taker", "unknown_taker", reason, remedy);
                }
                None
            }
            Taker::Own(own) => {
                if round.mode != RoundingMode::Ceiling {
                    let reason = "this rounding can fall below the price, and a term of its own cannot pay";
                    let remedy =
                        "name the component that gains and bears the difference, or round by ceiling";
                    self.fault("$.round_price.taker", "rounding_not_borne", reason, remedy);
                }
                let term = self.own_term(own);
                self.check_rounding_apart(&term, split);
                Some(term)
            }
        };
        Some(PriceRounding { rounding, own_term })
    }

    fn check_quantity(&mut self) {
        if self.document.quantity == QuantityRule::Each && (self.reads_quantity || self.reads_amount) {
            let reason = "`each` multiplies the quote of one, but a rule names `quantity` or `amount`";
            let remedy = "leave `quantity` out and let the rules name it, or take it out of the rules";
            self.fault("$.quantity", "quantity_named_twice", reason, remedy);
        }
        if self.document.amount.is_some() && !self.reads_amount {
            let reason = "a range for the amount is given, but no rule names `amount`";
            self.fault(
                "$.amount",
                "unused_amount",
                reason,
                "name `amount` in a rule, or remove the range",
            );
        }
    }

    /// A base that no rule names is a mistake in a name, or a leftover.
    fn check_bases_are_used(&mut self) {
        for (at, base) in self.document.bases.iter().enumerate() {
            let slot = self.globals.get(base.name.as_str());
            if slot.is_some_and(|slot| !self.used.contains(slot)) {
                let reason = format!("no rule names the base `{}`", base.name);
                let (path, remedy) = (format!("$.bases[{at}]"), "name it in a rule, or remove it");
                self.unpublishable
                    .push(Fault::new(&path, "unused_base", reason, remedy));
            }
        }
    }

    fn range(&mut self, range: &Range, path: &str) {
        if range.at_least < 0 || range.at_most.is_some_and(|most| most < range.at_least) {
            let reason = "the range is empty or begins below zero";
            self.fault(path, "empty_range", reason, "0 ≤ at_least ≤ at_most");
        }
        self.limit(range.at_most.unwrap_or(range.at_least), path);
    }
}
