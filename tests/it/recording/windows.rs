//! Every transaction is in exactly one window, whoever closes meanwhile (money rule 10).

use std::cell::Cell;

use chrono::{DateTime, Duration, Utc};
use daftar::domain::transaction::{Outcome, Reason};
use daftar::store::locks::take_network;
use daftar::usecases::Failure;
use daftar::usecases::quarantine::release_quarantined;
use diesel::sql_types::{Integer, Timestamptz};
use diesel_async::{AsyncConnection, RunQueryDsl};
use serde_json::json;

use super::Counter;

const CLOSES: i64 = 1_000;

/// Of the window with this ordinal, by its batches.
fn booked_in(ordinal: i64) -> String {
    format!(
        "SELECT coalesce(sum(b.row_count), 0)::bigint FROM batches b JOIN windows w ON w.id = b.window_id WHERE w.ordinal = {ordinal}"
    )
}

/// Writes `closed` for the window that ended at `at`, under the network's exclusive lock.
async fn close(counter: &Counter, at: DateTime<Utc>) {
    let mut conn = counter.scene.world.conn().await;
    conn.transaction(async |conn| -> Result<(), daftar::store::StoreFailure> {
        take_network(conn, 1, 10_000).await?;
        diesel::sql_query(
            "INSERT INTO window_closings (window_id, closed_at, originator_id)
             SELECT id, $1, $2 FROM windows WHERE network_id = 1 AND ends_at = $1",
        )
        .bind::<Timestamptz, _>(at)
        .bind::<Integer, _>(counter.scene.maker.id)
        .execute(conn)
        .await?;
        Ok(())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn the_window_of_the_moment_takes_the_booking_and_a_missing_one_is_made() {
    let counter = Counter::open().await;
    counter.booked(counter.row("r-1", json!({}))).await;
    let window = "SELECT ordinal FROM windows WHERE id = (SELECT max(window_id) FROM transactions)";
    assert_eq!(counter.figure(window).await, 5);
    assert_eq!(counter.figure("SELECT count(*) FROM windows").await, 5);
    counter.assert_sound().await;
}

#[tokio::test]
async fn what_finds_the_next_hundred_windows_closed_waits_for_that_reason_and_is_released_when_one_is_open() {
    let counter = Counter::open().await;
    counter.booked(counter.row("r-1", json!({}))).await;
    let day = |days| counter.scene.began + Duration::days(days);
    let ahead = counter.row("ahead", json!({ "occurred_at": day(104) }));
    let made = counter.send_at(day(104), &[ahead]).await;
    assert!(matches!(made[0], Outcome::Booked(_)), "{made:?}");
    for ordinal in 5..=104 {
        close(&counter, day(ordinal)).await;
    }
    let refund =
        json!({ "kind": "refund", "original": "r-1", "service": null, "network": null, "amount": 1_000 });
    let again = counter.send(&[counter.row("r-1", json!({}))]).await;
    assert!(matches!(again[..], [Outcome::Repeated(_)]), "{again:?}");
    let rows = [counter.row("r-2", json!({})), counter.row("back", refund)];
    let mut waiting = Vec::new();
    for outcome in counter.send(&rows).await {
        let Outcome::Quarantined {
            id,
            reason,
            explanation,
        } = outcome
        else {
            panic!("{outcome:?}");
        };
        assert_eq!(reason, Reason::NoWindowOpen);
        assert!(explanation.contains("the next 100 are closed"), "{explanation}");
        waiting.push(id);
    }
    assert_eq!(
        counter
            .figure("SELECT count(*) FROM allocations WHERE kind = 2")
            .await,
        0
    );
    for id in waiting {
        let mut conn = counter.scene.world.conn().await;
        let (memory, by, at) = (&counter.memory, &counter.scene.checker, counter.now);
        let refused = release_quarantined(&mut conn, memory, by, at, id, "")
            .await
            .unwrap_err();
        assert!(matches!(refused, Failure::Conflict { rule, .. } if rule == "no_window_open"));
        // A day later the first open window is one of the next hundred.
        release_quarantined(&mut conn, memory, by, at + Duration::days(1), id, "")
            .await
            .unwrap();
    }
    assert_eq!(counter.figure(&booked_in(105)).await, 3);
    counter.assert_sound().await;
}

#[tokio::test]
async fn what_is_booked_when_its_window_is_closed_goes_into_the_next() {
    let counter = Counter::open().await;
    counter.booked(counter.row("r-1", json!({}))).await;
    let ends_at = counter.scene.began + Duration::days(5);
    close(&counter, ends_at).await;
    // This server's clock is behind that of the one that closed.
    counter.booked(counter.row("r-2", json!({}))).await;
    let windows = "SELECT string_agg(w.ordinal::text, ' ' ORDER BY t.reference) FROM transactions t JOIN windows w ON w.id = t.window_id";
    assert_eq!(counter.word(windows).await, "5 6");
    counter.assert_sound().await;
}

#[tokio::test]
async fn nothing_is_booked_before_the_networks_first_window() {
    let counter = Counter::open().await;
    let before = counter.scene.began - Duration::hours(1);
    let row = counter.row("r-1", json!({ "occurred_at": before }));
    let outcomes = counter.send_at(before, &[row]).await;
    assert!(
        matches!(
            outcomes[0],
            Outcome::Quarantined {
                reason: Reason::BeforeTheFirstWindow,
                ..
            }
        ),
        "{outcomes:?}"
    );
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_thousand_closes_under_recording_leave_every_transaction_in_one_window_that_was_open() {
    let counter = Counter::open().await;
    let began = counter.scene.began;
    // Recorders follow this clock, which passes a day with each close.
    let day = Cell::new(0_i64);
    let is_done = Cell::new(false);
    let sent = Cell::new(0_i64);
    let record = async |recorder: i32| {
        let mut n = 0;
        while !is_done.get() {
            let at = began + Duration::days(day.get()) + Duration::hours(23);
            let row = |m: i32| counter.row(&format!("{recorder}-{n}-{m}"), json!({ "occurred_at": at }));
            let outcomes = counter.send_at(at, &[row(1), row(2), row(3)]).await;
            assert!(
                outcomes.iter().all(|o| matches!(o, Outcome::Booked(_))),
                "{outcomes:?}"
            );
            sent.set(sent.get() + 3);
            n += 1;
        }
    };
    let mut at_close = Vec::new();
    let shut = async {
        for nth in 1..=CLOSES {
            let booked = "SELECT count(*) FROM windows WHERE network_id = 1";
            while counter.figure(booked).await < nth {
                tokio::task::yield_now().await;
            }
            close(&counter, began + Duration::days(nth)).await;
            day.set(nth);
            at_close.push(counter.figure(&booked_in(nth)).await);
        }
        is_done.set(true);
    };
    tokio::join!(record(1), record(2), record(3), record(4), shut);
    assert_eq!(
        counter.figure("SELECT count(*) FROM transactions").await,
        sent.get()
    );
    // What was in a window when it closed is all that it ever has.
    for (nth, then) in (1..).zip(at_close) {
        let now = counter.figure(&booked_in(nth)).await;
        assert_eq!(now, then, "window {nth} grew after it was closed");
    }
    let late = "SELECT count(*) FROM batches b JOIN window_closings c ON c.window_id = b.window_id WHERE b.booked_at > c.closed_at";
    assert_eq!(counter.figure(late).await, 0);
    counter.assert_sound().await;
}
