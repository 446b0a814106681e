//! What is read through the API after a settlement: by those who see all, and by a party that sees its own and nothing else.

use chrono::{DateTime, Utc};
use daftar::documents::statement_csv::{LAYOUT, statement_csv};
use daftar::domain::originator::Scope;
use daftar::usecases::register::licence::{
    LicenceEntry, LicenceEventEntry, LicenceEventKind, issue_licences, record_licence_event,
};
use serde_json::{Value, json};

use crate::api::Api;
use crate::licences::decision;
use crate::scene::{PISHKHAN, Scene, at, licence};
use crate::settled::{EARNED, Settled, settled};

struct Reading {
    scene: Scene,
    settled: Settled,
    api: Api,
    /// Sees all.
    all: String,
    /// Acts for `office-1001`.
    own: String,
    /// Acts for `office-1003`, which has no part in the settlement.
    stranger: String,
}

impl Reading {
    async fn new() -> Self {
        let scene = Scene::furnished().await;
        let settled = settled(&scene).await;
        let api = Api::of(&scene.world, now());
        let all = api.token("auditor", Scope::Read, None).await;
        let own = api.token("owner-1001", Scope::Read, Some("office-1001")).await;
        let stranger = api.token("owner-1003", Scope::Read, Some("office-1003")).await;
        Self {
            scene,
            settled,
            api,
            all,
            own,
            stranger,
        }
    }
}

fn now() -> DateTime<Utc> {
    at("2026-03-23T06:00:00Z")
}

fn numbers(rows: &[Value], field: &str) -> Vec<String> {
    rows.iter()
        .map(|row| row[field].as_str().unwrap().to_owned())
        .collect()
}

#[actix_web::test]
async fn a_window_shows_its_proof_sheet_and_its_sums_to_those_who_see_all() {
    let reading = Reading::new().await;
    let windows = reading
        .api
        .get("/v1/networks/pishkhan/windows", &reading.all)
        .await
        .items();
    assert_eq!(windows.len(), 1);
    let window = format!("/v1/windows/{}", reading.settled.window);
    let shown = reading.api.get(&window, &reading.all).await.json();
    assert_eq!(shown, windows[0]);
    assert_eq!(
        (&shown["state"], &shown["settlement"]),
        (&json!("sealed"), &json!(reading.settled.settlement))
    );
    assert_eq!(shown["proof"]["figures"]["earned"], json!(2 * EARNED));
    let to_party = reading.api.get(&window, &reading.own).await.json();
    assert_eq!(to_party["proof"]["root"], shown["proof"]["root"]);
    assert_eq!(to_party["proof"]["figures"], Value::Null);
    assert_eq!(
        reading
            .api
            .get("/v1/networks/nowhere/windows", &reading.all)
            .await
            .status,
        404
    );
}

#[actix_web::test]
async fn positions_of_a_settlement_come_in_pages_and_foot_its_sums() {
    let reading = Reading::new().await;
    let path = format!("/v1/settlements/{}", reading.settled.settlement);
    let shown = reading.api.get(&path, &reading.all).await.json();
    assert_eq!(
        (&shown["state"], &shown["decided_by"]),
        (&json!("approved"), &json!("checker"))
    );
    assert_eq!(
        shown["sums"],
        json!([{ "unit": "IRR", "positions": 3, "earned": 2 * EARNED, "collected": 2 * EARNED, "held": 0,
        "paid": 2 * EARNED, "carried": 0, "owed": 2 * EARNED }])
    );
    let first = reading
        .api
        .get(&format!("{path}/positions?limit=2"), &reading.all)
        .await
        .json();
    let next = first["next"].as_str().unwrap();
    let second = reading.api.get(next, &reading.all).await.json();
    assert_eq!(second.get("next"), None);
    let pages = [&first["items"][0], &first["items"][1], &second["items"][0]].map(|row| row["party"].clone());
    assert_eq!(
        pages,
        [json!("central"), json!("office-1001"), json!("office-1002")]
    );
    assert_eq!(
        first["items"][1]["payout"],
        json!({ "id": reading.settled.payouts[0], "state": "waiting" })
    );
}

