//! What waits in quarantine tells why it could not be booked last, and when it first came. Never here: the reasons themselves.

use chrono::Duration;
use daftar::cli::verify::verify;
use daftar::domain::page::Asked;
use daftar::domain::quarantine::QuarantineState;
use daftar::domain::transaction::{Outcome, Reason};
use daftar::usecases::quarantine::{QuarantinedView, list_quarantine, release_quarantined};
use daftar::usecases::record_transactions::{Course, Sent, record_transactions};
use daftar::usecases::verify_books::Extent;
use serde_json::{Value, json};

use super::Counter;
use super::counter::{reason_of, submitted};
use crate::scene::{PISHKHAN, fixed};

/// The only row that waits.
async fn waiting(counter: &Counter) -> QuarantinedView {
    let mut conn = counter.scene.world.conn().await;
    let (by, at, asked) = (&counter.scene.checker, counter.now, Asked::first(10));
    let waiting = list_quarantine(&mut conn, by, at, QuarantineState::Waiting, &asked).await;
    let mut items = waiting.unwrap().items;
    assert_eq!(items.len(), 1, "{items:?}");
    items.remove(0)
}

/// A row of a service without a tariff, at another price than the one that it gets.
fn clearance(counter: &Counter) -> Value {
    counter.row("r-1", json!({ "service": "clearance", "amount": 5 }))
}

async fn publish_clearance(counter: &Counter) {
    let since = counter.now - Duration::hours(2);
    counter
        .scene
        .publish(PISHKHAN, "clearance", fixed(300_000), since)
        .await;
}

#[tokio::test]
async fn a_row_that_is_sent_again_waits_under_its_id_for_the_last_reason() {
    let counter = Counter::open().await;
    let row = clearance(&counter);
    assert_eq!(counter.reason(row.clone()).await, Reason::NoTariff);
    let first = waiting(&counter).await;
    assert_eq!(first.reason, "no_tariff");
    publish_clearance(&counter).await;
    let later = counter.now + Duration::minutes(1);
    let again = counter.send_at(later, &[row.clone(), row]).await;
    for outcome in &again {
        assert_eq!(reason_of(outcome), Reason::PriceDiffers);
    }
    let Outcome::Quarantined { id, explanation, .. } = &again[0] else {
        panic!("{again:?}");
    };
    let last = waiting(&counter).await;
    assert_eq!(
        (last.id, &last.reason, &last.explanation),
        (*id, &"price_differs".to_owned(), explanation)
    );
    assert_eq!((last.id, last.received_at), (first.id, first.received_at));
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_row_that_cannot_be_released_tells_the_reason_of_that_and_its_seal_is_whole() {
    let counter = Counter::open().await;
    assert_eq!(counter.reason(clearance(&counter)).await, Reason::NoTariff);
    publish_clearance(&counter).await;
    let id = waiting(&counter).await.id;
    let mut conn = counter.scene.world.conn().await;
    let at = counter.now + Duration::minutes(1);
    let released = release_quarantined(&mut conn, &counter.memory, &counter.scene.checker, at, id, "").await;
    let refused = released.unwrap_err().to_string();
    let told = waiting(&counter).await;
    assert_eq!((told.id, told.reason.as_str()), (id, "price_differs"));
    assert!(refused.contains(&told.explanation), "{refused}");
    drop(conn);
    let verified = verify(counter.scene.world.pool(), Extent::All, None)
        .await
        .unwrap();
    assert!(verified.findings.is_empty(), "{:?}", verified.findings);
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_row_waits_since_it_was_received_however_late_its_turn_came() {
    let counter = Counter::open().await;
    let received_at = counter.now - Duration::minutes(10);
    let row = submitted(&counter.row("r-1", json!({ "amount": 5 })));
    let sent = [Sent::by(&counter.scene.counters, &row, received_at).unwrap()];
    let mut conn = counter.scene.world.conn().await;
    let recorded = record_transactions(&mut conn, &counter.memory, counter.now, &sent, Course::Singly).await;
    assert_eq!(reason_of(&recorded.unwrap()[0]), Reason::PriceDiffers);
    drop(conn);
    assert_eq!(waiting(&counter).await.received_at, received_at);
    counter.assert_sound().await;
}
