//! The windows of every network against its schedule. Never here: that they follow each other without a gap (see `books`).

use crate::domain::verification::Finding;
use crate::domain::verification::window::{StoredWindow, check_window};
use crate::store::Connection;
use crate::store::network::networks_with_versions;
use crate::store::verification::window::window_intervals;
use crate::usecases::Done;
use crate::usecases::booking::schedule_of;

pub(super) async fn verify_schedules(conn: &mut Connection) -> Done<Vec<Finding>> {
    let mut findings = Vec::new();
    for (network, _) in networks_with_versions(conn).await? {
        let schedule = match schedule_of(&network) {
            Ok(schedule) => schedule,
            Err(unreadable) => {
                findings.push(Finding::new(
                    "networks",
                    network.id,
                    "the schedule",
                    unreadable,
                    "one that can be read",
                ));
                continue;
            }
        };
        for row in window_intervals(conn, network.id).await? {
            let stored = StoredWindow {
                id: row.id,
                period_key: row.period_key,
                starts_at: row.starts_at,
                ends_at: row.ends_at,
            };
            check_window(&stored, &schedule, &mut findings);
        }
    }
    Ok(findings)
}
