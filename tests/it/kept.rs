//! What the protected tables refuse: to the application by its rights, to everybody else by triggers. Never here: what is found
//! of whoever passes both (see `verifying`).

use std::collections::BTreeSet;

use daftar::domain::verification::seal::PROTECTED;
use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use crate::scene::Scene;
use crate::verifying;
use crate::world::World;

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

async fn names(world: &World, query: &str) -> BTreeSet<String> {
    let rows: Vec<Name> = diesel::sql_query(query)
        .load(&mut world.superuser().await)
        .await
        .unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

fn protected() -> BTreeSet<String> {
    PROTECTED.iter().map(|(table, _)| (*table).to_owned()).collect()
}

#[tokio::test]
async fn every_protected_table_has_a_row_trigger_and_a_truncate_trigger_that_no_session_passes() {
    let world = World::new().await;
    // Bits of pg_trigger.tgtype: 1 for each row, 2 before, 8 DELETE, 32 TRUNCATE.
    let refusing = |bits: &str| {
        format!(
            "SELECT tgrelid::regclass::text AS name FROM pg_trigger \
              WHERE tgfoid = 'refuse_change'::regproc AND tgenabled = 'A' AND {bits}"
        )
    };
    for bits in ["tgtype & 11 = 11", "tgtype & 35 = 34"] {
        let guarded = names(&world, &refusing(bits)).await;
        let bare: Vec<_> = protected().difference(&guarded).cloned().collect();
        assert_eq!(bare, Vec::<String>::new(), "{bits}");
    }
}

#[tokio::test]
async fn the_architecture_names_the_protected_tables_and_says_of_all_others_why_they_are_none() {
    let world = World::new().await;
    let page = include_str!("../../ARCHITECTURE.md");
    let from = page.find("## The protected tables").unwrap();
    let chapter = page[from..].split("\n## ").next().unwrap();
    let (protecting, left_out) = chapter.split_once("**Left out**").unwrap();
    let left_out = left_out.split("\n\n").next().unwrap();
    let tables = names(
        &world,
        "SELECT relname::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace \
            AND relname NOT LIKE '\\_\\_diesel%'",
    )
    .await;
    let told = |text: &str| -> BTreeSet<String> {
        let words = text.split('`').skip(1).step_by(2);
        let named = words.filter(|word| tables.contains(*word) && *word != "row_seals");
        named.map(str::to_owned).collect()
    };
    assert_eq!(told(protecting), protected());
    let mut others: BTreeSet<String> = tables.difference(&protected()).cloned().collect();
    assert!(others.remove("row_seals"));
    assert_eq!(told(left_out), others);
}

#[tokio::test]
async fn no_session_deletes_or_truncates_a_row_with_states() {
    let scene = verifying::settled_and_verified().await;
    for login in ["", "SET ROLE daftar_owner"] {
        let mut conn = scene.world.superuser().await;
        conn.batch_execute(login).await.unwrap();
        for (table, _) in PROTECTED {
            for deed in [
                format!("DELETE FROM {table}"),
                format!("TRUNCATE {table} CASCADE"),
            ] {
                let refused = conn.batch_execute(&deed).await.unwrap_err().to_string();
                assert!(refused.contains("append-only"), "{deed}: {refused}");
            }
        }
    }
}

#[tokio::test]
async fn the_application_changes_the_columns_that_have_states_and_no_others() {
    let world = World::new().await;
    let columns = names(
        &world,
        "SELECT table_name || '.' || column_name AS name FROM information_schema.column_privileges \
          WHERE grantee = 'daftar_app' AND privilege_type = 'UPDATE'",
    )
    .await;
    let expected = [
        (
            "bank_accounts",
            "approved_at approved_by cooled_off_at ended_at ended_by valid_until",
        ),
        (
            "job_runs",
            "attempts claimed_at fencing finished_at lease_until outcome state worker",
        ),
        ("network_rules", "version"),
        ("networks", "calendar"),
        (
            "outbox",
            "attempts fencing finished_at last_answer lease_until message_id next_attempt_at queued_again_at queued_again_by state",
        ),
        ("parties", "email"),
        ("payouts", "iban released_at state"),
        (
            "quarantine",
            "decided_at decided_by explanation note reason state",
        ),
        ("servers", "jobs seen_at timetable_digest"),
        ("settlements", "decided_at decided_by reason state"),
        (
            "submissions",
            "booked conflicting finished_at malformed quarantined refused repeated",
        ),
        (
            "tariff_versions",
            "approved_at approved_by published_at published_by state valid_until withdrawn_at withdrawn_by",
        ),
        ("tokens", "revoked_at"),
        ("weekends", "valid_until"),
    ];
    let expected: BTreeSet<String> = expected
        .into_iter()
        .flat_map(|(table, columns)| columns.split(' ').map(move |column| format!("{table}.{column}")))
        .collect();
    assert_eq!(columns, expected);
}

#[tokio::test]
async fn an_account_a_name_and_a_code_are_not_the_applications_to_change() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    for deed in [
        "UPDATE bank_accounts SET iban = 'IR040990000000000000000000'",
        "UPDATE parties SET name_fa = 'دیگری'",
        "UPDATE offices SET code = code || '0'",
        "UPDATE networks SET payout_threshold = 0",
        "UPDATE tokens SET expires_at = expires_at + interval '1 year'",
        "UPDATE outbox SET recipient = 'another@example.ir'",
        "UPDATE settlements SET digest = sha256('x')",
    ] {
        let refused = conn.batch_execute(deed).await.unwrap_err().to_string();
        assert!(refused.contains("permission denied"), "{deed}: {refused}");
    }
    let allowed = "UPDATE parties SET email = 'new@example.ir'; UPDATE networks SET calendar = 'iran'";
    conn.batch_execute(allowed).await.unwrap();
}

