//! Rows of `job_runs`: claims of slots, their leases and outcomes. Never here: which slot is due (see
//! `domain::timetable`), the history for people (see `reading::job`).

use chrono::{DateTime, Duration, Utc};
use diesel::dsl::{max, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::job_runs;
use super::{Connection, StoreFailure, Stored};
use crate::domain::timetable::{PastRun, RunState};

/// Who claims which slot, until when.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    pub job: &'a str,
    pub slot: DateTime<Utc>,
    pub worker: &'a str,
    pub at: DateTime<Utc>,
    pub lease_until: DateTime<Utc>,
    /// The slot is no slot of the timetable.
    pub by_hand: bool,
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = job_runs)]
struct JobRun {
    id: i64,
    slot: DateTime<Utc>,
    state: String,
    attempts: i16,
    finished_at: Option<DateTime<Utc>>,
}

/// The id of the run, or nothing if the slot was claimed before.
pub async fn insert_run(conn: &mut Connection, claim: &Claim<'_>) -> Stored<Option<i64>> {
    let inserted = diesel::insert_into(job_runs::table)
        .values((
            job_runs::job.eq(claim.job),
            job_runs::slot.eq(claim.slot),
            job_runs::worker.eq(claim.worker),
            job_runs::claimed_at.eq(claim.at),
            job_runs::lease_until.eq(claim.lease_until),
            job_runs::by_hand.eq(claim.by_hand),
        ))
        .on_conflict((job_runs::job, job_runs::slot))
        .do_nothing()
        .returning(job_runs::id);
    Ok(inserted.get_result(conn).await.optional()?)
}

/// Id and new fencing number of a run that is tried again, or nothing if somebody else was first.
pub async fn reopen_run(conn: &mut Connection, claim: &Claim<'_>) -> Stored<Option<(i64, i64)>> {
    let unfinished = job_runs::table
        .filter(job_runs::job.eq(claim.job))
        .filter(job_runs::slot.eq(claim.slot))
        .filter(job_runs::state.eq_any(["failed", "lapsed"]));
    let reopened = diesel::update(unfinished)
        .set((
            job_runs::state.eq("running"),
            job_runs::worker.eq(claim.worker),
            job_runs::fencing.eq(job_runs::fencing + 1),
            job_runs::attempts.eq(job_runs::attempts + 1),
            job_runs::claimed_at.eq(claim.at),
            job_runs::lease_until.eq(claim.lease_until),
            job_runs::finished_at.eq(None::<DateTime<Utc>>),
            job_runs::outcome.eq(""),
        ))
        .returning((job_runs::id, job_runs::fencing));
    Ok(reopened.get_result(conn).await.optional()?)
}

/// Ends the runs whose lease has, and raises their fencing number: whoever held them can commit nothing more.
pub async fn end_lapsed(conn: &mut Connection, job: &str, at: DateTime<Utc>) -> Stored<usize> {
    let silent = job_runs::table
        .filter(job_runs::job.eq(job))
        .filter(job_runs::state.eq("running"))
        .filter(job_runs::lease_until.le(at));
    let lapsed = diesel::update(silent).set((
        job_runs::state.eq("lapsed"),
        job_runs::fencing.eq(job_runs::fencing + 1),
        job_runs::finished_at.eq(job_runs::lease_until.nullable()),
        job_runs::outcome.eq("the worker gave no sign of life within its lease"),
    ));
    Ok(lapsed.execute(conn).await?)
}

/// Whether the run is held under this fencing number; if so nobody takes it over before this transaction ends.
pub async fn hold_run(conn: &mut Connection, run_id: i64, fencing: i64) -> Stored<bool> {
    let held = job_runs::table
        .find(run_id)
        .filter(job_runs::fencing.eq(fencing))
        .filter(job_runs::state.eq("running"))
        .select(job_runs::id)
        .for_share();
    Ok(held.first::<i64>(conn).await.optional()?.is_some())
}

