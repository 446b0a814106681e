//! Proposing, approving and rejecting: four eyes, one after the other, one effect.

use std::sync::Arc;

use daftar::domain::originator::{Originator, OriginatorKind, Scope};
use daftar::usecases::Failure;
use daftar::usecases::approve_settlement::approve_settlement;
use daftar::usecases::propose_settlement::propose_settlement;
use daftar::usecases::register::licence::LicenceEventKind;
use daftar::usecases::reject_settlement::reject_settlement;
use diesel_async::{AsyncConnection, SimpleAsyncConnection};

use crate::faults::lines_by;
use crate::scene::{PISHKHAN, Scene};
use crate::settling::rule_of;

#[tokio::test]
async fn settlements_follow_each_other_and_one_window_has_one() {
    let scene = Scene::furnished().await;
    let at = scene.day(2, 1);
    for _ in 0..2 {
        scene.close(PISHKHAN, at).await.unwrap();
    }
    assert_eq!(
        rule_of(scene.propose(PISHKHAN, at).await),
        "only_a_sealed_window_is_settled"
    );
    for _ in 0..2 {
        scene.seal(PISHKHAN, at).await.unwrap().unwrap();
    }
    let mut conn = scene.world.conn().await;
    let second = propose_settlement(&mut conn, &scene.maker, at, PISHKHAN, Some(2)).await;
    assert_eq!(rule_of(second), "settlements_follow_each_other");
    let first = scene.propose(PISHKHAN, at).await.unwrap();
    assert_eq!(
        rule_of(scene.propose(PISHKHAN, at).await),
        "one_settlement_per_window_unless_rejected"
    );
    scene.approve(first.id, at).await.unwrap();
    assert_eq!(scene.propose(PISHKHAN, at).await.unwrap().window, 2);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_rejected_settlement_is_proposed_anew() {
    let scene = Scene::furnished().await;
    let at = scene.day(1, 1);
    scene.close(PISHKHAN, at).await.unwrap();
    scene.seal(PISHKHAN, at).await.unwrap().unwrap();
    let proposed = scene.propose(PISHKHAN, at).await.unwrap();
    let mut conn = scene.world.conn().await;
    let reject = async |conn: &mut _, by, reason| reject_settlement(conn, by, at, proposed.id, reason).await;
    assert!(reject(&mut *conn, &scene.checker, "  ").await.is_err());
    let own = reject(&mut *conn, &scene.maker, "wrong").await;
    assert_eq!(rule_of(own), "a_settlement_is_decided_by_another_than_its_maker");
    reject(&mut *conn, &scene.checker, "wrong").await.unwrap();
    assert_eq!(
        rule_of(scene.approve(proposed.id, at).await),
        "a_settlement_is_decided_once"
    );
    // A job does not propose the very same again, a person may.
    assert_eq!(
        scene.run_job("propose-settlements", at).await,
        Vec::<String>::new()
    );
    let anew = scene.propose(PISHKHAN, at).await.unwrap();
    scene.approve(anew.id, at).await.unwrap();
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_job_proposes_what_comes_out_again_as_it_was_before_the_last_rejection() {
    let scene = Scene::furnished().await;
    let given =
        [("a", 13), ("b", 14)].map(|(reference, hour)| (reference, scene.day(0, hour), scene.day(0, hour)));
    scene.passports(&given).await;
    scene.run_job("close-windows", scene.day(1, 1)).await;
    let mut conn = scene.world.conn().await;
    let proposed = [format!("proposed {PISHKHAN} 2026-03-21")];
    let mut digests = Vec::new();
    for (hour, change) in [
        (2, None),
        (6, Some(LicenceEventKind::Suspended)),
        (10, Some(LicenceEventKind::Reinstated)),
    ] {
        if let Some(change) = change {
            scene.befall(change, scene.day(0, 12), scene.day(1, hour)).await;
        }
        let told = scene.run_job("propose-settlements", scene.day(1, hour + 1)).await;
        assert_eq!(told, proposed, "{change:?}");
        digests.push(scene.preview(PISHKHAN, scene.day(1, hour + 1)).await.digest);
        let newest = scene
            .count("SELECT max(id)::bigint AS count FROM settlements")
            .await;
        let newest = i32::try_from(newest).unwrap();
        let rejected_at = scene.day(1, hour + 2);
        reject_settlement(&mut conn, &scene.checker, rejected_at, newest, "not yet")
            .await
            .unwrap();
        let again = scene.run_job("propose-settlements", scene.day(1, hour + 3)).await;
        assert_eq!(again, Vec::<String>::new(), "{change:?}");
    }
    assert_eq!(digests[0], digests[2]);
    assert_ne!(digests[0], digests[1]);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn whoever_proposes_or_approves_may_read_a_window_for_longer_than_a_request_reads() {
    let scene = Scene::furnished().await;
    let at = scene.day(1, 1);
    scene.close(PISHKHAN, at).await.unwrap();
    scene.seal(PISHKHAN, at).await.unwrap().unwrap();
    let allowed = "SELECT current_setting('statement_timeout') AS line";
    let mut conn = scene.world.conn().await;
    let proposal = conn.transaction(async |conn| {
        let proposed = propose_settlement(conn, &scene.maker, at, PISHKHAN, None).await?;
        Ok::<_, Failure>((proposed.id, lines_by(conn, allowed).await))
    });
    let (id, while_proposing) = proposal.await.unwrap();
    assert_eq!(while_proposing, ["6h"]);
    let approval = conn.transaction(async |conn| {
        approve_settlement(conn, &scene.checker, at, id).await?;
        Ok::<_, Failure>(lines_by(conn, allowed).await)
    });
    assert_eq!(approval.await.unwrap(), ["6h"]);
    assert_eq!(lines_by(&mut conn, allowed).await, ["15min"]);
}

#[tokio::test]
async fn maker_is_not_checker_and_a_job_proposes_and_never_approves() {
    let scene = Scene::furnished().await;
    let at = scene.day(1, 1);
    scene.close(PISHKHAN, at).await.unwrap();
    scene.seal(PISHKHAN, at).await.unwrap().unwrap();
    let told = scene.run_job("propose-settlements", at).await;
    assert_eq!(told, [format!("proposed {PISHKHAN} 2026-03-21")]);
    let mut conn = scene.world.conn().await;
    for kind in [OriginatorKind::Job, OriginatorKind::Client] {
        let machine = Originator {
            kind,
            scope: Scope::Finance,
            ..scene.checker.clone()
        };
        assert!(approve_settlement(&mut conn, &machine, at, 1).await.is_err());
    }
    scene.approve(1, at).await.unwrap();
    // The database refuses it too, whatever a program does.
    let proposals = "INSERT INTO settlements (network_id, window_id, digest, proposed_by, proposed_at) \
                     SELECT network_id, window_id, digest, 2, proposed_at FROM settlements";
    assert!(
        conn.batch_execute(proposals)
            .await
            .unwrap_err()
            .to_string()
            .contains("one_settlement_per_window_unless_rejected")
    );
    let reopened = "UPDATE settlements SET state = 'proposed', decided_by = NULL, decided_at = NULL";
    assert!(
        conn.batch_execute(reopened)
            .await
            .unwrap_err()
            .to_string()
            .contains("decided once")
    );
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn the_database_refuses_a_maker_a_job_and_an_edited_position() {
    let scene = Scene::furnished().await;
    scene.book_cash(0, "1001", "passport", "p-1").await;
    scene.settle_day(1).await;
    scene.close(PISHKHAN, scene.day(2, 1)).await.unwrap();
    scene.seal(PISHKHAN, scene.day(2, 1)).await.unwrap().unwrap();
    let proposed = scene.propose(PISHKHAN, scene.day(2, 1)).await.unwrap();
    let mut conn = scene.world.conn().await;
    let approved_by = |who: i32| {
        format!(
            "UPDATE settlements SET state = 'approved', decided_by = {who}, decided_at = proposed_at WHERE id = {}",
            proposed.id
        )
    };
    let own = conn
        .batch_execute(&approved_by(scene.maker.id))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        own.contains("a_settlement_is_decided_by_another_than_its_maker"),
        "{own}"
    );
    let job =
        "INSERT INTO originators (kind, code, name, created_at) VALUES ('job', 'job.x', 'x', '2026-01-01')";
    conn.batch_execute(job).await.unwrap();
    let job_id = scene
        .count("SELECT id::bigint AS count FROM originators WHERE code = 'job.x'")
        .await;
    let by_job = conn
        .batch_execute(&approved_by(i32::try_from(job_id).unwrap()))
        .await
        .unwrap_err()
        .to_string();
    assert!(by_job.contains("by a person"), "{by_job}");
    for edit in [
        "UPDATE positions SET closing = 0",
        "DELETE FROM entries",
        "TRUNCATE statements CASCADE",
    ] {
        scene.world.assert_refused(edit).await;
    }
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn approved_by_many_at_once_it_has_one_effect() {
    let scene = Arc::new(Scene::furnished().await);
    scene.book_cash(0, "1001", "passport", "p-1").await;
    let at = scene.day(1, 1);
    scene.close(PISHKHAN, at).await.unwrap();
    scene.seal(PISHKHAN, at).await.unwrap().unwrap();
    let proposed = scene.propose(PISHKHAN, at).await.unwrap();
    let approvals: Vec<_> = (0..10)
        .map(|_| {
            let (scene, id) = (Arc::clone(&scene), proposed.id);
            tokio::spawn(async move { scene.approve(id, at).await })
        })
        .collect();
    let mut done = 0;
    for approval in approvals {
        match approval.await.unwrap() {
            Ok(_) => done += 1,
            refused => assert_eq!(rule_of(refused), "a_settlement_is_decided_once"),
        }
    }
    assert_eq!(done, 1);
    assert_eq!(scene.count("SELECT count(*) FROM payouts").await, 1);
    assert_eq!(scene.count("SELECT count(*) FROM statements").await, 4);
    scene.world.assert_sound().await;
}