#[actix_web::test]
async fn a_party_sees_its_own_and_what_is_somebody_elses_is_not_there() {
    let reading = Reading::new().await;
    let api = &reading.api;
    let settlement = format!("/v1/settlements/{}", reading.settled.settlement);
    let [own_number, other_number] = reading
        .settled
        .statements
        .each_ref()
        .map(|s| s.content().number.clone());
    let [own_payout, other_payout] = reading.settled.payouts;

    let positions = api
        .get(&format!("{settlement}/positions"), &reading.own)
        .await
        .items();
    assert_eq!(numbers(&positions, "party"), ["office-1001"]);
    assert_eq!(
        api.get(&settlement, &reading.own).await.json()["sums"][0]["positions"],
        json!(1)
    );
    assert_eq!(
        numbers(&api.get("/v1/statements", &reading.own).await.items(), "number"),
        [own_number.as_str()]
    );
    assert_eq!(
        numbers(&api.get("/v1/payouts", &reading.own).await.items(), "party"),
        ["office-1001"]
    );
    assert_eq!(
        numbers(&api.get("/v1/parties", &reading.own).await.items(), "code"),
        ["office-1001"]
    );
    for path in [
        format!("/v1/statements/{other_number}"),
        format!("/v1/statements/{other_number}.csv"),
        format!("/v1/statements/{other_number}.pdf"),
        format!("/v1/payouts/{other_payout}"),
        "/v1/parties/office-1002/balances".to_owned(),
    ] {
        assert_eq!(api.get(&path, &reading.own).await.status, 404, "{path}");
        assert_eq!(api.get(&path, &reading.all).await.status, 200, "{path}");
    }
    for path in [
        &settlement,
        &format!("/v1/statements/{own_number}"),
        &format!("/v1/payouts/{own_payout}"),
    ] {
        assert_eq!(api.get(path, &reading.own).await.status, 200, "{path}");
        assert_eq!(api.get(path, &reading.stranger).await.status, 404, "{path}");
    }
    assert!(
        api.get("/v1/settlements", &reading.stranger)
            .await
            .items()
            .is_empty()
    );
    assert_eq!(api.get("/v1/settlements", "").await.status, 401);
}

#[actix_web::test]
async fn whoever_is_unknown_is_not_told_what_is_wrong_with_the_request() {
    let scene = Scene::furnished().await;
    let api = Api::of(&scene.world, scene.day(0, 1));
    let known = api.token("recorder", Scope::Record, None).await;
    for (token, status) in [("", 401), ("daftar_unknown", 401), (known.as_str(), 422)] {
        let faulty = api.post("/v1/transactions", &json!({}), token).await;
        assert_eq!(faulty.status, status, "{}", faulty.text());
        let misread = api.get("/v1/transactions?limit=none", token).await;
        assert_eq!(misread.status, status, "{}", misread.text());
    }
}

#[actix_web::test]
async fn a_balance_is_what_was_posted_until_the_moment_or_the_end_of_the_day() {
    let reading = Reading::new().await;
    let balance = async |at: &str| {
        let path = format!("/v1/parties/office-1001/balances{at}");
        reading.api.get(&path, &reading.own).await.json()["balances"].clone()
    };
    let at_moment =
        async |moment: DateTime<Utc>| balance(&format!("?at={}", moment.format("%FT%T%.6fZ"))).await;
    let due = |minor: i64| {
        json!([{ "network": "pishkhan", "unit": "IRR", "deposit_identifier": "", "balance": minor, "due": minor,
        "held": 0 }])
    };
    let just = chrono::Duration::microseconds(1);
    let (earned, ordered) = (reading.settled.sealed_at, reading.settled.approved_at);
    assert_eq!(at_moment(earned - just).await, json!([]));
    assert_eq!(at_moment(earned).await, due(EARNED));
    assert_eq!(at_moment(ordered - just).await, due(EARNED));
    assert_eq!(at_moment(ordered).await, due(0));
    assert_eq!(balance("").await, due(0));
    // Posted in the morning of the second of Farvardin, in Tehran.
    assert_eq!(balance("?at=1405-01-01").await, json!([]));
    assert_eq!(balance("?at=1405-01-02").await, due(0));
    assert_eq!(balance("?at=2026-03-22").await, due(0));
    assert_eq!(reading.scene.began, at("2026-03-20T20:30:00Z"));
}

