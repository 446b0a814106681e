//! Gathers where each chain stands before a settlement, in a few statements for all of them, and has the sheet computed.
//! Never here: what a position is (see `domain::settlement`).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::holding::{self, Held};
use crate::domain::hold::{HoldCause, HoldMovement, Holds};
use crate::domain::money::Amount;
use crate::domain::settlement::{
    Chain, CycleKind, PositionRule, SettlementState, Sheet, SheetRule, Stand, Terms,
};
use crate::store::hold::held_sums;
use crate::store::query_time::allow_long_queries;
use crate::store::settlement::{
    NetworkTerms, PositionRow, incoming_sums, positions_of, settlements_of_window,
};
use crate::store::window::{WindowRow, window_of_ordinal};
use crate::store::window_total::{sealed_sums, sums_of_transactions};
use crate::store::{Connection, StoreFailure};
use crate::usecases::{Done, Failure};

/// A settlement as it would be approved now, and the cycle before to compare it with.
#[derive(Clone, Debug)]
pub struct Computed {
    pub sheet: Sheet,
    pub previous: BTreeMap<Chain, PositionRow>,
}

/// How long one question to the database may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryLimit {
    /// As any request's.
    Ordinary,
    /// As a job's: whoever waits for it decides or settles.
    Long,
}

type Stands = BTreeMap<Chain, Stand>;

/// Computes the settlement of a window with the licences' states as known at `at`: of a sealed one from its totals, of
/// another from its transactions. `limit`: of what its transaction asks from then on.
///
/// # Errors
/// Conflict `settlements_follow_each_other` while the window before is not approved: its closings are not known.
pub async fn compute(
    conn: &mut Connection,
    network: &NetworkTerms,
    window: &WindowRow,
    at: DateTime<Utc>,
    limit: QueryLimit,
) -> Done<Computed> {
    match limit {
        QueryLimit::Ordinary => {}
        QueryLimit::Long => allow_long_queries(conn).await?,
    }
    let previous = previous_positions(conn, network, window).await?;
    let mut stands = Stands::new();
    open(&mut stands, &previous);
    move_sums(conn, &mut stands, window).await?;
    bring_in(conn, &mut stands, window).await?;
    hold(conn, &mut stands, network, window, at).await?;
    let terms = Terms {
        threshold: Amount::from_minor(network.payout_threshold),
        carried_cycles_max: u16::try_from(network.carried_cycles_max).unwrap_or(0),
    };
    let sheet =
        Sheet::compute(network.id, window.id, terms, stands).map_err(|rule| unsettled(window, &rule))?;
    Ok(Computed { sheet, previous })
}

fn unsettled(window: &WindowRow, rule: &SheetRule) -> Failure {
    match rule {
        SheetRule::Overflow(overflow)
        | SheetRule::Position {
            rule: PositionRule::Overflow(overflow),
            ..
        } => (*overflow).into(),
        SheetRule::Position { .. } | SheetRule::Hold { .. } => {
            Failure::Internal(format!("settlement of window {}: {rule}", window.id))
        }
    }
}

async fn previous_positions(
    conn: &mut Connection,
    network: &NetworkTerms,
    window: &WindowRow,
) -> Done<BTreeMap<Chain, PositionRow>> {
    if window.ordinal == 1 {
        return Ok(BTreeMap::new());
    }
    let unsettled = || {
        Failure::conflict(
            "settlements_follow_each_other",
            format!(
                "the settlement of window {} of {} is not approved",
                window.ordinal - 1,
                network.code
            ),
        )
    };
    let before = window_of_ordinal(conn, network.id, window.ordinal - 1).await?;
    let before = before.ok_or_else(unsettled)?;
    let settlements = settlements_of_window(conn, before.id).await?;
    let approved = settlements.iter().find(|s| s.state == SettlementState::Approved);
    let rows = positions_of(conn, approved.ok_or_else(unsettled)?.id).await?;
    Ok(rows
        .into_iter()
        .map(|row| (chain_of_position(&row), row))
        .collect())
}

fn open(stands: &mut Stands, previous: &BTreeMap<Chain, PositionRow>) {
    for (chain, row) in previous {
        let stand = stands.entry(chain.clone()).or_default();
        stand.moved.opening = Amount::from_minor(row.closing);
        stand.held_before = Amount::from_minor(row.held);
        stand.carried_before = u16::try_from(row.carried_cycles).unwrap_or(0);
    }
}

async fn move_sums(conn: &mut Connection, stands: &mut Stands, window: &WindowRow) -> Done<()> {
    let sums = match window.sealed_at {
        Some(_) => sealed_sums(conn, window.id).await?,
        None => sums_of_transactions(conn, window.id).await?,
    };
    for sum in sums {
        let chain = Chain::new(sum.party_id, sum.deposit_identifier, sum.unit_id);
        let stand = stands.entry(chain).or_default();
        stand.has_lines = true;
        stand.moved.earned = Amount::from_minor(sum.earned.unwrap_or(0));
        stand.moved.collected = Amount::from_minor(sum.collected.unwrap_or(0));
    }
    Ok(())
}

async fn bring_in(conn: &mut Connection, stands: &mut Stands, window: &WindowRow) -> Done<()> {
    for sum in incoming_sums(conn, window.id).await? {
        let chain = Chain::new(sum.party_id, sum.deposit_identifier, sum.unit_id);
        let stand = stands.entry(chain).or_default();
        stand.moved.remitted = Amount::from_minor(sum.remitted);
        stand.moved.returned = Amount::from_minor(sum.returned);
    }
    Ok(())
}

async fn hold(
    conn: &mut Connection,
    stands: &mut Stands,
    network: &NetworkTerms,
    window: &WindowRow,
    at: DateTime<Utc>,
) -> Done<()> {
    for sum in held_sums(conn, network.id).await? {
        let cause = HoldCause::parse(&sum.cause)
            .map_err(|error| StoreFailure::corrupt("hold_movements", sum.party_id, error))?;
        let chain = Chain::new(sum.party_id, sum.deposit_identifier, sum.unit_id);
        let stand = stands.entry(chain).or_default();
        let amount = Amount::from_minor(sum.amount);
        append(&mut stand.holds, cause, amount)?;
    }
    let Held { items, ended } = holding::held(conn, network.id, window, at).await?;
    for ((chain, cause), amount) in items {
        let stand = stands.entry(chain).or_default();
        stand.held_items.insert(cause, amount);
    }
    for (chain, stand) in stands.iter_mut() {
        if ended.contains(&chain.destination.party) {
            stand.cycle = CycleKind::Final;
        }
    }
    Ok(())
}

fn append(holds: &mut Holds, cause: HoldCause, amount: Amount) -> Done<()> {
    holds
        .append(HoldMovement { cause, amount })
        .map_err(|rule| Failure::Internal(rule.to_string()))
}

fn chain_of_position(row: &PositionRow) -> Chain {
    Chain::new(row.party_id, row.deposit_identifier.clone(), row.unit_id)
}
