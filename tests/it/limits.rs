//! The most that one row may state: no single row takes a network's sums out of their range. Never here: sums of many rows.

use daftar::domain::money::{AMOUNT_MAX, Amount};
use daftar::domain::office::Setting;
use daftar::domain::originator::Scope;
use daftar::usecases::Failure;
use daftar::usecases::record_remittance::{RemittanceEntry, record_remittance};
use daftar::usecases::register::instrument::{InstrumentEntry, register_instruments};
use daftar::usecases::register::licence::{LicenceEventEntry, LicenceEventKind, record_licence_event};
use daftar::usecases::register::office::{OfficeEntry, register_offices};
use daftar::usecases::register::party::change_emails;
use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};

use crate::api::Api;
use crate::host::Folder;
use crate::scene::{PISHKHAN, Scene};
use crate::serve::daftar;

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
    scene.world.assert_sound().await;
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

fn office(name_fa: String, district: String) -> OfficeEntry {
    OfficeEntry {
        code: "2001".to_owned(),
        name_fa,
        name_en: "Office".to_owned(),
        province: "Tehran".to_owned(),
        county: "Tehran".to_owned(),
        district,
        setting: Setting::Urban,
    }
}

/// Field, rule and what is told of the limit.
fn told(refused: &Failure) -> [String; 3] {
    let fault = &refused.faults()[0];
    [fault.field.clone(), fault.rule.clone(), fault.explanation.clone()]
}

#[tokio::test]
async fn what_is_registered_has_a_length_and_is_refused_above_with_field_rule_and_limit() {
    let scene = Scene::furnished().await;
    let (mut conn, at, by) = (scene.world.conn().await, scene.day(0, 3), &scene.maker);
    let long = |chars: usize| "ن".repeat(chars);
    for (name, district, expected) in [
        (
            long(201),
            long(1),
            [
                "2001.name_fa",
                "a_name_has_a_limit",
                "at most 200 characters; it has 201",
            ],
        ),
        (
            long(1),
            long(101),
            [
                "2001.district",
                "the_name_of_a_place_has_a_limit",
                "at most 100 characters; it has 101",
            ],
        ),
    ] {
        let refused = register_offices(&mut conn, by, at, vec![office(name, district)]).await;
        assert_eq!(told(&refused.unwrap_err()), expected);
    }
    let whole = office(long(200), long(100));
    register_offices(&mut conn, by, at, vec![whole]).await.unwrap();
    let instrument = InstrumentEntry {
        code: "law".to_owned(),
        title: long(1_001),
        number: String::new(),
        issued_on: at.date_naive(),
        clause: String::new(),
    };
    let refused = register_instruments(&mut conn, by, vec![instrument]).await;
    assert_eq!(
        told(&refused.unwrap_err())[..2],
        ["law.title", "a_title_has_a_limit"]
    );
    let address = [(
        "office-1001".to_owned(),
        Some(format!("{}@example.ir", "x".repeat(250))),
    )];
    let refused = change_emails(&mut conn, by, &address).await;
    assert_eq!(
        told(&refused.unwrap_err())[..2],
        ["office-1001.email", "an_address_has_a_limit"]
    );
    let suspension = LicenceEventEntry {
        office: "1001".to_owned(),
        network: PISHKHAN.to_owned(),
        kind: LicenceEventKind::Suspended,
        effective_at: at.into(),
        deciding_body: "commission".to_owned(),
        decision: "S-1".to_owned(),
        instrument: None,
        evidence: Some(long(2_001)),
    };
    let refused = record_licence_event(&mut conn, by, at, &suspension).await;
    assert_eq!(
        told(&refused.unwrap_err())[..2],
        ["evidence", "evidence_has_a_limit"]
    );
}

#[tokio::test]
async fn the_database_refuses_a_text_above_its_limit_under_the_limits_name() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.superuser().await;
    for (table, column, chars, constraint) in [
        ("currency_units", "name_fa", 200, "a_name_has_a_limit"),
        ("currency_units", "iso_code", 40, "a_code_has_a_limit"),
        ("parties", "name_en", 200, "a_name_has_a_limit"),
        (
            "bank_accounts",
            "deposit_identifier",
            64,
            "a_deposit_identifier_has_a_limit",
        ),
        ("networks", "name_fa", 200, "a_name_has_a_limit"),
        ("originators", "name", 200, "a_name_has_a_limit"),
        ("services", "name_fa", 200, "a_name_has_a_limit"),
        ("offices", "county", 100, "the_name_of_a_place_has_a_limit"),
        ("licences", "class", 100, "a_class_has_a_limit"),
        ("licence_events", "decision", 500, "a_decision_has_a_limit"),
        ("licence_events", "evidence", 2_000, "evidence_has_a_limit"),
    ] {
        let above = format!(
            "ALTER TABLE {table} DISABLE TRIGGER ALL; UPDATE {table} SET {column} = repeat('x', {chars} + 1)"
        );
        let refused = conn.batch_execute(&above).await.unwrap_err().to_string();
        assert!(
            refused.contains(&format!("\"{constraint}\"")),
            "{table}: {refused}"
        );
    }
}

#[test]
fn a_list_of_no_row_of_fewer_or_of_too_many_is_refused_with_the_range() {
    let folder = Folder::new();
    for list in [
        ["window", "list", PISHKHAN].as_slice(),
        &["window", "exceptions", "1"],
        &["bank-account", "list"],
        &["jobs", "history"],
        &["outbox", "list"],
        &["payout", "list"],
        &["quarantine", "list"],
        &["remittance", "list"],
        &["remittance", "demands"],
        &["token", "list"],
    ] {
        for limit in ["--limit=0", "--limit=-1", "--limit=10001"] {
            let mut command = daftar(folder.path(), list[0]);
            let refused = command.args(&list[1..]).arg(limit).output().unwrap();
            let told = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert!(told.contains("is not in 1..=10000"), "{list:?} {limit}: {told}");
        }
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
