//! Shell: what runs by itself. Looks at the timetable at every tick, claims slots and runs what they ask for, one use
//! case a step. Never here: rules, SQL, and cron as the source of truth (the claims in the database are).

pub mod files;
pub mod follow;
pub mod post;
pub mod slot;
pub mod ticker;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::domain::timetable::Timetable;
use crate::host::database::{self, Pool, PooledConnection};
use crate::host::mail::Mailer;
use crate::host::{Host, clock};
use crate::usecases::register_worker::{leave_worker, register_worker};
use crate::usecases::{Done, Failure};

/// What running jobs stands on.
pub struct Jobs {
    pub pool: Pool,
    pub clock: fn() -> DateTime<Utc>,
    pub timetable: Timetable,
    /// Unique among all workers, such as `host-4711-1f3a`.
    pub worker: String,
    pub mailer: Mailer,
}

/// What workers are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    Tick(u64),
    /// Other workers follow another timetable: no slot is started until they are gone.
    Pause,
    /// What runs ends with its step.
    Stop,
}

/// Jobs at work. Call [`Working::stop`], which waits until what runs has come to the end of its step.
#[derive(Debug)]
pub struct Working {
    signal: watch::Sender<Signal>,
    tasks: JoinSet<()>,
    ticker: ticker::Ticker,
    jobs: Arc<Jobs>,
}

impl Jobs {
    /// On the database and the mail server of the host, by its clock, under a name of its own that begins with the kind.
    pub fn on(host: &Host, timetable: Timetable, kind: &str) -> Self {
        Self {
            pool: host.pool.clone(),
            clock: clock::now,
            timetable,
            worker: worker_name(kind),
            mailer: Mailer::of(&host.configuration),
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    pub(crate) async fn connection(&self) -> Done<PooledConnection> {
        database::connection(&self.pool)
            .await
            .map_err(|error| Failure::Unavailable(error.to_string()))
    }

    /// Says that this worker lives and follows this timetable.
    pub async fn register(&self) -> Done<()> {
        let mut conn = self.connection().await?;
        register_worker(&mut conn, self.now(), &self.worker, &self.timetable).await
    }

    pub async fn leave(&self) -> Done<()> {
        let mut conn = self.connection().await?;
        leave_worker(&mut conn, &self.worker).await
    }
}

/// Registers the worker and starts following the timetable.
///
/// # Errors
/// Conflict `workers_follow_one_timetable`: the caller refuses to start.
pub async fn start(jobs: Jobs) -> Done<Working> {
    jobs.register().await?;
    jobs.mailer.clear_away(jobs.now()).await;
    let jobs = Arc::new(jobs);
    let (signal, heard) = watch::channel(Signal::Tick(0));
    let mut tasks = JoinSet::new();
    for job in jobs.timetable.jobs() {
        tasks.spawn(follow::follow(Arc::clone(&jobs), job.clone(), heard.clone()));
    }
    tasks.spawn(follow::give_signs_of_life(
        Arc::clone(&jobs),
        signal.clone(),
        heard,
    ));
    let ticker = ticker::start(signal.clone())
        .await
        .map_err(|error| Failure::Internal(error.to_string()))?;
    tracing::info!(
        worker = jobs.worker,
        jobs = jobs.timetable.jobs().len(),
        "jobs follow the timetable"
    );
    Ok(Working {
        signal,
        tasks,
        ticker,
        jobs,
    })
}

impl Working {
    pub async fn stop(mut self) {
        self.ticker.stop().await;
        self.signal.send_replace(Signal::Stop);
        while self.tasks.join_next().await.is_some() {}
        if let Err(failure) = self.jobs.leave().await {
            tracing::warn!(%failure, "the worker could not sign off and will be forgotten");
        }
    }
}

/// Hears that it is at work, and never anything else.
pub fn never_stopped() -> watch::Receiver<Signal> {
    watch::channel(Signal::Tick(0)).1
}

pub(crate) fn is_stopped(heard: &watch::Receiver<Signal>) -> bool {
    *heard.borrow() == Signal::Stop
}

/// A name that no other worker has, also not on another machine.
pub fn worker_name(kind: &str) -> String {
    format!("{kind}-{}-{}", std::process::id(), uuid::Uuid::new_v4().simple())
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jobs")
            .field("worker", &self.worker)
            .finish_non_exhaustive()
    }
}
