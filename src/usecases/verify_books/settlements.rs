//! An approved settlement: each position against what moved, each statement against its bytes, chain and positions.
//! Never here: journals (see `books`).

use std::collections::HashMap;

use crate::domain::verification::Finding;
use crate::domain::verification::position::{StoredPosition, check_position};
use crate::domain::verification::statement::{StoredStatement, check_statement};
use crate::store::Connection;
use crate::store::verification::settlement::{StatementRow, destinations, statements};
use crate::usecases::Done;

const STATEMENTS_AT_ONCE: i64 = 1_000;

/// The positions of a party in one unit, by deposit identifier.
type Positions = HashMap<(i32, i16), Vec<(String, StoredPosition)>>;

pub(super) async fn verify_settlement(conn: &mut Connection, settlement: i32) -> Done<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut positions = Positions::new();
    for settled in destinations(conn, settlement).await? {
        let (party, identifier, unit) = (settled.party_id, settled.deposit_identifier, settled.unit_id);
        let key = format!("{settlement}:{party}:{identifier}:{unit}");
        findings.extend(check_position(&key, settled.stored.as_ref(), &settled.moved)?);
        if let Some(stored) = settled.stored {
            positions
                .entry((party, unit))
                .or_default()
                .push((identifier, stored));
        }
    }
    findings.extend(verify_statements(conn, settlement, &mut positions).await?);
    let mut left: Vec<&(i32, i16)> = positions.keys().collect();
    left.sort_unstable();
    findings.extend(left.into_iter().map(|(party, unit)| {
        let key = format!("of settlement {settlement}, party {party}, unit {unit}");
        Finding::new(
            "statements",
            key,
            "the row",
            "absent",
            "there: the party has a position",
        )
    }));
    Ok(findings)
}

/// Takes the positions that a statement tells out of the map.
async fn verify_statements(
    conn: &mut Connection,
    settlement: i32,
    positions: &mut Positions,
) -> Done<Vec<Finding>> {
    let (mut findings, mut after) = (Vec::new(), 0);
    loop {
        let rows = statements(conn, settlement, after, STATEMENTS_AT_ONCE).await?;
        let Some(last) = rows.last() else {
            return Ok(findings);
        };
        after = last.id;
        for row in rows {
            let own = positions.remove(&(row.party_id, row.unit_id)).unwrap_or_default();
            findings.extend(check_statement(stored(row), &own));
        }
    }
}

fn stored(row: StatementRow) -> StoredStatement {
    StoredStatement {
        id: row.id,
        number: row.number,
        ordinal: row.ordinal,
        language: row.language,
        canonical: row.canonical,
        digest: row.digest,
        previous_digest: row.previous_digest,
        verification_code: row.verification_code,
        issued_at: row.issued_at,
        covers_from: row.covers_from,
        covers_until: row.covers_until,
        before: row.digest_before.zip(row.covered_before),
    }
}
