//! What takes back in a file, however the file is cut into chunks and wherever a sending of it broke off. Never here: how a refund is
//! apportioned.

use chrono::{DateTime, Duration, Utc};
use daftar::domain::submission::{Line, Received};
use daftar::store::locks::take_originals;
use daftar::usecases::submission::{Delivery, SubmissionView, judge_lines, open_submission};
use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};

use super::Counter;
use super::counter::submitted;

/// A part, given back by the office, stands before its original; the reversal after it takes the rest from the central collector.
fn file(counter: &Counter, name: &str) -> Vec<Value> {
    vec![
        part(counter, &format!("a-part-{name}"), &format!("o-{name}"), 60_000),
        counter.row(&format!("o-{name}"), json!({ "service": "passport" })),
        counter.row(
            &format!("c-rest-{name}"),
            json!({ "service": null, "kind": "reversal", "original": format!("o-{name}"), "holder": "central" }),
        ),
    ]
}

fn part(counter: &Counter, reference: &str, original: &str, amount: i64) -> Value {
    counter.row(
        reference,
        json!({ "service": null, "kind": "refund", "original": original, "amount": amount }),
    )
}

fn lines(rows: &[Value]) -> Vec<Line> {
    let line = |(row, number)| Line {
        number,
        row: Ok(submitted(row)),
    };
    rows.iter().zip(1..).map(line).collect()
}

/// Records all but what takes back, and gives that.
async fn begin(counter: &Counter, rows: &[Value], chunk_rows: usize) -> (Delivery, Vec<Received>) {
    let mut conn = counter.scene.world.conn().await;
    let (by, at) = (&counter.scene.counters, counter.now);
    let delivery = open_submission(&mut conn, by, at).await.unwrap();
    let mut take_backs = Vec::new();
    for chunk in lines(rows).chunks(chunk_rows) {
        let judged = judge_lines(&counter.memory, by, at, chunk.to_vec()).unwrap();
        let waiting = delivery.record(&mut conn, &counter.memory, by, judged).await;
        take_backs.extend(waiting.unwrap());
    }
    (delivery, take_backs)
}

async fn take_back(counter: &Counter, delivery: Delivery, take_backs: &[Received], chunk_rows: usize) {
    take_back_at(counter, counter.now, delivery, take_backs, chunk_rows).await;
}

async fn take_back_at(
    counter: &Counter,
    at: DateTime<Utc>,
    delivery: Delivery,
    take_backs: &[Received],
    chunk_rows: usize,
) {
    let mut conn = counter.scene.world.conn().await;
    for chunk in take_backs.chunks(chunk_rows) {
        delivery
            .record_take_backs(
                &mut conn,
                &counter.memory,
                &counter.scene.counters,
                at,
                chunk.to_vec(),
            )
            .await
            .unwrap();
    }
}

async fn record(counter: &Counter, rows: &[Value], chunk_rows: usize) -> SubmissionView {
    let (delivery, take_backs) = begin(counter, rows, chunk_rows).await;
    take_back(counter, delivery, &take_backs, chunk_rows).await;
    let mut conn = counter.scene.world.conn().await;
    delivery
        .finish(&mut conn, &counter.scene.counters, counter.now)
        .await
        .unwrap()
}

/// What was taken back under references that end so: amount, and who gave it back.
async fn taken_back(counter: &Counter, name: &str) -> String {
    let taken = format!(
        "SELECT string_agg(left(reference, 6) || ' ' || amount || ' by ' || holder, ', ' ORDER BY reference)
           FROM transactions WHERE kind IN (2, 3) AND reference LIKE '%-{name}'"
    );
    counter.word(&taken).await
}

