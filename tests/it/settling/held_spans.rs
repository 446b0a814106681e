//! Where what is held is looked for: nothing of it is missed and none is counted twice. Never here: what a restriction holds
//! (`holds`).

use chrono::{DateTime, Duration, Utc};
use daftar::domain::language::Language;
use daftar::domain::originator::Originator;
use daftar::domain::transaction::{Outcome, Reason};
use daftar::usecases::explain::explain_transaction;
use daftar::usecases::quarantine::release_quarantined;
use daftar::usecases::record_transactions::{Course, Memory, Sent, record_transactions};
use daftar::usecases::register::licence::LicenceEventKind;

use crate::counter::Case;
use crate::scene::{PISHKHAN, Scene};
use crate::settling::position_of;

/// What the office earns by one passport.
const WAGE: i64 = 428_612;

impl Scene {
    /// Sends a case that comes too late, and has it released an hour later.
    async fn book_too_late(&self, at: DateTime<Utc>, case: &Case<'_>) {
        let row = case.submitted();
        let sent = [Sent::by(&self.counters, &row, at).unwrap()];
        let (mut conn, memory) = (self.world.conn().await, Memory::default());
        let recorded = record_transactions(&mut conn, &memory, at, &sent, Course::Singly).await;
        let Outcome::Quarantined { id, reason, .. } = recorded.unwrap().remove(0) else {
            panic!("{case:?} does not wait");
        };
        assert_eq!(reason, Reason::TooLate);
        let released_at = at + Duration::hours(1);
        release_quarantined(&mut conn, &memory, &self.checker, released_at, id, "")
            .await
            .unwrap();
    }

    async fn active_holds(&self, at: DateTime<Utc>) -> i64 {
        let preview = self.preview(PISHKHAN, at).await;
        position_of(&preview, "office-1001").active_holds.minor()
    }
}

#[tokio::test]
async fn what_a_person_released_however_long_ago_it_happened_is_held_as_late() {
    let scene = Scene::furnished().await;
    let noon = scene.day(0, 12);
    scene.befall(LicenceEventKind::Suspended, noon, noon).await;
    // Within the allowed lateness, and beyond it.
    scene
        .passports(&[("late", noon - Duration::days(20), scene.day(0, 13))])
        .await;
    let long_ago = Case::central("1001", "passport", "too-late", noon - Duration::days(90));
    scene.book_too_late(scene.day(0, 14), &long_ago).await;
    assert_eq!(scene.active_holds(scene.day(0, 16)).await, 2 * WAGE);
    let id = scene
        .count("SELECT batch_id * 16384 + line AS count FROM transactions WHERE reference = 'too-late'")
        .await;
    let (mut conn, host) = (scene.world.conn().await, Originator::host());
    let told = explain_transaction(&mut conn, &host, scene.day(0, 16), id, Language::En).await;
    assert!(told.unwrap().held.is_some());
    scene.settle_day(1).await;
    scene
        .befall(LicenceEventKind::Reinstated, scene.day(1, 13), scene.day(1, 13))
        .await;
    assert_eq!(scene.active_holds(scene.day(1, 14)).await, 0);
    scene.settle_day(2).await;
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn what_two_restrictions_hold_is_held_once() {
    let scene = Scene::furnished().await;
    scene
        .passports(&[
            ("a", scene.day(0, 13), scene.day(0, 14)),
            ("b", scene.day(0, 13), scene.day(0, 14)),
        ])
        .await;
    for (kind, since, recorded) in [
        (LicenceEventKind::Suspended, 12, 15),
        (LicenceEventKind::Revoked, 11, 16),
    ] {
        scene
            .befall(kind, scene.day(0, since), scene.day(0, recorded))
            .await;
    }
    scene
        .passports(&[("late", scene.day(0, 1), scene.day(0, 17))])
        .await;
    assert_eq!(scene.held(scene.day(0, 18)).await, [3 * WAGE, 3 * WAGE, 0]);
    scene.settle_day(1).await;
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_suspension_after_one_that_was_lifted_holds_what_it_would_have_held_alone() {
    let scene = Scene::furnished().await;
    scene
        .passports(&[
            ("a", scene.day(0, 2), scene.day(0, 3)),
            ("b", scene.day(0, 13), scene.day(0, 14)),
        ])
        .await;
    for (kind, since, recorded) in [
        (LicenceEventKind::Suspended, 1, 4),
        (LicenceEventKind::Reinstated, 5, 5),
        (LicenceEventKind::Suspended, 12, 15),
    ] {
        scene
            .befall(kind, scene.day(0, since), scene.day(0, recorded))
            .await;
    }
    assert_eq!(scene.active_holds(scene.day(0, 16)).await, WAGE);
    scene.settle_day(1).await;
    scene.world.assert_sound().await;
}
