//! The windows of a network as an operator looks at them. Never here: their proof sheets (see `reading::windows`).

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::close_window::network_of_code;
use super::{Done, Failure};
use crate::domain::originator::Originator;
use crate::store::Connection;
use crate::store::settlement::settlements_of_window;
use crate::store::window::newest_windows;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WindowListed {
    pub id: i32,
    pub ordinal: i32,
    pub period: String,
    pub starts_at: DateTime<Utc>,
    /// Exclusive.
    pub ends_at: DateTime<Utc>,
    /// `planned`, `open` (after its end: to be closed), `closed` (to be sealed) or `sealed`.
    pub state: &'static str,
    /// `proposed`, `approved`, or empty.
    pub settlement: String,
    pub settlement_id: Option<i32>,
}

/// The newest first, so many at most.
pub async fn list_windows(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    network: &str,
    rows_max: u32,
) -> Done<Vec<WindowListed>> {
    if by.party_id.is_some() {
        return Err(Failure::Forbidden(format!("{} may not see the windows", by.code)));
    }
    let network = network_of_code(conn, network).await?;
    let mut listed = Vec::new();
    for row in newest_windows(conn, network.id, i64::from(rows_max)).await? {
        let settlements = settlements_of_window(conn, row.id).await?;
        let settlement = settlements.into_iter().find(|s| s.state != "rejected");
        listed.push(WindowListed {
            id: row.id,
            ordinal: row.ordinal,
            state: row.stored_state().since(row.starts_at, at).code(),
            period: row.period_key,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            settlement_id: settlement.as_ref().map(|s| s.id),
            settlement: settlement.map_or_else(String::new, |s| s.state),
        });
    }
    Ok(listed)
}
