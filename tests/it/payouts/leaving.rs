//! Which payouts leave, and that nothing else becomes of them.

use daftar::usecases::reading::payouts::WaitsFor;
use daftar::usecases::register::party::{BankAccountEntry, add_bank_accounts};
use diesel_async::SimpleAsyncConnection;

use super::{ALL, PAID, settled};
use crate::scene::{POLICE, Scene};

#[tokio::test]
async fn payouts_wait_until_the_books_show_the_money_and_leave_whole_by_priority() {
    let scene = Scene::passport_settled().await;
    let ordered: Vec<_> = scene
        .payouts()
        .await
        .into_iter()
        .map(|p| (p.party, p.amount.minor()))
        .collect();
    assert_eq!(ordered, PAID.map(|(party, amount)| (party.to_owned(), amount)));
    let nobody: [&str; 0] = [];
    assert_eq!(scene.leaving().await, nobody);
    scene.remit(999_999, "r-1").await.unwrap();
    assert_eq!(scene.leaving().await, nobody, "the small ones do not overtake");
    scene.remit(1, "r-2").await.unwrap();
    assert_eq!(scene.leaving().await, ["provincial-treasury"]);
    assert_eq!(
        scene.leaving().await,
        nobody,
        "its money is spent, though the bank has not answered"
    );
    scene.remit(47_500, "r-3").await.unwrap();
    assert_eq!(scene.leaving().await, ["municipality", "identity"]);
    assert_eq!(scene.books("office-1002").await, [-ALL, ALL, 0]);
    for (party, _) in PAID {
        scene
            .answer(scene.payout_to(party).await.id, &settled(party))
            .await
            .unwrap();
    }
    assert_eq!(scene.books("provincial-treasury").await, [0, 0, 0]);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_payout_without_an_account_waits_for_one_and_holds_up_nobody() {
    let scene = Scene::furnished().await;
    let began = scene.began.to_rfc3339();
    let closed = format!(
        "UPDATE bank_accounts SET valid_until = '{began}' WHERE party_id = (SELECT id FROM parties WHERE code = 'provincial-treasury')"
    );
    scene.world.conn().await.batch_execute(&closed).await.unwrap();
    scene.book_passport("p-1", 0).await;
    scene.settle(POLICE, scene.settled_at()).await;
    assert_eq!(scene.payout_to("provincial-treasury").await.iban, None);
    scene.remit(ALL, "r-1").await.unwrap();
    assert_eq!(scene.leaving().await, ["municipality", "identity"]);
    let waits_for = scene.payout_to("provincial-treasury").await.waits_for;
    assert_eq!(waits_for, Some(WaitsFor::Account));
    let account = BankAccountEntry {
        party: "provincial-treasury".to_owned(),
        deposit_identifier: String::new(),
        iban: "IR090990000000000000000007".to_owned(),
        valid_from: scene.day(7, 9),
    };
    let mut conn = scene.world.conn().await;
    add_bank_accounts(&mut conn, &scene.maker, vec![account])
        .await
        .unwrap();
    assert_eq!(scene.leaving().await, ["provincial-treasury"]);
    let iban = scene.payout_to("provincial-treasury").await.iban;
    assert_eq!(iban.as_deref(), Some("IR090990000000000000000007"));
}

#[tokio::test]
async fn the_database_refuses_a_second_live_payout_another_amount_and_a_way_back() {
    let scene = Scene::passport_settled().await;
    let mut conn = scene.world.conn().await;
    for (statement, constraint) in [
        (
            "INSERT INTO payouts (settlement_id, network_id, party_id, deposit_identifier, unit_id, amount, priority, made_at) \
             SELECT settlement_id, network_id, party_id, deposit_identifier, unit_id, 1, priority, made_at FROM payouts LIMIT 1",
            "one_live_payout_per_party_destination_settlement_and_unit",
        ),
        (
            "UPDATE payouts SET amount = amount + 1",
            "a_payout_keeps_its_terms",
        ),
        (
            "UPDATE payouts SET iban = 'IR040990000000000000000000'",
            "a_payout_keeps_its_terms",
        ),
        (
            "UPDATE payouts SET state = 'settled', released_at = made_at",
            "a_payout_keeps_its_terms",
        ),
        ("DELETE FROM payouts", "permission denied"),
        ("UPDATE remittances SET amount = 1", "permission denied"),
    ] {
        let refused = conn.batch_execute(statement).await.unwrap_err();
        let diesel::result::Error::DatabaseError(_, about) = &refused else {
            panic!("{statement}: {refused}");
        };
        let told = format!(
            "{} {}",
            about.constraint_name().unwrap_or_default(),
            about.message()
        );
        assert!(told.contains(constraint), "{statement}: {told}");
    }
}
