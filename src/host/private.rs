//! The database inside a private PostgreSQL. Never here: the server's processes (see `postgres`).

use std::path::Path;

use diesel::QueryableByName;
use diesel::sql_types::Bool;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use super::database::{APP_ROLE, DatabaseUrl, connect};
use super::migrations::{MigrationError, make_roles, migrate};
use super::postgres::SUPERUSER;

/// The database's name in a private cluster.
pub const DATABASE: &str = "daftar";

/// The address at which servers, jobs and tests work.
pub fn app_url(socket: &Path) -> DatabaseUrl {
    DatabaseUrl::on_socket(socket, APP_ROLE, DATABASE)
}

/// The address at which the schema is made.
pub fn admin_url(socket: &Path) -> DatabaseUrl {
    DatabaseUrl::on_socket(socket, SUPERUSER, DATABASE)
}

/// Makes the database where it is missing and brings its schema up to date. Returns what was applied.
pub async fn prepare(socket: &Path) -> Result<Vec<String>, MigrationError> {
    let mut maintenance = connect(&DatabaseUrl::on_socket(socket, SUPERUSER, "postgres")).await?;
    make_roles(&mut maintenance).await?;
    let exists = diesel::sql_query("SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'daftar') AS yes");
    if !exists.get_result::<Answer>(&mut maintenance).await?.yes {
        maintenance
            .batch_execute("CREATE DATABASE daftar OWNER daftar_owner")
            .await?;
    }
    migrate(&admin_url(socket)).await
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}
