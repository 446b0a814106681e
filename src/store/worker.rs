//! Rows of `servers`: which workers run jobs, by which timetable. Never here: what a worker runs.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::servers;
use super::{Connection, Stored};

/// Writes the worker down, or that it was seen again.
pub async fn see_worker(
    conn: &mut Connection,
    worker: &str,
    timetable_digest: &[u8],
    at: DateTime<Utc>,
) -> Stored<()> {
    diesel::insert_into(servers::table)
        .values((
            servers::worker.eq(worker),
            servers::timetable_digest.eq(timetable_digest),
            servers::started_at.eq(at),
            servers::seen_at.eq(at),
        ))
        .on_conflict(servers::worker)
        .do_update()
        .set((
            servers::seen_at.eq(at),
            servers::timetable_digest.eq(timetable_digest),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Names of other workers that follow another timetable.
pub async fn workers_of_other_timetables(
    conn: &mut Connection,
    worker: &str,
    timetable_digest: &[u8],
) -> Stored<Vec<String>> {
    let others = servers::table
        .filter(servers::worker.ne(worker))
        .filter(servers::timetable_digest.ne(timetable_digest))
        .order(servers::worker)
        .select(servers::worker);
    Ok(others.load(conn).await?)
}

pub async fn is_registered(conn: &mut Connection, worker: &str) -> Stored<bool> {
    let known = servers::table.filter(servers::worker.eq(worker)).count();
    Ok(known.get_result::<i64>(conn).await? == 1)
}

/// Those that were not seen since are gone.
pub async fn forget_unseen(conn: &mut Connection, since: DateTime<Utc>) -> Stored<()> {
    let gone = servers::table.filter(servers::seen_at.lt(since));
    diesel::delete(gone).execute(conn).await?;
    Ok(())
}

pub async fn forget_worker(conn: &mut Connection, worker: &str) -> Stored<()> {
    let it = servers::table.filter(servers::worker.eq(worker));
    diesel::delete(it).execute(conn).await?;
    Ok(())
}
