//! What the protected tables refuse: to the application by its rights, to everybody else by triggers. Never here: what is found
//! of whoever passes both (see `verifying`).

use std::collections::BTreeSet;

use daftar::domain::verification::seal::PROTECTED;
use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

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
async fn the_architecture_names_the_protected_tables_and_no_others() {
    let world = World::new().await;
    let page = include_str!("../../ARCHITECTURE.md");
    let from = page.find("## The protected tables").unwrap();
    let chapter = page[from..].split("\n## ").next().unwrap();
    let tables = names(
        &world,
        "SELECT relname::text AS name FROM pg_class WHERE relkind = 'r' AND relname <> 'row_seals'",
    )
    .await;
    let told: BTreeSet<String> = chapter
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| tables.contains(*word))
        .map(str::to_owned)
        .collect();
    assert_eq!(told, protected());
}

#[tokio::test]
async fn no_session_deletes_or_truncates_a_row_with_states() {
    let scene = verifying::settled().await;
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
