//! The key is office, sender and reference, for ever (money rule 16).

use daftar::domain::transaction::Outcome;
use daftar::usecases::record_transactions::Memory;
use serde_json::json;

use super::Counter;

#[tokio::test]
async fn the_same_content_again_is_the_same_answer_and_other_content_a_conflict_that_names_it() {
    let counter = Counter::open().await;
    let row = counter.row(
        "r-1",
        json!({ "service": "card", "facts": { "losses": 2 }, "citizen": "00112233445566778899aabbccddeeff" }),
    );
    let booked = counter.booked(row.clone()).await;
    assert_eq!(booked.amount.minor(), 700_000);
    assert_eq!(counter.one(row.clone()).await, Outcome::Repeated(booked));
    for (field, instead) in [
        ("facts", json!({ "facts": { "losses": 1 } })),
        ("holder", json!({ "holder": "central" })),
        ("amount", json!({ "amount": 700_001 })),
        ("citizen", json!({ "citizen": null })),
        ("service", json!({ "service": "copy", "facts": { "losses": 2 } })),
        ("quantity", json!({ "quantity": 2 })),
        ("occurred_at", json!({ "occurred_at": counter.now })),
        ("network", json!({ "network": "police10" })),
    ] {
        let mut other = row.clone();
        other
            .as_object_mut()
            .unwrap()
            .extend(instead.as_object().unwrap().clone());
        other.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let Outcome::Conflict { id, differences } = counter.one(other).await else {
            panic!("{field} was not a conflict");
        };
        assert_eq!(id, booked.id);
        assert!(
            differences.iter().any(|d| d.field == field),
            "{field}: {differences:?}"
        );
    }
    assert_eq!(counter.figure("SELECT count(*) FROM transactions").await, 1);
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_fact_that_came_as_a_text_is_the_same_content() {
    let counter = Counter::open().await;
    let row = |losses| counter.row("r-1", json!({ "service": "card", "facts": { "losses": losses } }));
    let booked = counter.booked(row(json!(2))).await;
    assert_eq!(counter.one(row(json!("2"))).await, Outcome::Repeated(booked));
    counter.assert_sound().await;
}

#[tokio::test]
async fn the_same_reference_under_another_office_is_another_transaction() {
    let counter = Counter::open().await;
    let first = counter.booked(counter.row("r-1", json!({}))).await;
    let second = counter
        .booked(counter.row("r-1", json!({ "office": "1003" })))
        .await;
    assert_ne!(first.id, second.id);
    counter.assert_sound().await;
}

#[tokio::test]
async fn sent_at_once_by_many_it_is_booked_once_and_each_batch_is_exact() {
    let counter = Counter::open().await;
    let rows: Vec<_> = (0..40)
        .map(|n| counter.row(&format!("r-{n}"), json!({})))
        .collect();
    let parts = [&rows[..25], &rows[10..], &rows[5..30], &rows[..]];
    let sends = parts.map(|part| counter.send(part));
    let outcomes = futures_util::future::join_all(sends).await;
    let booked = outcomes
        .iter()
        .flatten()
        .filter(|o| matches!(o, Outcome::Booked(_)));
    assert_eq!(booked.count(), 40);
    assert!(
        outcomes
            .iter()
            .flatten()
            .all(|o| matches!(o, Outcome::Booked(_) | Outcome::Repeated(_)))
    );
    assert_eq!(counter.figure("SELECT count(*) FROM transactions").await, 40);
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_key_that_stands_twice_in_one_call_is_booked_once() {
    let counter = Counter::open().await;
    let (row, other) = (
        counter.row("r-1", json!({})),
        counter.row("r-1", json!({ "holder": "agency" })),
    );
    let outcomes = counter.send(&[row.clone(), row, other]).await;
    assert!(matches!(outcomes[0], Outcome::Booked(_)), "{outcomes:?}");
    assert!(matches!(outcomes[1], Outcome::Repeated(_)), "{outcomes:?}");
    assert!(matches!(outcomes[2], Outcome::Conflict { .. }), "{outcomes:?}");
    counter.assert_sound().await;
}

#[tokio::test]
async fn what_could_not_be_booked_now_is_still_the_same_answer_when_it_is_in_the_books() {
    let counter = Counter::open().await;
    let row = counter.row("r-1", json!({}));
    let booked = counter.booked(row.clone()).await;
    let much_later = counter.now + chrono::Duration::days(90);
    assert_eq!(
        counter.send_at(much_later, &[row]).await,
        [Outcome::Repeated(booked)]
    );
    counter.assert_sound().await;
}

#[tokio::test]
async fn an_answer_is_stored_once_whichever_server_brings_it_first() {
    let mut counter = Counter::open().await;
    let mut other = Memory::default();
    let post = async |counter: &Counter, reference: &str, amount: i64| {
        let row = counter.row(reference, json!({ "service": "duty", "amount": amount }));
        counter.booked(row).await.amount.minor()
    };
    // The first of each server is booked step by step, the second brings spare ids, and later ones bring their own answers.
    for (server, first) in [("a", 10_000), ("b", 20_000)] {
        for amount in (first..).step_by(1_000).take(4) {
            post(&counter, &format!("{server}-{amount}"), amount).await;
        }
        std::mem::swap(&mut counter.memory, &mut other);
    }
    for amount in [13_000, 23_000, 31_000] {
        for server in ["c", "d"] {
            let price = post(&counter, &format!("{server}-{amount}"), amount).await;
            assert_eq!(price, amount * 15 / 1_000);
            std::mem::swap(&mut counter.memory, &mut other);
        }
        let stored = format!("SELECT count(*) FROM allocations WHERE asked_amount = {amount}");
        assert_eq!(counter.figure(&stored).await, 1, "{amount}");
    }
    let unanswered = "SELECT count(*) FROM transactions t LEFT JOIN allocations a ON a.id = t.allocation_id
                       WHERE a.total IS DISTINCT FROM t.amount";
    assert_eq!(counter.figure(unanswered).await, 0);
    counter.assert_sound().await;
}
