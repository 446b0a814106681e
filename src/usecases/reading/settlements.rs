//! Settlements with their positions. Never here: computing and deciding them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::naming::network_is_known;
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::domain::page::{Asked, Page};
use crate::domain::settlement::SettlementState;
use crate::store::Connection;
use crate::store::reading::settlement::{
    self, PositionKey, PositionRow, SettlementRow, SettlementsWanted, SumsRow,
};
use crate::usecases::{Done, Failure};

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SettlementView {
    pub id: i32,
    pub network: String,
    pub window: i32,
    pub window_ordinal: i32,
    #[schema(example = "j1405-09")]
    pub period: String,
    pub from: DateTime<Utc>,
    /// Exclusive.
    pub until: DateTime<Utc>,
    /// `proposed`, `approved` or `rejected`.
    pub state: String,
    /// SHA-256 over the positions, in hexadecimal.
    pub digest: String,
    pub proposed_by: String,
    pub proposed_at: DateTime<Utc>,
    pub decided_by: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was rejected.
    pub reason: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SettlementDetails {
    #[serde(flatten)]
    pub settlement: SettlementView,
    /// Over all positions that the asker may see, per unit; nothing is netted by it.
    pub sums: Vec<PositionSums>,
    /// It is proposed, and whoever asks may preview it.
    #[serde(skip)]
    pub is_previewed: bool,
}

/// In the smallest part of the unit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PositionSums {
    pub unit: String,
    pub positions: i64,
    #[schema(value_type = i64)]
    pub earned: Amount,
    #[schema(value_type = i64)]
    pub collected: Amount,
    #[schema(value_type = i64)]
    pub held: Amount,
    #[schema(value_type = i64)]
    pub paid: Amount,
    /// Closing balances that the network owes.
    #[schema(value_type = i64)]
    pub carried: Amount,
    /// Closing balances that parties owe.
    #[schema(value_type = i64)]
    pub owed: Amount,
}

