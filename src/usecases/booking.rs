//! The one window in which something is booked at a moment, made if it is missing. Never here: what is booked.

use chrono::{DateTime, NaiveTime, Utc};

use super::network::broken;
use super::{Done, Failure};
use crate::domain::window::{Cycle, Schedule, Window, booking_window};
use crate::store::Connection;
use crate::store::booking::{NewWindow, StoredWindow, insert_windows, last_window, windows_around};
use crate::store::network::NetworkRow;

/// The rule under which nothing is booked where no window takes it.
pub const NO_WINDOW_IS_OPEN: &str = "no_window_is_open";

/// So many windows are made at once; a network that stood still for longer than a lifetime of days has another fault.
const MADE_MAX: usize = 40_000;

/// The schedule of a network's windows.
pub fn schedule_of(network: &NetworkRow) -> Schedule {
    let cycle = Cycle {
        kind: network.cycle,
        cut_off: NaiveTime::MIN,
    };
    Schedule::unchanged(network.time_zone, network.first_window_starts_at, cycle)
}

/// The window that takes what is booked at `at` (money rule 10). The caller took the network's lock, shared or exclusive,
/// in an earlier statement and holds it until commit.
///
/// # Errors
/// Conflict [`NO_WINDOW_IS_OPEN`] before the network's first window, or if closers have run far ahead.
pub async fn window_for_booking(
    conn: &mut Connection,
    network: &NetworkRow,
    at: DateTime<Utc>,
) -> Done<StoredWindow> {
    let schedule = schedule_of(network);
    let stored = windows_around(conn, network.id, at).await?;
    let is_closed = |window: &Window| stored.iter().any(|s| s.starts_at == window.from && s.is_closed);
    let window = booking_window(&schedule, at, is_closed)
        .map_err(|rule| Failure::conflict(NO_WINDOW_IS_OPEN, rule.to_string()))?;
    if let Some(found) = stored.into_iter().find(|s| s.starts_at == window.from) {
        return Ok(found);
    }
    make_windows_until(conn, network, &schedule, window.from).await?;
    windows_around(conn, network.id, window.from)
        .await?
        .into_iter()
        .find(|s| s.starts_at == window.from)
        .ok_or_else(|| Failure::Internal(format!("the window {} was not made", window.period)))
}

/// The window after the last that there is, with its ordinal, as the schedule plans it.
pub async fn window_after_last(
    conn: &mut Connection,
    network: &NetworkRow,
    schedule: &Schedule,
) -> Done<(i32, Window)> {
    let last = last_window(conn, network.id).await?;
    let (from, ordinal) = match last {
        Some(last) => (last.ends_at, last.ordinal + 1),
        None => (network.first_window_starts_at, 1),
    };
    Ok((ordinal, schedule.window_at(from).map_err(broken)?))
}

/// Makes the rows of the windows that are missing up to the one that contains `at`, so that ordinals leave no gap.
pub async fn make_windows_until(
    conn: &mut Connection,
    network: &NetworkRow,
    schedule: &Schedule,
    at: DateTime<Utc>,
) -> Done<()> {
    let (ordinal, first) = window_after_last(conn, network, schedule).await?;
    let missing = std::iter::successors(Some(first), |window| schedule.after(window).ok())
        .take_while(|window| window.from <= at)
        .take(MADE_MAX);
    let rows: Vec<NewWindow> = (ordinal..)
        .zip(missing)
        .map(|(ordinal, window)| NewWindow {
            network_id: network.id,
            ordinal,
            period_key: window.period.to_string(),
            starts_at: window.from,
            ends_at: window.until,
        })
        .collect();
    Ok(insert_windows(conn, &rows).await?)
}
