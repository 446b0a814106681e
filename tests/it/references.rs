//! The books refer to nothing that is not there, whoever writes them.

use diesel_async::SimpleAsyncConnection;

use crate::verifying::settled;

/// Table, the row that is written again, with what of it changed, and under which name that is refused. A column of 30000 or
/// above refers to nothing.
const DANGLING: &[(&str, &str, &str, &str)] = &[
    (
        "accounts",
        "kind = 'bank'",
        "network_id = 30000",
        "accounts_network_id_fkey",
    ),
    (
        "accounts",
        "kind = 'bank'",
        "unit_id = 30000",
        "accounts_unit_id_fkey",
    ),
    (
        "accounts",
        "kind = 'due'",
        "party_id = 2000000000",
        "accounts_party_id_fkey",
    ),
    (
        "accounts",
        "kind = 'clearing'",
        "window_id = 2000000000",
        "accounts_window_id_fkey",
    ),
    (
        "journals",
        "true",
        "network_id = 30000",
        "journals_network_id_fkey",
    ),
    (
        "journals",
        "true",
        "window_id = 2000000000",
        "journals_window_id_fkey",
    ),
    (
        "journals",
        "true",
        "party_id = 2000000000",
        "journals_party_id_fkey",
    ),
    (
        "journals",
        "true",
        "originator_id = 2000000000",
        "journals_originator_id_fkey",
    ),
    (
        "entries",
        "true",
        "journal_id = 2000000000",
        "entries_journal_id_fkey",
    ),
    (
        "entries",
        "true",
        "account_id = 2000000000",
        "entries_account_id_fkey",
    ),
    (
        "window_totals",
        "true",
        "window_id = 2000000000",
        "window_totals_window_id_fkey",
    ),
    (
        "window_totals",
        "true",
        "party_id = 2000000000",
        "window_totals_party_id_fkey",
    ),
    (
        "window_totals",
        "true",
        "unit_id = 30000",
        "window_totals_unit_id_fkey",
    ),
];

/// What makes the copy of a row another one.
fn renewed(table: &str) -> &'static str {
    match table {
        "accounts" => "id = 2000000001",
        "journals" => "id = 2000000001, cause_id = 2000000001",
        "entries" => "line = 30001",
        _ => "earlier = NOT earlier",
    }
}

#[tokio::test]
async fn a_row_of_the_books_that_refers_to_nothing_is_refused_by_name() {
    let scene = settled().await;
    let mut conn = scene.world.superuser().await;
    for (table, which, change, name) in DANGLING {
        let renewed = renewed(table);
        let copy = format!(
            "CREATE TEMP TABLE copy AS SELECT * FROM {table} WHERE {which} LIMIT 1; \
             UPDATE copy SET {renewed}; UPDATE copy SET {change}; \
             INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM copy"
        );
        let refused = conn.batch_execute(&copy).await.unwrap_err().to_string();
        assert!(refused.contains(name), "{table} {change}: {refused}");
    }
}
