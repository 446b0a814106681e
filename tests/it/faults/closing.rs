//! Windows closed and sealed by several at once while others record. Never here: one closer beside recorders
//! (see `recording::windows`, `settling::windows`).

use std::cell::Cell;

use daftar::domain::dice::Dice;
use daftar::domain::transaction::Outcome;
use daftar::usecases::close_window::close_next_window;
use daftar::usecases::seal_window::seal_next_window;
use daftar::usecases::{Done, Failure};
use futures_util::future::{join, join_all};
use serde_json::json;

use super::{batches_are_exact, lines, one};
use crate::recording::Counter;
use crate::scene::PISHKHAN;

const AHEAD: i64 = 60;
const WINDOWS: i64 = 200;
const RECORDERS: u64 = 3;
const CLOSERS: usize = 2;

/// What was done, unless another was faster: then it is asked for again.
fn won<T>(done: Done<Option<T>>) -> Option<T> {
    match done {
        Ok(done) => done,
        Err(Failure::Unavailable(_)) => None,
        Err(Failure::Conflict { rule, .. }) if RULES_OF_LOSERS.contains(&rule.as_str()) => None,
        Err(other) => panic!("{other}"),
    }
}

const RULES_OF_LOSERS: [&str; 4] = [
    "a_window_is_closed_once",
    "a_sealed_window_never_reopens",
    "window_closings_pkey",
    "window_seals_pkey",
];

#[tokio::test]
async fn hundreds_of_windows_closed_and_sealed_by_several_while_others_record_hold_each_transaction_once() {
    let counter = Counter::open().await;
    let scene = &counter.scene;
    let last = scene.day(WINDOWS, 0);
    // Recorders' clocks stand anywhere, often before the windows that are closed already, but not so far that none of the
    // next hundred is open: no closer runs ahead of whoever is slowest.
    let (sealed, booked) = (Cell::new(0), Cell::new(0_i64));
    let clocks: Vec<Cell<i64>> = (0..RECORDERS).map(|_| Cell::new(0)).collect();
    let closable = || {
        scene.day(
            (clocks.iter().map(Cell::get).min().unwrap() + AHEAD).min(WINDOWS),
            0,
        )
    };
    let recorders = clocks.iter().zip(0..RECORDERS).map(async |(clock, recorder)| {
        let mut dice = Dice::new(recorder);
        let mut n = 0;
        while sealed.get() < WINDOWS {
            let ahead = i64::try_from(dice.roll() % 3).unwrap();
            clock.set((sealed.get() + ahead).min(WINDOWS - 1));
            let at = scene.day(clock.get(), 1);
            let row = |m: i32| counter.row(&format!("{recorder}-{n}-{m}"), json!({ "occurred_at": at }));
            let outcomes = counter.send_at(at, &[row(1), row(2)]).await;
            assert!(
                outcomes
                    .iter()
                    .all(|outcome| matches!(outcome, Outcome::Booked(_))),
                "{outcomes:?}"
            );
            booked.set(booked.get() + 2);
            n += 1;
        }
    });
    let closers = (0..CLOSERS).map(async |_| {
        let mut conn = scene.world.conn().await;
        while sealed.get() < WINDOWS {
            won(close_next_window(&mut conn, &scene.maker, closable(), PISHKHAN).await);
            if won(seal_next_window(&mut conn, &scene.maker, last, PISHKHAN).await).is_some() {
                sealed.set(sealed.get() + 1);
            }
        }
    });
    join(join_all(recorders), join_all(closers)).await;
    assert_eq!(sealed.get(), WINDOWS);
    let all =
        "SELECT concat_ws(' ', count(*), (SELECT sum(row_count) FROM batches)) AS line FROM transactions";
    assert_eq!(
        one(&scene.world, all).await,
        format!("{} {}", booked.get(), booked.get())
    );
    // A seal counts what the window held then: whatever came later would be one more now.
    let grown = "SELECT w.ordinal::text AS line FROM windows w JOIN window_seals s ON s.window_id = w.id
        WHERE s.transaction_count <> (SELECT count(*) FROM transactions t WHERE t.window_id = w.id)";
    assert_eq!(lines(&scene.world, grown).await, Vec::<String>::new());
    let used = "SELECT (count(DISTINCT window_id) > 50)::text AS line FROM transactions";
    assert_eq!(one(&scene.world, used).await, "true");
    batches_are_exact(&scene.world).await;
    scene.world.assert_sound().await;
}
