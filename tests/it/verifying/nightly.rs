//! The nightly run over the books.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use daftar::host::clock;
use daftar::host::mail::Mailer;
use daftar::jobs::files::timetable;
use daftar::jobs::follow::run_now;
use daftar::jobs::{Jobs, never_stopped, worker_name};
use daftar::usecases::finish_slot::Outcome;
use diesel_async::SimpleAsyncConnection;

use super::totals::move_a_rial;
use super::{day, record, settled};
use crate::scene::{PISHKHAN, Scene, at};
use crate::tampering::Tampering;

/// Runs the nightly job once, now, and says how it ended.
async fn night(scene: &Scene) -> Outcome {
    night_by(clock::now, scene).await
}

async fn night_by(clock: fn() -> DateTime<Utc>, scene: &Scene) -> Outcome {
    let jobs = Arc::new(Jobs {
        pool: scene.world.pool().clone(),
        clock,
        timetable: timetable(None).unwrap(),
        worker: worker_name("test"),
        mailer: Mailer::Mailbox {
            folder: std::env::temp_dir(),
        },
    });
    jobs.register().await.unwrap();
    let job = jobs.timetable.job("verify-books").unwrap().clone();
    let outcome = run_now(&jobs, &job, &never_stopped()).await.unwrap();
    jobs.leave().await.unwrap();
    outcome
}

#[tokio::test]
async fn the_nightly_run_tells_what_it_verified_and_fails_loudly_where_something_does_not_agree() {
    let scene = settled().await;
    let Outcome::Succeeded(told) = night(&scene).await else {
        panic!("the books agree");
    };
    assert!(
        told.contains("window 2026-03-21 of pishkhan with 18 transactions agree"),
        "{told}"
    );
    assert!(told.ends_with("the register and the books agree"), "{told}");
    let noted = "SELECT count(*) FROM verifications WHERE agreed AND findings = ''";
    assert_eq!(scene.count(noted).await, 3);
    // What was found good has its turn again in its night only, the register and the books in each.
    let mut tampering = Tampering::with(scene.world.superuser().await, "entries").await;
    let row = tampering.row().await.unwrap();
    tampering.delete(&row).await;
    let Outcome::Failed(told) = night(&scene).await else {
        panic!("an entry is gone");
    };
    assert!(
        told.contains("DO NOT AGREE") && told.contains("journals"),
        "{told}"
    );
    assert!(
        scene
            .count("SELECT count(*) FROM verifications WHERE NOT agreed")
            .await
            >= 1
    );
}

#[tokio::test]
async fn a_night_that_finds_totals_in_doubt_looks_at_them_line_by_line() {
    let scene = settled().await;
    let moved = format!("ALTER TABLE window_totals DISABLE TRIGGER ALL; {}", move_a_rial());
    scene.world.superuser().await.batch_execute(&moved).await.unwrap();
    assert!(
        matches!(night(&scene).await, Outcome::Failed(_)),
        "a rial was moved"
    );
    let noted = "SELECT count(*) FROM verifications WHERE findings LIKE '%window_totals%component%'";
    assert_eq!(scene.count(noted).await, 1);
}

fn before_approval() -> DateTime<Utc> {
    at("2026-03-22T21:00:00Z")
}

/// Not the night in which all that was found good before has its turn again.
fn after_approval() -> DateTime<Utc> {
    before_approval() + Duration::days(1)
}

/// Found good by a run, then settled by an approval of `decided_at` that is committed after the run, then tampered with.
async fn what_the_next_night_tells(decided_at: DateTime<Utc>) -> Outcome {
    let scene = Scene::furnished().await;
    scene.enter_the_rest().await;
    record(&scene, &day(&scene), scene.day(0, 9)).await;
    scene.close(PISHKHAN, scene.day(1, 12)).await.unwrap();
    scene.seal(PISHKHAN, scene.day(1, 12)).await.unwrap().unwrap();
    let proposed = scene.propose(PISHKHAN, scene.day(1, 13)).await.unwrap();
    let Outcome::Succeeded(told) = night_by(before_approval, &scene).await else {
        panic!("the books agree");
    };
    assert!(told.contains("window 2026-03-21"), "{told}");
    scene.approve(proposed.id, decided_at).await.unwrap();
    let tampered = "ALTER TABLE positions DISABLE TRIGGER ALL;
        UPDATE positions SET earned = earned + 1, collected = collected + 1";
    scene
        .world
        .superuser()
        .await
        .batch_execute(tampered)
        .await
        .unwrap();
    night_by(after_approval, &scene).await
}

#[tokio::test]
async fn a_window_that_was_found_good_before_its_settlement_was_approved_has_its_turn_again() {
    for decided_at in [
        before_approval() + Duration::hours(1),
        // Its approval began before the run and was committed after the run had looked.
        before_approval() - Duration::minutes(1),
    ] {
        let Outcome::Failed(told) = what_the_next_night_tells(decided_at).await else {
            panic!("positions were tampered with");
        };
        assert!(told.contains("positions"), "{told}");
    }
}

