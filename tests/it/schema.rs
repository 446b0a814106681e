//! The migrations as a whole: honest in both directions, and refused by programs that do not fit.

use daftar::cli::verify::verify;
use daftar::host::database::{
    DatabaseError, DatabaseUrl, connect, require_english_messages, require_humble_login,
};
use daftar::host::migrations::{
    MigrationError, Schema, check_schema, migrate, require_current_schema, revert_all, revert_newest,
};
use daftar::usecases::verify_books::Extent;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use crate::scene::Scene;
use crate::serve::daftar;
use crate::verifying;
use crate::world::World;

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

async fn count(conn: &mut AsyncPgConnection, query: &str) -> i64 {
    diesel::sql_query(query)
        .get_result::<Count>(conn)
        .await
        .unwrap()
        .count
}

/// Two settled days and an open one, and besides a row in every table that these leave empty.
async fn filled() -> Scene {
    let scene = verifying::settled_and_verified().await;
    scene.run_job("verify-books", scene.day(2, 16)).await;
    let by_application = "INSERT INTO job_runs (job, slot, state, worker, claimed_at, lease_until, finished_at, by_hand)
            VALUES ('send-mail', '2026-03-22T10:00Z', 'lapsed', 'w', '2026-03-22T10:00Z', '2026-03-22T10:01Z',
                    '2026-03-22T10:01Z', true);
        INSERT INTO servers (worker, timetable_digest, started_at, seen_at, jobs)
            VALUES ('w', 'x', '2026-03-22T10:00Z', '2026-03-22T10:00Z', '{send-mail}');
        INSERT INTO tokens (originator_id, hash, scope, created_at, expires_at, revoked_at)
            SELECT min(id), sha256('t'), 'read', '2026-03-22T10:00Z', '2026-04-22T10:00Z', '2026-03-23T10:00Z' FROM originators;
        INSERT INTO holidays VALUES ('iran', '2026-03-23', 'نوروز', 'Nowruz');
        INSERT INTO weekends VALUES ('iran', 5, '2020-01-01', '2030-01-01');
        UPDATE networks SET calendar = 'iran';
        UPDATE quarantine SET state = 'released', decided_by = sender_id, decided_at = received_at;
        UPDATE outbox SET state = 'sending', lease_until = queued_at;
        UPDATE outbox SET state = 'failed', lease_until = NULL, attempts = 8, finished_at = queued_at, message_id = message_id || '@example.ir';
        UPDATE outbox SET state = 'queued', attempts = 0, finished_at = NULL, queued_again_at = queued_at,
                          queued_again_by = (SELECT min(id) FROM originators)";
    scene
        .world
        .conn()
        .await
        .batch_execute(by_application)
        .await
        .unwrap();
    let tables = "SELECT table_name::text AS described FROM information_schema.tables \
                  WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%'";
    let tables: Vec<Column> = diesel::sql_query(tables)
        .load(&mut scene.world.superuser().await)
        .await
        .unwrap();
    for Column { described: table } in tables {
        let rows = scene.count(&format!("SELECT count(*) FROM {table}")).await;
        assert!(rows > 0, "{table} is empty");
    }
    scene
}

#[tokio::test]
async fn what_goes_up_comes_down_whole_and_goes_up_the_same_on_a_filled_database() {
    let scene = filled().await;
    let world = &scene.world;
    let first = world.schema_dump();
    let down = revert_all(&world.admin_url()).await.unwrap();
    let left_behind = "SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace \
                           AND relname NOT LIKE '\\_\\_diesel%') \
                     + (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace) \
                     + (SELECT count(*) FROM pg_type WHERE typnamespace = 'public'::regnamespace \
                           AND typname NOT LIKE '%\\_\\_diesel%') AS count";
    assert_eq!(count(&mut world.superuser().await, left_behind).await, 0);
    let up = migrate(&world.admin_url()).await.unwrap();
    assert_eq!(
        down.iter().rev().collect::<Vec<_>>(),
        up.iter().collect::<Vec<_>>()
    );
    pretty_equal(&first, &world.schema_dump());
}

