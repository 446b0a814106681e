//! The window of each network that is settled next: as it is stored or, while nothing was booked in it, as the schedule plans
//! it. Never here: what is due in it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::store::Connection;
use crate::store::network::{NetworkRow, networks_with_versions};
use crate::store::reading::earning::DueRow;
use crate::usecases::Done;
use crate::usecases::booking::{schedule_of, window_after_last};

#[derive(Clone, Debug)]
pub(super) struct NextWindow {
    /// Exclusive.
    pub ends_at: DateTime<Utc>,
    pub period: String,
}

/// By the ids of the networks of `rows`.
pub(super) async fn next_windows(conn: &mut Connection, rows: &[DueRow]) -> Done<BTreeMap<i16, NextWindow>> {
    let stored = rows.iter().filter_map(|row| {
        let window = row.window.as_ref()?;
        let (ends_at, period) = (window.ends_at, window.period_key.clone());
        Some((row.network_id, NextWindow { ends_at, period }))
    });
    let mut windows: BTreeMap<i16, NextWindow> = stored.collect();
    let networks = rows.iter().map(|row| row.network_id);
    let missing: BTreeSet<i16> = networks.filter(|id| !windows.contains_key(id)).collect();
    if missing.is_empty() {
        return Ok(windows);
    }
    for (network, _) in networks_with_versions(conn).await? {
        if missing.contains(&network.id) {
            windows.insert(network.id, planned(conn, &network).await?);
        }
    }
    Ok(windows)
}

/// The one after the last that there is, which is settled.
async fn planned(conn: &mut Connection, network: &NetworkRow) -> Done<NextWindow> {
    let (_, window) = window_after_last(conn, network, &schedule_of(network)).await?;
    Ok(NextWindow {
        ends_at: window.until,
        period: window.period.to_string(),
    })
}
