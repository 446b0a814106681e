//! Positions and what approval writes: the worked examples of the money rules, four eyes, one effect.

use std::sync::Arc;

use daftar::domain::journal::{Account, Destination};
use daftar::domain::originator::{Originator, OriginatorKind, Scope};
use daftar::domain::transaction::Holder;
use daftar::usecases::approve_settlement::approve_settlement;
use daftar::usecases::preview_settlement::preview_settlement;
use daftar::usecases::propose_settlement::propose_settlement;
use daftar::usecases::reject_settlement::reject_settlement;
use diesel_async::SimpleAsyncConnection;
use serde_json::json;

use crate::counter::Case;
use crate::scene::{PISHKHAN, POLICE, Scene};
use crate::settling::{position_of, rule_of};

/// Of the treasury's part of a duty.
const DEPOSIT: &str = "311011100140149001055000075724";

#[tokio::test]
async fn the_passport_pays_three_parties_and_demands_the_rest_of_the_office() {
    let scene = Scene::furnished().await;
    scene
        .book(
            scene.day(0, 3),
            &[Case::cash("1001", "passport", "p-1", scene.day(0, 2))],
        )
        .await;
    let approved = scene.settle_day(1).await;
    // Identity's 10,000 and the municipality's 37,500 are below the threshold of 500,000 and carried.
    assert_eq!(
        (approved.positions, approved.payouts, approved.demands),
        (4, 1, 1)
    );
    assert_eq!(scene.due("provincial-treasury").await, 0);
    assert_eq!(scene.due("office-1001").await, -1_047_500);
    assert_eq!(scene.due("municipality").await, 37_500);
    assert_eq!(scene.balance(&Account::Transit).await, 1_000_000);
    let demand = "SELECT count(*) FROM remittance_demands WHERE amount = 1047500 AND reference LIKE 'pishkhan-1-R%' \
                     AND due_at = timestamptz '2026-03-29 20:30:00+00'";
    assert_eq!(scene.count(demand).await, 1);
    let payout = "SELECT count(*) FROM payouts WHERE state = 'waiting' AND iban = 'IR090990000000000000000007' AND priority = 1";
    assert_eq!(scene.count(payout).await, 1);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn without_a_threshold_every_account_of_the_passport_is_paid() {
    let scene = Scene::furnished().await;
    let case = Case {
        network: POLICE,
        ..Case::cash("1002", "passport", "p-1", scene.day(0, 2))
    };
    scene.book(scene.day(0, 3), &[case]).await;
    let approved = scene.settle(POLICE, scene.day(7, 1)).await;
    assert_eq!((approved.payouts, approved.demands), (3, 1));
    let paid = "SELECT sum(amount)::bigint AS count FROM payouts";
    assert_eq!(scene.count(paid).await, 1_047_500);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_threshold_over_three_cycles_pays_the_sum_in_the_third() {
    let scene = Scene::furnished().await;
    let passport = |day, reference| Case::central("1001", "passport", reference, scene.day(day, 2));
    let back = |reference, takes_back| Case {
        takes_back: Some(takes_back),
        ..passport(2, reference)
    };
    // Two passports that were paid long ago are taken back in the second of the three cycles.
    let cycles = [
        vec![passport(0, "a"), passport(0, "b")],
        vec![passport(1, "c")],
        vec![back("a-back", "a"), back("b-back", "b")],
        vec![passport(3, "d"), passport(3, "e"), passport(3, "f")],
    ];
    let mut seen = Vec::new();
    for (day, cases) in (0..).zip(cycles) {
        scene.book(scene.day(day, 3), &cases).await;
        seen.push(scene.preview_of("office-1001", scene.day(day, 4)).await);
        scene.settle_day(day + 1).await;
    }
    assert_eq!(seen, [(0, 857_224), (428_612, 0), (-428_612, 0), (0, 857_224)]);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn what_stays_below_the_threshold_is_paid_after_the_cycles_that_it_may_be_carried() {
    let scene = Scene::furnished().await;
    let mut paid = Vec::new();
    for (day, reference) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
        let day = i64::try_from(day).unwrap();
        scene
            .book(
                scene.day(day, 3),
                &[Case::central("1001", "copy", reference, scene.day(day, 2))],
            )
            .await;
        paid.push(scene.preview_of("office-1001", scene.day(day, 4)).await.1);
        scene.settle_day(day + 1).await;
    }
    // 70,000 a copy less 3 % tax.
    assert_eq!(paid, [0, 0, 0, 4 * 67_900, 0]);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn nothing_nets_across_networks() {
    let scene = Scene::furnished().await;
    let owing = Case::cash("1002", "passport", "p-1", scene.day(0, 2));
    let owed = Case {
        network: POLICE,
        ..Case::central("1002", "passport", "q-1", scene.day(0, 2))
    };
    scene.book(scene.day(0, 3), &[owing, owed]).await;
    for network in [PISHKHAN, POLICE] {
        scene.close(network, scene.day(7, 1)).await.unwrap();
        scene.seal(network, scene.day(7, 1)).await.unwrap().unwrap();
    }
    let at = scene.day(7, 2);
    let pishkhan = scene.preview(PISHKHAN, at).await;
    let police = scene.preview(POLICE, at).await;
    let (here, there) = (
        position_of(&pishkhan, "office-1002"),
        position_of(&police, "office-1002"),
    );
    assert_eq!(
        (here.closing.minor(), here.remittance_due.minor()),
        (-1_047_500, 1_047_500)
    );
    assert_eq!((there.paid.minor(), there.closing.minor()), (428_612, 0));
}

/// The worked example of money rule 9.
#[tokio::test]
async fn an_agency_that_owes_in_one_network_and_is_owed_in_another_has_two_positions() {
    let scene = Scene::furnished().await;
    let whole = json!({ "price": 25_000_000, "split": [{ "name": "share", "party": "agency", "take": "remainder" }] });
    scene
        .publish(POLICE, "card", whole, scene.began - chrono::Duration::days(1))
        .await;
    // 1.5 % of it is 19,044,480.
    let owing = Case {
        holder: Holder::Agency,
        amount: Some(1_269_632_000),
        ..Case::cash("1002", "duty", "d-1", scene.day(0, 2))
    };
    let owed = Case {
        network: POLICE,
        ..Case::central("1002", "card", "c-1", scene.day(0, 2))
    };
    scene.book(scene.day(0, 3), &[owing, owed]).await;
    let here = scene.preview(PISHKHAN, scene.day(0, 4)).await;
    let there = scene.preview(POLICE, scene.day(0, 4)).await;
    let (here, there) = (position_of(&here, "identity"), position_of(&there, "identity"));
    assert_eq!(
        (here.closing.minor(), here.remittance_due.minor()),
        (-19_044_480, 19_044_480)
    );
    assert_eq!(
        (there.paid.minor(), there.remittance_due.minor()),
        (25_000_000, 0)
    );
}

#[tokio::test]
async fn a_deposit_identifier_is_a_destination_of_its_own() {
    let scene = Scene::furnished().await;
    let duty = Case {
        amount: Some(100_000_000),
        ..Case::central("1001", "duty", "d-1", scene.day(0, 2))
    };
    scene
        .book(
            scene.day(0, 3),
            &[duty, Case::central("1001", "passport", "p-1", scene.day(0, 2))],
        )
        .await;
    let preview = scene.preview(PISHKHAN, scene.day(0, 4)).await;
    let of_treasury: Vec<_> = preview
        .positions
        .iter()
        .filter(|p| p.party == "treasury")
        .collect();
    assert_eq!(of_treasury.len(), 1);
    assert_eq!(
        (of_treasury[0].destination.as_str(), of_treasury[0].paid.minor()),
        (DEPOSIT, 1_222_500)
    );
    scene.settle_day(1).await;
    let payout = "SELECT count(*) FROM payouts WHERE deposit_identifier = '311011100140149001055000075724' \
                     AND amount = 1222500 AND iban = 'IR470990000000000000000002'";
    assert_eq!(scene.count(payout).await, 1);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_split_at_the_terminal_is_in_the_books_and_nets_to_zero() {
    let scene = Scene::furnished().await;
    let case = Case {
        holder: Holder::SplitAtSource,
        ..Case::cash("1001", "passport", "p-1", scene.day(0, 2))
    };
    scene.book(scene.day(0, 3), &[case]).await;
    let preview = scene.preview(PISHKHAN, scene.day(0, 4)).await;
    let office = position_of(&preview, "office-1001");
    assert_eq!(
        (
            office.earned.minor(),
            office.collected.minor(),
            office.closing.minor()
        ),
        (428_612, 428_612, 0)
    );
    let approved = scene.settle_day(1).await;
    assert_eq!(
        (approved.payouts, approved.demands, approved.statements),
        (0, 0, 4)
    );
    scene.world.assert_sound().await;
}

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
}

#[tokio::test]
async fn a_preview_shows_each_party_against_the_cycle_before() {
    let scene = Scene::furnished().await;
    scene
        .book(
            scene.day(0, 3),
            &[Case::central("1001", "passport", "a", scene.day(0, 2))],
        )
        .await;
    scene.settle_day(1).await;
    scene
        .book(
            scene.day(1, 3),
            &[Case::central("1001", "passport", "b", scene.day(1, 2))],
        )
        .await;
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
}

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
}

#[tokio::test]
async fn the_database_refuses_a_maker_a_job_and_an_edited_position() {
    let scene = Scene::furnished().await;
    scene
        .book(
            scene.day(0, 3),
            &[Case::cash("1001", "passport", "p-1", scene.day(0, 2))],
        )
        .await;
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
        let refused = conn.batch_execute(edit).await.unwrap_err().to_string();
        assert!(refused.contains("permission denied"), "{refused}");
        let refused = scene
            .world
            .superuser()
            .await
            .batch_execute(edit)
            .await
            .unwrap_err()
            .to_string();
        assert!(refused.contains("append-only"), "{edit}: {refused}");
    }
}

#[tokio::test]
async fn approved_by_many_at_once_it_has_one_effect() {
    let scene = Arc::new(Scene::furnished().await);
    scene
        .book(
            scene.day(0, 3),
            &[Case::cash("1001", "passport", "p-1", scene.day(0, 2))],
        )
        .await;
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

#[tokio::test]
async fn remittances_and_returned_payouts_are_lines_of_the_window_that_books_them() {
    let scene = Scene::furnished().await;
    scene
        .book(
            scene.day(0, 3),
            &[Case::cash("1001", "passport", "p-1", scene.day(0, 2))],
        )
        .await;
    scene.settle_day(1).await;
    scene
        .book(
            scene.day(1, 3),
            &[Case::central("1002", "copy", "c-1", scene.day(1, 2))],
        )
        .await;
    scene.bring_in("office-1001", 1_047_500, 2).await;
    scene.give_back("provincial-treasury", 2).await;
    let preview = scene.preview(PISHKHAN, scene.day(1, 4)).await;
    let office = position_of(&preview, "office-1001");
    assert_eq!((office.remitted.minor(), office.closing.minor()), (1_047_500, 0));
    let treasury = position_of(&preview, "provincial-treasury");
    assert_eq!(
        (treasury.returned.minor(), treasury.paid.minor()),
        (1_000_000, 1_000_000)
    );
    scene.settle_day(2).await;
    let transit = scene.balance(&Account::Transit).await;
    assert_eq!(transit, 1_000_000);
    let due = Account::Due(Destination::plain(scene.party_id("provincial-treasury").await));
    assert_eq!(scene.balance(&due).await, 0);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn one_who_acts_for_a_party_sees_no_whole_settlement() {
    let scene = Scene::furnished().await;
    scene
        .book(
            scene.day(0, 3),
            &[Case::cash("1001", "copy", "a", scene.day(0, 2))],
        )
        .await;
    let owner = Originator {
        party_id: Some(scene.party_id("office-1001").await),
        ..scene.maker.clone()
    };
    let mut conn = scene.world.conn().await;
    assert!(
        preview_settlement(&mut conn, &owner, scene.day(0, 4), PISHKHAN, None)
            .await
            .is_err()
    );
}