#[tokio::test]
async fn what_is_taken_back_of_a_filled_database_and_applied_again_leaves_the_books_and_every_seal_whole() {
    let scene = filled().await;
    let first = scene.world.schema_dump();
    let transactions = scene.count("SELECT count(*) FROM transactions").await;
    let newer = "SELECT count(*) FROM __diesel_schema_migrations WHERE version >= '20261124001200'";
    let newer = usize::try_from(scene.count(newer).await).unwrap();
    let down = revert_newest(&scene.world.admin_url(), newer).await.unwrap();
    assert_eq!(down.len(), newer);
    assert_eq!(migrate(&scene.world.admin_url()).await.unwrap().len(), newer);
    pretty_equal(&first, &scene.world.schema_dump());
    assert_eq!(
        scene.count("SELECT count(*) FROM transactions").await,
        transactions
    );
    let verified = verify(scene.world.pool(), Extent::All, None).await.unwrap();
    assert_eq!(verified.findings, []);
}

#[tokio::test]
async fn each_rule_has_a_name_in_words() {
    let world = World::new().await;
    // As PostgreSQL names what has no name: the table, the columns and a suffix.
    let unnamed = "SELECT count(*) FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid \
                   WHERE c.connamespace = 'public'::regnamespace AND t.relname NOT LIKE '\\_\\_diesel%' \
                     AND c.contype IN ('c', 'u', 'x') AND c.conname ~ '_(check|key|excl|not_null)[0-9]*$'";
    assert_eq!(count(&mut world.superuser().await, unnamed).await, 0);
}

#[tokio::test]
async fn migrating_at_the_same_moment_twice_applies_each_migration_once() {
    let world = World::new().await;
    let all = revert_all(&world.admin_url()).await.unwrap().len();
    let admin = world.admin_url();
    let (one, other) = tokio::join!(migrate(&admin), migrate(&admin));
    assert_eq!(one.unwrap().len() + other.unwrap().len(), all);
}

