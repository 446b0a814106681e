//! The windows of every network against its schedule. Never here: that they follow each other without a gap (see `books`).

use crate::domain::verification::Finding;
use crate::domain::verification::window::{StoredWindow, check_window};
use crate::store::Connection;
use crate::store::network::networks_one_by_one;
use crate::store::verification::window::window_intervals;
use crate::usecases::Done;
use crate::usecases::booking::schedule_of;

pub(super) async fn verify_schedules(conn: &mut Connection) -> Done<Vec<Finding>> {
    let mut findings = Vec::new();
    for (id, network) in networks_one_by_one(conn).await? {
        let schedule = match network {
            Ok(network) => schedule_of(&network),
            Err(unreadable) => {
                findings.push(Finding::new(
                    "networks",
                    id,
                    "the schedule",
                    unreadable,
                    "one that can be read",
                ));
                continue;
            }
        };
        for row in window_intervals(conn, id).await? {
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