#[actix_web::test]
async fn a_statement_is_the_same_bytes_in_each_form_by_suffix_and_by_accept() {
    let reading = Reading::new().await;
    let statement = &reading.settled.statements[0];
    let path = format!("/v1/statements/{}", statement.content().number);
    let plain = reading.api.get(&path, &reading.own).await;
    assert_eq!(plain.bytes, statement.bytes());
    assert_eq!(
        plain.header("etag"),
        format!("\"{}.json\"", statement.digest().to_hex())
    );
    assert_eq!(
        reading.api.get(&format!("{path}.json"), &reading.own).await.bytes,
        statement.bytes()
    );
    let table = reading.api.get(&format!("{path}.csv"), &reading.own).await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(table.bytes, statement_csv(statement).unwrap());
    assert_eq!(
        table.header("etag"),
        format!("\"{}-{LAYOUT}.csv\"", statement.digest().to_hex()),
        "another layout is another tag"
    );
    assert_eq!(
        reading.api.get_as(&path, "text/csv", &reading.own).await.bytes,
        table.bytes
    );
}

#[actix_web::test]
async fn a_statement_that_one_has_already_is_not_sent_again() {
    let reading = Reading::new().await;
    let number = &reading.settled.statements[0].content().number;
    let forms: &[&str] = if cfg!(feature = "pdf") {
        &[".json", ".csv", ".pdf"]
    } else {
        &[".json", ".csv"]
    };
    for form in forms {
        let path = format!("/v1/statements/{number}{form}");
        let first = reading.api.get(&path, &reading.own).await;
        let tag = first.header("etag").to_owned();
        for kept in [
            tag.clone(),
            format!("W/{tag}"),
            format!("\"x\", {tag}"),
            "*".to_owned(),
        ] {
            let again = reading.api.get_unless(&path, &kept, &reading.own).await;
            assert_eq!((again.status, again.bytes.len()), (304, 0), "{path} {kept}");
            assert_eq!(again.header("etag"), tag);
        }
        let other = reading.api.get_unless(&path, "\"x\"", &reading.own).await;
        assert_eq!((other.status, other.bytes), (200, first.bytes), "{path}");
    }
}

#[actix_web::test]
async fn an_unknown_line_of_a_statement_names_those_that_it_has() {
    let reading = Reading::new().await;
    let number = &reading.settled.statements[0].content().number;
    let told = async |line: &str| {
        let path = format!("/v1/statements/{number}/lines/{line}");
        let said = reading.api.get(&path, &reading.all).await;
        assert_eq!(said.status, 404);
        said.text()
    };
    let service = &reading.settled.statements[0].content().services[0].service.code;
    let other = told("nothing/explanation").await;
    assert!(
        other.contains(&format!(
            "line of service `nothing` in statement {number}: it has {service}"
        )),
        "{other}"
    );
    let part = told(&format!("{service}/explanation?component=nothing")).await;
    assert!(
        part.contains("component `nothing`") && part.contains("it has "),
        "{part}"
    );
}

#[actix_web::test]
async fn offices_are_listed_by_the_state_of_their_current_terms_and_not_by_those_before() {
    let scene = Scene::furnished().await;
    scene.open_renewed().await;
    let before = scene.began - chrono::Duration::days(400);
    let first = LicenceEntry {
        valid_until: scene.began,
        ..licence("1006", PISHKHAN, before)
    };
    scene.open("1006", before, &[first]).await;
    let revoked = LicenceEventEntry {
        office: "1006".to_owned(),
        ..decision(LicenceEventKind::Revoked, before)
    };
    let mut conn = scene.world.conn().await;
    record_licence_event(&mut conn, &scene.maker, before, &revoked)
        .await
        .unwrap();
    let anew = licence("1006", PISHKHAN, scene.began);
    issue_licences(&mut conn, &scene.maker, scene.began, &[anew])
        .await
        .unwrap();
    scene
        .befall(LicenceEventKind::Suspended, scene.began, scene.began)
        .await;
    let api = Api::of(&scene.world, scene.day(0, 1));
    let all = api.token("auditor", Scope::Read, None).await;
    for (query, codes) in [
        ("state=active", &["1002", "1003", "1004", "1006"][..]),
        ("state=expired", &[]),
        ("state=revoked", &[]),
        ("state=suspended", &["1001"]),
        ("state=active&network=police10", &["1002"]),
    ] {
        let found = api.get(&format!("/v1/offices?{query}"), &all).await.items();
        assert_eq!(numbers(&found, "code"), codes, "{query}");
    }
}

