//! The movements of holds in an approved settlement, rebuilt from the licences' events as they were known when it was
//! approved. Never here: whether they are those of the digest (see `settlements`).

use std::collections::BTreeMap;

use crate::domain::hold::{HoldCause, HoldMovement, Holds};
use crate::domain::money::Amount;
use crate::domain::settlement::Chain;
use crate::domain::verification::Finding;
use crate::domain::verification::hold::{StoredMovement, check_movements};
use crate::store::Connection;
use crate::store::hold::HeldSum;
use crate::store::verification::settlement::{MovementRow, decided_at, head, held_before, hold_movements};
use crate::store::window::window_of_id;
use crate::usecases::settling::holding::held;
use crate::usecases::{Done, Failure};

/// What is known of one chain.
#[derive(Default)]
struct Known {
    before: Vec<HoldMovement>,
    items: BTreeMap<HoldCause, Amount>,
    stored: Vec<StoredMovement>,
}

pub(super) async fn verify_holds(conn: &mut Connection, settlement: i32) -> Done<Vec<Finding>> {
    let (network, window, _) = head(conn, settlement).await?;
    // A window that is gone is found elsewhere.
    let Some(window) = window_of_id(conn, window).await? else {
        return Ok(Vec::new());
    };
    let approved_at = decided_at(conn, settlement).await?;
    let held = match held(conn, network, &window, approved_at).await {
        Err(Failure::Internal(reason)) => return Ok(vec![unreadable(settlement, &reason)]),
        held => held?,
    };
    let mut chains: BTreeMap<Chain, Known> = BTreeMap::new();
    for ((chain, cause), amount) in held.items {
        chains.entry(chain).or_default().items.insert(cause, amount);
    }
    for row in held_before(conn, network, window.ordinal).await? {
        let known = chains.entry(Chain::new(
            row.party_id,
            row.deposit_identifier.as_str(),
            row.unit_id,
        ));
        known.or_default().before.extend(movement(&row));
    }
    for row in hold_movements(conn, settlement).await? {
        let known = chains.entry(Chain::new(
            row.party_id,
            row.deposit_identifier.as_str(),
            row.unit_id,
        ));
        known.or_default().stored.extend(stored(&row));
    }
    let mut findings = Vec::new();
    for (chain, known) in chains {
        // A hold below zero is found with the books as a whole.
        if let Ok(before) = Holds::of(known.before) {
            let key = key(settlement, &chain);
            findings.extend(check_movements(&key, &before, &known.items, &known.stored)?);
        }
    }
    Ok(findings)
}

fn movement(row: &HeldSum) -> Option<HoldMovement> {
    Some(HoldMovement {
        cause: HoldCause::parse(&row.cause).ok()?,
        amount: Amount::from_minor(row.amount),
    })
}

fn stored(row: &MovementRow) -> Option<StoredMovement> {
    Some(StoredMovement {
        id: row.id,
        cause: HoldCause::parse(&row.cause).ok()?,
        amount: Amount::from_minor(row.amount),
    })
}

fn key(settlement: i32, chain: &Chain) -> String {
    let Chain { destination, unit } = chain;
    let (party, identifier) = (destination.party, &destination.deposit_identifier);
    format!("{settlement}:{party}:{identifier}:{unit}")
}

fn unreadable(settlement: i32, reason: &str) -> Finding {
    let row = format!("of settlement {settlement}");
    Finding::new(
        "licence_events",
        row,
        "the licences",
        reason,
        "what holds follow from",
    )
}
