//! What would count twice: the database refuses it, and what a superuser writes past that is pointed at.

use diesel_async::SimpleAsyncConnection;

use super::settled;
use super::touched::found_after;
use crate::scene::Scene;

/// The entries of the remittance once more, so many lines further down, with what `side` says.
fn again(further: i64, side: &str) -> String {
    format!(
        "INSERT INTO entries \
         SELECT journal_id, line + {further}, account_id, amount, {side}, transaction_kind, component_kind, item_count \
           FROM entries WHERE journal_id = (SELECT min(id) FROM journals WHERE kind = 'remittance')"
    )
}

/// A passport that was taken back whole is taken back whole once more.
const TAKEN_BACK_AGAIN: &str = "INSERT INTO transactions \
    SELECT (jsonb_populate_record(t, '{\"reference\": \"again\", \"line\": 9000}')).* \
      FROM transactions t WHERE reference = 'back-all'";

/// The rule by which the database refuses what the application may do otherwise.
async fn rule_against(scene: &Scene, deed: &str) -> String {
    let refused = scene.world.conn().await.batch_execute(deed).await.unwrap_err();
    let diesel::result::Error::DatabaseError(_, about) = &refused else {
        panic!("{deed}: {refused}");
    };
    about.constraint_name().unwrap_or_default().to_owned()
}

/// The id of the transaction of a reference.
async fn id_of(scene: &Scene, reference: &str) -> String {
    let id =
        format!("SELECT batch_id * 16384 + line AS count FROM transactions WHERE reference = '{reference}'");
    scene.count(&id).await.to_string()
}

#[tokio::test]
async fn no_journal_says_a_thing_twice_and_none_is_added_to() {
    let scene = settled().await;
    for (deed, rule) in [
        (again(2, "side"), "a_journal_says_each_thing_once"),
        (again(2, "'returned'"), "entries_of_a_journal_are_written_at_once"),
        (again(0, "'returned'"), "entries_pkey"),
    ] {
        assert_eq!(rule_against(&scene, &deed).await, rule, "{deed}");
    }
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn entries_that_are_there_twice_are_pointed_at_line_by_line() {
    let scene = settled().await;
    let deed = format!(
        "ALTER TABLE entries DISABLE TRIGGER ALL; \
         ALTER TABLE entries DROP CONSTRAINT a_journal_says_each_thing_once; {}",
        again(2, "side")
    );
    let found = found_after(&scene, "entries", &deed).await;
    let journal = scene
        .count("SELECT min(id) AS count FROM journals WHERE kind = 'remittance'")
        .await;
    for (line, stored, expected) in [
        (3, "-200000 of 2", "-100000 of 1"),
        (4, "200000 of 2", "100000 of 1"),
    ] {
        let row = format!("{journal}:{line}");
        let counted = [row.as_str(), "how many entries of the journal say this", "2", "1"].map(str::to_owned);
        assert!(found.contains(&counted), "{found:?}");
        let is_summed = |told: &[String; 4]| told[0] == row && told[2] == stored && told[3] == expected;
        assert!(found.iter().any(is_summed), "{found:?}");
    }
    assert_eq!(found.len(), 4, "{found:?}");
}

#[tokio::test]
async fn what_was_taken_back_whole_is_not_taken_back_again_and_pointed_at_where_it_is() {
    let scene = settled().await;
    let rule = "an_allocation_takes_back_of_an_original_once";
    assert_eq!(rule_against(&scene, TAKEN_BACK_AGAIN).await, rule);
    let deed = format!("DROP INDEX {rule}; {TAKEN_BACK_AGAIN}");
    let found = found_after(&scene, "transactions", &deed).await;
    let again = id_of(&scene, "again").await;
    let named: Vec<&str> = found
        .iter()
        .filter(|told| told[0] == again)
        .map(|told| told[1].as_str())
        .collect();
    assert!(named.contains(&"allocation_id"), "{found:?}");
    let shares = named.iter().filter(|what| what.starts_with("its share of term"));
    assert_eq!(shares.count(), 5, "the price and its four parts: {found:?}");
}

#[tokio::test]
async fn a_principal_that_is_given_back_without_having_been_paid_is_pointed_at() {
    let scene = settled().await;
    let deed = "ALTER TABLE transactions DISABLE TRIGGER ALL; \
                UPDATE transactions SET principal = 1 WHERE reference = 'back-1'";
    let found = found_after(&scene, "transactions", deed).await;
    let row = id_of(&scene, "back-1").await;
    let expected = [
        &row,
        "principal",
        "1",
        "0 at most: so much is left of its original's",
    ]
    .map(str::to_owned);
    assert!(found.contains(&expected), "{found:?}");
}