#[tokio::test]
async fn migrating_takes_a_login_that_may_make_roles_and_says_so() {
    let world = World::apart().await;
    let refused = migrate(&world.app_url()).await.unwrap_err();
    assert!(
        matches!(&refused, MigrationError::MayMakeNoRoles { role } if role == "daftar_app"),
        "{refused}"
    );
    assert!(refused.to_string().ends_with("set DAFTAR_ADMIN_DATABASE_URL"));
    let humble = "CREATE ROLE humble LOGIN; GRANT daftar_owner TO humble WITH ADMIN OPTION";
    world.superuser().await.batch_execute(humble).await.unwrap();
    let as_humble = world.app_url().expose().replace("daftar_app", "humble");
    let as_humble = DatabaseUrl::parse(&as_humble.into()).unwrap();
    assert!(migrate(&as_humble).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_current_schema_is_accepted() {
    let world = World::new().await;
    assert_eq!(
        check_schema(&mut *world.conn().await).await.unwrap(),
        Schema::Current
    );
}

#[tokio::test]
async fn an_older_schema_is_refused_with_the_command_that_helps() {
    let world = World::new().await;
    revert_all(&world.admin_url()).await.unwrap();
    let refused = require_current_schema(&mut *world.conn().await)
        .await
        .unwrap_err();
    assert!(matches!(refused, MigrationError::SchemaOlder { count } if count > 0));
    assert!(refused.to_string().contains("daftar migrate"));
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let world = World::new().await;
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000')";
    world.superuser().await.batch_execute(newer).await.unwrap();
    let refused = require_current_schema(&mut *world.conn().await)
        .await
        .unwrap_err();
    assert!(matches!(refused, MigrationError::SchemaNewer { newest } if newest == "99991231000000"));
}

#[tokio::test]
async fn the_application_works_neither_as_superuser_nor_as_owner() {
    let world = World::new().await;
    require_humble_login(&mut *world.conn().await).await.unwrap();
    let mut superuser = world.superuser().await;
    let refused = require_humble_login(&mut superuser).await.unwrap_err();
    assert!(matches!(refused, DatabaseError::TooMighty { .. }), "{refused}");
    superuser.batch_execute("SET ROLE daftar_owner").await.unwrap();
    let refused = require_humble_login(&mut superuser).await.unwrap_err();
    assert!(matches!(refused, DatabaseError::OwnsTables { .. }), "{refused}");
}

#[tokio::test]
async fn a_database_that_speaks_no_english_is_refused_with_the_command_that_helps() {
    let world = World::new().await;
    require_english_messages(&mut *world.conn().await).await.unwrap();
    let name = "SELECT current_database()::text AS described";
    let name: Column = diesel::sql_query(name)
        .get_result(&mut world.superuser().await)
        .await
        .unwrap();
    // Installed everywhere, because it says what C says.
    let foreign = format!(
        "ALTER ROLE daftar_app IN DATABASE {} SET lc_messages TO 'C_IR.utf8'",
        name.described
    );
    world.superuser().await.batch_execute(&foreign).await.unwrap();
    let mut command = daftar(&std::env::temp_dir(), "outbox");
    let refused = command
        .args(["list"])
        .env("DATABASE_URL", world.app_url().expose())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success());
    assert!(
        told.contains("ALTER ROLE daftar_app SET lc_messages TO 'C'"),
        "{told}"
    );
}

#[tokio::test]
async fn the_owner_cannot_log_in() {
    let world = World::new().await;
    let as_owner = world.app_url().expose().replace("daftar_app", "daftar_owner");
    let as_owner = DatabaseUrl::parse(&as_owner.into()).unwrap();
    assert!(matches!(
        connect(&as_owner).await,
        Err(DatabaseError::Unreachable(_))
    ));
}

#[tokio::test]
async fn every_table_belongs_to_the_owner_and_has_a_comment() {
    let world = World::new().await;
    let others = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') \
                  AND relowner <> 'daftar_owner'::regrole";
    assert_eq!(count(&mut *world.conn().await, others).await, 0);
    let silent = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') \
                  AND relname NOT LIKE '\\_\\_diesel%' AND obj_description(oid, 'pg_class') IS NULL";
    assert_eq!(count(&mut *world.conn().await, silent).await, 0);
}

/// The first line that differs says more than two whole dumps.
fn pretty_equal(one: &str, other: &str) {
    for (one, other) in one.lines().zip(other.lines()) {
        assert_eq!(one, other);
    }
    assert_eq!(one.lines().count(), other.lines().count());
}

#[derive(Debug, PartialEq, Eq, diesel::QueryableByName)]
struct Column {
    #[diesel(sql_type = diesel::sql_types::Text)]
    described: String,
}

#[tokio::test]
async fn what_keeps_and_seals_rows_works_in_every_session_also_in_one_that_replays_for_replication() {
    let world = World::new().await;
    let guards = "FROM pg_trigger WHERE NOT tgisinternal AND (tgname LIKE 'seal%' OR tgname LIKE 'append_only%' \
                      OR tgname = 'refuse_dangling')";
    let asleep = format!("SELECT count(*) {guards} AND tgenabled <> 'A'");
    let mut conn = world.superuser().await;
    assert_eq!(count(&mut conn, &asleep).await, 0);
    let per_sealed = format!("SELECT count(DISTINCT tgrelid) {guards} AND tgname LIKE 'seal%'");
    let seals = format!("SELECT count(*) {guards} AND tgname LIKE 'seal%'");
    assert_eq!(
        count(&mut conn, &seals).await,
        2 * count(&mut conn, &per_sealed).await
    );
}

#[tokio::test]
async fn what_is_listed_by_party_or_by_state_is_found_by_an_index() {
    let world = World::new().await;
    let mut conn = world.superuser().await;
    conn.batch_execute("SET enable_seqscan TO off").await.unwrap();
    for (query, index) in [
        (
            "SELECT id FROM payouts WHERE party_id = 1 ORDER BY id DESC LIMIT 51",
            "payouts_of_a_party",
        ),
        (
            "SELECT id FROM outbox WHERE statement_id = 1",
            "mail_of_a_statement",
        ),
        (
            "SELECT id FROM outbox WHERE state = 'failed' ORDER BY id DESC LIMIT 51",
            "mail_that_was_not_accepted",
        ),
        (
            "SELECT count(*) FROM outbox WHERE finished_at IS NOT NULL AND state = 'unknown'",
            "mail_that_was_not_accepted",
        ),
        (
            "SELECT state, count(*) FROM outbox WHERE state <> 'accepted' GROUP BY state",
            "mail_that_was_not_accepted",
        ),
    ] {
        let plan: Vec<Plan> = diesel::sql_query(format!("EXPLAIN {query}"))
            .load(&mut conn)
            .await
            .unwrap();
        let uses = |line: &Plan| line.line.contains(&format!(" {index} "));
        assert!(plan.iter().any(uses), "{query}: {plan:?}");
    }
}

#[derive(Debug, diesel::QueryableByName)]
struct Plan {
    #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
    line: String,
}

/// Each column as schema.rs writes it, by table and place.
const COLUMNS: &str = "SELECT table_name || '.' || column_name || ' -> ' || \
     CASE WHEN is_nullable = 'YES' THEN 'Nullable<' || kind || '>' ELSE kind END AS described \
     FROM (SELECT c.*, CASE c.udt_name WHEN 'int2' THEN 'Int2' WHEN 'int4' THEN 'Int4' WHEN 'int8' THEN 'Int8' \
               WHEN 'text' THEN 'Text' WHEN 'bool' THEN 'Bool' WHEN 'bytea' THEN 'Bytea' WHEN 'date' THEN 'Date' \
               WHEN 'timestamptz' THEN 'Timestamptz' WHEN '_int2' THEN 'Array<Int2>' WHEN '_int4' THEN 'Array<Int4>' \
               WHEN '_int8' THEN 'Array<Int8>' WHEN '_text' THEN 'Array<Text>' ELSE c.udt_name END AS kind \
             FROM information_schema.columns c WHERE c.table_schema = 'public' AND c.table_name NOT LIKE '\\_\\_diesel%') c \
     ORDER BY table_name, ordinal_position";

#[tokio::test]
async fn the_stores_schema_is_that_of_the_migrated_database() {
    let world = World::new().await;
    let stored: Vec<Column> = diesel::sql_query(COLUMNS)
        .load(&mut world.superuser().await)
        .await
        .unwrap();
    let mut written = columns_of(include_str!("../../src/store/schema.rs"));
    let mut stored: Vec<String> = stored.into_iter().map(|column| column.described).collect();
    // Elements of an array may be null for the database; the store reads those of parties alone as such.
    for column in &mut written {
        *column = column.replace("Array<Nullable<Int4>>", "Array<Int4>");
    }
    // Within a table the places must agree too: rows are sent as all columns in their order.
    let table = |column: &String| column.split('.').next().map(str::to_owned);
    written.sort_by_key(table);
    stored.sort_by_key(table);
    pretty_equal(&written.join("\n"), &stored.join("\n"));
}

/// Every `table.column -> Type` of the store's schema.
fn columns_of(schema: &str) -> Vec<String> {
    let mut table = "";
    let mut columns = Vec::new();
    for line in schema.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            table = name;
        } else if let Some((column, kind)) = line.split_once(" -> ") {
            columns.push(format!("{table}.{column} -> {}", kind.trim_end_matches(',')));
        }
    }
    columns
}