#[tokio::test]
async fn a_mail_goes_to_nobody_but_its_recipient_whoever_edits_it() {
    let scene = verifying::settled().await;
    let mut superuser = scene.world.superuser().await;
    for deed in [
        "UPDATE outbox SET recipient = 'another@example.ir'",
        "UPDATE outbox SET statement_id = NULL",
        "UPDATE outbox SET message_id = 'another'",
    ] {
        let refused = superuser.batch_execute(deed).await.unwrap_err().to_string();
        assert!(
            refused.contains("goes where it was addressed"),
            "{deed}: {refused}"
        );
    }
}

#[tokio::test]
async fn states_follow_each_other_and_none_is_gone_back_to() {
    let scene = Scene::furnished().await;
    scene.book_central(0, "1001", "passport", "a").await;
    scene.settle_day(1).await;
    let mut conn = scene.world.superuser().await;
    let filled = "
        UPDATE outbox SET state = 'sending', lease_until = queued_at;
        UPDATE outbox SET state = 'accepted', lease_until = NULL, finished_at = queued_at;
        INSERT INTO job_runs (job, slot, worker, claimed_at, lease_until) VALUES ('j', now(), 'w', now(), now());
        UPDATE job_runs SET state = 'failed', finished_at = now();
        UPDATE job_runs SET state = 'running', finished_at = NULL, fencing = 2;
        UPDATE job_runs SET state = 'succeeded', finished_at = now()";
    conn.batch_execute(filled).await.unwrap();
    for (edit, rule) in [
        (
            "UPDATE tariff_versions SET state = 'draft'",
            "is drafted, then approved, then published or withdrawn",
        ),
        (
            "UPDATE tariff_versions SET published_at = now()",
            "is drafted, then approved, then published or withdrawn",
        ),
        (
            "UPDATE outbox SET state = 'queued', finished_at = NULL",
            "does not go from accepted to queued",
        ),
        (
            "UPDATE job_runs SET state = 'running', finished_at = NULL, fencing = 3",
            "does not go from succeeded to running",
        ),
        (
            "INSERT INTO bindings (office_id, licence_id, party_ids, valid_from, known_from)
             SELECT office_id, id, ARRAY[1], valid_from, valid_from FROM licences",
            "a_binding_rests_on_a_decision",
        ),
    ] {
        let refused = conn.batch_execute(edit).await.unwrap_err().to_string();
        assert!(refused.contains(rule), "{edit}: {refused}");
    }
}
