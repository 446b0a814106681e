//! What every handler stands on: the pool, the clock, remembered tokens and overviews, counters. Never here: what a handler decides.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::host::database::{self, Pool, PooledConnection};
use chrono::{DateTime, Utc};
use tokio::task::JoinHandle;

use crate::usecases::{Done, Failure};

use super::authorised::RememberedTokens;
use super::haste::Haste;
use super::metrics::Metrics;
use super::portal::overviews::Overviews;
use super::proxies::Proxies;
use super::recorder::Recorder;

/// One for all workers of a server; cloning shares.
#[derive(Clone)]
pub struct AppState {
    pool: Pool,
    clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    pub tokens: Arc<RememberedTokens>,
    pub haste: Arc<Haste>,
    pub proxies: Arc<Proxies>,
    pub metrics: Arc<Metrics>,
    pub overviews: Arc<Overviews>,
    pub recorder: Arc<Recorder>,
    /// Where rows of long files wait (see `host::spool`).
    pub spool_folder: PathBuf,
}

impl AppState {
    pub fn new(pool: Pool, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        let clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync> = Arc::new(clock);
        Self {
            recorder: Arc::new(Recorder::new(pool.clone(), Arc::clone(&clock))),
            haste: Arc::new(Haste::new(Arc::clone(&clock))),
            pool,
            clock,
            proxies: Arc::default(),
            tokens: Arc::default(),
            metrics: Arc::default(),
            overviews: Arc::default(),
            spool_folder: std::env::temp_dir(),
        }
    }

    /// Behind proxies that are believed; without this none is.
    #[must_use]
    pub fn behind(self, proxies: Proxies) -> Self {
        Self {
            proxies: Arc::new(proxies),
            ..self
        }
    }

    /// With this folder for rows that wait; without this it is what the system has for files that pass.
    #[must_use]
    pub fn spooling_in(self, spool_folder: PathBuf) -> Self {
        Self { spool_folder, ..self }
    }

    /// A connection for one use case.
    ///
    /// # Errors
    /// `Unavailable` when the database is away or all connections stay busy.
    pub async fn connection(&self) -> Done<PooledConnection> {
        database::connection(&self.pool).await.map_err(|error| {
            tracing::warn!(%error, "no database connection");
            Failure::Unavailable(
                "the database is away or busy; the same request may go through later".to_owned(),
            )
        })
    }

    /// Carries out what is longer than a request, beside the threads that answer.
    pub fn spawn<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.pool.runtime().spawn(work)
    }

    /// The moment, for the use case that is called.
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppState").finish_non_exhaustive()
    }
}
