//! The private PostgreSQL of a run, durable as that of `daftar serve`, and its databases. Never here: what is measured.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{DateTime, Utc};
use daftar::host::database::{APP_ROLE, DatabaseUrl, Pool, PooledConnection, connect, connection, pool};
use daftar::host::postgres::programs::Programs;
use daftar::host::postgres::{Purpose, SUPERUSER, Tenancy};
use daftar::host::{clock, private};
use diesel_async::SimpleAsyncConnection;

use crate::network::{People, furnish};

const POOL_CONNECTIONS: usize = 4;

/// Removed when the run ends, and before the next one if it did not.
fn data_dir() -> PathBuf {
    files().join("bench-data")
}

/// Where files of a run lie.
pub fn files() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

pub fn enter() -> Tenancy {
    Tenancy::enter(&data_dir(), &[], Purpose::Serve).unwrap()
}

pub fn leave(tenancy: Tenancy) {
    tenancy.leave();
    fs::remove_dir_all(data_dir()).unwrap();
}

/// A cluster with a furnished network to copy.
#[derive(Debug)]
pub struct Ground {
    socket: PathBuf,
    programs: Programs,
    pub people: People,
    pub now: DateTime<Utc>,
}

/// A database of the run. Dropped by [`Ground::clear`].
pub struct Database {
    pub name: String,
    url: DatabaseUrl,
    admin_url: DatabaseUrl,
    pool: Pool,
}

impl Ground {
    pub async fn furnished(tenancy: &Tenancy) -> Self {
        let socket = tenancy.socket().to_owned();
        administer(&socket, "postgres", "DROP DATABASE IF EXISTS daftar WITH (FORCE)").await;
        private::prepare(&socket).await.unwrap();
        let now = clock::now();
        let pool = pool(&private::app_url(&socket), 1).unwrap();
        let mut conn = connection(&pool).await.unwrap();
        println!("furnishing 25,000 offices and 600 services");
        let people = furnish(&mut conn, now).await;
        drop(conn);
        pool.close();
        administer(&socket, private::DATABASE, "VACUUM (ANALYZE)").await;
        Self {
            socket,
            programs: Programs::find(&[], None).unwrap(),
            people,
            now,
        }
    }

    /// The furnished network, nothing booked.
    pub async fn database(&self, name: &str) -> Database {
        self.copy(private::DATABASE, name).await
    }

    /// Of a database that nobody is connected to.
    pub async fn copy(&self, of: &str, name: &str) -> Database {
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        administer(&self.socket, "postgres", &drop).await;
        let create = format!("CREATE DATABASE {name} TEMPLATE {of} STRATEGY FILE_COPY OWNER daftar_owner");
        administer(&self.socket, "postgres", &create).await;
        let url = DatabaseUrl::on_socket(&self.socket, APP_ROLE, name);
        Database {
            name: name.to_owned(),
            admin_url: DatabaseUrl::on_socket(&self.socket, SUPERUSER, name),
            pool: pool(&url, POOL_CONNECTIONS).unwrap(),
            url,
        }
    }

    pub async fn clear(&self, database: Database) {
        database.pool.close();
        let drop = format!("DROP DATABASE {} WITH (FORCE)", database.name);
        administer(&self.socket, "postgres", &drop).await;
    }

    /// Written out, so that nobody is measured while another's pages are.
    pub async fn settle_down(&self) {
        administer(&self.socket, "postgres", "CHECKPOINT").await;
    }

    /// A program of the same PostgreSQL.
    pub fn program(&self, name: &str) -> Command {
        Command::new(self.programs.path(name))
    }
}

impl Database {
    pub async fn conn(&self) -> PooledConnection {
        connection(&self.pool).await.unwrap()
    }

    /// For programs, as the application's role.
    pub fn address(&self) -> &str {
        self.url.expose()
    }

    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// What autovacuum does within minutes.
    pub async fn gather_statistics(&self) {
        let mut conn = connect(&self.admin_url).await.unwrap();
        conn.batch_execute("VACUUM (ANALYZE)").await.unwrap();
    }
}

async fn administer(socket: &Path, database: &str, sql: &str) {
    let mut conn = connect(&DatabaseUrl::on_socket(socket, SUPERUSER, database))
        .await
        .unwrap();
    conn.batch_execute(sql).await.unwrap();
}
