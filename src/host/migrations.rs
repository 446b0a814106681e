//! The schema: the roles it needs, the migrations inside this program, and whether a database agrees with them.
//! Never here: what the migrations say.

use std::collections::BTreeSet;

use diesel::QueryableByName;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::sql_types::{Bool, Text};
use diesel_async::{
    AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use tokio::task::spawn_blocking;

use super::database::{DatabaseError, DatabaseUrl, connect};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// One migrates, others wait; the number is "daftar" in ASCII.
const LOCK: &str = "SELECT pg_advisory_xact_lock(110386840822130)";
const BECOME_OWNER: &str = "SET ROLE daftar_owner";
const LET_APP_READ_VERSIONS: &str = "GRANT SELECT ON __diesel_schema_migrations TO daftar_app";

/// How the schema of a database stands to this program's migrations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    Current,
    /// `missing` migrations are to be applied.
    Older {
        missing: Vec<String>,
    },
    /// `unknown` migrations come from a later program.
    Newer {
        unknown: Vec<String>,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("the database refused: {0}")]
    Query(#[from] diesel::result::Error),
    #[error("a migration failed and was rolled back: {0}")]
    Failed(String),
    #[error(
        "`daftar migrate` needs a login that may make roles, and {role} may not: set DAFTAR_ADMIN_DATABASE_URL"
    )]
    MayMakeNoRoles { role: String },
    #[error(
        "the schema of the database is older than this program ({count} migrations to apply); run `daftar migrate` with a \
         login in DAFTAR_ADMIN_DATABASE_URL that may make roles, or start the server again where the database is its private one"
    )]
    SchemaOlder { count: usize },
    #[error(
        "the schema of the database is newer than this program (it knows {newest}, which is unknown here); \
         use the program that migrated it, or a later one"
    )]
    SchemaNewer { newest: String },
}

/// Makes the database's roles, then applies what is missing, as the owner of the tables. Returns what was applied.
///
/// `admin` is a login that may make roles. Several at once are harmless: one works, the others find nothing left.
pub async fn migrate(admin: &DatabaseUrl) -> Result<Vec<String>, MigrationError> {
    under_lock(admin, Direction::Up).await
}

/// Takes every migration back, newest first. Destroys all data: for tests of honest down migrations.
pub async fn revert_all(admin: &DatabaseUrl) -> Result<Vec<String>, MigrationError> {
    under_lock(admin, Direction::Down).await
}

/// Takes the newest so many back: for tests of down migrations that keep what was there before.
pub async fn revert_newest(admin: &DatabaseUrl, count: usize) -> Result<Vec<String>, MigrationError> {
    under_lock(admin, Direction::Newest(count)).await
}

pub async fn make_roles(admin: &mut AsyncPgConnection) -> Result<(), MigrationError> {
    Ok(admin.batch_execute(include_str!("roles.sql")).await?)
}

pub async fn require_current_schema(conn: &mut AsyncPgConnection) -> Result<(), MigrationError> {
    match check_schema(conn).await? {
        Schema::Current => Ok(()),
        Schema::Older { missing } => Err(MigrationError::SchemaOlder { count: missing.len() }),
        Schema::Newer { unknown } => Err(MigrationError::SchemaNewer {
            newest: unknown.into_iter().next_back().unwrap_or_default(),
        }),
    }
}

pub async fn check_schema(conn: &mut AsyncPgConnection) -> Result<Schema, MigrationError> {
    let ours = versions_of_this_program()?;
    let theirs = versions_applied(conn).await?;
    let unknown = theirs.difference(&ours).cloned().collect::<Vec<_>>();
    let missing = ours.difference(&theirs).cloned().collect::<Vec<_>>();
    Ok(match (unknown.is_empty(), missing.is_empty()) {
        (false, _) => Schema::Newer { unknown },
        (true, false) => Schema::Older { missing },
        (true, true) => Schema::Current,
    })
}

#[derive(Clone, Copy)]
enum Direction {
    Up,
    Down,
    /// Down by so many.
    Newest(usize),
}

/// The lock lives in a transaction of its own connection, because every migration is a transaction too.
async fn under_lock(admin: &DatabaseUrl, direction: Direction) -> Result<Vec<String>, MigrationError> {
    let mut gate = connect(admin).await?;
    gate.transaction(async |gate| {
        diesel::sql_query(LOCK).execute(gate).await?;
        let mut conn = connect(admin).await?;
        require_maker_of_roles(&mut conn).await?;
        make_roles(&mut conn).await?;
        conn.batch_execute(include_str!("rights.sql")).await?;
        conn.batch_execute(BECOME_OWNER).await?;
        let (mut conn, versions) = run(conn, direction).await?;
        conn.batch_execute(LET_APP_READ_VERSIONS).await?;
        Ok(versions)
    })
    .await
}

async fn require_maker_of_roles(conn: &mut AsyncPgConnection) -> Result<(), MigrationError> {
    let asked = diesel::sql_query(include_str!("maker_of_roles.sql"));
    match asked.get_result::<Login>(conn).await? {
        Login { may: true, .. } => Ok(()),
        Login { role, .. } => Err(MigrationError::MayMakeNoRoles { role }),
    }
}

/// The migrations' harness blocks its thread, so it gets one that may be blocked.
async fn run(
    conn: AsyncPgConnection,
    direction: Direction,
) -> Result<(AsyncPgConnection, Vec<String>), MigrationError> {
    let work = move || {
        let mut harness = AsyncMigrationHarness::new(conn);
        let done = match direction {
            Direction::Up => harness.run_pending_migrations(MIGRATIONS),
            Direction::Down => harness.revert_all_migrations(MIGRATIONS),
            Direction::Newest(count) => (0..count)
                .map(|_| harness.revert_last_migration(MIGRATIONS))
                .collect(),
        };
        let versions = done.map(|versions| versions.iter().map(ToString::to_string).collect());
        versions
            .map_err(|error| MigrationError::Failed(error.to_string()))
            .map(|done| (harness.into_inner(), done))
    };
    spawn_blocking(work)
        .await
        .map_err(|error| MigrationError::Failed(error.to_string()))?
}

fn versions_of_this_program() -> Result<BTreeSet<String>, MigrationError> {
    let migrations = MigrationSource::<Pg>::migrations(&MIGRATIONS);
    let migrations = migrations.map_err(|error| MigrationError::Failed(error.to_string()))?;
    Ok(migrations
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect())
}

async fn versions_applied(conn: &mut AsyncPgConnection) -> Result<BTreeSet<String>, MigrationError> {
    let migrated =
        diesel::sql_query("SELECT to_regclass('public.__diesel_schema_migrations') IS NOT NULL AS yes");
    if !migrated.get_result::<Answer>(conn).await?.yes {
        return Ok(BTreeSet::new());
    }
    let applied = diesel::sql_query("SELECT version::text FROM public.__diesel_schema_migrations");
    Ok(applied
        .load::<Applied>(conn)
        .await?
        .into_iter()
        .map(|applied| applied.version)
        .collect())
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

#[derive(QueryableByName)]
struct Login {
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Bool)]
    may: bool,
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}
