//! What the shells stand on: the clock, the configuration, the database. Never here: rules, and nothing inside the
//! house imports it.

pub mod clock;
pub mod configuration;
pub mod database;
pub mod logging;
pub mod mail;
pub mod migrations;
pub mod patience;
pub mod postgres;
pub mod private;
pub mod signal;
pub mod spool;

use std::fmt;
use std::path::Path;

use tokio::task::{JoinError, spawn_blocking};

use self::configuration::{Configuration, ConfigurationError};
use self::database::{DatabaseError, DatabaseUrl, Pool, PooledConnection};
use self::migrations::MigrationError;
use self::postgres::{PostgresError, Purpose, Tenancy};

/// A database that is ready to be worked in, as `daftar_app`, with the schema of this program.
pub struct Host {
    pub configuration: Configuration,
    pub pool: Pool,
    private: Option<Tenancy>,
}

#[derive(Debug, thiserror::Error)]
pub enum HostError {
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Migration(#[from] MigrationError),
    #[error("a task of the host ended early: {0}")]
    Task(#[from] JoinError),
}

/// Starts or attaches to the database that `configuration` names. Keep the host for as long as the pool is used.
pub async fn start(configuration: Configuration, purpose: Purpose) -> Result<Host, HostError> {
    let (private, url) = match &configuration.database_url {
        Some(url) => (None, DatabaseUrl::parse(url)?),
        None => enter_private(&configuration, purpose)
            .await
            .map(|(tenancy, url)| (Some(tenancy), url))?,
    };
    let pool = database::pool(&url, configuration.pool_connections)?;
    let host = Host {
        configuration,
        pool,
        private,
    };
    match host.require_fit_database().await {
        Ok(()) => Ok(host),
        Err(error) => {
            host.stop().await?;
            Err(error)
        }
    }
}

/// `daftar migrate`: brings the schema up to date and returns what was applied.
pub async fn migrate(configuration: &Configuration) -> Result<Vec<String>, HostError> {
    let url = configuration
        .admin_database_url
        .as_ref()
        .or(configuration.database_url.as_ref());
    if let Some(url) = url {
        return Ok(migrations::migrate(&DatabaseUrl::parse(url)?).await?);
    }
    let tenancy = enter(configuration, Purpose::Command).await?;
    let applied = private::prepare(tenancy.socket()).await;
    spawn_blocking(|| tenancy.leave()).await?;
    Ok(applied?)
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("configuration", &self.configuration)
            .finish_non_exhaustive()
    }
}

impl Host {
    /// A connection out of the pool, within ten seconds.
    pub async fn connection(&self) -> Result<PooledConnection, DatabaseError> {
        database::connection(&self.pool).await
    }

    /// Where the private PostgreSQL lies, if that is outside of the data directory.
    pub fn place_outside(&self) -> Option<&Path> {
        self.private.as_ref().and_then(Tenancy::place_outside)
    }

    /// Closes the pool and leaves the private PostgreSQL, which stops if nobody else uses it.
    pub async fn stop(self) -> Result<(), HostError> {
        self.pool.close();
        if let Some(tenancy) = self.private {
            spawn_blocking(|| tenancy.leave()).await?;
        }
        Ok(())
    }

    async fn require_fit_database(&self) -> Result<(), HostError> {
        let mut conn = self.connection().await?;
        database::require_humble_login(&mut conn).await?;
        database::require_english_messages(&mut conn).await?;
        Ok(migrations::require_current_schema(&mut conn).await?)
    }
}

async fn enter_private(
    configuration: &Configuration,
    purpose: Purpose,
) -> Result<(Tenancy, DatabaseUrl), HostError> {
    let mut tenancy = enter(configuration, purpose).await?;
    if tenancy.must_prepare() {
        let applied = private::prepare(tenancy.socket()).await;
        match applied {
            Ok(applied) if applied.is_empty() => {}
            Ok(applied) => tracing::info!(count = applied.len(), "migrated the private database"),
            Err(error) => {
                spawn_blocking(|| tenancy.leave()).await?;
                return Err(error.into());
            }
        }
        tenancy.prepared();
    }
    let url = private::app_url(tenancy.socket());
    Ok((tenancy, url))
}

async fn enter(configuration: &Configuration, purpose: Purpose) -> Result<Tenancy, HostError> {
    let (data_dir, search_path) = (configuration.data_dir.clone(), configuration.search_path.clone());
    Ok(spawn_blocking(move || Tenancy::enter(&data_dir, &search_path, purpose)).await??)
}
