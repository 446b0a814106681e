//! Connections to the database: their address, their pool, what they are set to, and who they must not be.
//! Never here: transactions (only use cases open one) and the schema (see `migrations`).

use std::path::Path;
use std::time::Duration;

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Text};
use diesel_async::pooled_connection::deadpool::{self, PoolError};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::FutureExt;
use secrecy::{ExposeSecret, SecretString};
use tokio::runtime::Handle;
use tokio::time::timeout;

/// The role as which servers, jobs and tests work.
pub const APP_ROLE: &str = "daftar_app";

/// Connections to one database that are lent and come back.
#[derive(Clone)]
pub struct Pool {
    url: DatabaseUrl,
    connections: deadpool::Pool<AsyncPgConnection>,
    runtime: Handle,
}

/// A connection out of the pool; hand `&mut connection` inwards as `&mut AsyncPgConnection`, dereferenced once.
pub type PooledConnection = deadpool::Object<AsyncPgConnection>;

const CONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// How long a request waits for a connection before it is told to come back.
const POOL_PATIENCE: Duration = Duration::from_secs(10);

/// Limits that keep one forgotten statement from holding up everybody; a use case sets tighter ones for itself.
///
/// Without compiling of statements: it takes seconds where a settlement's statements, which have many expressions, take
/// milliseconds, and PostgreSQL begins it by its estimate of rows.
const SESSION: &str = "SET application_name = 'daftar'; \
     SET jit = off; \
     SET search_path = public, pg_temp; \
     SET statement_timeout = '15min'; \
     SET lock_timeout = '1min'; \
     SET idle_in_transaction_session_timeout = '5min'";

/// The address of a database with the login. Its password never shows.
#[derive(Clone, Debug)]
pub struct DatabaseUrl(SecretString);

#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error(
        "the address of the database cannot be read: {0}; one is written postgresql://{APP_ROLE}:PASSWORD@HOST:5432/DATABASE"
    )]
    Address(tokio_postgres::Error),
    #[error("the database cannot be reached: {0}")]
    Unreachable(#[from] diesel::ConnectionError),
    #[error("the database did not answer in time")]
    Silent,
    #[error("all connections to the database are in use")]
    Busy,
    #[error("the pool of connections is closed")]
    Closed,
    #[error("the pool of connections could not be made: {0}")]
    Pool(#[from] deadpool::BuildError),
    #[error(
        "the login {role} is a superuser or passes row-level security; Daftar works as `{APP_ROLE}` only"
    )]
    TooMighty { role: String },
    #[error(
        "the login {role} owns Daftar's tables, so that grants prove nothing; Daftar works as `{APP_ROLE}` only"
    )]
    OwnsTables { role: String },
    #[error(
        "the database speaks another language than English (lc_messages = '{messages}'), and Daftar could not tell a lock that \
         is waited for from a failure; say, as a superuser: ALTER ROLE {role} SET lc_messages TO 'C'"
    )]
    Foreign { role: String, messages: String },
    #[error("the database refused: {0}")]
    Query(#[from] diesel::result::Error),
}

impl DatabaseUrl {
    pub fn parse(url: &SecretString) -> Result<Self, DatabaseError> {
        let _readable = url
            .expose_secret()
            .parse::<tokio_postgres::Config>()
            .map_err(DatabaseError::Address)?;
        Ok(Self(url.clone()))
    }

    /// `socket` is a folder of the private PostgreSQL, whose path needs no quoting.
    pub fn on_socket(socket: &Path, role: &str, database: &str) -> Self {
        Self(format!("postgresql:///{database}?host={}&user={role}", socket.display()).into())
    }

    /// For a program of PostgreSQL such as `pg_dump`, and for an operator's `psql`.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// One connection outside the pool, as PostgreSQL gives it: for migrations.
pub async fn connect(url: &DatabaseUrl) -> Result<AsyncPgConnection, DatabaseError> {
    let connecting = AsyncPgConnection::establish(url.expose());
    Ok(timeout(CONNECT_PATIENCE, connecting)
        .await
        .map_err(|_| DatabaseError::Silent)??)
}

/// Opens nothing yet: connections are made when they are first asked for, at most `connections_max`.
///
/// To be called inside the runtime that lives longest: it drives every connection. The web server's threads end before
/// the jobs do and would take the connections that they made with them.
pub fn pool(url: &DatabaseUrl, connections_max: usize) -> Result<Pool, DatabaseError> {
    let runtime = Handle::try_current().map_err(|_| DatabaseError::Closed)?;
    let driving = runtime.clone();
    let mut config = ManagerConfig::default();
    // A closed connection is noticed without a question; asking each time would cost a round trip a request.
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |url| {
        let connecting = driving.spawn(connect_for_work(url.to_owned()));
        connecting
            .map(|ended| ended.unwrap_or_else(|lost| Err(unconnected(&lost.to_string()))))
            .boxed()
    });
    let manager = AsyncDieselConnectionManager::new_with_config(url.expose(), config);
    let connections = deadpool::Pool::builder(manager).max_size(connections_max);
    Ok(Pool {
        url: url.clone(),
        connections: connections.build()?,
        runtime,
    })
}