#[actix_web::test]
async fn a_cursor_that_is_no_rows_is_refused_on_every_list() {
    let reading = Reading::new().await;
    let settlement = reading.api.get("/v1/settlements", &reading.all).await.items()[0]["id"].clone();
    let ancient = hex::encode(r#"["-9000-01-01T00:00:00Z",1,1]"#);
    let nul = "225c753030303022";
    let of_position = hex::encode(r#"[1,"\u0000",1]"#);
    for (path, cursor) in [
        ("/v1/offices".to_owned(), nul),
        ("/v1/parties".to_owned(), nul),
        ("/v1/services".to_owned(), nul),
        ("/v1/agencies".to_owned(), nul),
        (format!("/v1/settlements/{settlement}/positions"), &of_position),
        ("/v1/offices/1001/transactions".to_owned(), &ancient),
    ] {
        let said = reading
            .api
            .get(&format!("{path}?cursor={cursor}"), &reading.all)
            .await;
        assert_eq!(said.status, 422, "{path}: {}", said.text());
        assert!(
            said.text().contains("cursor_comes_from_a_page"),
            "{}",
            said.text()
        );
    }
}

#[cfg(feature = "pdf")]
#[actix_web::test]
async fn a_pdf_is_rendered_once_and_is_the_same_for_ever() {
    let reading = Reading::new().await;
    let path = format!(
        "/v1/statements/{}",
        reading.settled.statements[1].content().number
    );
    let first = reading.api.get_as(&path, "application/pdf", &reading.all).await;
    assert!(
        first.status == 200 && first.bytes.starts_with(b"%PDF-"),
        "{}",
        first.text()
    );
    assert_eq!(
        reading.api.get(&format!("{path}.pdf"), &reading.all).await.bytes,
        first.bytes
    );
}

#[actix_web::test]
async fn anybody_checks_a_statement_by_its_code_and_learns_no_amount() {
    let reading = Reading::new().await;
    let statement = &reading.settled.statements[0];
    let typed = statement.verification_code().to_lowercase().replace('-', "");
    let said = reading
        .api
        .get(&format!("/v1/statements/verify/{typed}"), "")
        .await;
    let told = said.json();
    let mut fields: Vec<&String> = told.as_object().unwrap().keys().collect();
    fields.sort();
    assert_eq!(
        fields,
        [
            "digest",
            "from",
            "number",
            "party_name_en",
            "party_name_fa",
            "period",
            "until"
        ]
    );
    assert_eq!(told["number"], json!(statement.content().number));
    assert_eq!(told["digest"], json!(statement.digest().to_hex()));
    assert!(!said.text().contains(&EARNED.to_string()));
    for unknown in ["0000-0000-0000", "7K2M", "--------------"] {
        assert_eq!(
            reading
                .api
                .get(&format!("/v1/statements/verify/{unknown}"), "")
                .await
                .status,
            404
        );
    }
}

#[actix_web::test]
async fn account_numbers_and_mail_addresses_are_told_to_whoever_settles_or_acts_for_their_party_and_to_no_other()
 {
    let reading = Reading::new().await;
    let api = &reading.api;
    let counters = api.token("counter-system", Scope::Record, None).await;
    let finance = api.token("finance", Scope::Finance, None).await;
    for (token, is_told) in [
        (&reading.all, false),
        (&counters, false),
        (&finance, true),
        (&reading.own, true),
    ] {
        for (path, field) in [
            ("/v1/payouts", "iban"),
            ("/v1/parties?kind=office", "email"),
            ("/v1/outbox", "recipient"),
            ("/v1/outbox", "last_answer"),
        ] {
            let rows = api.get(path, token).await.items();
            assert!(!rows.is_empty(), "{path}");
            for row in rows {
                assert_eq!(row[field].is_string(), is_told, "{path} {row}");
            }
        }
        let payout = format!("/v1/payouts/{}", reading.settled.payouts[0]);
        let shown = api.get(&payout, token).await.json();
        assert_eq!(shown["iban"].is_string(), is_told, "{shown}");
        assert_eq!(shown["waits_for"], json!("money"), "{shown}");
    }
}
