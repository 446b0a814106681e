//! One task per job that looks at each tick whether the job has its turn, and one that says that the worker lives.
//! Never here: running a slot (see `slot`).

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use tokio::sync::watch;

use super::{Jobs, Signal, slot};
use crate::domain::slots::CatchUp;
use crate::domain::timetable::Job;
use crate::usecases::claim_slot::{claim_slot, claim_slot_now};
use crate::usecases::finish_slot::Outcome;
use crate::usecases::register_worker::UNSEEN_SECS_MAX;
use crate::usecases::{Done, Failure};

/// A failed run or one of another worker whose lease lapsed is looked for this often.
const LOOK_AGAIN_SECS: i64 = 15;

/// Follows one job until told to stop. A slow job holds up no other.
pub(super) async fn follow(jobs: Arc<Jobs>, job: Job, mut heard: watch::Receiver<Signal>) {
    let mut looked_at = None;
    loop {
        let signal = *heard.borrow_and_update();
        let now = jobs.now();
        match signal {
            Signal::Stop => return,
            Signal::Tick(_) if may_have_turn(&job, looked_at, now) => {
                looked_at = Some(now);
                run_due(&jobs, &job, &heard).await;
            }
            Signal::Tick(_) | Signal::Pause => {}
        }
        if heard.changed().await.is_err() {
            return;
        }
    }
}

/// Runs slots until the job has no turn any more, or the worker pauses or stops.
async fn run_due(jobs: &Arc<Jobs>, job: &Job, heard: &watch::Receiver<Signal>) {
    while matches!(*heard.borrow(), Signal::Tick(_)) {
        match run_next(jobs, job, heard).await {
            Ok(Some(_)) => {}
            Ok(None) => return,
            Err(failure) => {
                tracing::warn!(job = job.name, %failure, "the job could not look for its slot");
                return;
            }
        }
    }
}

/// Claims the slot that has its turn and runs it, to the end or until it hears that it is to stop; nothing when there is none.
pub async fn run_next(jobs: &Arc<Jobs>, job: &Job, heard: &watch::Receiver<Signal>) -> Done<Option<Outcome>> {
    let mut conn = jobs.connection().await?;
    let claimed = claim_slot(&mut conn, &jobs.worker, jobs.now(), job).await?;
    drop(conn);
    match claimed {
        Some(lease) => slot::run(jobs, job, &lease, heard).await.map(Some),
        None => Ok(None),
    }
}

/// Runs the job under a slot of its own, because somebody asked for it.
pub async fn run_now(jobs: &Arc<Jobs>, job: &Job, heard: &watch::Receiver<Signal>) -> Done<Outcome> {
    let mut conn = jobs.connection().await?;
    let claimed = claim_slot_now(&mut conn, &jobs.worker, jobs.now(), job).await?;
    drop(conn);
    match claimed {
        Some(lease) => slot::run(jobs, job, &lease, heard).await,
        None => Err(Failure::conflict(
            "one_run_per_job_and_slot",
            "this very moment was claimed by another worker",
        )),
    }
}

/// Saves the database a question at every tick of every job.
fn may_have_turn(job: &Job, looked_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    let Some(looked_at) = looked_at else { return true };
    now - looked_at >= Duration::seconds(LOOK_AGAIN_SECS)
        || !job.slots.due(looked_at, now, CatchUp::Latest).is_empty()
}

/// Registers again and again, also in a pause: the others may have left.
pub(super) async fn give_signs_of_life(
    jobs: Arc<Jobs>,
    signal: watch::Sender<Signal>,
    mut heard: watch::Receiver<Signal>,
) {
    let every = Duration::seconds(UNSEEN_SECS_MAX / 3);
    let mut seen_at = jobs.now();
    while *heard.borrow_and_update() != Signal::Stop {
        let now = jobs.now();
        if now - seen_at >= every {
            seen_at = now;
            pause_or_resume(&signal, jobs.register().await);
        }
        if heard.changed().await.is_err() {
            return;
        }
    }
}

/// A worker that was away for too long may find that another timetable has taken its place, and is not registered while it
/// lasts. Told once each time that it changes.
fn pause_or_resume(signal: &watch::Sender<Signal>, registered: Done<()>) {
    match registered {
        Ok(()) => {
            if signal.send_if_modified(resume) {
                tracing::info!("jobs resume: no other worker follows another timetable any more");
            }
        }
        Err(failure @ Failure::Conflict { .. }) => {
            if signal.send_if_modified(pause) {
                tracing::error!(%failure, "jobs pause until no other worker follows another timetable");
            }
        }
        Err(failure) => tracing::warn!(%failure, "the worker could not say that it lives"),
    }
}

fn resume(signal: &mut Signal) -> bool {
    let is_paused = *signal == Signal::Pause;
    if is_paused {
        *signal = Signal::Tick(0);
    }
    is_paused
}

fn pause(signal: &mut Signal) -> bool {
    let is_at_work = matches!(signal, Signal::Tick(_));
    if is_at_work {
        *signal = Signal::Pause;
    }
    is_at_work
}
