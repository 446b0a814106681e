//! Which payouts leave, and that nothing else becomes of them.

use chrono::Duration;
use daftar::domain::money::Amount;
use daftar::usecases::reading::payouts::WaitsFor;
use daftar::usecases::record_remittance::{RemittanceEntry, record_remittance};
use daftar::usecases::register::bank_account::BankAccountEntry;
use daftar::usecases::release_payouts::release_payouts;
use diesel_async::SimpleAsyncConnection;

use super::{ALL, PAID, settled};
use crate::bank_accounts::ANOTHER_ACCOUNT;
use crate::counter::Case;
use crate::faults::until;
use crate::scene::{PISHKHAN, POLICE, Scene};

const TREASURYS_ACCOUNT: &str = "IR090990000000000000000007";
/// The part of the treasury in the duty on 100,000,000, which bears a deposit identifier.
const DUTY: i64 = 1_222_500;

impl Scene {
    /// One passport, settled when nobody knows the account of the treasury, which is paid first.
    async fn passport_settled_without_the_treasurys_account() -> Self {
        let scene = Self::furnished().await;
        let account = scene.entered_account("provincial-treasury");
        scene
            .end_account(account, scene.began, scene.began)
            .await
            .unwrap();
        scene.book_passport("p-1", 0).await;
        scene.settle(POLICE, scene.settled_at()).await;
        scene
    }

    async fn enter_the_treasurys_account(&self) {
        let account = BankAccountEntry {
            party: "provincial-treasury".to_owned(),
            deposit_identifier: String::new(),
            iban: TREASURYS_ACCOUNT.to_owned(),
            valid_from: self.day(7, 9),
        };
        self.change_account(account, self.day(4, 9)).await;
    }

    /// An account of the destination of duties, besides the treasury's plain one.
    fn account_of_duties(&self, iban: &str) -> BankAccountEntry {
        BankAccountEntry {
            deposit_identifier: "311011100140149001055000075724".to_owned(),
            iban: iban.to_owned(),
            ..self.entered_account("treasury")
        }
    }

    /// The duty is settled and its money has come in.
    async fn settle_and_remit_duty(&self) {
        let case = Case {
            amount: Some(100_000_000),
            ..Case::cash("1001", "duty", "d-1", self.day(0, 2))
        };
        self.book(self.day(0, 3), &[case]).await;
        self.settle_day(1).await;
        let entry = RemittanceEntry {
            network: PISHKHAN.to_owned(),
            party: "office-1001".to_owned(),
            deposit_identifier: String::new(),
            amount: Amount::from_minor(DUTY),
            bank_reference: "r-1".to_owned(),
            received_at: None,
        };
        let mut conn = self.world.conn().await;
        record_remittance(&mut conn, &self.maker, self.day(1, 13), &entry)
            .await
            .unwrap();
    }
}

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
    let scene = Scene::passport_settled_without_the_treasurys_account().await;
    assert_eq!(scene.payout_to("provincial-treasury").await.iban, None);
    scene.remit(ALL, "r-1").await.unwrap();
    assert_eq!(scene.leaving().await, ["municipality", "identity"]);
    let waits_for = scene.payout_to("provincial-treasury").await.waits_for;
    assert_eq!(waits_for, Some(WaitsFor::Account));
    scene.enter_the_treasurys_account().await;
    assert_eq!(scene.leaving().await, ["provincial-treasury"]);
    let iban = scene.payout_to("provincial-treasury").await.iban;
    assert_eq!(iban.as_deref(), Some(TREASURYS_ACCOUNT));
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_destination_that_had_an_account_of_its_own_waits_for_another_when_that_ends() {
    let scene = Scene::furnished().await;
    let own = scene.account_of_duties(TREASURYS_ACCOUNT);
    scene
        .change_account(own.clone(), scene.began - Duration::days(4))
        .await;
    let closed_at = scene.day(0, 9);
    scene.end_account(own, closed_at, closed_at).await.unwrap();
    scene.settle_and_remit_duty().await;
    let nobody: [&str; 0] = [];
    assert_eq!(
        scene.leaving().await,
        nobody,
        "its party's plain account is another destination"
    );
    let payout = scene.payout_to("treasury").await;
    assert_eq!((payout.iban, payout.waits_for), (None, Some(WaitsFor::Account)));
    let another = BankAccountEntry {
        valid_from: closed_at,
        ..scene.account_of_duties(ANOTHER_ACCOUNT)
    };
    scene.change_account(another, scene.day(4, 9)).await;
    assert_eq!(scene.leaving().await, ["treasury"]);
    let iban = scene.payout_to("treasury").await.iban;
    assert_eq!(iban.as_deref(), Some(ANOTHER_ACCOUNT));
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_destination_whose_own_account_was_never_paid_is_paid_into_the_plain_one() {
    let scene = Scene::furnished().await;
    let own = scene.account_of_duties(TREASURYS_ACCOUNT);
    scene.change_account(own, scene.day(0, 9)).await;
    scene.settle_and_remit_duty().await;
    let plain = scene.entered_account("treasury").iban;
    assert_eq!(scene.payout_to("treasury").await.iban, Some(plain));
    assert_eq!(scene.leaving().await, ["treasury"]);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn two_releases_at_once_let_no_more_leave_than_the_books_show() {
    let scene = Scene::passport_settled_without_the_treasurys_account().await;
    scene.remit(PAID[0].1, "r-1").await.unwrap();
    // Nobody's payout can leave before both releases have read what they read.
    let mut other = scene.world.superuser().await;
    let hold = "BEGIN; SELECT FROM payouts FOR UPDATE";
    other.batch_execute(hold).await.unwrap();
    let release = async || {
        let mut conn = scene.world.conn().await;
        release_payouts(&mut conn, &scene.maker, scene.now())
            .await
            .unwrap()
    };
    let waiting = async |count: &str| {
        let waiting = "SELECT count(*)::text AS line FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock'";
        until(&scene.world, waiting, count).await;
    };
    // The first knows of two that may leave, the second of one that goes before them and takes all the money.
    let second_release = async {
        waiting("1").await;
        scene.enter_the_treasurys_account().await;
        release().await
    };
    let let_them_go = async {
        waiting("2").await;
        other.batch_execute("COMMIT").await.unwrap();
    };
    let (first, second, ()) = tokio::join!(release(), second_release, let_them_go);
    assert_eq!(first.map(|released| released.count), Some(2));
    assert_eq!(second, None, "the money is spent");
    scene.remit(ALL - PAID[0].1, "r-2").await.unwrap();
    assert_eq!(scene.leaving().await, ["provincial-treasury"]);
    scene.world.assert_sound().await;
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
        ("UPDATE payouts SET amount = amount + 1", "permission denied"),
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
    // Whoever may edit the column is refused by the payout itself.
    let other = "UPDATE payouts SET amount = amount + 1";
    let refused = scene.world.superuser().await.batch_execute(other).await;
    assert!(refused.unwrap_err().to_string().contains("keeps its terms"));
    scene.world.assert_sound().await;
}