#[tokio::test]
async fn what_is_noted_as_verified_in_the_future_or_by_no_run_spares_the_night_nothing() {
    let scene = settled().await;
    let forged = "INSERT INTO verifications (window_id, verified_at, agreed, settlement_id)
        SELECT w.id, moment, true, s.id
          FROM (SELECT id FROM windows UNION ALL SELECT NULL) w
          LEFT JOIN settlements s ON s.window_id = w.id
         CROSS JOIN (VALUES (timestamptz '2100-01-01'), (now() + interval '1 hour')) AS far (moment)";
    scene.world.conn().await.batch_execute(forged).await.unwrap();
    let today = "INSERT INTO verifications (verified_at, agreed) VALUES (now(), true)";
    scene.world.conn().await.batch_execute(today).await.unwrap();
    let Outcome::Succeeded(told) = night(&scene).await else {
        panic!("the books agree");
    };
    assert!(
        told.contains("window 2026-03-21 of pishkhan") && told.ends_with("the register and the books agree"),
        "{told}"
    );
}

/// The night in which the first block of every great table has its turn, and no window of the scene.
fn night_of_the_first_block() -> DateTime<Utc> {
    at("2026-04-26T21:00:00Z")
}

fn night_of_another_block() -> DateTime<Utc> {
    night_of_the_first_block() - Duration::days(10)
}

fn night_after() -> DateTime<Utc> {
    night_of_the_first_block() + Duration::days(1)
}

fn night_before() -> DateTime<Utc> {
    night_of_another_block() - Duration::days(1)
}

/// Two days in the first block of journals, a third in one far away, and all found good.
async fn found_good_in_two_blocks() -> Scene {
    let scene = settled().await;
    let apart = "SELECT setval(pg_get_serial_sequence('journals', 'id'), 500000)";
    scene.world.superuser().await.batch_execute(apart).await.unwrap();
    scene.settle_day(3).await;
    let Outcome::Succeeded(told) = night_by(night_before, &scene).await else {
        panic!("the books agree");
    };
    assert!(told.ends_with("the register and the books agree"), "{told}");
    scene
}

/// Takes an entry out of the first or the last journal of a window.
async fn take_an_entry(scene: &Scene, which: &str) {
    let taken = format!(
        "ALTER TABLE entries DISABLE TRIGGER ALL;
         DELETE FROM entries WHERE line = 1 AND journal_id = (SELECT {which}(id) FROM journals WHERE kind = 'window')"
    );
    scene.world.superuser().await.batch_execute(&taken).await.unwrap();
}

#[tokio::test]
async fn a_night_reads_the_newest_of_the_books_and_what_is_older_in_its_turn() {
    let scene = found_good_in_two_blocks().await;
    take_an_entry(&scene, "min").await;
    let Outcome::Succeeded(told) = night_by(night_of_another_block, &scene).await else {
        panic!("it is not the turn of what is older");
    };
    assert_eq!(told, "the register and the books agree");
    let Outcome::Failed(told) = night_by(night_of_the_first_block, &scene).await else {
        panic!("an entry is gone");
    };
    assert!(told.contains("journals"), "{told}");

    let Outcome::Failed(told) = night_by(night_after, &scene).await else {
        panic!("it is still gone");
    };
    assert!(told.contains("journals"), "{told}");

    let scene = found_good_in_two_blocks().await;
    take_an_entry(&scene, "max").await;
    let Outcome::Failed(told) = night_by(night_of_another_block, &scene).await else {
        panic!("an entry of the newest journals is gone");
    };
    assert!(told.contains("journals"), "{told}");
}

#[tokio::test]
async fn a_window_that_did_not_agree_has_its_turn_until_it_does() {
    let scene = settled().await;
    assert!(matches!(
        night_by(night_before, &scene).await,
        Outcome::Succeeded(_)
    ));
    let noted = "INSERT INTO verifications (window_id, verified_at, agreed, findings, settlement_id)
        SELECT window_id, verified_at, false, 'a test', settlement_id FROM verifications
         WHERE window_id = (SELECT min(window_id) FROM verifications)";
    scene.world.conn().await.batch_execute(noted).await.unwrap();
    let mut told_of_nights = Vec::new();
    for by in [night_of_another_block, night_of_the_first_block] {
        let Outcome::Succeeded(told) = night_by(by, &scene).await else {
            panic!("the books agree");
        };
        told_of_nights.push(told.contains("window 2026-03-21 of pishkhan"));
    }
    assert_eq!(told_of_nights, [true, false]);
}

#[tokio::test]
async fn what_cannot_be_verified_is_a_finding_and_the_rest_is_verified() {
    let scene = settled().await;
    let beyond = "ALTER TABLE window_totals DISABLE TRIGGER ALL;
        UPDATE window_totals SET sums = array_fill(9000000000000000000, ARRAY[cardinality(sums)])
         WHERE window_id = (SELECT min(window_id) FROM window_totals)";
    scene.world.superuser().await.batch_execute(beyond).await.unwrap();
    let Outcome::Failed(told) = night(&scene).await else {
        panic!("totals leave their range");
    };
    assert!(told.contains("window_seals of window"), "{told}");
    assert!(told.contains("not to be verified"), "{told}");
    let noted = "SELECT count(*) FROM verifications WHERE window_id IS NULL AND agreed";
    assert_eq!(scene.count(noted).await, 1);
}
