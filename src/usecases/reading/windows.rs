//! Windows of a network with their proof sheets. Never here: closing and sealing.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::domain::page::{Asked, Page};
use crate::store::Connection;
use crate::store::network::network_ids;
use crate::store::reading::window::{self, SealRow, WindowRow};
use crate::usecases::{Done, Failure};

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WindowView {
    pub id: i32,
    pub network: String,
    pub ordinal: i32,
    /// `j1405-09` for a Jalali month, `g2025-10` for a Gregorian one, `w2025-10-11` for the week that begins then, `2025-10-11` for
    /// a day.
    #[schema(example = "j1405-09")]
    pub period: String,
    pub starts_at: DateTime<Utc>,
    /// Exclusive.
    pub ends_at: DateTime<Utc>,
    /// `planned`, `open`, `closed` or `sealed`.
    pub state: &'static str,
    pub closed_at: Option<DateTime<Utc>>,
    /// Absent until the window is sealed.
    pub proof: Option<ProofSheet>,
    /// The settlement that was proposed and not rejected.
    pub settlement: Option<i32>,
    /// `proposed` or `approved`.
    pub settlement_state: Option<String>,
}

/// What sealing proved.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProofSheet {
    pub sealed_at: DateTime<Utc>,
    /// Merkle root over the digests of the window's batches, in hexadecimal.
    pub root: String,
    /// Of the whole network: for those who do not act for one party.
    pub figures: Option<ProofFigures>,
}

/// Sums are signed and in the smallest part of the unit: refunds count negative.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProofFigures {
    pub unit: String,
    pub transactions: i64,
    pub batches: i64,
    #[schema(value_type = i64)]
    pub amount: Amount,
    #[schema(value_type = i64)]
    pub principal: Amount,
    /// amount + principal
    #[schema(value_type = i64)]
    pub earned: Amount,
    /// As much as was earned: the window's clearing is zero.
    #[schema(value_type = i64)]
    pub collected: Amount,
}

/// Windows of a network, newest first, from the last that was made: for something that came in, or because it was to be closed. All
/// before it were made with it (see `booking::make_windows_until`).
pub async fn list_windows(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    network: &str,
    asked: &Asked<i32>,
) -> Done<Page<WindowView>> {
    let network_id = network_ids(conn)
        .await?
        .get(network)
        .copied()
        .ok_or_else(|| Failure::not_found("network", network))?;
    let rows = window::list_windows(conn, network_id, asked.after, asked.fetched()).await?;
    Ok(asked.page(rows).map(|row| view(row, by, at)))
}

/// One window; its proof sheet without figures for one who acts for a party.
pub async fn show_window(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    id: i32,
) -> Done<WindowView> {
    let found = window::find_window(conn, id).await?;
    found
        .map(|row| view(row, by, at))
        .ok_or_else(|| Failure::not_found("window", id))
}

fn view(row: WindowRow, by: &Originator, at: DateTime<Utc>) -> WindowView {
    WindowView {
        state: row.stored_state().since(row.starts_at, at).code(),
        proof: row.seal.map(|seal| proof(seal, row.unit, by)),
        id: row.id,
        network: row.network,
        ordinal: row.ordinal,
        period: row.period_key,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        closed_at: row.closed_at,
        settlement: row.settlement_id,
        settlement_state: row.settlement_state,
    }
}

fn proof(seal: SealRow, unit: String, by: &Originator) -> ProofSheet {
    ProofSheet {
        sealed_at: seal.sealed_at,
        root: hex::encode(&seal.root),
        figures: by.party_id.is_none().then_some(ProofFigures {
            unit,
            transactions: seal.transaction_count,
            batches: seal.batch_count,
            amount: Amount::from_minor(seal.amount_sum),
            principal: Amount::from_minor(seal.principal_sum),
            earned: Amount::from_minor(seal.earned_sum),
            collected: Amount::from_minor(seal.collected_sum),
        }),
    }
}
