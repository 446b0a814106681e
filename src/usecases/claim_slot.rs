//! Claiming the slot of a job that has its turn. Never here: the job's work (see `run_job_step`).

use chrono::{DateTime, Duration, Utc};
use diesel_async::AsyncConnection;

use super::{Done, Failure};
use crate::domain::timetable::{Job, Turn};
use crate::store::job::{self, Claim};
use crate::store::{Connection, locks, worker};

/// The right to run one slot until the lease ends. Whatever is done in its name is committed only while its
/// fencing number stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub run_id: i64,
    pub job: String,
    pub slot: DateTime<Utc>,
    pub fencing: i64,
}

/// A worker that gave no sign of life for so long has lost its slot; it says so three times as often.
pub const LEASE_SECS: i64 = 45;
/// Failures that are older than this are history, not work.
const LOOK_BACK_DAYS: i64 = 400;

/// The slot that has its turn, or nothing: none is due, another has it, or an earlier run is still at work.
///
/// # Errors
/// Conflict `a_worker_is_registered` if the worker is not, or was forgotten because it had been frozen.
pub async fn claim_slot(
    conn: &mut Connection,
    worker: &str,
    at: DateTime<Utc>,
    job: &Job,
) -> Done<Option<Lease>> {
    conn.transaction(async |conn| {
        enter(conn, worker).await?;
        job::end_lapsed(conn, &job.name, at).await?;
        let newest = job::newest_slot(conn, &job.name).await?;
        let look_back = Duration::days(LOOK_BACK_DAYS);
        let unfinished = job::unfinished_runs(conn, &job.name, at, look_back).await?;
        match job.turn(newest, &unfinished, at) {
            Turn::Wait => Ok(None),
            Turn::Take(slot) => take(conn, &claim(worker, at, job, slot), job).await,
            Turn::TakeAgain(slot) => take_again(conn, &claim(worker, at, job, slot), job).await,
        }
    })
    .await
}

/// A slot of its own for `at`: somebody asked for a run now. Nothing if that very slot was claimed. Slots of the timetable stay
/// due: the run stands in for none of them.
///
/// # Errors
/// Conflicts `a_job_never_overlaps_itself` while a slot of the job runs, and `a_worker_is_registered`.
pub async fn claim_slot_now(
    conn: &mut Connection,
    worker: &str,
    at: DateTime<Utc>,
    job: &Job,
) -> Done<Option<Lease>> {
    conn.transaction(async |conn| {
        enter(conn, worker).await?;
        job::end_lapsed(conn, &job.name, at).await?;
        require_none_running(conn, &job.name).await?;
        let by_hand = Claim {
            by_hand: true,
            ..claim(worker, at, job, at)
        };
        take(conn, &by_hand, job).await
    })
    .await
}

async fn enter(conn: &mut Connection, worker: &str) -> Done<()> {
    locks::take_timetable(conn).await?;
    if worker::is_registered(conn, worker).await? {
        return Ok(());
    }
    Err(Failure::conflict(
        "a_worker_is_registered",
        format!("{worker} is not registered, or was away for too long"),
    ))
}

async fn require_none_running(conn: &mut Connection, job: &str) -> Done<()> {
    let Some((worker, since)) = job::running_worker(conn, job).await? else {
        return Ok(());
    };
    Err(Failure::conflict(
        "a_job_never_overlaps_itself",
        format!(
            "{worker} runs {job} since {since}: wait until it has ended; `daftar jobs history {job}` tells when"
        ),
    ))
}

async fn take(conn: &mut Connection, claim: &Claim<'_>, job: &Job) -> Done<Option<Lease>> {
    let claimed = job::insert_run(conn, claim).await?;
    Ok(claimed.map(|run_id| lease(job, claim.slot, run_id, 1)))
}

async fn take_again(conn: &mut Connection, claim: &Claim<'_>, job: &Job) -> Done<Option<Lease>> {
    let claimed = job::reopen_run(conn, claim).await?;
    Ok(claimed.map(|(run_id, fencing)| lease(job, claim.slot, run_id, fencing)))
}

fn claim<'a>(worker: &'a str, at: DateTime<Utc>, job: &'a Job, slot: DateTime<Utc>) -> Claim<'a> {
    Claim {
        job: &job.name,
        slot,
        worker,
        at,
        lease_until: lease_from(at),
        by_hand: false,
    }
}

fn lease(job: &Job, slot: DateTime<Utc>, run_id: i64, fencing: i64) -> Lease {
    Lease {
        run_id,
        job: job.name.clone(),
        slot,
        fencing,
    }
}

/// When a lease ends whose holder lived at `at`.
pub(super) fn lease_from(at: DateTime<Utc>) -> DateTime<Utc> {
    at + Duration::seconds(LEASE_SECS)
}
