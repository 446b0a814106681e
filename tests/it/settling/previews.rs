//! Previews: the same figures whenever they are asked for, against the cycle before, for those who may see the whole.

use daftar::domain::money::Amount;
use daftar::domain::originator::Originator;
use daftar::usecases::preview_settlement::{QueryLimit, preview_settlement};
use diesel_async::SimpleAsyncConnection;

use crate::counter::Case;
use crate::scene::{PISHKHAN, Scene};
use crate::settling::position_of;

#[tokio::test]
async fn a_preview_asked_again_is_the_same_to_the_byte_and_changes_nothing() {
    let scene = Scene::furnished().await;
    let cases = [
        Case::cash("1001", "passport", "p-1", scene.day(0, 2)),
        Case::central("1002", "copy", "c-1", scene.day(0, 2)),
    ];
    scene.book(scene.day(0, 3), &cases).await;
    let mut seen = Vec::new();
    for hour in [4, 5, 40] {
        let preview = scene.preview(PISHKHAN, scene.day(0, hour)).await;
        seen.push(serde_json::to_vec(&preview).unwrap());
    }
    assert!(seen.iter().all(|bytes| *bytes == seen[0]));
    assert_eq!(scene.count("SELECT count(*) FROM settlements").await, 0);
    // Sealed it comes to the same figures.
    let open = scene.preview(PISHKHAN, scene.day(0, 4)).await;
    scene.close(PISHKHAN, scene.day(1, 0)).await.unwrap();
    scene.seal(PISHKHAN, scene.day(1, 0)).await.unwrap().unwrap();
    let sealed = scene.preview(PISHKHAN, scene.day(1, 0)).await;
    assert_eq!(
        (open.digest, open.positions, open.sealed),
        (sealed.digest, sealed.positions, false)
    );
    let proposed = scene.propose(PISHKHAN, scene.day(1, 1)).await.unwrap();
    let after = scene.preview(PISHKHAN, scene.day(1, 2)).await;
    assert_eq!(proposed.digest, after.digest);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_preview_shows_each_party_against_the_cycle_before() {
    let scene = Scene::furnished().await;
    scene.book_central(0, "1001", "passport", "a").await;
    scene.settle_day(1).await;
    scene.book_central(1, "1001", "passport", "b").await;
    let preview = scene.preview(PISHKHAN, scene.day(1, 4)).await;
    let office = position_of(&preview, "office-1001");
    let previous = office.previous.unwrap();
    assert_eq!(
        (
            previous.earned.minor(),
            previous.paid.minor(),
            previous.closing.minor()
        ),
        (428_612, 0, 428_612)
    );
    assert_eq!((office.opening.minor(), office.paid.minor()), (428_612, 857_224));
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_preview_shows_whoever_was_settled_in_the_cycle_before_and_is_in_this_one_no_more() {
    let scene = Scene::furnished().await;
    for reference in ["a", "b"] {
        scene.book_central(0, "1001", "passport", reference).await;
    }
    scene.settle_day(1).await;
    scene.book_central(1, "1002", "copy", "c").await;
    let preview = scene.preview(PISHKHAN, scene.day(1, 4)).await;
    let office = position_of(&preview, "office-1001");
    let previous = office.previous.unwrap();
    let before = [previous.earned, previous.paid, previous.closing].map(Amount::minor);
    assert_eq!(before, [2 * 428_612, 2 * 428_612, 0]);
    let now = [office.opening, office.earned, office.paid, office.closing];
    assert_eq!(now.map(Amount::minor), [0; 4]);
    let shown = preview.positions.iter();
    let shown: Vec<_> = shown.map(|p| (&p.party, &p.deposit_identifier)).collect();
    assert!(shown.is_sorted(), "{shown:?}");
    let again = scene.preview(PISHKHAN, scene.day(1, 5)).await;
    assert_eq!(
        serde_json::to_vec(&again).unwrap(),
        serde_json::to_vec(&preview).unwrap()
    );
    // They are no lines of the settlement: the office and the provincial treasury, which were paid all.
    scene.close(PISHKHAN, scene.day(2, 0)).await.unwrap();
    scene.seal(PISHKHAN, scene.day(2, 0)).await.unwrap().unwrap();
    let proposed = scene.propose(PISHKHAN, scene.day(2, 1)).await.unwrap();
    assert_eq!(proposed.digest, preview.digest);
    assert_eq!(proposed.positions + 2, shown.len());
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn one_who_acts_for_a_party_sees_no_whole_settlement() {
    let scene = Scene::furnished().await;
    scene.book_cash(0, "1001", "copy", "a").await;
    let owner = Originator {
        party_id: Some(scene.party_id("office-1001").await),
        ..scene.maker.clone()
    };
    let mut conn = scene.world.conn().await;
    assert!(
        preview_settlement(
            &mut conn,
            &owner,
            scene.day(0, 4),
            PISHKHAN,
            None,
            QueryLimit::Ordinary
        )
        .await
        .is_err()
    );
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_window_that_is_not_the_next_is_refused_with_what_is_in_its_way() {
    let scene = Scene::furnished().await;
    for (day, reference) in [(0, "a"), (1, "b"), (2, "c")] {
        scene.book_cash(day, "1001", "copy", reference).await;
    }
    scene.settle_day(1).await;
    let mut conn = scene.world.conn().await;
    let window = async |day: i64| {
        let ends_at = scene.day(day + 1, 0).to_rfc3339();
        let query = format!("SELECT id::bigint AS count FROM windows WHERE ends_at = '{ends_at}'");
        i32::try_from(scene.count(&query).await).unwrap()
    };
    for (day, told) in [(0, "is settled already"), (2, "comes before window")] {
        let asked = Some(window(day).await);
        let (at, limit) = (scene.day(2, 4), QueryLimit::Ordinary);
        let refused = preview_settlement(&mut conn, &scene.maker, at, PISHKHAN, asked, limit).await;
        let refused = refused.unwrap_err().to_string();
        assert!(
            refused.contains(told) && refused.contains("settlements_follow_each_other"),
            "{refused}"
        );
    }
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_preview_that_a_request_asks_for_ends_with_the_ordinary_limit_and_another_goes_on() {
    let scene = Scene::furnished().await;
    scene.book_cash(0, "1001", "copy", "a").await;
    let mut other = scene.world.superuser().await;
    let lock = "BEGIN; LOCK TABLE hold_movements IN ACCESS EXCLUSIVE MODE";
    other.batch_execute(lock).await.unwrap();
    let mut conn = scene.world.conn().await;
    let soon = "SET statement_timeout = '1s'; SET lock_timeout = '3s'";
    conn.batch_execute(soon).await.unwrap();
    for (limit, ended_by) in [
        (QueryLimit::Ordinary, "statement timeout"),
        (QueryLimit::Long, "lock timeout"),
    ] {
        let at = scene.day(0, 4);
        let ended = preview_settlement(&mut conn, &scene.maker, at, PISHKHAN, None, limit).await;
        let ended = ended.unwrap_err().to_string();
        assert!(ended.contains(ended_by), "{ended}");
    }
    other.batch_execute("ROLLBACK").await.unwrap();
    let ordinary = "SET statement_timeout = '15min'; SET lock_timeout = '1min'";
    conn.batch_execute(ordinary).await.unwrap();
    scene.world.assert_sound().await;
}
