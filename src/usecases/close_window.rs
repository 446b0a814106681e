//! Closing windows that have ended, in their order, under the network's lock held for an instant. Never here: proving them
//! (see `seal_window`), waiting for the lock again (a shell does).

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;
use serde::Serialize;
use utoipa::ToSchema;

use super::booking::{make_windows_until, schedule_of};
use super::network::{broken, network_of_code, network_of_id, require_window, state_before};
use super::{Done, Failure};
use crate::domain::originator::Originator;
use crate::domain::period::PeriodKey;
use crate::domain::window::{Schedule, Window};
use crate::store::network::{NetworkRow, networks_with_versions};
use crate::store::window::{WindowRow, insert_closing, last_closed_window, window_of_ordinal};
use crate::store::{Connection, locks};

/// Recorders queue behind a closer that waits, so it gives up soon and its shell tries again.
const CLOSING_LOCK_WAIT_MS: u32 = 250;

/// A window that was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClosedWindow {
    pub id: i32,
    pub network: String,
    pub ordinal: i32,
    #[schema(example = "j1405-01")]
    pub period: String,
    pub starts_at: DateTime<Utc>,
    /// Exclusive.
    pub ends_at: DateTime<Utc>,
    pub closed_at: DateTime<Utc>,
}

/// Closes one window.
///
/// # Errors
/// Conflict under the window rule that forbids it: before its end, out of order, closed before. `Unavailable` when
/// recorders did not finish in time.
pub async fn close_window(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    window_id: i32,
) -> Done<ClosedWindow> {
    by.may_settle()?;
    conn.transaction(async |conn| {
        let asked = require_window(conn, window_id).await?;
        let network = network_of_id(conn, asked.network_id).await?;
        may_close(conn, &asked, at).await?;
        locks::take_network(conn, network.id, CLOSING_LOCK_WAIT_MS).await?;
        let row = require_window(conn, window_id).await?;
        may_close(conn, &row, at).await?;
        close(conn, by, at, &network, row).await
    })
    .await
}

/// Closes the earliest window of a network that has ended and is not closed; nothing when none has. Rows of windows in
/// which nothing was booked are made, so that every window has its turn.
pub async fn close_next_window(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    network: &str,
) -> Done<Option<ClosedWindow>> {
    by.may_settle()?;
    conn.transaction(async |conn| {
        let network = network_of_code(conn, network).await?;
        close_next(conn, by, at, &network).await
    })
    .await
}

/// Of all networks, the first window that is due and can be closed; nothing when none is due. A network whose recorders are
/// busy keeps no other from being closed.
///
/// # Errors
/// That of the first network that could not be closed, when no other could.
pub async fn close_due_window(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
) -> Done<Option<ClosedWindow>> {
    by.may_settle()?;
    conn.transaction(async |conn| {
        let mut failed = None;
        for (network, _) in networks_with_versions(conn).await? {
            match close_next_window(conn, by, at, &network.code).await {
                Ok(Some(closed)) => return Ok(Some(closed)),
                Ok(None) => {}
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
        failed.map_or(Ok(None), Err)
    })
    .await
}

async fn close_next(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    network: &NetworkRow,
) -> Done<Option<ClosedWindow>> {
    let schedule = schedule_of(network);
    if next_to_close(conn, network, &schedule).await?.until > at {
        return Ok(None);
    }
    locks::take_network(conn, network.id, CLOSING_LOCK_WAIT_MS).await?;
    let window = next_to_close(conn, network, &schedule).await?;
    if window.until > at {
        return Ok(None);
    }
    make_windows_until(conn, network, &schedule, window.from).await?;
    let ordinal = next_ordinal(conn, network.id).await?;
    let row = window_of_ordinal(conn, network.id, ordinal).await?;
    let row =
        row.ok_or_else(|| Failure::Internal(format!("window {ordinal} of {} was not made", network.code)))?;
    may_close(conn, &row, at).await?;
    close(conn, by, at, network, row).await.map(Some)
}

/// The window after the last closed one, whether it has a row or not.
async fn next_to_close(conn: &mut Connection, network: &NetworkRow, schedule: &Schedule) -> Done<Window> {
    let last = last_closed_window(conn, network.id).await?;
    let from = last.map_or(network.first_window_starts_at, |last| last.ends_at);
    schedule.window_at(from).map_err(broken)
}

async fn next_ordinal(conn: &mut Connection, network_id: i16) -> Done<i32> {
    let last = last_closed_window(conn, network_id).await?;
    Ok(last.map_or(1, |last| last.ordinal + 1))
}

async fn may_close(conn: &mut Connection, row: &WindowRow, at: DateTime<Utc>) -> Done<()> {
    let before = state_before(conn, row).await?;
    window_of(row)?
        .may_close(row.stored_state(), before, at)
        .map_err(broken)
}

async fn close(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    network: &NetworkRow,
    row: WindowRow,
) -> Done<ClosedWindow> {
    insert_closing(conn, row.id, at, by.id).await?;
    Ok(ClosedWindow {
        id: row.id,
        network: network.code.clone(),
        ordinal: row.ordinal,
        period: row.period_key,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        closed_at: at,
    })
}

fn window_of(row: &WindowRow) -> Done<Window> {
    let period = PeriodKey::parse(&row.period_key)
        .map_err(|error| Failure::Internal(format!("window {}: {error}", row.id)))?;
    Ok(Window {
        from: row.starts_at,
        until: row.ends_at,
        period,
    })
}
