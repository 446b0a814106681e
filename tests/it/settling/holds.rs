//! Holds: what a suspension does to the licensee's money by the time of the event, and what lifts it (money rule 18).
//! Never here: payouts that a hold stops (`stopped_payouts`).

use chrono::{DateTime, Utc};
use daftar::domain::language::Language;
use daftar::domain::money::Amount;
use daftar::domain::originator::Originator;
use daftar::domain::window::CLOCK_DIFFERENCE_MAX;
use daftar::usecases::Connection;
use daftar::usecases::explain::explain_transaction;
use daftar::usecases::reading::earnings::{DueOutcome, EarningsAsked, Gathered, report_earnings};
use daftar::usecases::reading::moment::Moment;
use daftar::usecases::register::licence::{LicenceEventEntry, LicenceEventKind, record_licence_event};
use serde_json::json;

use crate::counter::Case;
use crate::licences::decision;
use crate::scene::{PISHKHAN, Scene};
use crate::settling::{position_of, rule_of};

/// What the office earns by one passport.
const WAGE: i64 = 428_612;

impl Scene {
    /// Books passports of office 1001 whose money is held centrally: reference, when it happened, when it was booked.
    pub async fn passports(&self, rows: &[(&str, DateTime<Utc>, DateTime<Utc>)]) {
        for (reference, occurred_at, booked_at) in rows {
            self.book(
                *booked_at,
                &[Case::central("1001", "passport", reference, *occurred_at)],
            )
            .await;
        }
    }

    /// Active holds, held and paid of office 1001, of which its earnings say the same.
    pub async fn held(&self, at: DateTime<Utc>) -> [i64; 3] {
        let preview = self.preview(PISHKHAN, at).await;
        let office = position_of(&preview, "office-1001");
        let asked = EarningsAsked {
            from: Some(Moment::Instant(self.began)),
            network: Some(PISHKHAN.to_owned()),
            ..EarningsAsked::default()
        };
        let mut conn = self.world.conn().await;
        let report = report_earnings(&mut conn, &Originator::host(), at, "1001", &asked).await;
        let report = report.unwrap();
        let of_items: Amount = report
            .networks
            .first()
            .map_or(Amount::ZERO, |own| own.totals.held);
        let due = report.due.iter().find(|due| due.network == PISHKHAN).unwrap();
        assert_eq!([of_items, due.held], [office.active_holds, office.held]);
        assert_eq!(due.outcome == DueOutcome::Payout, office.paid > Amount::ZERO);
        [office.active_holds, office.held, office.paid].map(Amount::minor)
    }
}

