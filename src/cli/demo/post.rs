//! Sends what waits in the outbox, by the job that does so in production. Never here: what a mail says.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::steps::{must_go_on, progress};
use crate::cli::acting::connected;
use crate::domain::originator::Originator;
use crate::host::Host;
use crate::host::signal::EndWished;
use crate::jobs::files::timetable;
use crate::jobs::follow::run_now;
use crate::jobs::{Jobs, Signal};
use crate::usecases::finish_slot::Outcome;
use crate::usecases::reading::stock::count_stock;
use crate::usecases::{Done, Failure};

const JOB: &str = "send-mail";
const LOOKS_EVERY: Duration = Duration::from_millis(300);

/// # Errors
/// If somebody wishes that the process ends: what is on its way is sent, so that another run goes on from there.
pub(super) async fn mail_statements(host: &Host, end: &mut EndWished) -> Done<()> {
    let waiting = count_waiting(host).await?;
    if waiting == 0 {
        return Ok(());
    }
    let jobs = Arc::new(Jobs::on(host, timetable(None)?, "demo"));
    jobs.register().await?;
    let sent = send(host, &jobs, waiting, end).await;
    jobs.leave().await?;
    sent
}

async fn send(host: &Host, jobs: &Arc<Jobs>, waiting: usize, end: &mut EndWished) -> Done<()> {
    let job = jobs
        .timetable
        .job(JOB)
        .cloned()
        .ok_or_else(|| Failure::not_found("job", JOB))?;
    let working = Arc::clone(jobs);
    let (signal, heard) = watch::channel(Signal::Tick(0));
    let sending = tokio::spawn(async move { run_now(&working, &job, &heard).await });
    let bar = progress("statements mailed", waiting);
    let mut goes_on = Ok(());
    while !sending.is_finished() {
        if goes_on.is_ok() {
            goes_on = must_go_on(end);
        } else {
            signal.send_replace(Signal::Stop);
        }
        let left = count_waiting(host).await?;
        bar.set_position(u64::try_from(waiting.saturating_sub(left)).unwrap_or_default());
        tokio::time::sleep(LOOKS_EVERY).await;
    }
    bar.finish_and_clear();
    let outcome = sending
        .await
        .map_err(|error| Failure::Internal(error.to_string()))??;
    goes_on?;
    match outcome {
        Outcome::Succeeded(_) => Ok(()),
        Outcome::Failed(reason) | Outcome::Stopped(reason) => {
            Err(Failure::Unavailable(format!("the mail was not sent: {reason}")))
        }
    }
}

async fn count_waiting(host: &Host) -> Done<usize> {
    let mut conn = connected(host).await?;
    let stock = count_stock(&mut conn, &Originator::host()).await?;
    Ok(usize::try_from(stock.waiting_mails).unwrap_or_default())
}
