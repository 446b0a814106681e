//! Positions and what approval makes of them: the worked examples of the money rules. Never here: who decides.

use daftar::domain::journal::{Account, Destination};
use daftar::domain::money::Amount;
use daftar::domain::transaction::Holder;
use daftar::usecases::Failure;
use daftar::usecases::record_remittance::{RemittanceEntry, record_remittance};
use serde_json::json;

use crate::counter::Case;
use crate::scene::{PISHKHAN, POLICE, Scene};
use crate::settling::position_of;

/// Of the treasury's part of a duty.
const DEPOSIT: &str = "311011100140149001055000075724";

#[tokio::test]
async fn the_passport_pays_three_parties_and_demands_the_rest_of_the_office() {
    let scene = Scene::furnished().await;
    scene.book_cash(0, "1001", "passport", "p-1").await;
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
        scene.book_central(day, "1001", "copy", reference).await;
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
    scene.world.assert_sound().await;
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
    scene.world.assert_sound().await;
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
        (
            of_treasury[0].deposit_identifier.as_str(),
            of_treasury[0].paid.minor()
        ),
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
async fn a_remittance_is_for_a_destination_that_the_party_has() {
    let scene = Scene::furnished().await;
    let duty = Case {
        amount: Some(100_000_000),
        ..Case::cash("1001", "duty", "d-1", scene.day(0, 2))
    };
    scene.book(scene.day(0, 3), &[duty]).await;
    scene.settle_day(1).await;
    let mut conn = scene.world.conn().await;
    let mut remit = async |party: &str, deposit_identifier: &str| {
        let entry = RemittanceEntry {
            network: PISHKHAN.to_owned(),
            party: party.to_owned(),
            deposit_identifier: deposit_identifier.to_owned(),
            amount: Amount::from_minor(5),
            bank_reference: format!("{party}-{deposit_identifier}"),
            received_at: None,
        };
        record_remittance(&mut conn, &scene.maker, scene.day(1, 4), &entry)
            .await
            .map(drop)
    };
    for (party, told) in [
        ("treasury", format!("of treasury in pishkhan: {DEPOSIT}")),
        (
            "office-1001",
            "office-1001 has none in pishkhan: leave it empty".to_owned(),
        ),
    ] {
        let Err(Failure::Invalid(faults)) = remit(party, "31101110014014900105500007572").await else {
            panic!("it was recorded");
        };
        let fault = &faults[0];
        assert_eq!(
            [&fault.field, &fault.rule, &fault.explanation],
            [
                "deposit_identifier",
                "a_remittance_is_for_a_known_destination",
                told.as_str()
            ]
        );
    }
    remit("treasury", DEPOSIT).await.unwrap();
    remit("office-1001", "").await.unwrap();
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn remittances_and_returned_payouts_are_lines_of_the_window_that_books_them() {
    let scene = Scene::furnished().await;
    scene.book_cash(0, "1001", "passport", "p-1").await;
    scene.settle_day(1).await;
    scene.book_central(1, "1002", "copy", "c-1").await;
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
