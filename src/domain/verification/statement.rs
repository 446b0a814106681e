//! Whether a stored statement is intact, follows the one before it and says what its positions say.
//! Never here: rendering it.

use chrono::{DateTime, Utc};

use super::position::StoredPosition;
use super::{Comparison, Finding, told};
use crate::domain::statement::{DestinationPosition, Statement};

/// A row of `statements` with what stands beside it in its chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredStatement {
    pub id: i64,
    pub number: String,
    pub ordinal: i32,
    pub language: String,
    pub canonical: Vec<u8>,
    pub digest: Vec<u8>,
    pub previous_digest: Option<Vec<u8>>,
    pub verification_code: String,
    pub issued_at: DateTime<Utc>,
    /// Begin of its first and end of its last window.
    pub covers_from: DateTime<Utc>,
    pub covers_until: DateTime<Utc>,
    /// Digest of the statement with the ordinal before, and the end of what it covered.
    pub before: Option<(Vec<u8>, DateTime<Utc>)>,
}

/// `positions`: those of its party and unit in its settlement, by deposit identifier.
pub fn check_statement(stored: StoredStatement, positions: &[(String, StoredPosition)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut row = Comparison::of("statements", stored.id, &mut findings);
    let statement = match Statement::read(stored.canonical) {
        Ok(statement) => statement,
        Err(refused) => {
            row.differs("canonical", refused, "a statement that foots");
            return findings;
        }
    };
    let content = statement.content();
    row.same("digest", hex::encode(&stored.digest), statement.digest().to_hex());
    row.same(
        "verification_code",
        stored.verification_code,
        statement.verification_code(),
    );
    row.same("number", stored.number.as_str(), content.number.as_str());
    row.same("ordinal", i64::from(stored.ordinal), i64::from(content.sequence));
    row.same("language", stored.language.as_str(), content.language.code());
    row.same("issued_at", stored.issued_at, content.issued_at);
    row.same("first_window_id", stored.covers_from, content.interval.from);
    row.same("last_window_id", stored.covers_until, content.interval.until);
    let stated = content.previous.as_ref().map(|previous| previous.digest.to_hex());
    let (digest, until) = stored.before.unzip();
    row.same(
        "previous_digest",
        told(stored.previous_digest.map(hex::encode)),
        told(stated.clone()),
    );
    row.same(
        "the digest of the statement before",
        told(digest.map(hex::encode)),
        told(stated),
    );
    if let Some(until) = until {
        row.same("the end of the statement before", until, content.interval.from);
    }
    let is_of = |stated: &DestinationPosition, identifier: &str| {
        stated.destination.as_deref().unwrap_or_default() == identifier
    };
    for (identifier, position) in positions {
        match content.positions.iter().find(|stated| is_of(stated, identifier)) {
            Some(stated) => check_figures(stated, position, &mut row),
            // Nothing is told of a chain that neither moved nor has anything.
            None if *position == StoredPosition::default() => {}
            None => row.differs(
                "positions",
                "none",
                format!("one for the destination `{identifier}`"),
            ),
        }
    }
    for stated in &content.positions {
        if !positions.iter().any(|(identifier, _)| is_of(stated, identifier)) {
            let identifier = stated.destination.as_deref().unwrap_or_default();
            row.differs(
                "positions",
                format!("one for the destination `{identifier}`"),
                "none",
            );
        }
    }
    findings
}

fn check_figures(stated: &DestinationPosition, position: &StoredPosition, row: &mut Comparison<'_>) {
    let figures = [
        ("opening", stated.opening, position.opening),
        ("earned", stated.earned, position.earned),
        ("collected", stated.collected, position.collected),
        ("memos", stated.memos, position.memos),
        ("remitted", stated.remitted, position.remitted),
        ("returned", stated.returned, position.returned),
        ("held", stated.held, position.held),
        ("paid", stated.paid, position.paid),
        ("closing", stated.closing, position.closing),
    ];
    for (what, stated, expected) in figures {
        row.same(what, stated.minor(), expected);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;
    use crate::domain::statement::sample;

    fn stored() -> (StoredStatement, Vec<(String, StoredPosition)>) {
        let statement = Statement::new(sample::short(Language::Fa)).unwrap();
        let content = statement.content();
        let position = |p: &DestinationPosition| StoredPosition {
            opening: p.opening.minor(),
            earned: p.earned.minor(),
            collected: p.collected.minor(),
            memos: p.memos.minor(),
            remitted: p.remitted.minor(),
            returned: p.returned.minor(),
            held: p.held.minor(),
            paid: p.paid.minor(),
            closing: p.closing.minor(),
            ..StoredPosition::default()
        };
        let destination = |p: &DestinationPosition| p.destination.clone().unwrap_or_default();
        let positions = content
            .positions
            .iter()
            .map(|p| (destination(p), position(p)))
            .collect();
        let row = StoredStatement {
            id: 1,
            number: content.number.clone(),
            ordinal: 1,
            language: "fa".to_owned(),
            canonical: statement.bytes().to_vec(),
            digest: statement.digest().as_bytes().to_vec(),
            previous_digest: None,
            verification_code: statement.verification_code(),
            issued_at: content.issued_at,
            covers_from: content.interval.from,
            covers_until: content.interval.until,
            before: None,
        };
        (row, positions)
    }

    fn whats(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(|finding| finding.what.as_str()).collect()
    }

    #[test]
    fn a_statement_agrees_with_its_bytes_chain_and_positions() {
        let (row, positions) = stored();
        assert_eq!(check_statement(row, &positions), []);
    }

    #[test]
    fn each_position_is_told_unless_nothing_is_in_it_and_none_is_told_that_is_not_there() {
        let (row, mut positions) = stored();
        let mut empty = (String::from("140105"), StoredPosition::default());
        positions.push(empty.clone());
        assert_eq!(check_statement(row.clone(), &positions), []);
        empty.1.opening = 1;
        positions.pop();
        positions.push(empty);
        assert_eq!(whats(&check_statement(row.clone(), &positions)), ["positions"]);
        assert_eq!(whats(&check_statement(row, &[])), ["positions"]);
    }

    #[test]
    fn changed_bytes_a_broken_chain_and_a_changed_position_are_named() {
        let (row, mut positions) = stored();
        let before = Some((vec![7; 32], row.covers_from));
        let chained = StoredStatement {
            before,
            ..row.clone()
        };
        assert_eq!(
            whats(&check_statement(chained, &positions)),
            ["the digest of the statement before"]
        );
        let mut bytes = row.canonical.clone();
        bytes.push(b' ');
        let padded = StoredStatement {
            canonical: bytes,
            ..row.clone()
        };
        assert_eq!(
            whats(&check_statement(padded, &positions)),
            ["digest", "verification_code"]
        );
        positions[0].1.closing += 1;
        assert_eq!(whats(&check_statement(row, &positions)), ["closing"]);
    }
}
