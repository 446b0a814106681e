//! Sends what waits in the outbox, by the job that does so in production. Never here: what a mail says.

use std::sync::Arc;
use std::time::Duration;

use super::progress;
use crate::cli::acting::connected;
use crate::domain::originator::Originator;
use crate::host::Host;
use crate::jobs::files::timetable;
use crate::jobs::follow::run_now;
use crate::jobs::Jobs;
use crate::usecases::finish_slot::Outcome;
use crate::usecases::reading::stock::count_stock;
use crate::usecases::{Done, Failure};

const JOB: &str = "send-mail";
const LOOKS_EVERY: Duration = Duration::from_millis(300);

pub(super) async fn mail_statements(host: &Host) -> Done<()> {
    let waiting = count_waiting(host).await?;
    if waiting == 0 {
        return Ok(());
    }
    let jobs = Arc::new(Jobs::on(host, timetable(None)?, "demo"));
    jobs.register().await?;
    let sent = send(host, &jobs, waiting).await;
    jobs.leave().await?;
    sent
}

async fn send(host: &Host, jobs: &Arc<Jobs>, waiting: usize) -> Done<()> {
    let job = jobs
        .timetable
        .job(JOB)
        .cloned()
        .ok_or_else(|| Failure::not_found("job", JOB))?;
    let working = Arc::clone(jobs);
    let sending = tokio::spawn(async move { run_now(&working, &job).await });
    let bar = progress("statements mailed", waiting);
    while !sending.is_finished() {
        let left = count_waiting(host).await?;
        bar.set_position(u64::try_from(waiting.saturating_sub(left)).unwrap_or_default());
        tokio::time::sleep(LOOKS_EVERY).await;
    }
    bar.finish_and_clear();
    match sending
        .await
        .map_err(|error| Failure::Internal(error.to_string()))??
    {
        Outcome::Succeeded(_) => Ok(()),
        Outcome::Failed(reason) => Err(Failure::Unavailable(format!("the mail was not sent: {reason}"))),
    }
}

async fn count_waiting(host: &Host) -> Done<usize> {
    let mut conn = connected(host).await?;
    let stock = count_stock(&mut conn, &Originator::host()).await?;
    Ok(usize::try_from(stock.waiting_mails).unwrap_or_default())
}