#[tokio::test]
async fn a_licence_suspended_at_noon_earns_until_noon_and_is_held_until_that_is_recorded() {
    let scene = Scene::furnished().await;
    let (noon, recorded) = (scene.day(0, 12), scene.day(0, 18));
    let just = chrono::Duration::microseconds(1);
    scene
        .passports(&[
            ("before", noon - just, noon),
            ("on", noon, noon),
            ("until", recorded - just, recorded - just),
        ])
        .await;
    scene.befall(LicenceEventKind::Suspended, noon, recorded).await;
    scene.passports(&[("late", noon - just, recorded)]).await;
    // What happened before noon and arrived only when the suspension was on record is held until confirmed.
    assert_eq!(scene.held(scene.day(0, 20)).await, [3 * WAGE, 3 * WAGE, 0]);
    scene.settle_day(1).await;
    let held = "SELECT count(*) FROM hold_movements WHERE cause = 'licence:1' AND amount = 1285836";
    assert_eq!(scene.count(held).await, 1);
    assert_eq!(scene.due("office-1001").await, WAGE);
    // Other parties' legs are never held for it.
    let preview = scene.preview(PISHKHAN, scene.day(1, 13)).await;
    assert!(
        preview
            .positions
            .iter()
            .all(|p| p.party == "office-1001" || p.active_holds.is_zero())
    );
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn what_was_booked_while_a_suspension_waited_for_the_recorders_is_held_and_so_is_what_a_fast_clock_dates_later()
 {
    let scene = Scene::furnished().await;
    let (noon, second) = (scene.day(0, 12), chrono::Duration::seconds(1));
    let booked_at = noon + second;
    scene
        .passports(&[
            ("meanwhile", booked_at, booked_at),
            ("ahead", booked_at + CLOCK_DIFFERENCE_MAX, booked_at),
        ])
        .await;
    // It was asked for at noon and had its lock a second later.
    scene.befall(LicenceEventKind::Suspended, noon, noon).await;
    let recorded = "SELECT count(*) FROM licence_events WHERE kind = 'suspended' \
                       AND recorded_at = (SELECT max(booked_at) FROM batches) + interval '1 microsecond'";
    assert_eq!(scene.count(recorded).await, 1);
    assert_eq!(scene.held(scene.day(0, 20)).await, [2 * WAGE, 2 * WAGE, 0]);
    scene.settle_day(1).await;
    scene
        .befall(LicenceEventKind::Reinstated, scene.day(1, 13), scene.day(1, 13))
        .await;
    assert_eq!(scene.held(scene.day(1, 14)).await, [0, 0, 2 * WAGE]);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn of_an_item_that_was_paid_at_one_destination_only_what_was_carried_at_another_is_held() {
    let scene = Scene::furnished().await;
    let twice = json!({ "price": 700_000, "split": [
        { "name": "wage", "kind": "wage", "party": "office", "take": 100_000 },
        { "name": "deposit", "kind": "fee", "party": "office", "take": "remainder", "deposit_identifier": "12" }
    ] });
    scene.publish(PISHKHAN, "clearance", twice, scene.began).await;
    scene
        .book(
            scene.day(0, 13),
            &[Case::central("1001", "clearance", "both", scene.day(0, 12))],
        )
        .await;
    // The wage is below the threshold, the deposit is not.
    scene.settle_day(1).await;
    scene
        .befall(LicenceEventKind::Suspended, scene.day(0, 1), scene.day(1, 13))
        .await;
    assert_eq!(scene.held(scene.day(1, 14)).await, [100_000, 100_000, 0]);
    let id = scene
        .count("SELECT batch_id * 16384 + line AS count FROM transactions")
        .await;
    let (mut conn, host) = (scene.world.conn().await, Originator::host());
    let told = explain_transaction(&mut conn, &host, scene.day(1, 14), id, Language::En).await;
    assert_eq!(told.unwrap().held.unwrap().destinations, [""]);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_reinstatement_releases_what_was_held() {
    let scene = Scene::furnished().await;
    scene
        .passports(&[
            ("a", scene.day(0, 6), scene.day(0, 7)),
            ("b", scene.day(0, 13), scene.day(0, 14)),
        ])
        .await;
    scene
        .befall(LicenceEventKind::Suspended, scene.day(0, 12), scene.day(0, 15))
        .await;
    scene.settle_day(1).await;
    assert_eq!(scene.held(scene.day(1, 13)).await, [WAGE, WAGE, 0]);
    scene.settle_day(2).await;
    scene
        .befall(LicenceEventKind::Reinstated, scene.day(2, 1), scene.day(2, 1))
        .await;
    assert_eq!(scene.held(scene.day(2, 13)).await, [0, 0, 2 * WAGE]);
    scene.settle_day(3).await;
    assert_eq!(
        scene
            .count("SELECT sum(amount)::bigint AS count FROM hold_movements")
            .await,
        0
    );
    assert_eq!(scene.due("office-1001").await, 0);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn an_annulment_releases_what_was_held_although_a_reinstatement_was_announced_for_later() {
    let scene = Scene::furnished().await;
    scene
        .passports(&[
            ("a", scene.day(0, 13), scene.day(0, 14)),
            ("b", scene.day(0, 13), scene.day(0, 14)),
        ])
        .await;
    let since = scene.day(0, 12);
    scene
        .befall(LicenceEventKind::Suspended, since, scene.day(0, 15))
        .await;
    scene.settle_day(1).await;
    scene
        .befall(LicenceEventKind::Reinstated, scene.day(9, 0), scene.day(1, 13))
        .await;
    assert_eq!(scene.held(scene.day(1, 14)).await, [2 * WAGE, 2 * WAGE, 0]);
    scene.settle_day(2).await;
    scene
        .befall(LicenceEventKind::Reinstated, since, scene.day(2, 13))
        .await;
    assert_eq!(scene.held(scene.day(2, 14)).await, [0, 0, 2 * WAGE]);
    // Of the time that was suspended, and is not any more.
    scene
        .passports(&[("since", scene.day(1, 1), scene.day(2, 15))])
        .await;
    scene.settle_day(3).await;
    for (figure, sum) in [
        ("sum(amount)::bigint AS count FROM hold_movements", 0),
        (
            "sum(amount)::bigint AS count FROM payouts p JOIN parties o ON o.id = p.party_id WHERE o.code = 'office-1001'",
            3 * WAGE,
        ),
    ] {
        assert_eq!(scene.count(&format!("SELECT {figure}")).await, sum, "{figure}");
    }
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_refund_of_a_held_item_reduces_the_hold_and_one_of_another_charges_the_office() {
    let scene = Scene::furnished().await;
    scene
        .passports(&[
            ("free", scene.day(0, 6), scene.day(0, 7)),
            ("held", scene.day(0, 13), scene.day(0, 14)),
            ("held-too", scene.day(0, 13), scene.day(0, 14)),
        ])
        .await;
    scene
        .befall(LicenceEventKind::Suspended, scene.day(0, 12), scene.day(0, 15))
        .await;
    scene.settle_day(1).await;
    let back = |reference, takes_back| Case {
        takes_back: Some(takes_back),
        ..Case::central("1001", "passport", reference, scene.day(1, 1))
    };
    scene.book(scene.day(1, 2), &[back("held-back", "held")]).await;
    assert_eq!(scene.held(scene.day(1, 3)).await, [WAGE, WAGE, 0]);
    scene.book(scene.day(1, 4), &[back("free-back", "free")]).await;
    assert_eq!(scene.held(scene.day(1, 5)).await, [WAGE, WAGE, 0]);
    scene.settle_day(2).await;
    let moved = "SELECT count(*) FROM hold_movements WHERE amount = -428612";
    assert_eq!(scene.count(moved).await, 1);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn what_an_approved_settlement_has_paid_is_not_held_afterwards() {
    let scene = Scene::furnished().await;
    scene
        .passports(&[
            ("a", scene.day(0, 13), scene.day(0, 14)),
            ("b", scene.day(0, 15), scene.day(0, 16)),
        ])
        .await;
    scene.settle_day(1).await;
    scene
        .passports(&[
            ("c", scene.day(1, 13), scene.day(1, 14)),
            ("d", scene.day(1, 13), scene.day(1, 14)),
        ])
        .await;
    // Backdated to before everything, recorded only when the first window was approved and paid.
    scene
        .befall(LicenceEventKind::Suspended, scene.day(0, 12), scene.day(2, 1))
        .await;
    assert_eq!(scene.held(scene.day(2, 2)).await, [2 * WAGE, 2 * WAGE, 0]);
    scene.settle_day(2).await;
    // Lifted and paid, and suspended again for the same time, by the same decision and by another: it stays paid.
    for (day, reference) in [(2, "D-1"), (4, "D-2")] {
        scene
            .befall(
                LicenceEventKind::Reinstated,
                scene.day(day, 13),
                scene.day(day, 13),
            )
            .await;
        scene.settle_day(day + 1).await;
        let again = LicenceEventEntry {
            decision: reference.to_owned(),
            ..decision(LicenceEventKind::Suspended, scene.day(0, 12))
        };
        let (mut conn, recorded_at) = (scene.world.conn().await, scene.day(day + 1, 13));
        let again = record_licence_event(&mut conn, &scene.maker, recorded_at, &again).await;
        assert!(!again.unwrap().repeated, "{reference}");
        scene.settle_day(day + 2).await;
        let held = "SELECT sum(amount)::bigint AS count FROM hold_movements";
        assert_eq!(scene.count(held).await, 0, "{reference}");
    }
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn what_an_approved_settlement_has_only_carried_is_held_by_what_is_recorded_afterwards() {
    let scene = Scene::furnished().await;
    scene
        .passports(&[("carried", scene.day(0, 13), scene.day(0, 14))])
        .await;
    scene.settle_day(1).await;
    assert_eq!(scene.due("office-1001").await, WAGE);
    scene.passports(&[("b", scene.day(1, 1), scene.day(1, 2))]).await;
    scene
        .befall(LicenceEventKind::Suspended, scene.day(0, 12), scene.day(1, 13))
        .await;
    assert_eq!(scene.held(scene.day(1, 14)).await, [2 * WAGE, 2 * WAGE, 0]);
    scene.settle_day(2).await;
    assert_eq!(scene.due("office-1001").await, 0);
    scene
        .befall(LicenceEventKind::Reinstated, scene.day(2, 1), scene.day(2, 1))
        .await;
    assert_eq!(scene.held(scene.day(2, 13)).await, [0, 0, 2 * WAGE]);
    scene.settle_day(3).await;
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn what_was_set_off_against_cash_that_the_office_kept_is_not_held_afterwards() {
    let scene = Scene::furnished().await;
    scene
        .book(
            scene.day(0, 14),
            &[Case::cash("1001", "passport", "cash", scene.day(0, 13))],
        )
        .await;
    scene.settle_day(1).await;
    scene.book_central(1, "1002", "copy", "opens").await;
    scene
        .befall(LicenceEventKind::Suspended, scene.day(0, 12), scene.day(1, 13))
        .await;
    assert_eq!(scene.held(scene.day(1, 14)).await, [0, 0, 0]);
    scene.settle_day(2).await;
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn what_was_paid_and_came_back_is_held_by_what_is_recorded_since() {
    let scene = Scene::furnished().await;
    scene
        .passports(&[
            ("a", scene.day(0, 13), scene.day(0, 14)),
            ("b", scene.day(0, 15), scene.day(0, 16)),
        ])
        .await;
    scene.settle_day(1).await;
    scene.book_central(1, "1002", "copy", "opens").await;
    scene.give_back("office-1001", 2).await;
    scene
        .befall(LicenceEventKind::Suspended, scene.day(0, 12), scene.day(1, 13))
        .await;
    assert_eq!(scene.held(scene.day(1, 14)).await, [2 * WAGE, 2 * WAGE, 0]);
    scene.settle_day(2).await;
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn of_what_was_set_off_in_part_and_came_back_no_more_than_came_back_is_held() {
    let scene = Scene::furnished().await;
    scene
        .hand_over_office("1003", "office-1001", scene.day(0, 1))
        .await;
    scene
        .passports(&[
            ("a", scene.day(0, 13), scene.day(0, 14)),
            ("b", scene.day(0, 15), scene.day(0, 16)),
        ])
        .await;
    let kept = Case::cash("1001", "copy", "cash", scene.day(0, 17));
    scene.book(scene.day(0, 18), &[kept]).await;
    scene.settle_day(1).await;
    let paid = 2 * WAGE + 67_900 - 100_000;
    let others = ["c", "d"].map(|reference| Case::central("1003", "passport", reference, scene.day(1, 2)));
    scene.book(scene.day(1, 3), &others).await;
    scene.give_back("office-1001", 2).await;
    scene
        .befall(LicenceEventKind::Suspended, scene.day(0, 12), scene.day(1, 13))
        .await;
    let preview = scene.preview(PISHKHAN, scene.day(1, 14)).await;
    let office = position_of(&preview, "office-1001");
    let figures = [office.before, office.active_holds, office.held, office.paid].map(Amount::minor);
    assert_eq!(figures, [paid + 2 * WAGE, paid, paid, 2 * WAGE]);
    scene.settle_day(2).await;
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn what_is_told_to_be_held_of_what_came_back_leaves_out_what_was_set_off() {
    let scene = Scene::furnished().await;
    let hours = [("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", 5), ("f", 6)];
    let given = hours.map(|(reference, hour)| (reference, scene.day(0, hour), scene.day(0, hour)));
    scene.passports(&given).await;
    let kept = Case::cash("1001", "passport", "kept", scene.day(0, 7));
    scene.book(scene.day(0, 7), &[kept]).await;
    scene.settle_day(1).await;
    // 1,476,112 of what the seven brought were set off: three whole wages, and a part of the fourth.
    let paid = 7 * WAGE - 1_476_112;
    scene.book_central(1, "1002", "copy", "opens").await;
    scene.give_back("office-1001", 2).await;
    let (from, recorded) = (scene.day(0, 0), scene.day(1, 13));
    scene.befall(LicenceEventKind::Suspended, from, recorded).await;
    assert_eq!(scene.held(scene.day(1, 14)).await, [paid, paid, 0]);

    let (mut conn, host) = (scene.world.conn().await, Originator::host());
    let explained = async |conn: &mut Connection, reference: &str| {
        let find = format!(
            "SELECT batch_id * 16384 + line AS count FROM transactions WHERE reference = '{reference}'"
        );
        let id = scene.count(&find).await;
        let told = explain_transaction(conn, &host, scene.day(1, 14), id, Language::En).await;
        told.unwrap().held.is_some()
    };
    for (reference, is_held) in [
        ("a", false),
        ("c", false),
        ("d", true),
        ("f", true),
        ("kept", true),
    ] {
        assert_eq!(explained(&mut conn, reference).await, is_held, "{reference}");
    }

    // What is given back of an original whose wage was set off leaves the cut to the others.
    for (reference, takes_back, amount) in [("c-part", "c", Some(738_056)), ("a-back", "a", None)] {
        let back = Case {
            takes_back: Some(takes_back),
            amount,
            ..Case::central("1001", "passport", reference, scene.day(1, 15))
        };
        scene.book(scene.day(1, 15), &[back]).await;
    }
    let left = 7 * WAGE - WAGE - WAGE / 2;
    assert!(left > paid, "it is still cut");
    let told = scene.held(scene.day(1, 16)).await;
    assert_eq!(told[0], paid);
    for gathered in [Gathered::Day, Gathered::Month, Gathered::Service] {
        let asked = EarningsAsked {
            from: Some(Moment::Instant(scene.began)),
            gathered,
            ..EarningsAsked::default()
        };
        let report = report_earnings(&mut conn, &host, scene.day(1, 16), "1001", &asked).await;
        let of_network = report.unwrap().networks.remove(0);
        for sums in of_network
            .lines
            .iter()
            .map(|line| line.sums)
            .chain([of_network.totals])
        {
            let parts = Amount::sum([sums.settled, sums.unsettled, sums.held]).unwrap();
            assert_eq!(sums.earned, parts, "{gathered:?}");
        }
        assert_eq!(of_network.totals.held.minor(), paid);
        assert_eq!(of_network.totals.earned.minor(), left);
    }
    scene.settle_day(2).await;
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn what_came_back_of_two_offices_of_one_licensee_is_held_once() {
    let scene = Scene::furnished().await;
    scene
        .hand_over_office("1003", "office-1001", scene.day(0, 1))
        .await;
    let cases = [
        Case::central("1001", "passport", "a", scene.day(0, 13)),
        Case::central("1003", "passport", "b", scene.day(0, 14)),
        Case::cash("1003", "copy", "kept", scene.day(0, 15)),
    ];
    scene.book(scene.day(0, 16), &cases).await;
    scene.settle_day(1).await;
    let paid = 2 * WAGE + 67_900 - 100_000;
    scene.book_central(1, "1002", "copy", "opens").await;
    scene.give_back("office-1001", 2).await;
    let (from, recorded) = (scene.day(0, 12), scene.day(1, 13));
    scene.befall(LicenceEventKind::Suspended, from, recorded).await;
    let other = LicenceEventEntry {
        office: "1003".to_owned(),
        ..decision(LicenceEventKind::Suspended, from)
    };
    let mut conn = scene.world.conn().await;
    record_licence_event(&mut conn, &scene.maker, recorded, &other)
        .await
        .unwrap();
    let at = scene.day(1, 14);
    let preview = scene.preview(PISHKHAN, at).await;
    assert_eq!(position_of(&preview, "office-1001").active_holds.minor(), paid);
    let mut held = Amount::ZERO;
    for office in ["1001", "1003"] {
        let asked = EarningsAsked {
            from: Some(Moment::Instant(scene.began)),
            ..EarningsAsked::default()
        };
        let report = report_earnings(&mut conn, &Originator::host(), at, office, &asked).await;
        held = held.plus(report.unwrap().networks[0].totals.held).unwrap();
    }
    assert_eq!(held.minor(), paid);
    scene.settle_day(2).await;
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn of_what_came_back_twice_no_more_is_held_than_came_back_last() {
    let scene = Scene::furnished().await;
    scene
        .hand_over_office("1003", "office-1001", scene.day(0, 1))
        .await;
    scene
        .passports(&[
            ("a", scene.day(0, 13), scene.day(0, 14)),
            ("b", scene.day(0, 15), scene.day(0, 16)),
        ])
        .await;
    // Of each day's cash 32,100 are others', and set off.
    for (day, reference) in [(0, "cash"), (1, "more-cash")] {
        let kept = Case::cash("1001", "copy", reference, scene.day(day, 17));
        scene.book(scene.day(day, 18), &[kept]).await;
        scene.settle_day(day + 1).await;
        let opens = format!("opens-{day}");
        scene.book_central(day + 1, "1002", "copy", &opens).await;
        scene
            .give_back("office-1001", i32::try_from(day).unwrap() + 2)
            .await;
    }
    let others = ["c", "d"].map(|reference| Case::central("1003", "passport", reference, scene.day(2, 2)));
    scene.book(scene.day(2, 3), &others).await;
    scene
        .befall(LicenceEventKind::Suspended, scene.day(0, 12), scene.day(2, 13))
        .await;
    let preview = scene.preview(PISHKHAN, scene.day(2, 14)).await;
    let office = position_of(&preview, "office-1001");
    let figures = [office.before, office.active_holds, office.held, office.paid].map(Amount::minor);
    let came_back = 2 * WAGE - 2 * 32_100;
    assert_eq!(figures, [came_back + 2 * WAGE, came_back, came_back, 2 * WAGE]);
    scene.settle_day(3).await;
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_hold_never_creates_a_debt() {
    let scene = Scene::furnished().await;
    scene
        .book(
            scene.day(0, 14),
            &[Case::cash("1001", "passport", "cash", scene.day(0, 13))],
        )
        .await;
    scene
        .befall(LicenceEventKind::Suspended, scene.day(0, 12), scene.day(0, 15))
        .await;
    assert_eq!(scene.held(scene.day(0, 16)).await, [WAGE, 0, 0]);
    scene.settle_day(1).await;
    assert_eq!(scene.due("office-1001").await, -1_047_500);
    // Remitted in full and more than that, as if the hold did not stand: the hold covers what is there.
    scene
        .book(
            scene.day(1, 2),
            &[Case::central("1002", "copy", "c", scene.day(1, 1))],
        )
        .await;
    scene.bring_in("office-1001", 1_047_600, 2).await;
    assert_eq!(scene.held(scene.day(1, 3)).await, [WAGE, 100, 0]);
    scene.settle_day(2).await;
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_licence_that_changes_between_proposal_and_approval_is_noticed() {
    let scene = Scene::furnished().await;
    scene
        .passports(&[("a", scene.day(0, 13), scene.day(0, 14))])
        .await;
    scene.close(PISHKHAN, scene.day(1, 0)).await.unwrap();
    scene.seal(PISHKHAN, scene.day(1, 0)).await.unwrap().unwrap();
    let proposed = scene.propose(PISHKHAN, scene.day(1, 1)).await.unwrap();
    scene
        .befall(LicenceEventKind::Suspended, scene.day(0, 12), scene.day(1, 2))
        .await;
    let refused = scene.approve(proposed.id, scene.day(1, 3)).await;
    assert_eq!(rule_of(refused), "a_settlement_is_approved_as_it_was_proposed");
    assert_eq!(scene.count("SELECT count(*) FROM positions").await, 0);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_revoked_licence_is_settled_finally_below_the_threshold() {
    let scene = Scene::furnished().await;
    scene.book_central(0, "1001", "copy", "a").await;
    scene.settle_day(1).await;
    assert_eq!(scene.due("office-1001").await, 67_900);
    scene
        .befall(LicenceEventKind::Revoked, scene.day(1, 15), scene.day(1, 15))
        .await;
    assert_eq!(scene.held(scene.day(1, 16)).await, [0, 0, 67_900]);
    scene.settle_day(2).await;
    assert_eq!(scene.due("office-1001").await, 0);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn whoever_handed_the_office_over_is_settled_finally_and_the_successor_is_not() {
    let scene = Scene::furnished().await;
    scene.book_central(0, "1001", "copy", "a").await;
    scene.settle_day(1).await;
    scene.hand_over("office-1003", scene.day(1, 15)).await;
    scene
        .book(
            scene.day(1, 17),
            &[Case::central("1001", "copy", "b", scene.day(1, 16))],
        )
        .await;
    assert_eq!(
        scene.preview_of("office-1001", scene.day(1, 18)).await,
        (0, 67_900)
    );
    assert_eq!(
        scene.preview_of("office-1003", scene.day(1, 18)).await,
        (67_900, 0)
    );
    scene.settle_day(2).await;
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_revoked_licence_that_was_renewed_before_is_settled_finally() {
    let scene = Scene::furnished().await;
    scene.open_renewed().await;
    scene.book_central(0, "1004", "copy", "a").await;
    scene.settle_day(1).await;
    let revoked = LicenceEventEntry {
        office: "1004".to_owned(),
        ..decision(LicenceEventKind::Revoked, scene.day(1, 15))
    };
    let mut conn = scene.world.conn().await;
    record_licence_event(&mut conn, &scene.maker, scene.day(1, 15), &revoked)
        .await
        .unwrap();
    assert_eq!(
        scene.preview_of("office-1004", scene.day(1, 16)).await,
        (0, 67_900)
    );
    scene.settle_day(2).await;
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn whoever_handed_over_an_office_of_a_renewed_licence_is_settled_finally() {
    let scene = Scene::furnished().await;
    scene.open_renewed().await;
    scene.book_central(0, "1004", "copy", "a").await;
    scene.settle_day(1).await;
    scene
        .hand_over_office("1004", "office-1003", scene.day(1, 15))
        .await;
    assert_eq!(
        scene.preview_of("office-1004", scene.day(1, 16)).await,
        (0, 67_900)
    );
    scene.settle_day(2).await;
    scene.world.assert_sound().await;
}
