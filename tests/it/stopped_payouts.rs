//! A hold that is placed after approval stops the payout, not the settlement (money rule 18).

use chrono::{DateTime, Utc};
use daftar::domain::page::Asked;
use daftar::usecases::Failure;
use daftar::usecases::reading::money::MoneyFilter;
use daftar::usecases::reading::payouts::{PayoutView, WaitsFor, list_payouts};
use daftar::usecases::register::licence::{LicenceEventKind, record_licence_event};
use daftar::usecases::release_payouts::release_payouts;
use diesel_async::{AsyncConnection, SimpleAsyncConnection};

use crate::counter::Case;
use crate::licences::decision;
use crate::scene::Scene;

impl Scene {
    async fn payouts_of(&self, party: &str, at: DateTime<Utc>) -> Vec<PayoutView> {
        let filter = MoneyFilter {
            party: Some(party.to_owned()),
            ..MoneyFilter::default()
        };
        let asked = Asked::first(10);
        let mut conn = self.world.conn().await;
        let found = list_payouts(&mut conn, &self.checker, at, &filter, &asked).await;
        found.unwrap().items
    }

    /// Lets leave what may, and tells state and reason of the newest payout of office 1001.
    async fn released(&self, at: DateTime<Utc>) -> (String, Option<WaitsFor>, Option<String>) {
        self.run_job("release-payouts", at).await;
        let payout = self.payouts_of("office-1001", at).await.remove(0);
        (payout.state, payout.waits_for, payout.hold_cause)
    }

    /// Two passports of the first day, approved and waiting for money; what comes in is enough for all.
    async fn two_passports_approved(&self) {
        self.passports(&[
            ("a", self.day(0, 13), self.day(0, 14)),
            ("b", self.day(0, 15), self.day(0, 16)),
        ])
        .await;
        self.settle_day(1).await;
        self.passports(&[("c", self.day(1, 13), self.day(1, 13))]).await;
    }
}

fn waiting(waits_for: WaitsFor, cause: Option<&str>) -> (String, Option<WaitsFor>, Option<String>) {
    ("waiting".to_owned(), Some(waits_for), cause.map(str::to_owned))
}

#[tokio::test]
async fn a_hold_placed_after_approval_stops_the_payout_until_it_is_lifted_and_no_other() {
    let scene = Scene::furnished().await;
    scene.two_passports_approved().await;
    assert_eq!(
        scene.released(scene.day(1, 14)).await,
        waiting(WaitsFor::Money, None)
    );
    scene.bring_in("central", 10_000_000, 2).await;
    // Only the second passport happened after it; instructions are whole.
    scene
        .befall(LicenceEventKind::Suspended, scene.day(0, 14), scene.day(1, 15))
        .await;
    let stopped = waiting(WaitsFor::Hold, Some("licence:1"));
    assert_eq!(scene.released(scene.day(1, 16)).await, stopped);
    let others = "SELECT count(*) FROM payouts WHERE state = 'waiting'";
    assert_eq!(scene.count(others).await, 1);
    // The settlement stands and the next one goes on.
    scene.settle_day(2).await;
    assert_eq!(scene.held(scene.day(2, 13)).await[2], 0);
    assert_eq!(scene.released(scene.day(2, 14)).await, stopped);
    scene
        .befall(LicenceEventKind::Reinstated, scene.day(2, 15), scene.day(2, 15))
        .await;
    assert_eq!(
        scene.released(scene.day(2, 16)).await,
        ("released".to_owned(), None, None)
    );
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_suspension_from_after_the_items_of_a_payout_on_stops_it_not() {
    let scene = Scene::furnished().await;
    scene.two_passports_approved().await;
    let just = chrono::Duration::microseconds(1);
    scene
        .befall(
            LicenceEventKind::Suspended,
            scene.day(0, 15) + just,
            scene.day(1, 15),
        )
        .await;
    scene.bring_in("central", 10_000_000, 2).await;
    assert_eq!(scene.released(scene.day(1, 16)).await.0, "released");
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_suspension_from_the_last_item_of_a_payout_on_stops_it() {
    let scene = Scene::furnished().await;
    scene.two_passports_approved().await;
    scene
        .befall(LicenceEventKind::Suspended, scene.day(0, 15), scene.day(1, 15))
        .await;
    scene.bring_in("central", 10_000_000, 2).await;
    let stopped = waiting(WaitsFor::Hold, Some("licence:1"));
    assert_eq!(scene.released(scene.day(1, 16)).await, stopped);
    let back = Case {
        takes_back: Some("b"),
        ..Case::central("1001", "passport", "b-back", scene.day(1, 17))
    };
    scene.book(scene.day(1, 17), &[back]).await;
    assert_eq!(
        scene.released(scene.day(1, 18)).await.0,
        "released",
        "nothing of it is held any more"
    );
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_hold_that_an_approved_settlement_took_into_account_does_not_stop_its_payout() {
    let scene = Scene::furnished().await;
    let early =
        [("a", 2), ("b", 3)].map(|(reference, hour)| (reference, scene.day(0, hour), scene.day(0, hour)));
    scene.passports(&early).await;
    scene
        .passports(&[("held", scene.day(0, 13), scene.day(0, 14))])
        .await;
    scene
        .befall(LicenceEventKind::Suspended, scene.day(0, 12), scene.day(0, 18))
        .await;
    scene.settle_day(1).await;
    scene
        .book(
            scene.day(1, 13),
            &[Case::central("1002", "copy", "c", scene.day(1, 13))],
        )
        .await;
    scene.bring_in("central", 10_000_000, 2).await;
    assert_eq!(scene.released(scene.day(1, 16)).await.0, "released");
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_payout_does_not_leave_past_a_suspension_that_is_being_recorded_nor_by_an_earlier_moment() {
    let scene = Scene::furnished().await;
    scene.two_passports_approved().await;
    scene.bring_in("central", 10_000_000, 2).await;
    let (asked_at, recorded_at) = (scene.day(1, 15), scene.day(1, 16));
    let (mut suspending, mut releasing) = (scene.world.conn().await, scene.world.conn().await);
    releasing
        .batch_execute("SET lock_timeout = '100ms'")
        .await
        .unwrap();
    let suspension = decision(LicenceEventKind::Suspended, scene.day(0, 14));
    let recorded = suspending.transaction(async |conn| {
        record_licence_event(conn, &scene.maker, recorded_at, &suspension).await?;
        let busy = release_payouts(&mut releasing, &scene.maker, asked_at).await;
        assert!(busy.unwrap_err().is_passing());
        Ok::<_, Failure>(())
    });
    recorded.await.unwrap();
    let released = release_payouts(&mut releasing, &scene.maker, asked_at).await;
    assert_eq!(released.unwrap().unwrap().count, 1, "that of the treasury");
    let payout = scene.payouts_of("office-1001", recorded_at).await.remove(0);
    assert_eq!(
        (payout.state, payout.waits_for, payout.hold_cause),
        waiting(WaitsFor::Hold, Some("licence:1"))
    );
    scene.world.assert_sound().await;
}
