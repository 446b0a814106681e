//! Running one claimed slot: steps until nothing is due, then the outcome, and signs of life all the while. Never here:
//! claiming (see `follow`).

use std::sync::Arc;
use std::time::Duration;

use super::{Jobs, post};
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
pub(super) async fn run(jobs: &Arc<Jobs>, job: &Job, lease: &Lease) -> Done<Outcome> {
    let outcome = match carry_out(jobs, job, lease).await {
        Ok(told) => Outcome::Succeeded(told),
        Err(reason) => Outcome::Failed(reason),
    };
    let mut conn = jobs.connection().await?;
    finish_slot(&mut conn, jobs.now(), lease, &outcome).await?;
    match &outcome {
        Outcome::Succeeded(told) => tracing::info!(job = job.name, slot = %lease.slot, told, "a job has run"),
        Outcome::Failed(reason) => {
            tracing::error!(job = job.name, slot = %lease.slot, reason, "a job has failed");
        }
    }
    Ok(outcome)
}

/// In a task of its own, so that a panic is an outcome too and nobody's silence.
async fn carry_out(jobs: &Arc<Jobs>, job: &Job, lease: &Lease) -> Result<String, String> {
    let (jobs, job, lease) = (Arc::clone(jobs), job.clone(), lease.clone());
    let renewing = renew(Arc::clone(&jobs), lease.clone());
    let mut task = tokio::spawn(async move { work(&jobs, &job, &lease).await });
    let ended = tokio::select! {
        ended = &mut task => ended,
        () = renewing => task.await,
    };
    match ended {
        Ok(done) => done.map_err(|failure| failure.to_string()),
        Err(broken) => Err(format!("the job broke off: {broken}")),
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

async fn work(jobs: &Arc<Jobs>, job: &Job, lease: &Lease) -> Done<String> {
    let mut conn = jobs.connection().await?;
    let by = name_job(&mut conn, jobs.now(), job).await?;
    drop(conn);
    match job.runs {
        Work::CloseWindows
        | Work::ProposeSettlements
        | Work::ReleasePayouts
        | Work::RemindLicenceExpiry
        | Work::VerifyBooks => step_by_step(jobs, job, lease, &by).await,
        Work::SendMail => post::send_mail(jobs, &by, lease).await,
    }
}

async fn step_by_step(jobs: &Jobs, job: &Job, lease: &Lease, by: &Originator) -> Done<String> {
    let (mut told, mut wrong) = (Vec::new(), Vec::new());
    for _ in 0..STEPS_MAX {
        match patient_step(jobs, job, lease, by).await? {
            Step::Did(what) => told.push(what),
            Step::Disagrees(what) => wrong.push(what),
            Step::Nothing => break,
        }
    }
    if wrong.is_empty() {
        Ok(in_one_line(&told))
    } else {
        Err(Failure::conflict("the_books_agree", in_one_line(&wrong)))
    }
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
