//! The tick: every five seconds all jobs are told to look at their timetables. Never here: which job is due. The
//! scheduler keeps nothing, so that losing a tick loses no slot, and its frozen time zones do not matter.

use tokio::sync::watch;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

use super::Signal;

const EVERY_FIVE_SECONDS: &str = "*/5 * * * * *";

pub struct Ticker(JobScheduler);

pub(super) async fn start(signal: watch::Sender<Signal>) -> Result<Ticker, JobSchedulerError> {
    let scheduler = JobScheduler::new().await?;
    // It is heard in a pause as well, which ends by a sign of life.
    let tick = Job::new(EVERY_FIVE_SECONDS, move |_, _| {
        signal.send_modify(|heard| {
            if let Signal::Tick(count) = heard {
                *count = count.wrapping_add(1);
            }
        });
    })?;
    scheduler.add(tick).await?;
    scheduler.start().await?;
    Ok(Ticker(scheduler))
}

impl Ticker {
    pub(super) async fn stop(&mut self) {
        if let Err(error) = self.0.shutdown().await {
            tracing::warn!(%error, "the ticker did not stop");
        }
    }
}

impl std::fmt::Debug for Ticker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ticker")
    }
}
