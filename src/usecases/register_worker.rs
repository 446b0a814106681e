//! Which workers run jobs beside each other, all by one timetable. Never here: the timetable's files.

use chrono::{DateTime, Duration, Utc};
use diesel_async::AsyncConnection;

use super::{Done, Failure};
use crate::domain::timetable::Timetable;
use crate::store::worker::Followed;
use crate::store::{Connection, locks, worker};

/// A worker that was not seen for so long is gone; workers say so three times as often.
pub const UNSEEN_SECS_MAX: i64 = 90;

/// Registers a worker, or says that it lives: to be called at its start and again and again.
///
/// # Errors
/// Conflict `workers_follow_one_timetable` while another worker follows a timetable with another digest.
pub async fn register_worker(
    conn: &mut Connection,
    at: DateTime<Utc>,
    name: &str,
    timetable: &Timetable,
) -> Done<()> {
    let digest = timetable.digest();
    let followed = Followed {
        digest: &digest,
        jobs: timetable.jobs().iter().map(|job| job.name.as_str()).collect(),
    };
    conn.transaction(async |conn| {
        locks::take_timetable(conn).await?;
        worker::forget_unseen(conn, at - Duration::seconds(UNSEEN_SECS_MAX)).await?;
        let others = worker::workers_of_other_timetables(conn, name, &digest).await?;
        if !others.is_empty() {
            return Err(Failure::conflict(
                "workers_follow_one_timetable",
                format!(
                    "{} follow another timetable: give all servers the same files, or stop the others first",
                    others.join(", ")
                ),
            ));
        }
        Ok(worker::see_worker(conn, name, &followed, at).await?)
    })
    .await
}

/// A worker that ends in good order.
pub async fn leave_worker(conn: &mut Connection, name: &str) -> Done<()> {
    conn.transaction(async |conn| Ok(worker::forget_worker(conn, name).await?))
        .await
}