impl Pool {
    /// The runtime that drives the connections.
    pub const fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Nobody gets a connection any more; those that are lent end when they come back.
    pub fn close(&self) {
        self.connections.close();
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// A connection within ten seconds, or `Busy`.
pub async fn connection(pool: &Pool) -> Result<PooledConnection, DatabaseError> {
    match timeout(POOL_PATIENCE, pool.connections.get()).await {
        Ok(got) => got.map_err(DatabaseError::from),
        Err(_elapsed) => Err(DatabaseError::Busy),
    }
}

/// A connection beside the pool, so that a task which keeps it starves nobody. The runtime of the caller drives it: what is
/// asked and answered there wakes no other thread.
pub async fn own_connection(pool: &Pool) -> Result<AsyncPgConnection, DatabaseError> {
    Ok(connect_for_work(pool.url.expose().to_owned()).await?)
}

/// Refuses a database that does not speak English: what may pass is told by the words of its messages (see
/// `usecases::failure`), because diesel passes no codes on.
pub async fn require_english_messages(conn: &mut AsyncPgConnection) -> Result<(), DatabaseError> {
    let Login { role, messages, .. } = login(conn).await?;
    if is_english(&messages) {
        Ok(())
    } else {
        Err(DatabaseError::Foreign { role, messages })
    }
}

/// Of names such as `C.UTF-8` and `en_US.utf8`. One without a name is that of the server's surroundings, whatever that is.
fn is_english(locale: &str) -> bool {
    let place = locale.split(['.', '@']).next().unwrap_or_default();
    let language = place.split(['_', '-']).next().unwrap_or_default();
    matches!(place, "C" | "POSIX") || matches!(language, "en" | "English")
}

/// Refuses a superuser and an owner of tables: for them neither grants nor row-level security hold.
pub async fn require_humble_login(conn: &mut AsyncPgConnection) -> Result<(), DatabaseError> {
    match login(conn).await? {
        Login {
            role,
            is_mighty: true,
            ..
        } => Err(DatabaseError::TooMighty { role }),
        Login {
            role,
            owns_tables: true,
            ..
        } => Err(DatabaseError::OwnsTables { role }),
        Login { .. } => Ok(()),
    }
}

async fn login(conn: &mut AsyncPgConnection) -> Result<Login, DatabaseError> {
    Ok(diesel::sql_query(include_str!("login.sql"))
        .get_result(conn)
        .await?)
}

#[derive(Debug, QueryableByName)]
struct Login {
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Bool)]
    is_mighty: bool,
    #[diesel(sql_type = Bool)]
    owns_tables: bool,
    /// The locale of what the server says.
    #[diesel(sql_type = Text)]
    messages: String,
}

fn unconnected(reason: &str) -> diesel::ConnectionError {
    diesel::ConnectionError::BadConnection(reason.to_owned())
}

async fn connect_for_work(url: String) -> diesel::ConnectionResult<AsyncPgConnection> {
    let late = |_| unconnected("the database did not answer in time");
    let mut conn = timeout(CONNECT_PATIENCE, AsyncPgConnection::establish(&url))
        .await
        .map_err(late)??;
    let set = conn.batch_execute(SESSION).await;
    set.map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

impl From<PoolError> for DatabaseError {
    fn from(error: PoolError) -> Self {
        use diesel_async::pooled_connection::PoolError as Cause;
        match error {
            PoolError::Backend(Cause::ConnectionError(error)) => Self::Unreachable(error),
            PoolError::Backend(Cause::QueryError(error)) => Self::Query(error),
            PoolError::Timeout(_) => Self::Busy,
            PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => Self::Closed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_on_a_socket_can_be_read_back() {
        let url = DatabaseUrl::on_socket(Path::new("/srv/x/socket"), APP_ROLE, "daftar");
        let config = url.expose().parse::<tokio_postgres::Config>().unwrap();
        assert_eq!(
            config.get_hosts(),
            [tokio_postgres::config::Host::Unix("/srv/x/socket".into())]
        );
        assert_eq!(
            (config.get_user(), config.get_dbname()),
            (Some(APP_ROLE), Some("daftar"))
        );
    }

    #[test]
    fn english_is_told_from_other_languages_and_from_none() {
        for english in [
            "C",
            "POSIX",
            "C.UTF-8",
            "en_US.UTF-8",
            "en_GB",
            "English_United States.1252",
        ] {
            assert!(is_english(english), "{english}");
        }
        for other in ["", "fa_IR.UTF-8", "de_DE", "C_IR", "eng"] {
            assert!(!is_english(other), "{other}");
        }
    }

    #[test]
    fn an_address_shows_no_password() {
        let url = DatabaseUrl::parse(&"postgresql://u:hush@h/d".into()).unwrap();
        assert!(!format!("{url:?}").contains("hush"));
        assert!(DatabaseUrl::parse(&"http://h".into()).is_err());
    }
}
