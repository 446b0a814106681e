//! An approved settlement: each position against what moved, each hold against the licences' events (see `holds`), each
//! statement against its bytes, chain and positions. Never here: journals (see `books`).

use std::collections::{BTreeMap, HashMap};

use super::holds::verify_holds;
use crate::domain::hold::{HoldCause, HoldMovement};
use crate::domain::money::Amount;
use crate::domain::settlement::{Chain, Figures, Movements, settlement_digest};
use crate::domain::verification::position::{StoredPosition, check_position};
use crate::domain::verification::statement::{StoredStatement, check_statement};
use crate::domain::verification::{Comparison, Finding};
use crate::store::Connection;
use crate::store::verification::settlement::{
    SettledDestination, StatementRow, destinations, head, hold_movements, statements,
};
use crate::usecases::Done;

const STATEMENTS_AT_ONCE: i64 = 1_000;

/// The positions of a party in one unit, by deposit identifier.
type Positions = HashMap<(i32, i16), Vec<(String, StoredPosition)>>;

pub(super) async fn verify_settlement(conn: &mut Connection, settlement: i32) -> Done<Vec<Finding>> {
    let mut findings = Vec::new();
    let settled = destinations(conn, settlement).await?;
    for one in &settled {
        let (party, identifier, unit) = (one.party_id, one.deposit_identifier.as_str(), one.unit_id);
        let key = format!("{settlement}:{party}:{identifier}:{unit}");
        findings.extend(check_position(&key, one.stored.as_ref(), &one.moved)?);
    }
    if findings.is_empty() {
        findings.extend(verify_digest(conn, settlement, &settled).await?);
    }
    findings.extend(verify_holds(conn, settlement).await?);
    let mut positions = Positions::new();
    for one in settled {
        if let Some(stored) = one.stored {
            let own = positions.entry((one.party_id, one.unit_id)).or_default();
            own.push((one.deposit_identifier, stored));
        }
    }
    findings.extend(verify_statements(conn, settlement, &mut positions).await?);
    let is_told = |own: &[(String, StoredPosition)]| own.iter().any(|(_, p)| *p != StoredPosition::default());
    let mut untold: Vec<_> = positions.into_iter().filter(|(_, own)| is_told(own)).collect();
    untold.sort_unstable_by_key(|(chain, _)| *chain);
    findings.extend(untold.into_iter().map(|((party, unit), _)| {
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

/// What was proposed and approved is what stands in the positions and the movements of holds.
async fn verify_digest(
    conn: &mut Connection,
    settlement: i32,
    settled: &[SettledDestination],
) -> Done<Vec<Finding>> {
    let (network, window, digest) = head(conn, settlement).await?;
    let mut findings = Vec::new();
    let mut moved: BTreeMap<Chain, Vec<HoldMovement>> = BTreeMap::new();
    for row in hold_movements(conn, settlement).await? {
        let mut compared = Comparison::of("hold_movements", row.id, &mut findings);
        compared.same("window_id", row.window_id, window);
        let Ok(cause) = HoldCause::parse(&row.cause) else {
            compared.differs("cause", row.cause, "the cause of a hold");
            continue;
        };
        let amount = Amount::from_minor(row.amount);
        let own = moved.entry(Chain::new(
            row.party_id,
            row.deposit_identifier.as_str(),
            row.unit_id,
        ));
        own.or_default().push(HoldMovement { cause, amount });
    }
    let mut lines: Vec<(Chain, StoredPosition)> = settled
        .iter()
        .filter_map(|one| {
            Some((
                Chain::new(one.party_id, one.deposit_identifier.as_str(), one.unit_id),
                one.stored?,
            ))
        })
        .collect();
    lines.sort_by(|(one, _), (other, _)| one.cmp(other));
    for movements in moved.values_mut() {
        movements.sort_by(|one, other| one.cause.cmp(&other.cause));
    }
    let figures: Vec<Figures<'_>> = lines.iter().map(|line| figures(line, &moved)).collect();
    let expected = settlement_digest(network, window, &figures);
    Comparison::of("settlements", settlement, &mut findings).same(
        "digest",
        hex::encode(digest),
        expected.to_string(),
    );
    Ok(findings)
}

fn figures<'a>(
    (chain, stored): &'a (Chain, StoredPosition),
    moved: &'a BTreeMap<Chain, Vec<HoldMovement>>,
) -> Figures<'a> {
    Figures {
        chain,
        moved: Movements {
            opening: Amount::from_minor(stored.opening),
            earned: Amount::from_minor(stored.earned),
            collected: Amount::from_minor(stored.collected),
            memos: Amount::from_minor(stored.memos),
            remitted: Amount::from_minor(stored.remitted),
            returned: Amount::from_minor(stored.returned),
        },
        active_holds: Amount::from_minor(stored.active_holds),
        paid: Amount::from_minor(stored.paid),
        closing: Amount::from_minor(stored.closing),
        carried_cycles: u16::try_from(stored.carried_cycles).unwrap_or(u16::MAX),
        hold_movements: moved.get(chain).map_or(&[], Vec::as_slice),
    }
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
