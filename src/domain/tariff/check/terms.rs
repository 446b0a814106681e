//! Judging the terms of components, of what is withheld from them and of the rounding. Never here: what they take.

use super::Checker;
use super::scope::Scope;
use super::shares::{Owned, name_of};
use crate::domain::printable::fault_of_code;
use crate::domain::rate::Rate;
use crate::domain::split::{RoundedShare, Rounding};
use crate::domain::tariff::document::split::OwnTerm;
use crate::domain::tariff::document::{Component, DepositIdentifier, Withholding};
use crate::domain::tariff::fault::Fault;
use crate::domain::tariff::formula::Formula;
use crate::domain::tariff::sharing::{PartOf, TermChoice, Withheld};
use crate::domain::tariff::term::{ComponentKind, Role, Side, TermDeclaration, Title};

/// Longer than any that a bank takes.
const DEPOSIT_IDENTIFIER_CHARS_MAX: usize = 64;

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
    pub(super) fn part(&mut self, owned: &Owned<'a>, scope: &Scope<'a>, side: Side) -> PartOf {
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
        self.check_withheld_rates(component, path);
        let withheld = component.withhold.iter().enumerate();
        let withheld = withheld
            .map(|(at, held)| self.withheld(held, &format!("{path}.withhold[{at}]")))
            .collect::<Vec<_>>();
        let slot = scope.nodes[*node].slot;
        for held in &withheld {
            let share = if held.inside {
                RoundedShare::of_tax_inside(held.rate, held.rounding)
            } else {
                RoundedShare::of_rate(held.rate, held.rounding)
            };
            self.note_rounded(&Formula::Slot(slot), share);
        }
        PartOf { slot, term, withheld }
    }

    /// No more is withheld of a share than all of it.
    fn check_withheld_rates(&mut self, component: &Component, path: &str) {
        let outside = component.withhold.iter().filter(|held| !held.inside);
        let rates = outside.map(|held| held.rate).collect::<Vec<_>>();
        if Rate::are_above_the_whole(&rates) {
            let reason = format!(
                "what is withheld makes up {} of the share",
                Rate::sum_text(&rates)
            );
            let (path, remedy) = (format!("{path}.withhold"), "rates that make up 100% at most");
            self.unpublishable
                .push(Fault::new(&path, "below_zero", reason, remedy));
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
        self.check_title(parts.title, path);
        if parts.side == Side::Leg && parts.role.is_holder() {
            let reason = "whoever happens to hold the money earns nothing by that";
            let remedy = "the role or the party that earns it";
            self.unpublishable
                .push(Fault::new(path, "a_holder_earns", reason, remedy));
        }
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

    /// A transfer bears it as it is written.
    pub(super) fn check_identifier(&mut self, identifier: &str, path: &str) {
        let count = identifier.chars().count();
        let (rule, reason) = if identifier.trim().is_empty() {
            ("empty_name", "the deposit identifier is empty".to_owned())
        } else if count > DEPOSIT_IDENTIFIER_CHARS_MAX {
            let reason = format!("no bank takes a deposit identifier of {count} characters");
            ("deposit_identifier_is_short", reason)
        } else if let Some((rule, _)) = fault_of_code(identifier) {
            (rule, "no bank takes such a deposit identifier".to_owned())
        } else {
            return;
        };
        let remedy = format!(
            "its digits, or leave it out: 1 to {DEPOSIT_IDENTIFIER_CHARS_MAX} characters that can all be seen, no blank before or after"
        );
        self.unpublishable.push(Fault::new(path, rule, reason, remedy));
    }
}
