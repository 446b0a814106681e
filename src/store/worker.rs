//! Rows of `servers`: which workers run jobs, by which timetable. Never here: what a worker runs.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::servers;
use super::{Connection, Stored};

/// The timetable that a worker follows.
#[derive(Clone, Debug)]
pub struct Followed<'a> {
    pub digest: &'a [u8],
    pub jobs: Vec<&'a str>,
}

/// Writes the worker down, or that it was seen again.
pub async fn see_worker(
    conn: &mut Connection,
    worker: &str,
    timetable: &Followed<'_>,
    at: DateTime<Utc>,
) -> Stored<()> {
    diesel::insert_into(servers::table)
        .values((
            servers::worker.eq(worker),
            servers::timetable_digest.eq(timetable.digest),
            servers::jobs.eq(&timetable.jobs),
            servers::started_at.eq(at),
            servers::seen_at.eq(at),
        ))
        .on_conflict(servers::worker)
        .do_update()
        .set((
            servers::seen_at.eq(at),
            servers::timetable_digest.eq(timetable.digest),
            servers::jobs.eq(&timetable.jobs),
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

/// The names of the jobs that workers follow.
pub async fn jobs_followed(conn: &mut Connection) -> Stored<Vec<String>> {
    let of_each: Vec<Vec<String>> = servers::table.select(servers::jobs).load(conn).await?;
    Ok(of_each.into_iter().flatten().collect())
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
