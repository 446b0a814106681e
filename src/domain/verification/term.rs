//! Whether the stored terms of a tariff version are those of its document. Never here: who plays a role (see `usecases::tariff`).

use super::{Comparison, Finding, told};
use crate::domain::tariff::{Side, Tariff};

/// A row of `tariff_terms` with its role's code and its party's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTerm {
    pub ordinal: i16,
    pub side: String,
    pub name: String,
    pub kind: String,
    pub role: String,
    pub party: Option<String>,
    pub deposit_identifier: String,
    pub refundable: bool,
}

/// Who plays the roles that do not hang on the office, by the role's code.
pub trait Players {
    fn player(&self, role: &str) -> Option<String>;
}

impl<F: Fn(&str) -> Option<String>> Players for F {
    fn player(&self, role: &str) -> Option<String> {
        self(role)
    }
}

/// The terms of one version, in the order of their ordinals.
pub fn check_terms(
    version: i32,
    tariff: &Tariff,
    stored: &[StoredTerm],
    players: &impl Players,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for declared in tariff.terms() {
        let key = format!("{version}:{}", declared.ordinal);
        let mut row = Comparison::of("tariff_terms", key, &mut findings);
        let Some(term) = stored.iter().find(|term| term.ordinal == declared.ordinal) else {
            row.differs("the row", "absent", "there, as the document declares it");
            continue;
        };
        let side = match declared.side {
            Side::Source => "source",
            Side::Leg => "leg",
        };
        let (role, party) = match declared.role.party_code() {
            Some(code) => ("party", Some(code.to_owned())),
            None => (declared.role.as_str(), players.player(declared.role.as_str())),
        };
        row.same("side", term.side.as_str(), side);
        row.same("name", term.name.as_str(), &declared.name);
        row.same("kind", term.kind.as_str(), declared.kind.code());
        row.same("role_id", term.role.as_str(), role);
        row.same("party_id", told(term.party.clone()), told(party));
        let identifier = declared.deposit_identifier.as_deref().unwrap_or_default();
        row.same("deposit_identifier", term.deposit_identifier.as_str(), identifier);
        row.same("refundable", term.refundable, declared.refundable);
    }
    let extra = stored.iter().filter(|term| tariff.term(term.ordinal).is_none());
    for term in extra {
        let key = format!("{version}:{}", term.ordinal);
        findings.push(Finding::new(
            "tariff_terms",
            key,
            "the row",
            "there",
            "absent from the document",
        ));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSPORT: &str = include_str!("../../../tests/fixtures/tariffs/ir-passport.json");

    fn players(role: &str) -> Option<String> {
        let hangs_on_office = ["office", "municipality", "provincial_treasury", "holder"];
        (!hangs_on_office.contains(&role)).then(|| format!("the-{role}"))
    }

    fn stored(tariff: &Tariff) -> Vec<StoredTerm> {
        let row = |term: &crate::domain::tariff::TermDeclaration| StoredTerm {
            ordinal: term.ordinal,
            side: if term.side == Side::Source {
                "source"
            } else {
                "leg"
            }
            .to_owned(),
            name: term.name.clone(),
            kind: term.kind.code().to_owned(),
            role: term.role.as_str().to_owned(),
            party: players(term.role.as_str()),
            deposit_identifier: term.deposit_identifier.clone().unwrap_or_default(),
            refundable: term.refundable,
        };
        tariff.terms().iter().map(row).collect()
    }

    #[test]
    fn terms_agree_with_their_document_and_one_that_was_changed_is_named() {
        let tariff = Tariff::parse(PASSPORT).unwrap();
        assert_eq!(check_terms(3, &tariff, &stored(&tariff), &players), []);
        let mut changed = stored(&tariff);
        changed[1].party = Some("thief".to_owned());
        let gone = changed.pop().unwrap();
        let findings = check_terms(3, &tariff, &changed, &players);
        let rows: Vec<_> = findings.iter().map(|f| (f.row.clone(), f.what.clone())).collect();
        assert_eq!(
            rows,
            [
                ("3:1".to_owned(), "party_id".to_owned()),
                (format!("3:{}", gone.ordinal), "the row".to_owned())
            ]
        );
    }
}
