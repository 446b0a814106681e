//! Running one claimed slot: steps until nothing is due or the worker stops, then the outcome, and signs of life all the while.
//! Never here: claiming (see `follow`).

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{Jobs, Signal, is_stopped, post};
use crate::domain::originator::Originator;
use crate::domain::timetable::{Job, Work};
use crate::host::patience::Patience;
use crate::usecases::claim_slot::{LEASE_SECS, Lease};
use crate::usecases::finish_slot::{Outcome, finish_slot, keep_slot};
use crate::usecases::name_job::name_job;
use crate::usecases::run_job_step::{Step, run_job_step};
use crate::usecases::{Done, Failure};

/// A run that comes to more steps than this ends; the next slot goes on.
const STEPS_MAX: usize = 10_000;
/// Two signs of life may fail before the lease ends.
const RENEWED_EVERY: Duration = Duration::from_secs(LEASE_SECS.unsigned_abs() / 3);
/// So many steps are told in the outcome, the others counted.
const TOLD_MAX: usize = 5;

/// Runs the slot and writes its outcome down. A failed step is a failed run, never an error of the caller.
pub(super) async fn run(
    jobs: &Arc<Jobs>,
    job: &Job,
    lease: &Lease,
    heard: &watch::Receiver<Signal>,
) -> Done<Outcome> {
    let outcome = carry_out(jobs, job, lease, heard).await;
    let mut conn = jobs.connection().await?;
    finish_slot(&mut conn, jobs.now(), lease, &outcome).await?;
    match &outcome {
        Outcome::Succeeded(told) => tracing::info!(job = job.name, slot = %lease.slot, told, "a job has run"),
        Outcome::Stopped(told) => {
            tracing::info!(job = job.name, slot = %lease.slot, told, "a job has stopped");
        }
        Outcome::Failed(reason) => {
            tracing::error!(job = job.name, slot = %lease.slot, reason, "a job has failed");
        }
    }
    Ok(outcome)
}

/// In a task of its own, so that a panic is an outcome too and nobody's silence.
async fn carry_out(jobs: &Arc<Jobs>, job: &Job, lease: &Lease, heard: &watch::Receiver<Signal>) -> Outcome {
    let (jobs, job, lease, heard) = (Arc::clone(jobs), job.clone(), lease.clone(), heard.clone());
    let renewing = renew(Arc::clone(&jobs), lease.clone());
    let mut task = tokio::spawn(async move { work(&jobs, &job, &lease, &heard).await });
    let ended = tokio::select! {
        ended = &mut task => ended,
        () = renewing => task.await,
    };
    match ended {
        Ok(done) => done.unwrap_or_else(|failure| Outcome::Failed(failure.to_string())),
        Err(broken) => Outcome::Failed(format!("the job broke off: {broken}")),
    }
}

/// Gives signs of life until another has taken the slot over, of which the work itself learns at its next commit.
async fn renew(jobs: Arc<Jobs>, lease: Lease) {
    loop {
        tokio::time::sleep(RENEWED_EVERY).await;
        match renewed(&jobs, &lease).await {
            Ok(()) => {}
            Err(failure @ Failure::Conflict { .. }) => {
                tracing::warn!(job = lease.job, %failure, "a slot was lost");
                return;
            }
            Err(failure) => tracing::warn!(job = lease.job, %failure, "a lease could not be renewed"),
        }
    }
}

async fn renewed(jobs: &Jobs, lease: &Lease) -> Done<()> {
    let mut conn = jobs.connection().await?;
    keep_slot(&mut conn, jobs.now(), lease).await
}

async fn work(jobs: &Arc<Jobs>, job: &Job, lease: &Lease, heard: &watch::Receiver<Signal>) -> Done<Outcome> {
    let mut conn = jobs.connection().await?;
    let by = name_job(&mut conn, jobs.now(), job).await?;
    drop(conn);
    match job.runs {
        Work::CloseWindows
        | Work::ProposeSettlements
        | Work::ReleasePayouts
        | Work::RemindLicenceExpiry
        | Work::VerifyBooks => step_by_step(jobs, job, lease, &by, heard).await,
        Work::SendMail => post::send_mail(jobs, &by, lease, heard).await,
    }
}

async fn step_by_step(
    jobs: &Jobs,
    job: &Job,
    lease: &Lease,
    by: &Originator,
    heard: &watch::Receiver<Signal>,
) -> Done<Outcome> {
    let (mut told, mut wrong) = (Vec::new(), Vec::new());
    let mut has_stopped = false;
    for _ in 0..STEPS_MAX {
        has_stopped = is_stopped(heard);
        if has_stopped {
            break;
        }
        match patient_step(jobs, job, lease, by).await? {
            Step::Did(what) => told.push(what),
            Step::Disagrees(what) => wrong.push(what),
            Step::Nothing => break,
        }
    }
    if !wrong.is_empty() {
        return Err(Failure::conflict("the_books_agree", in_one_line(&wrong)));
    }
    Ok(if has_stopped {
        stopped(&told)
    } else {
        Outcome::Succeeded(in_one_line(&told))
    })
}

/// What a run came to that left the rest to whoever takes its slot again.
pub(super) fn stopped(told: &[String]) -> Outcome {
    Outcome::Stopped(match told {
        [] => "its worker stopped before anything was done".to_owned(),
        _ => format!("its worker stopped after: {}", in_one_line(told)),
    })
}

/// One step, tried again for a while when the database is busy.
async fn patient_step(jobs: &Jobs, job: &Job, lease: &Lease, by: &Originator) -> Done<Step> {
    let mut patience = Patience::default();
    loop {
        let mut conn = jobs.connection().await?;
        let done = run_job_step(&mut conn, by, jobs.now(), lease, job.runs).await;
        drop(conn);
        match done {
            Err(failure) if failure.is_passing() && patience.waited().await => {}
            done => return done,
        }
    }
}

fn in_one_line(told: &[String]) -> String {
    let shown = told.iter().take(TOLD_MAX).cloned().collect::<Vec<_>>().join("; ");
    match told.len() {
        0 => "nothing was due".to_owned(),
        count if count > TOLD_MAX => format!("{shown}; and {} more", count - TOLD_MAX),
        _ => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_tells_a_few_steps_and_counts_the_others() {
        let told: Vec<String> = (0..7).map(|n| format!("window {n}")).collect();
        assert_eq!(in_one_line(&[]), "nothing was due");
        assert_eq!(in_one_line(&told[..2]), "window 0; window 1");
        assert!(in_one_line(&told).ends_with("window 4; and 2 more"));
    }
}
