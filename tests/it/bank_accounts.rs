//! Accounts where parties are paid: entered, ended, approved by a second person. Never here: which payout goes where (see
//! `payouts`).

use std::collections::BTreeSet;
use std::process::Output;

use chrono::{DateTime, Utc};
use daftar::cli::verify::verify;
use daftar::domain::bank_account::BankAccountState;
use daftar::domain::originator::{Originator, OriginatorKind};
use daftar::usecases::claim_mail::{ClaimedMail, claim_mail};
use daftar::usecases::compose_mail::compose_mail;
use daftar::usecases::reading::bank_accounts::{BankAccountFilter, BankAccountView, list_bank_accounts};
use daftar::usecases::register::bank_account::{
    BankAccountChange, BankAccountEntry, ToldParties, add_bank_accounts, approve_bank_accounts,
    change_bank_accounts,
};
use daftar::usecases::verify_books::Extent;
use daftar::usecases::{Done, Failure};
use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};

use crate::host::Folder;
use crate::scene::Scene;
use crate::serve::daftar;
use crate::settling::rule_of;

/// Of nobody; it passes its own check.
pub const ANOTHER_ACCOUNT: &str = "IR950990000000000000000011";

impl Scene {
    pub async fn end_account(
        &self,
        account: BankAccountEntry,
        until: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Done<Vec<i32>> {
        self.change_accounts(at, &[BankAccountChange::End(account, until)])
            .await
    }

    /// Another account, approved at once.
    pub async fn change_account(&self, account: BankAccountEntry, at: DateTime<Utc>) {
        let begun = self
            .change_accounts(at, &[BankAccountChange::Begin(account)])
            .await;
        self.approve_accounts(&self.checker, at, &begun.unwrap())
            .await
            .unwrap();
    }

    async fn change_accounts(&self, at: DateTime<Utc>, changes: &[BankAccountChange]) -> Done<Vec<i32>> {
        change_bank_accounts(&mut *self.world.conn().await, &self.maker, at, changes).await
    }

    async fn approve_accounts(&self, by: &Originator, at: DateTime<Utc>, ids: &[i32]) -> Done<ToldParties> {
        approve_bank_accounts(&mut *self.world.conn().await, by, at, ids).await
    }

    /// Another account of the office's owner from the second day on, after the one that stood.
    fn another(&self) -> BankAccountEntry {
        BankAccountEntry {
            iban: ANOTHER_ACCOUNT.to_owned(),
            valid_from: self.day(1, 0),
            ..self.entered_account("office-1001")
        }
    }

    /// Accounts of the owner of office `1001`, newest first.
    async fn accounts(&self, at: DateTime<Utc>) -> Vec<BankAccountView> {
        let filter = BankAccountFilter {
            party: Some("office-1001".to_owned()),
            waiting: false,
        };
        let mut conn = self.world.conn().await;
        list_bank_accounts(&mut conn, &self.maker, at, &filter, 10)
            .await
            .unwrap()
    }

    async fn assert_verified(&self) {
        let verified = verify(self.world.pool(), Extent::All, None).await.unwrap();
        assert_eq!(verified.findings, []);
    }
}

#[tokio::test]
async fn an_account_ends_from_now_on_and_another_begins_no_sooner() {
    let scene = Scene::furnished().await;
    let (entered, at) = (scene.entered_account("office-1001"), scene.day(0, 9));
    let end = |until| scene.end_account(entered.clone(), until, at);
    let beside = scene
        .change_accounts(at, &[BankAccountChange::Begin(scene.another())])
        .await;
    assert_eq!(rule_of(beside), "one_bank_account_per_destination_and_time");
    assert_eq!(
        rule_of(end(scene.day(0, 8)).await),
        "what_was_paid_into_a_bank_account_stays_so"
    );
    assert!(end(scene.day(1, 0)).await.unwrap().is_empty());
    assert_eq!(
        rule_of(end(scene.day(2, 0)).await),
        "an_end_of_a_bank_account_is_only_brought_forward"
    );
    let mistyped = BankAccountEntry {
        valid_from: scene.began,
        ..entered.clone()
    };
    let Err(Failure::Invalid(faults)) = scene.end_account(mistyped, scene.day(2, 0), at).await else {
        panic!("an account that is not there was ended");
    };
    assert_eq!(
        (faults[0].field.as_str(), faults[0].rule.as_str()),
        ("office-1001.valid_until", "the_account_that_ends_is_there")
    );
    let begun = scene
        .change_accounts(at, &[BankAccountChange::Begin(scene.another())])
        .await;
    assert_eq!(begun.unwrap().len(), 1);
    let told = scene.accounts(scene.day(1, 0)).await;
    assert_eq!(
        told.iter().map(|account| account.state).collect::<Vec<_>>(),
        [BankAccountState::Waiting, BankAccountState::Ended]
    );
    assert_eq!(
        (told[0].made_by.as_deref(), told[1].ended_by.as_deref()),
        (Some("maker"), Some("maker"))
    );
    scene.assert_verified().await;
}

#[tokio::test]
async fn an_end_that_was_mistyped_is_brought_forward_and_makes_room_for_another() {
    let scene = Scene::furnished().await;
    let (entered, at) = (scene.entered_account("office-1001"), scene.day(0, 9));
    let mistyped = scene.day(36_500, 0);
    scene.end_account(entered.clone(), mistyped, at).await.unwrap();
    let beside = scene
        .change_accounts(at, &[BankAccountChange::Begin(scene.another())])
        .await;
    assert_eq!(rule_of(beside), "one_bank_account_per_destination_and_time");
    let past = scene.end_account(entered.clone(), scene.day(0, 8), at).await;
    assert_eq!(rule_of(past), "what_was_paid_into_a_bank_account_stays_so");
    let changes = [
        BankAccountChange::Begin(scene.another()),
        BankAccountChange::End(entered, scene.day(1, 0)),
    ];
    let mut conn = scene.world.conn().await;
    change_bank_accounts(&mut conn, &scene.checker, at, &changes)
        .await
        .unwrap();
    let ended = &scene.accounts(at).await[1];
    assert_eq!(
        (ended.valid_until, ended.ended_by.as_deref()),
        (Some(scene.day(1, 0)), Some("checker"))
    );
    scene.assert_verified().await;
}

#[tokio::test]
async fn what_waits_is_taken_back_at_its_beginning_and_makes_room_for_another() {
    let scene = Scene::furnished().await;
    let at = scene.day(0, 9);
    let ends = BankAccountChange::End(scene.entered_account("office-1001"), scene.day(1, 0));
    // The order in which they are stated does not matter.
    let changes = [BankAccountChange::Begin(scene.another()), ends];
    let first = scene.change_accounts(at, &changes).await.unwrap();
    let taken_back = [BankAccountChange::End(scene.another(), scene.day(1, 0))];
    scene.change_accounts(scene.day(3, 0), &taken_back).await.unwrap();
    let late = scene
        .approve_accounts(&scene.checker, scene.day(3, 0), &first)
        .await;
    assert_eq!(rule_of(late), "an_ended_bank_account_is_not_approved");
    scene.change_account(scene.another(), scene.day(3, 0)).await;
    let states = scene.accounts(scene.day(6, 0)).await;
    let states: Vec<_> = states.iter().map(|account| account.state).collect();
    let ended = BankAccountState::Ended;
    assert_eq!(states, [BankAccountState::InForce, ended, ended]);
    scene.assert_verified().await;
}

#[tokio::test]
async fn another_account_is_approved_by_another_person_and_its_party_is_told_before_it_is_paid() {
    let scene = Scene::furnished().await;
    let at = scene.day(1, 9);
    let ends = BankAccountChange::End(scene.entered_account("office-1001"), scene.day(2, 0));
    let another = BankAccountEntry {
        valid_from: scene.day(2, 0),
        ..scene.another()
    };
    let changes = [ends, BankAccountChange::Begin(another)];
    let ids = scene.change_accounts(at, &changes).await.unwrap();
    assert_eq!(
        rule_of(scene.approve_accounts(&scene.maker, at, &ids).await),
        "a_bank_account_is_approved_by_another_than_its_maker"
    );
    let job = Originator {
        kind: OriginatorKind::Job,
        ..scene.checker.clone()
    };
    let refused = scene.approve_accounts(&job, at, &ids).await;
    assert!(matches!(refused, Err(Failure::Forbidden(_))), "{refused:?}");
    scene.approve_accounts(&scene.checker, at, &ids).await.unwrap();
    assert_eq!(
        rule_of(scene.approve_accounts(&scene.checker, at, &ids).await),
        "only_a_bank_account_that_waits_is_approved"
    );
    for (moment, state) in [
        (scene.day(4, 8), BankAccountState::Coming),
        (scene.day(4, 9), BankAccountState::InForce),
    ] {
        assert_eq!(scene.accounts(moment).await[0].state, state, "{moment}");
    }
    let mut conn = scene.world.conn().await;
    let [mail]: [ClaimedMail; 1] = claim_mail(&mut conn, &scene.maker, at, "example.ir")
        .await
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(
        (mail.kind.as_str(), mail.recipient.as_str()),
        ("bank_account", "office-1001@example.ir")
    );
    let letter = compose_mail(&mut conn, &mail).await.unwrap().text;
    assert!(letter.text.contains("ذی‌نفع office-1001"), "{}", letter.text);
    let said = "پیش از ۵ فروردین ۱۴۰۵، ساعت ۰۹:۰۰، مبلغی به آن پرداخت نمی‌شود";
    assert!(letter.text.contains(said), "{}", letter.text);
    assert!(!letter.text.contains("IR95") && !letter.html.contains("IR95"));
    scene.assert_verified().await;
}

#[tokio::test]
async fn whoever_approves_is_told_which_parties_are_told_and_which_read_no_mail() {
    let scene = Scene::furnished().await;
    let at = scene.day(0, 9);
    let changes = ["office-1001", "office-1002"].map(|party| {
        BankAccountChange::Begin(BankAccountEntry {
            deposit_identifier: "x".to_owned(),
            ..scene.entered_account(party)
        })
    });
    let ids = scene.change_accounts(at, &changes).await.unwrap();
    let silent = "UPDATE parties SET email = NULL WHERE code = 'office-1002'";
    scene.world.conn().await.batch_execute(silent).await.unwrap();
    let told = scene.approve_accounts(&scene.checker, at, &ids).await.unwrap();
    let codes = |parties: &BTreeSet<String>| parties.iter().cloned().collect::<Vec<_>>();
    assert_eq!(codes(&told.by_mail), ["office-1001"]);
    assert_eq!(codes(&told.without_address), ["office-1002"]);
}

#[tokio::test]
async fn an_account_of_a_party_that_stands_is_not_entered_as_if_it_came_with_its_party() {
    let scene = Scene::furnished().await;
    let at = scene.day(0, 9);
    scene
        .end_account(scene.entered_account("office-1001"), scene.day(1, 0), at)
        .await
        .unwrap();
    let mut conn = scene.world.conn().await;
    let added = add_bank_accounts(&mut conn, &scene.maker, at, vec![scene.another()]).await;
    assert_eq!(rule_of(added), "a_bank_account_changes_by_two_people");
}

/// What the application writes in vain, and which rule refuses it.
const FORBIDDEN_EDITS: [(&str, &str); 10] = [
    (
        "UPDATE bank_accounts SET valid_until = valid_until + interval '1 year' WHERE valid_until IS NOT NULL",
        "an end is brought forward, and not put off",
    ),
    (
        "UPDATE bank_accounts SET ended_by = (SELECT id FROM originators WHERE code = 'checker') WHERE valid_until IS NOT NULL",
        "an end is brought forward, and not put off",
    ),
    (
        "UPDATE bank_accounts SET valid_until = ended_at - interval '1 second' WHERE valid_until IS NOT NULL",
        "it ends at a moment that is yet to come",
    ),
    (
        "UPDATE bank_accounts SET valid_until = valid_from + interval '9 years' WHERE valid_until IS NULL",
        "who_ended_a_bank_account_is_named",
    ),
    (
        "UPDATE bank_accounts SET valid_until = valid_from - interval '1 second', ended_by = 1, ended_at = valid_from - interval '1 second' WHERE valid_until IS NULL",
        "a_bank_account_ends_no_sooner_than_it_begins",
    ),
    (
        "UPDATE bank_accounts SET cooled_off_at = valid_from WHERE approved_by IS NOT NULL",
        "is approved already",
    ),
    (
        "UPDATE bank_accounts SET approved_by = made_by, approved_at = made_at, cooled_off_at = made_at + interval '72 hours'
          WHERE approved_by IS NULL AND made_by IS NOT NULL",
        "a_bank_account_is_approved_by_another_than_its_maker",
    ),
    (
        "UPDATE bank_accounts SET approved_by = (SELECT id FROM originators WHERE code = 'checker'), approved_at = made_at,
                cooled_off_at = made_at + interval '71 hours 59 minutes' WHERE approved_by IS NULL AND made_by IS NOT NULL",
        "an_approved_bank_account_cools_off",
    ),
    (
        "INSERT INTO bank_accounts (party_id, deposit_identifier, iban, valid_from, made_by, made_at, approved_by, approved_at, cooled_off_at)
         SELECT party_id, 'x', iban, valid_from, made_by, made_at, approved_by, approved_at, cooled_off_at FROM bank_accounts
          WHERE approved_by IS NOT NULL",
        "entered by one person and approved by another",
    ),
    ("UPDATE bank_accounts SET made_by = 1", "permission denied"),
];

#[tokio::test]
async fn the_database_lets_an_account_be_approved_once_and_end_no_later_and_changes_nothing_else_of_it() {
    let scene = Scene::furnished().await;
    let at = scene.day(0, 9);
    scene
        .end_account(scene.entered_account("office-1001"), scene.day(1, 0), at)
        .await
        .unwrap();
    scene.change_account(scene.another(), at).await;
    scene
        .end_account(scene.entered_account("office-1002"), scene.day(1, 0), at)
        .await
        .unwrap();
    let waiting = BankAccountEntry {
        valid_from: scene.day(1, 0),
        ..scene.entered_account("office-1002")
    };
    scene
        .change_accounts(at, &[BankAccountChange::Begin(waiting)])
        .await
        .unwrap();
    let mut conn = scene.world.conn().await;
    for (edit, rule) in FORBIDDEN_EDITS {
        let refused = conn.batch_execute(edit).await.unwrap_err().to_string();
        assert!(refused.contains(rule), "{edit}: {refused}");
    }
    // Whoever may edit the column is refused by the account itself.
    let moved = "UPDATE bank_accounts SET valid_from = valid_from - interval '1 day'";
    let refused = scene.world.superuser().await.batch_execute(moved).await;
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("is kept as it was entered")
    );
}

