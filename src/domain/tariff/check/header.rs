//! Judging what stands above the rules: version, names, instruments, facts, activity legs, validity, principal.
//! Never here: amounts.

use chrono_tz::Tz;

use super::Checker;
use super::scope::RESERVED;
use crate::domain::language::Language;
use crate::domain::printable::{CODE_MAX, fault_of_code, fault_of_key};
use crate::domain::tariff::document::{Direction, Fact, Split, SplitChoice};
use crate::domain::tariff::fault::Fault;
use crate::domain::tariff::term::{ComponentKind, Side, TermDeclaration, Title};
use crate::domain::tariff::validity::{Validity, parse_moment};
use crate::domain::tariff::{FactDeclaration, PrincipalTerm};

const LANGUAGE_VERSION: u32 = 1;
const NAME_LENGTH_MAX: usize = 64;
const SCALE_MAX: u8 = 6;

impl Checker<'_> {
    pub(super) fn check_header(&mut self) -> Option<Validity> {
        let document = self.document;
        if document.tariff != LANGUAGE_VERSION {
            let reason = format!("version {} of the language is not known", document.tariff);
            self.fault("$.tariff", "language_version", reason, "\"tariff\": 1");
        }
        for (text, path) in [(&document.service, "$.service"), (&document.network, "$.network")] {
            if text.trim().is_empty() {
                self.fault(
                    path,
                    "empty_name",
                    "the code is empty",
                    "the code of the register",
                );
            } else {
                self.check_code(
                    "the code",
                    text,
                    "code_is_short",
                    path,
                    "the code of the register",
                );
            }
        }
        if document.unit.scale.is_some_and(|scale| scale > SCALE_MAX) {
            self.fault("$.unit.scale", "unit_scale", "too many decimal places", "0 to 6");
        }
        if document.instruments.0.is_empty() {
            let remedy =
                "\"instruments\": {\"order\": {\"title\": \"…\"}}, the law or decision that sets the tariff";
            self.fault(
                "$.instruments",
                "no_instrument",
                "the tariff cites no instrument",
                remedy,
            );
        }
        self.check_instruments();
        let untitled = document
            .instruments
            .0
            .iter()
            .filter(|(_, instrument)| instrument.title.trim().is_empty());
        for (key, _) in untitled {
            let path = format!("$.instruments.{key}.title");
            self.fault(&path, "empty_name", "the instrument has no title", "its title");
        }
        if let Some(range) = &document.amount {
            self.range(range, "$.amount");
        }
        self.check_title(document.title.as_ref(), "$");
        self.validity()
    }

    /// People read it in the place of a name.
    pub(super) fn check_title(&mut self, title: Option<&Title>, path: &str) {
        if title.is_some_and(|title| title.fa.trim().is_empty() || title.en.trim().is_empty()) {
            let reason = "in one of the two languages the title is empty";
            let (path, remedy) = (format!("{path}.title"), "a few words in both, or no title");
            self.unpublishable
                .push(Fault::new(&path, "empty_name", reason, remedy));
        }
    }

    fn validity(&mut self) -> Option<Validity> {
        let valid = self.document.valid.as_ref()?;
        let Ok(zone) = valid.zone.as_deref().unwrap_or("UTC").parse::<Tz>() else {
            self.fault(
                "$.valid.zone",
                "unknown_zone",
                "no such time zone",
                "such as Asia/Tehran",
            );
            return None;
        };
        let mut moment = |text: &str, path| {
            let remedy = "a date such as 2025-03-21, or a moment such as 2025-03-21T00:00:00+03:30";
            parse_moment(text, zone)
                .map_err(|error| self.fault(path, "no_time", error.to_string(), remedy))
                .ok()
        };
        let from = moment(&valid.from, "$.valid.from");
        let until = valid
            .until
            .as_deref()
            .and_then(|until| moment(until, "$.valid.until"));
        let validity = Validity {
            from: from?,
            until,
            zone,
        };
        if until.is_some_and(|until| until <= validity.from) {
            let reason = "it ends before it begins";
            self.fault(
                "$.valid",
                "empty_validity",
                reason,
                "from < until (until is the first moment after)",
            );
        }
        Some(validity)
    }

    pub(super) fn take_facts(&mut self) {
        for (name, fact) in &self.document.facts.0 {
            let path = format!("$.facts.{name}");
            self.check_name(name, &path, true);
            self.check_fact(fact, &path);
            let default = fact.default_value();
            self.facts.push(FactDeclaration {
                name: name.clone(),
                fact: fact.clone(),
                default,
                is_read: false,
            });
        }
    }

    fn check_fact(&mut self, fact: &Fact, path: &str) {
        if let Fact::Integer {
            at_least, at_most, ..
        } = fact
        {
            if at_most.is_some_and(|most| most < *at_least) {
                self.fault(
                    path,
                    "empty_range",
                    "the range of the fact is empty",
                    "at_least ≤ at_most",
                );
            }
        } else if let Fact::OneOf { values, .. } = fact {
            let repeated = values
                .iter()
                .enumerate()
                .any(|(at, value)| values.iter().take(at).any(|v| v == value));
            if values.is_empty() || repeated {
                self.fault(
                    path,
                    "duplicate_name",
                    "the values are none or repeated",
                    "each value once",
                );
            }
        }
        if let Some(default) = fact.default_value()
            && !fact.admits(&default)
        {
            let remedy = format!("it is {}", fact.expectation(Language::En));
            self.fault(
                &format!("{path}.default"),
                "impossible_default",
                format!("the default is {default}"),
                remedy,
            );
        }
    }

    /// The declared legs, or those that the split is written by.
    pub(super) fn legs_of_document(&mut self) -> Vec<String> {
        let declared = &self.document.activity_legs;
        for (at, leg) in declared.iter().enumerate() {
            if declared.iter().take(at).any(|earlier| earlier == leg) {
                self.duplicate(leg, &format!("$.activity_legs[{at}]"));
            }
        }
        for leg in declared {
            self.check_leg(leg, "$.activity_legs");
        }
        if declared.is_empty() {
            let splits = self.document.sources.iter().chain([&self.document.split]);
            let mut legs = Vec::new();
            splits.for_each(|split| legs_of_split(split, &mut legs));
            for leg in &legs {
                self.check_leg(leg, "$.split");
            }
            return legs;
        }
        declared.clone()
    }

    /// A row names its leg like any code.
    fn check_leg(&mut self, leg: &str, path: &str) {
        let remedy = "a name such as `acceptance`, of characters that can all be seen, no blank before or after; without legs leave \
                      them out";
        if leg.trim().is_empty() {
            let reason = "an activity leg has no name";
            self.unpublishable
                .push(Fault::new(path, "empty_name", reason, remedy));
        } else {
            self.check_code("the activity leg", leg, "leg_is_short", path, remedy);
        }
    }

    /// What rows name has to be what they can name.
    fn check_code(&mut self, what: &str, code: &str, too_long: &'static str, path: &str, remedy: &str) {
        let (rule, reason) = if code.chars().count() > CODE_MAX {
            let reason = format!("{what} `{code}` is longer than {CODE_MAX} characters");
            (too_long, reason)
        } else if let Some((rule, _)) = fault_of_code(code) {
            (rule, format!("no row could name {what} {code:?}"))
        } else {
            return;
        };
        self.unpublishable.push(Fault::new(path, rule, reason, remedy));
    }

    /// People read by which instrument a share is ordered.
    fn check_instruments(&mut self) {
        for key in self.document.instruments.0.keys() {
            let empty = key.trim().is_empty().then_some("empty_name");
            if let Some(rule) = empty.or_else(|| fault_of_key(key).map(|(rule, _)| rule)) {
                let reason = format!("nobody could name the instrument {key:?}");
                let remedy = "a short key such as `order`, of characters that can all be seen";
                self.unpublishable
                    .push(Fault::new("$.instruments", rule, reason, remedy));
            }
        }
    }

    pub(super) fn check_name(&mut self, name: &str, path: &str, may_be_base: bool) {
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        if name.is_empty() || name.chars().count() > NAME_LENGTH_MAX || !name.chars().all(allowed) {
            let remedy = "1 to 64 letters, digits, `_`, `-` or `.`";
            self.fault(path, "bad_name", format!("`{name}` cannot be a name"), remedy);
        }
        if RESERVED.contains(&name) {
            let reason = format!("`{name}` is a name of the language itself");
            self.fault(path, "reserved_name", reason, "another name");
        }
        if may_be_base && self.facts.iter().any(|fact| fact.name == name) {
            self.duplicate(name, path);
        }
    }

    /// The instrument by which the citizen bears all, where no sources are written.
    pub(super) fn instrument_of_holder(&mut self) -> String {
        let document = self.document;
        if document.instruments.0.len() > 1 && document.instrument.is_none() {
            let reason =
                "there are several instruments, and none is said to be the one by which the citizen pays";
            let remedy = "\"instrument\": \"KEY\" at the top; or write \
                \"sources\": [{\"party\": \"holder\", \"take\": \"remainder\", \"instrument\": \"KEY\"}]";
            self.fault("$.sources", "no_instrument", reason, remedy);
            return String::new();
        }
        self.instrument_of(None, "$.instrument")
    }

    /// The key of the instrument of a component: its own, else the document's, else the only one.
    pub(super) fn instrument_of(&mut self, own: Option<&String>, path: &str) -> String {
        let instruments = &self.document.instruments.0;
        let only = instruments.keys().next().filter(|_| instruments.len() == 1);
        let Some(key) = own.or(self.document.instrument.as_ref()).or(only) else {
            if !instruments.is_empty() && !self.faults.iter().any(|fault| fault.rule == "no_instrument") {
                let reason = "there are several instruments, and none is said to be the one";
                let remedy =
                    "\"instrument\": \"KEY\" at the top, or on each component of `split` and of `sources`";
                self.fault(path, "no_instrument", reason, remedy);
            }
            return String::new();
        };
        if !instruments.contains_key(key) && !instruments.is_empty() {
            let known = instruments.keys().cloned().collect::<Vec<_>>().join(", ");
            let reason = format!("the instrument `{key}` is not listed");
            self.fault(path, "unknown_instrument", reason, format!("one of: {known}"));
        }
        key.clone()
    }

    pub(super) fn principal(&mut self) -> Option<PrincipalTerm> {
        let declared = self.document.principal.as_ref()?;
        let range = declared.range();
        self.range(&range, "$.principal");
        self.check_title(declared.title.as_ref(), "$.principal");
        let instrument = self.instrument_of(declared.instrument.as_ref(), "$.principal.instrument");
        if declared.party.is_holder() {
            let reason = "whoever happens to hold the money does not own what passes";
            let remedy = "the role or the party that owns it";
            self.unpublishable
                .push(Fault::new("$.principal.party", "a_holder_earns", reason, remedy));
        }
        if let Some(identifier) = &declared.deposit_identifier {
            self.check_identifier(identifier, "$.principal.deposit_identifier");
        }
        let side = match declared.direction {
            Direction::Collected => Side::Leg,
            Direction::PaidOut => Side::Source,
        };
        let ordinal = self.intern(TermDeclaration {
            ordinal: 0,
            side,
            name: declared.name.clone().unwrap_or_else(|| "principal".to_owned()),
            title: declared.title.clone(),
            kind: ComponentKind::Principal,
            role: declared.party.clone(),
            deposit_identifier: declared.deposit_identifier.clone(),
            refundable: declared.refundable.unwrap_or(true),
            instrument,
        });
        self.check_principal_is_last(ordinal);
        Some(PrincipalTerm { ordinal, range })
    }

    /// The books know a version's own principal as the last of its terms of that kind. A component that is declared alike shares
    /// its term, and another of that kind after it would be taken for the principal.
    fn check_principal_is_last(&mut self, ordinal: i16) {
        let mut later = self.terms.iter().filter(|term| term.ordinal > ordinal);
        let Some(other) = later.find(|term| term.kind == ComponentKind::Principal) else {
            return;
        };
        let reason = format!(
            "a component is declared as the principal is, and `{}` of the same kind stands after it",
            other.name
        );
        let remedy = "give the component or the principal a name of its own";
        self.fault("$.principal", "principal_not_told_apart", reason, remedy);
    }
}

fn legs_of_split(split: &Split, legs: &mut Vec<String>) {
    let Split::Choice(choice) = split else { return };
    match choice.as_ref() {
        SplitChoice::ByLeg(by_leg) => {
            for (leg, inner) in &by_leg.0 {
                if !legs.contains(leg) {
                    legs.push(leg.clone());
                }
                legs_of_split(inner, legs);
            }
        }
        SplitChoice::Choose(choose) => {
            choose
                .cases
                .iter()
                .for_each(|case| legs_of_split(&case.then, legs));
            choose
                .otherwise
                .iter()
                .for_each(|otherwise| legs_of_split(otherwise, legs));
        }
        SplitChoice::Refuse(_) => {}
    }
}