#[tokio::test]
async fn what_a_file_takes_back_does_not_depend_on_where_its_chunks_end() {
    let counter = Counter::open().await;
    for chunk_rows in 1..=5 {
        let name = format!("in-{chunk_rows}");
        let mut rows = file(&counter, &name);
        let corrected = format!("b-part-{name}");
        rows.insert(1, part(&counter, &corrected, "none", 10_000));
        rows.insert(3, part(&counter, &corrected, &format!("o-{name}"), 10_000));
        let view = record(&counter, &rows, chunk_rows).await;
        assert_eq!((view.booked, view.quarantined), (4, 1), "{view:?}");
        assert_eq!(
            taken_back(&counter, &name).await,
            "a-part 60000 by 1, b-part 10000 by 1, c-rest 1406112 by 3",
            "in chunks of {chunk_rows}"
        );
    }
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_file_that_is_sent_again_takes_back_what_it_would_have_taken_had_it_not_broken_off() {
    let counter = Counter::open().await;
    for taken_before in 0..=2 {
        let name = format!("after-{taken_before}");
        let rows = file(&counter, &name);
        let (delivery, take_backs) = begin(&counter, &rows, 1).await;
        take_back(&counter, delivery, &take_backs[..taken_before], 1).await;
        let view = record(&counter, &rows, rows.len()).await;
        let repeated = i64::try_from(taken_before).unwrap() + 1;
        assert_eq!((view.booked, view.repeated), (3 - repeated, repeated), "{view:?}");
        assert_eq!(
            taken_back(&counter, &name).await,
            "a-part 60000 by 1, c-rest 1416112 by 3",
            "after {taken_before}"
        );
    }
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_file_of_refunds_alone_is_recorded_in_chunks() {
    let counter = Counter::open().await;
    counter
        .booked(counter.row("o-alone", json!({ "service": "passport" })))
        .await;
    let refund = |n: usize| part(&counter, &format!("b-part-{n}-alone"), "o-alone", 1_000);
    let rows: Vec<Value> = (0..6).map(refund).collect();
    let view = record(&counter, &rows, 2).await;
    assert_eq!(view.booked, 6, "{view:?}");
    let batches = "SELECT count(DISTINCT batch_id) FROM transactions WHERE kind = 2";
    assert_eq!(counter.figure(batches).await, 3);
    counter.assert_sound().await;
}

#[tokio::test]
async fn what_a_file_takes_back_was_received_when_it_came_and_not_when_all_the_rest_was_recorded() {
    let counter = Counter::open().await;
    let rows = file(&counter, "waited");
    let (delivery, take_backs) = begin(&counter, &rows, 2).await;
    let ended_at = counter.now + Duration::hours(5);
    take_back_at(&counter, ended_at, delivery, &take_backs, 2).await;
    let received = "SELECT string_agg(DISTINCT extract(epoch FROM received_at)::bigint::text, ', ') FROM transactions WHERE kind IN (2, 3)";
    assert_eq!(counter.word(received).await, counter.now.timestamp().to_string());
    let booked_then = format!(
        "SELECT count(*) FROM transactions t JOIN batches b ON b.id = t.batch_id
          WHERE t.kind IN (2, 3) AND extract(epoch FROM b.booked_at)::bigint = {}",
        ended_at.timestamp()
    );
    assert_eq!(counter.figure(&booked_then).await, 2);
    counter.assert_sound().await;
}

/// References and ids of all that is booked, in the order in which originals are locked.
const AS_LOCKED: &str = "SELECT string_agg(reference || ' ' || id, ',' ORDER BY (id # (id >> 14)) & 255)
    FROM (SELECT reference, batch_id * 16384 + line AS id FROM transactions) booked";

#[tokio::test]
async fn originals_are_locked_in_their_order_across_corrected_rows_so_that_no_two_files_wait_for_each_other()
{
    let counter = Counter::open().await;
    let original = |n: usize| counter.row(&format!("o-{n}"), json!({ "service": "passport" }));
    counter.send(&(0..8).map(original).collect::<Vec<_>>()).await;
    let booked = counter.word(AS_LOCKED).await;
    let of_one = |told: &str| {
        let (reference, id) = told.split_once(' ').unwrap();
        (reference.to_owned(), id.parse::<i64>().unwrap())
    };
    let (first, last) = (booked.split(',').next(), booked.split(',').next_back());
    let (first, last) = (of_one(first.unwrap()), of_one(last.unwrap()));
    let rows = [
        part(&counter, "r-corrected", &last.0, 10_000),
        part(&counter, "r-corrected", &last.0, 20_000),
        part(&counter, "r-after", &first.0, 10_000),
    ];
    let (delivery, take_backs) = begin(&counter, &rows, rows.len()).await;
    let mut other = counter.scene.world.conn().await;
    other.batch_execute("BEGIN").await.unwrap();
    take_originals(&mut other, 1, &[first.1]).await.unwrap();
    let goes_on = async {
        counter.scene.somebody_waits().await;
        take_originals(&mut other, 1, &[last.1]).await.unwrap();
        other.batch_execute("COMMIT").await.unwrap();
    };
    tokio::join!(take_back(&counter, delivery, &take_backs, rows.len()), goes_on);
    let refunds = "SELECT count(*) FROM transactions WHERE kind = 2";
    assert_eq!(counter.figure(refunds).await, 2);
    counter.assert_sound().await;
}