/// Whether the run is still held under this fencing number; if so its lease now ends at `until`.
pub async fn extend_lease(
    conn: &mut Connection,
    run_id: i64,
    fencing: i64,
    until: DateTime<Utc>,
) -> Stored<bool> {
    let held = job_runs::table
        .find(run_id)
        .filter(job_runs::fencing.eq(fencing))
        .filter(job_runs::state.eq("running"));
    let extended = diesel::update(held).set(job_runs::lease_until.eq(until));
    Ok(extended.execute(conn).await? == 1)
}

/// Whether the run was still held under this fencing number; if so it has ended in `state`.
pub async fn end_run(
    conn: &mut Connection,
    (run_id, fencing): (i64, i64),
    state: &str,
    at: DateTime<Utc>,
    outcome: &str,
) -> Stored<bool> {
    let held = job_runs::table
        .find(run_id)
        .filter(job_runs::fencing.eq(fencing))
        .filter(job_runs::state.eq("running"));
    let ended = diesel::update(held).set((
        job_runs::state.eq(state),
        job_runs::finished_at.eq(Some(at)),
        job_runs::outcome.eq(outcome),
    ));
    Ok(ended.execute(conn).await? == 1)
}

/// Whether the run was still held under this fencing number; if so it has lapsed, without having used up an attempt.
pub async fn give_run_back(
    conn: &mut Connection,
    (run_id, fencing): (i64, i64),
    at: DateTime<Utc>,
    outcome: &str,
) -> Stored<bool> {
    let held = job_runs::table
        .find(run_id)
        .filter(job_runs::fencing.eq(fencing))
        .filter(job_runs::state.eq("running"));
    let given_back = diesel::update(held).set((
        job_runs::state.eq("lapsed"),
        job_runs::attempts.eq(job_runs::attempts - 1),
        job_runs::finished_at.eq(Some(at)),
        job_runs::outcome.eq(outcome),
    ));
    Ok(given_back.execute(conn).await? == 1)
}

/// The worker that runs the job, and since when.
pub async fn running_worker(conn: &mut Connection, job: &str) -> Stored<Option<(String, DateTime<Utc>)>> {
    let running = job_runs::table
        .filter(job_runs::job.eq(job))
        .filter(job_runs::state.eq("running"))
        .order(job_runs::claimed_at)
        .select((job_runs::worker, job_runs::claimed_at));
    Ok(running.first(conn).await.optional()?)
}

/// Of the timetable.
pub async fn newest_slot(conn: &mut Connection, job: &str) -> Stored<Option<DateTime<Utc>>> {
    let newest = job_runs::table
        .filter(job_runs::job.eq(job))
        .filter(not(job_runs::by_hand))
        .select(max(job_runs::slot));
    Ok(newest.first(conn).await?)
}

/// Runs that did not succeed, of the last `look_back`, in the order of slots. Whoever ran one by hand has been told how it ended.
pub async fn unfinished_runs(
    conn: &mut Connection,
    job: &str,
    at: DateTime<Utc>,
    look_back: Duration,
) -> Stored<Vec<PastRun>> {
    let rows: Vec<JobRun> = job_runs::table
        .filter(job_runs::job.eq(job))
        .filter(job_runs::state.ne("succeeded"))
        .filter(job_runs::slot.gt(at - look_back))
        .filter(not(job_runs::by_hand).or(job_runs::state.eq("running")))
        .order(job_runs::slot)
        .select(JobRun::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(past_run).collect()
}

fn past_run(row: JobRun) -> Stored<PastRun> {
    let state = match (row.state.as_str(), row.finished_at) {
        ("running", None) => RunState::Running,
        ("failed", Some(at)) => RunState::Failed { at },
        ("lapsed", Some(_)) => RunState::Lapsed,
        (other, _) => {
            return Err(StoreFailure::corrupt(
                "job_runs",
                row.id,
                format!("state {other}"),
            ));
        }
    };
    Ok(PastRun {
        slot: row.slot,
        state,
        attempts: row.attempts,
    })
}