/// The lines of money rule 14, credit-positive, in the smallest part of the unit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PositionView {
    pub party: String,
    #[schema(example = "office")]
    pub party_kind: String,
    pub party_name_fa: String,
    pub party_name_en: String,
    /// Empty for the party's plain destination.
    pub deposit_identifier: String,
    pub unit: String,
    #[schema(value_type = i64)]
    pub opening: Amount,
    #[schema(value_type = i64)]
    pub earned: Amount,
    /// Positive and subtracted.
    #[schema(value_type = i64)]
    pub collected: Amount,
    #[schema(value_type = i64)]
    pub memos: Amount,
    #[schema(value_type = i64)]
    pub remitted: Amount,
    #[schema(value_type = i64)]
    pub returned: Amount,
    /// opening + earned − collected + memos + remitted + returned
    #[schema(value_type = i64)]
    pub before: Amount,
    #[schema(value_type = i64)]
    pub active_holds: Amount,
    #[schema(value_type = i64)]
    pub held: Amount,
    #[schema(value_type = i64)]
    pub payable: Amount,
    #[schema(value_type = i64)]
    pub paid: Amount,
    #[schema(value_type = i64)]
    pub closing: Amount,
    /// For how many cycles in a row something payable was carried.
    pub carried_cycles: i16,
    pub payout: Option<PayoutOfPosition>,
    pub remittance: Option<DemandOfPosition>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PayoutOfPosition {
    pub id: i64,
    /// `waiting`, `released`, `settled` or `returned`.
    pub state: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DemandOfPosition {
    #[schema(value_type = i64)]
    pub amount: Amount,
    pub reference: String,
    pub due_at: DateTime<Utc>,
}

/// Filters of a list of settlements; `None` leaves one out.
#[derive(Clone, Debug, Default)]
pub struct SettlementFilter {
    pub network: Option<String>,
    pub state: Option<SettlementState>,
}

/// Newest first; one who acts for a party sees those in which it has a position.
pub async fn list_settlements(
    conn: &mut Connection,
    by: &Originator,
    filter: &SettlementFilter,
    asked: &Asked<i32>,
) -> Done<Page<SettlementView>> {
    network_is_known(conn, filter.network.as_deref()).await?;
    let wanted = SettlementsWanted {
        id: None,
        network: filter.network.clone(),
        state: filter.state.map(SettlementState::code),
        party_id: by.party_id,
    };
    let rows = settlement::list_settlements(conn, &wanted, asked.after, asked.fetched()).await?;
    Ok(asked.page(rows).map(view))
}

/// One settlement with the sums of its positions; to one who acts for a party, of its own.
///
/// # Errors
/// `NotFound` for one in which the party has no position.
pub async fn show_settlement(conn: &mut Connection, by: &Originator, id: i32) -> Done<SettlementDetails> {
    let found = find_settlement(conn, by, id).await?;
    let sums = settlement::sums_of(conn, id, by.party_id).await?;
    Ok(SettlementDetails {
        is_previewed: found.state == SettlementState::Proposed && by.party_id.is_none(),
        settlement: view(found),
        sums: sums.into_iter().map(sums_view).collect(),
    })
}

/// Positions by party and destination; one who acts for a party sees its own.
pub async fn list_positions(
    conn: &mut Connection,
    by: &Originator,
    id: i32,
    asked: &Asked<PositionKey>,
) -> Done<Page<(PositionKey, PositionView)>> {
    find_settlement(conn, by, id).await?;
    let rows =
        settlement::list_positions(conn, id, by.party_id, asked.after.as_ref(), asked.fetched()).await?;
    Ok(asked.page(rows).map(position_view))
}

pub(super) async fn find_settlement(conn: &mut Connection, by: &Originator, id: i32) -> Done<SettlementRow> {
    let wanted = SettlementsWanted {
        id: Some(id),
        party_id: by.party_id,
        ..SettlementsWanted::default()
    };
    settlement::list_settlements(conn, &wanted, None, 1)
        .await?
        .pop()
        .ok_or_else(|| Failure::not_found("settlement", id))
}

fn view(row: SettlementRow) -> SettlementView {
    SettlementView {
        id: row.id,
        network: row.network,
        window: row.window_id,
        window_ordinal: row.window_ordinal,
        period: row.period_key,
        from: row.starts_at,
        until: row.ends_at,
        state: row.state.code().to_owned(),
        digest: hex::encode(&row.digest),
        proposed_by: row.proposed_by,
        proposed_at: row.proposed_at,
        decided_by: row.decided_by,
        decided_at: row.decided_at,
        reason: row.reason,
    }
}

fn sums_view(row: SumsRow) -> PositionSums {
    PositionSums {
        unit: row.unit,
        positions: row.positions,
        earned: Amount::from_minor(row.earned),
        collected: Amount::from_minor(row.collected),
        held: Amount::from_minor(row.held),
        paid: Amount::from_minor(row.paid),
        carried: Amount::from_minor(row.carried),
        owed: Amount::from_minor(row.owed),
    }
}

fn position_view(row: PositionRow) -> (PositionKey, PositionView) {
    let key = (row.party_id, row.deposit_identifier.clone(), row.unit_id);
    let view = PositionView {
        payout: payout_of(&row),
        remittance: demand_of(&row),
        party: row.party,
        party_kind: row.party_kind,
        party_name_fa: row.name_fa,
        party_name_en: row.name_en,
        deposit_identifier: row.deposit_identifier,
        unit: row.unit,
        opening: Amount::from_minor(row.opening),
        earned: Amount::from_minor(row.earned),
        collected: Amount::from_minor(row.collected),
        memos: Amount::from_minor(row.memos),
        remitted: Amount::from_minor(row.remitted),
        returned: Amount::from_minor(row.returned),
        before: Amount::from_minor(row.before),
        active_holds: Amount::from_minor(row.active_holds),
        held: Amount::from_minor(row.held),
        payable: Amount::from_minor(row.payable),
        paid: Amount::from_minor(row.paid),
        closing: Amount::from_minor(row.closing),
        carried_cycles: row.carried_cycles,
    };
    (key, view)
}

fn payout_of(row: &PositionRow) -> Option<PayoutOfPosition> {
    Some(PayoutOfPosition {
        id: row.payout_id?,
        state: row.payout_state.clone()?,
    })
}

fn demand_of(row: &PositionRow) -> Option<DemandOfPosition> {
    Some(DemandOfPosition {
        amount: Amount::from_minor(row.demanded?),
        reference: row.demand_reference.clone()?,
        due_at: row.demand_due_at?,
    })
}
