//! Single rows are judged when they come and booked later; what counts is what is known when they are booked (money rule 11).

use chrono::{DateTime, Duration, Utc};
use daftar::domain::transaction::{Outcome, Reason, Submitted};
use daftar::usecases::record_transactions::{
    Course, JudgedAlone, Sent, judge_ahead, judge_alone, judge_together, record_at_once, record_judged,
};
use daftar::usecases::register::licence::LicenceEventKind;
use serde_json::{Value, json};

use super::Counter;
use super::counter::{reason_of, submitted};
use crate::scene::{PISHKHAN, fixed};

/// A counter whose server has rules, window and ids in memory.
async fn counter_that_remembers() -> Counter {
    let counter = Counter::open().await;
    for reference in ["r-1", "r-2", "r-3"] {
        counter.booked(counter.row(reference, json!({}))).await;
    }
    counter
}

fn judged(counter: &Counter, at: DateTime<Utc>, row: &Value) -> JudgedAlone {
    let row = submitted(row);
    judge_alone(
        &counter.memory,
        at,
        Sent::by(&counter.scene.counters, &row, at).unwrap(),
    )
}

async fn booked(counter: &Counter, at: DateTime<Utc>, row: &Value, judged: JudgedAlone) -> Outcome {
    let row = submitted(row);
    let sent = [Sent::by(&counter.scene.counters, &row, at).unwrap()];
    let together = judge_together(&counter.memory, at, &sent, vec![judged]);
    let mut conn = counter.scene.world.conn().await;
    let recorded = record_judged(&mut conn, &counter.memory, &sent, Course::Singly, together).await;
    recorded.unwrap().remove(0)
}

#[tokio::test]
async fn a_price_that_changed_while_a_row_waited_is_the_one_it_is_booked_at() {
    let counter = counter_that_remembers().await;
    let row = counter.row("waits", json!({ "occurred_at": counter.now }));
    let judged = judged(&counter, counter.now, &row);
    let noon = counter.now;
    counter
        .scene
        .publish(PISHKHAN, "copy", fixed(120_000), noon)
        .await;
    // Another row brings the new rules into memory meanwhile.
    counter.booked(counter.row("r-4", json!({}))).await;
    let outcome = booked(&counter, noon, &row, judged).await;
    let Outcome::Booked(as_booked) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(as_booked.amount.minor(), 120_000);
    counter.assert_sound().await;
}

#[tokio::test]
async fn rows_of_which_each_asks_what_nobody_has_asked_are_booked_at_once() {
    let counter = counter_that_remembers().await;
    let duty =
        |reference: &str, amount: i64| counter.row(reference, json!({ "service": "duty", "amount": amount }));
    let conn = counter.scene.world.conn().await;
    for group in 1..=3 {
        let rows = (0..300).map(|n| duty(&format!("new-{group}-{n}"), 100_000 * group + n));
        let rows: Vec<Submitted> = rows.map(|row| submitted(&row)).collect();
        let sent = rows
            .iter()
            .map(|row| Sent::by(&counter.scene.counters, row, counter.now));
        let sent: Vec<Sent<'_>> = sent.collect::<Result<_, _>>().unwrap();
        let judged = judge_ahead(&counter.memory, counter.now, &sent);
        let recorded = record_at_once(&conn, &counter.memory, &sent, judged).await;
        assert!(recorded.unwrap().iter().all(Outcome::is_booked), "{group}");
    }
    drop(conn);
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_suspension_that_was_recorded_between_judging_and_booking_counts() {
    let counter = counter_that_remembers().await;
    let noon = counter.now;
    counter
        .scene
        .befall(LicenceEventKind::Suspended, noon, noon)
        .await;
    counter.booked(counter.row("r-4", json!({}))).await;
    let after = noon + Duration::minutes(1);
    let row = counter.row("waits", json!({ "occurred_at": after }));
    let judged = judged(&counter, noon - Duration::seconds(1), &row);
    let outcome = booked(&counter, after, &row, judged).await;
    assert_eq!(reason_of(&outcome), Reason::LicenceNotStanding);
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_row_that_became_too_late_while_it_waited_is_too_late() {
    let counter = counter_that_remembers().await;
    let lateness_max = counter
        .figure("SELECT lateness_max_days FROM networks WHERE code = 'pishkhan'")
        .await;
    let last_moment = counter.now + Duration::days(lateness_max);
    let row = |reference: &str| counter.row(reference, json!({ "occurred_at": counter.now }));
    let in_time = judged(&counter, last_moment, &row("in time"));
    let outcome = booked(&counter, last_moment, &row("in time"), in_time).await;
    assert!(matches!(outcome, Outcome::Booked(_)), "{outcome:?}");
    let late = judged(&counter, last_moment, &row("late"));
    let a_moment_later = last_moment + Duration::microseconds(1);
    let outcome = booked(&counter, a_moment_later, &row("late"), late).await;
    assert_eq!(reason_of(&outcome), Reason::TooLate);
    counter.assert_sound().await;
}
