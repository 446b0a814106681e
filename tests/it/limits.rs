//! The most that one row may state: no single row takes a network's sums out of their range. Never here: sums of many rows.

use daftar::domain::money::{AMOUNT_MAX, Amount};
use daftar::domain::originator::Scope;
use daftar::usecases::Failure;
use daftar::usecases::record_remittance::{RemittanceEntry, record_remittance};
use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};

use crate::api::Api;
use crate::scene::{PISHKHAN, Scene};

fn bill(scene: &Scene, reference: &str, principal: i64) -> Value {
    json!({
        "office": "1001", "service": "bill", "network": PISHKHAN, "reference": reference,
        "occurred_at": scene.day(0, 2), "holder": "office", "principal": principal,
    })
}

fn remittance(amount: Amount) -> RemittanceEntry {
    RemittanceEntry {
        network: PISHKHAN.to_owned(),
        party: "office-1001".to_owned(),
        deposit_identifier: String::new(),
        amount,
        bank_reference: format!("bank-{amount}"),
        received_at: None,
    }
}

#[actix_web::test]
async fn a_principal_of_any_size_leaves_the_network_previewed_earning_and_sealed() {
    let scene = Scene::furnished().await;
    let api = Api::of(&scene.world, scene.day(0, 3));
    let recorder = api.token("recorder", Scope::Record, None).await;
    for above in [i64::MAX, AMOUNT_MAX.minor() + 1] {
        let refused = api
            .post("/v1/transactions", &bill(&scene, "vast", above), &recorder)
            .await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        for told in ["principal", "an_amount_has_a_limit", "at most 100000000000000"] {
            assert!(refused.text().contains(told), "{}", refused.text());
        }
    }
    for reference in ["most", "and-again"] {
        let most = bill(&scene, reference, AMOUNT_MAX.minor());
        let booked = api.post("/v1/transactions", &most, &recorder).await;
        assert_eq!(booked.status, 201, "{}", booked.text());
    }
    let preview = scene.preview(PISHKHAN, scene.day(0, 4)).await;
    assert_eq!(preview.totals[0].earned.minor(), 2 * (AMOUNT_MAX.minor() + 6_000));
    let earnings = api.get("/v1/offices/1001/earnings", &recorder).await;
    assert_eq!(earnings.status, 200, "{}", earnings.text());
    scene.settle_day(1).await;
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_remittance_of_any_size_leaves_the_balances_known() {
    let scene = Scene::furnished().await;
    let at = scene.day(0, 3);
    let mut conn = scene.world.conn().await;
    for above in [i64::MAX, AMOUNT_MAX.minor() + 1].map(Amount::from_minor) {
        let refused = record_remittance(&mut conn, &scene.maker, at, &remittance(above))
            .await
            .unwrap_err();
        let Failure::Invalid(faults) = refused else {
            panic!("{refused}");
        };
        assert_eq!(
            (faults[0].field.as_str(), faults[0].rule.as_str()),
            ("amount", "a_remittance_has_a_limit")
        );
    }
    record_remittance(&mut conn, &scene.maker, at, &remittance(AMOUNT_MAX))
        .await
        .unwrap();
    assert_eq!(scene.due("office-1001").await, AMOUNT_MAX.minor());
    let preview = scene.preview(PISHKHAN, at).await;
    assert_eq!(preview.totals[0].remitted, AMOUNT_MAX);
}

#[tokio::test]
async fn the_database_refuses_what_is_above_the_limit_under_the_limits_name() {
    let scene = Scene::furnished().await;
    scene.book_bill().await;
    let above = AMOUNT_MAX.minor() + 1;
    let bypassing =
        "ALTER TABLE transactions DISABLE TRIGGER ALL; ALTER TABLE allocations DISABLE TRIGGER ALL";
    let mut superuser = scene.world.superuser().await;
    superuser.batch_execute(bypassing).await.unwrap();
    for (deed, constraint) in [
        (
            format!("UPDATE transactions SET amount = {above}"),
            "an_amount_has_a_limit",
        ),
        (
            format!("UPDATE transactions SET principal = {above}"),
            "a_principal_has_a_limit",
        ),
        (
            format!("UPDATE allocations SET asked_amount = {above}"),
            "an_asked_amount_has_a_limit",
        ),
        (
            format!("UPDATE networks SET payout_threshold = {above}"),
            "a_payout_threshold_has_a_limit",
        ),
    ] {
        let refused = superuser.batch_execute(&deed).await.unwrap_err().to_string();
        assert!(refused.contains(&format!("\"{constraint}\"")), "{refused}");
    }
}

impl Scene {
    async fn book_bill(&self) {
        let bill = crate::counter::Case {
            principal: Some(250_000),
            ..crate::counter::Case::cash("1001", "bill", "b-1", self.day(0, 2))
        };
        self.book(self.day(0, 3), &[bill]).await;
    }
}
