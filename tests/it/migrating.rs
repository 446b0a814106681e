//! Migrations that stop at rows which they are about, and say at which. Never here: that they are honest in both directions (see
//! `schema`).

use daftar::domain::working_days::HolidayState;
use daftar::host::migrations::{MigrationError, migrate, revert_newest};
use daftar::usecases::register::bank_account::{
    BankAccountChange, BankAccountEntry, approve_bank_accounts, change_bank_accounts,
};
use daftar::usecases::register::calendar::{CalendarEntry, Holiday, register_calendar};
use diesel_async::SimpleAsyncConnection;

use crate::scene::Scene;
use crate::verifying;

impl Scene {
    /// Takes back all migrations down to this one, and it.
    async fn revert_to(&self, version: &str) -> Result<Vec<String>, MigrationError> {
        let newer = format!("SELECT count(*) FROM __diesel_schema_migrations WHERE version >= '{version}'");
        let newer = usize::try_from(self.count(&newer).await).unwrap();
        revert_newest(&self.world.admin_url(), newer).await
    }

    /// What the refusal says; what was taken back before it is applied again.
    async fn refused_to_revert_to(&self, version: &str) -> String {
        let refused = self.revert_to(version).await.unwrap_err().to_string();
        migrate(&self.world.admin_url()).await.unwrap();
        refused
    }

    async fn forge(&self, rows: &str) {
        self.world.superuser().await.batch_execute(rows).await.unwrap();
    }

    /// An account of an office's owner besides the plain one, which waits.
    async fn account_that_waits(&self) -> (i32, BankAccountEntry) {
        let entry = BankAccountEntry {
            deposit_identifier: "x".to_owned(),
            ..self.entered_account("office-1001")
        };
        let mut conn = self.world.conn().await;
        let begins = [BankAccountChange::Begin(entry.clone())];
        let ids = change_bank_accounts(&mut conn, &self.maker, self.day(0, 9), &begins).await;
        (ids.unwrap()[0], entry)
    }
}

#[tokio::test]
async fn books_with_a_copied_journal_are_refused_by_the_journals_name() {
    let scene = verifying::settled().await;
    scene.revert_to("20261130000900").await.unwrap();
    let copied = scene.count("SELECT max(journal_id) AS count FROM entries").await;
    let copy = format!(
        "INSERT INTO entries (journal_id, line, account_id, amount, side, transaction_kind, component_kind, item_count)
         SELECT journal_id, line + 1000, account_id, amount, side, transaction_kind, component_kind, item_count
           FROM entries WHERE journal_id = {copied}"
    );
    scene.forge(&copy).await;
    let refused = migrate(&scene.world.admin_url()).await.unwrap_err().to_string();
    assert!(
        refused.contains(&format!("journal {copied} says a thing twice")),
        "{refused}"
    );
}

#[tokio::test]
async fn an_original_of_which_the_same_was_taken_back_twice_is_refused_by_its_name() {
    let scene = verifying::settled().await;
    scene.revert_to("20261130000910").await.unwrap();
    let twice = scene
        .count("SELECT max(original_id) AS count FROM transactions")
        .await;
    let again = format!(
        "INSERT INTO transactions SELECT (jsonb_populate_record(t, '{{\"reference\": \"again\"}}')).*
           FROM transactions t WHERE t.original_id = {twice} LIMIT 1"
    );
    scene.forge(&again).await;
    let refused = migrate(&scene.world.admin_url()).await.unwrap_err().to_string();
    assert!(
        refused.contains(&format!("of original {twice} the same was taken back twice")),
        "{refused}"
    );
}

#[tokio::test]
async fn an_account_keeps_what_says_that_it_is_not_paid_yet_until_it_is_paid_or_has_ended() {
    let scene = Scene::furnished().await;
    let silent = "UPDATE parties SET email = NULL";
    scene.world.conn().await.batch_execute(silent).await.unwrap();
    let (id, entry) = scene.account_that_waits().await;
    let version = "20261130001050";
    let waits = format!("bank account {id} waits for its approval or cools off");
    let refused = scene.refused_to_revert_to(version).await;
    assert!(refused.contains(&waits), "{refused}");
    let long_after = "2999-01-01T00:00:00Z".parse().unwrap();
    let mut conn = scene.world.conn().await;
    approve_bank_accounts(&mut conn, &scene.checker, long_after, &[id])
        .await
        .unwrap();
    let refused = scene.refused_to_revert_to(version).await;
    assert!(refused.contains(&waits), "{refused}");
    let ends = [BankAccountChange::End(entry, scene.day(0, 10))];
    change_bank_accounts(&mut conn, &scene.maker, scene.day(0, 10), &ends)
        .await
        .unwrap();
    scene.revert_to(version).await.unwrap();
}

#[tokio::test]
async fn mail_of_a_bank_account_keeps_the_schema_that_knows_of_it() {
    let scene = Scene::furnished().await;
    let (id, _) = scene.account_that_waits().await;
    let mut conn = scene.world.conn().await;
    approve_bank_accounts(&mut conn, &scene.checker, scene.day(0, 9), &[id])
        .await
        .unwrap();
    let refused = scene.refused_to_revert_to("20261130001060").await;
    assert!(refused.contains("tells of a bank account"), "{refused}");
}

#[tokio::test]
async fn a_withdrawn_holiday_keeps_the_schema_that_knows_of_it_until_it_is_entered_again() {
    let scene = Scene::furnished().await;
    let stated = |states: &[HolidayState]| CalendarEntry {
        code: "banks".to_owned(),
        holidays: states
            .iter()
            .map(|state| Holiday {
                day: "2026-03-29".parse().unwrap(),
                name_fa: "تعطیل".to_owned(),
                name_en: "Holiday".to_owned(),
                state: *state,
            })
            .collect(),
        ..CalendarEntry::default()
    };
    let called_off = stated(&[HolidayState::Stands, HolidayState::Withdrawn]);
    let mut conn = scene.world.conn().await;
    register_calendar(&mut conn, &scene.maker, scene.began, &called_off)
        .await
        .unwrap();
    let version = "20261201000100";
    let refused = scene.refused_to_revert_to(version).await;
    assert!(
        refused.contains("holiday 2026-03-29 of banks was withdrawn"),
        "{refused}"
    );
    let again = stated(&[HolidayState::Stands]);
    register_calendar(&mut conn, &scene.maker, scene.began, &again)
        .await
        .unwrap();
    scene.revert_to(version).await.unwrap();
}
