//! Changes of licences beside an approval: what it did not see is recorded after it, whatever the clocks say.

use chrono::{DateTime, Duration, Utc};
use daftar::cli::verify::verify;
use daftar::store::locks;
use daftar::usecases::approve_settlement::approve_settlement;
use daftar::usecases::register::licence::{LicenceEventKind, RecordedLicenceEvent, record_licence_event};
use daftar::usecases::verify_books::Extent;
use daftar::usecases::{Connection, Failure};
use diesel_async::{AsyncConnection, SimpleAsyncConnection};

use crate::counter::Case;
use crate::faults::lines_by;
use crate::licences::decision;
use crate::scene::{PISHKHAN, Scene};

impl Scene {
    /// A passport of office 1001, in a settlement that is proposed. Returns its id.
    async fn proposed(&self) -> i32 {
        self.book_central(0, "1001", "passport", "p-1").await;
        self.close(PISHKHAN, self.day(1, 10)).await.unwrap();
        self.seal(PISHKHAN, self.day(1, 10)).await.unwrap().unwrap();
        self.propose(PISHKHAN, self.day(1, 11)).await.unwrap().id
    }

    /// Suspends office 1001 since before the passport.
    async fn suspend(&self, conn: &mut Connection, at: DateTime<Utc>) -> RecordedLicenceEvent {
        let entry = decision(LicenceEventKind::Suspended, self.day(0, 1));
        record_licence_event(conn, &self.maker, at, &entry).await.unwrap()
    }

    /// The suspension is known an instant after the approval, which held nothing; the books agree now and later.
    async fn came_too_late(&self, suspended: &RecordedLicenceEvent, approved_at: DateTime<Utc>) {
        assert_eq!(suspended.recorded_at, approved_at + Duration::microseconds(1));
        assert_eq!(self.count("SELECT count(*) FROM hold_movements").await, 0);
        let verified = verify(self.world.pool(), Extent::All, None).await.unwrap();
        assert_eq!(verified.findings, []);
        self.settle_day(2).await;
        let verified = verify(self.world.pool(), Extent::All, None).await.unwrap();
        assert_eq!(verified.findings, []);
    }

    pub async fn somebody_waits(&self) {
        let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory' \
                          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        while self.count(waiting).await == 0 {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_suspension_of_an_earlier_moment_than_an_approval_is_recorded_after_it() {
    let scene = Scene::furnished().await;
    let (id, approved_at) = (scene.proposed().await, scene.day(1, 12));
    scene.approve(id, approved_at).await.unwrap();
    let mut conn = scene.world.conn().await;
    let suspended = scene.suspend(&mut conn, scene.day(1, 9)).await;
    scene.came_too_late(&suspended, approved_at).await;
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_suspension_waits_for_the_approval_that_runs_and_is_recorded_after_it() {
    let scene = Scene::furnished().await;
    let (id, approved_at) = (scene.proposed().await, scene.day(1, 12));
    let (mut approving, mut suspending) = (scene.world.conn().await, scene.world.conn().await);
    let approval = approving.transaction(async |conn| {
        approve_settlement(conn, &scene.checker, approved_at, id).await?;
        // Nothing is committed before the other waits.
        scene.somebody_waits().await;
        Ok::<_, Failure>(())
    });
    let suspension = async {
        let running = "SELECT count(*) FROM pg_locks WHERE granted AND locktype = 'advisory' AND mode = 'ExclusiveLock' \
                          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        while scene.count(running).await == 0 {
            tokio::task::yield_now().await;
        }
        scene.suspend(&mut suspending, scene.day(1, 9)).await
    };
    let (approved, suspended) = tokio::join!(approval, suspension);
    approved.unwrap();
    scene.came_too_late(&suspended, approved_at).await;
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn rows_are_recorded_and_taken_back_while_an_approval_is_open() {
    let scene = Scene::furnished().await;
    let (id, approved_at) = (scene.proposed().await, scene.day(1, 12));
    let (mut approving, mut recording) = (scene.world.conn().await, scene.world.conn().await);
    recording
        .batch_execute("SET lock_timeout = '500ms'")
        .await
        .unwrap();
    let happened = scene.day(1, 11);
    let beside = [
        Case::central("1001", "passport", "beside", happened),
        Case {
            takes_back: Some("p-1"),
            ..Case::central("1001", "passport", "back", happened)
        },
    ];
    let approval = approving.transaction(async |conn| {
        approve_settlement(conn, &scene.checker, approved_at, id).await?;
        scene.book_with(&mut recording, approved_at, &beside).await;
        let recorded = "SELECT count(*) FROM transactions WHERE reference IN ('beside', 'back')";
        assert_eq!(scene.count(recorded).await, 2);
        let approved = "SELECT count(*) FROM settlements WHERE state = 'approved'";
        assert_eq!(scene.count(approved).await, 0);
        Ok::<_, Failure>(())
    });
    approval.await.unwrap();
    let verified = verify(scene.world.pool(), Extent::All, None).await.unwrap();
    assert_eq!(verified.findings, []);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_change_of_a_licence_waits_in_short_turns_and_longer_in_all_than_others_wait_for_each_other() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    let waits = conn.transaction(async |conn| {
        locks::take_licences(conn, &[1]).await?;
        Ok::<_, Failure>(lines_by(conn, "SELECT current_setting('lock_timeout') AS line").await)
    });
    assert_eq!(
        (waits.await.unwrap(), locks::LICENCES_WAITS_MAX),
        (vec!["2s".to_owned()], 300)
    );
    let others = lines_by(&mut conn, "SELECT current_setting('lock_timeout') AS line").await;
    assert_eq!(others, ["1min"]);
}

#[tokio::test]
async fn a_suspension_that_waits_for_one_approval_keeps_no_other_and_no_release_waiting() {
    let scene = Scene::furnished().await;
    let (mut approving, mut other) = (scene.world.conn().await, scene.world.conn().await);
    approving.batch_execute("BEGIN").await.unwrap();
    locks::share_licences(&mut approving, 1).await.unwrap();
    let goes_on = async {
        scene.somebody_waits().await;
        let shared = other
            .transaction(async |conn| Ok::<_, Failure>(locks::share_licences(conn, 1).await?))
            .await;
        approving.batch_execute("COMMIT").await.unwrap();
        shared
    };
    let mut suspending = scene.world.conn().await;
    let (shared, suspended) = tokio::join!(goes_on, scene.suspend(&mut suspending, scene.day(1, 9)));
    shared.unwrap();
    assert!(!suspended.repeated);
    scene.world.assert_sound().await;
}