fn run(scene: &Scene, folder: &Folder, command: &str, arguments: &[&str]) -> Output {
    daftar(folder.path(), command)
        .env("DATABASE_URL", scene.world.app_url().expose())
        .args(arguments)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    let [said, told] =
        [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(output.status.success(), "{told}");
    said
}

#[tokio::test]
async fn a_register_document_ends_an_account_and_begins_another_that_a_second_person_approves() {
    let scene = Scene::furnished().await;
    let folder = Folder::new();
    let entered = scene.entered_account("operator");
    let document = |iban: &str| {
        json!({ "register": 1, "accounts": [
            { "party": "operator", "iban": iban, "valid_from": entered.valid_from, "valid_until": "2099-01-01T00:00:00Z" },
            { "party": "operator", "iban": ANOTHER_ACCOUNT, "valid_from": "2099-01-01T00:00:00Z" }
        ] })
    };
    let file = folder.path().join("accounts.json");
    let path = file.to_str().unwrap();
    let register = |document: Value| {
        std::fs::write(&file, document.to_string()).unwrap();
        run(&scene, &folder, "register", &[path, "--as", "maker"])
    };
    let refused = register(document("IR740990000000000000000001"));
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("accounts.operator.valid_until"), "{told}");
    let registered = said(&register(document(&entered.iban)));
    let waiting = said(&run(
        &scene,
        &folder,
        "bank-account",
        &["list", "--waiting", "--json"],
    ));
    let waiting: Value = serde_json::from_str(&waiting).unwrap();
    assert_eq!(
        (&waiting[0]["iban"], &waiting[0]["state"], &waiting[0]["made_by"]),
        (&json!(ANOTHER_ACCOUNT), &json!("waiting"), &json!("maker"))
    );
    let id = waiting[0]["id"].to_string();
    assert!(
        registered.contains(&format!("daftar bank-account approve {id} --as PERSON")),
        "{registered}"
    );
    let approve = |person| run(&scene, &folder, "bank-account", &["approve", &id, "--as", person]);
    let told = String::from_utf8_lossy(&approve("maker").stderr).into_owned();
    assert!(
        told.contains("a_bank_account_is_approved_by_another_than_its_maker"),
        "{told}"
    );
    let approved = said(&approve("checker"));
    assert!(approved.contains("for they read no mail: operator"), "{approved}");
    let waiting = &["list", "--waiting", "--json"];
    assert_eq!(said(&run(&scene, &folder, "bank-account", waiting)), "[]\n");
}
