//! What comes in at the doors of the API and is not as it should be: refused, with the field, the rule and what would be
//! right. Never here: rules of a noun.

use daftar::domain::originator::Scope;
use serde_json::{Value, json};

use crate::api::{Api, Said};
use crate::counter::Case;
use crate::scene::{Scene, at};

struct Doors {
    scene: Scene,
    api: Api,
    finance: String,
}

impl Doors {
    async fn new() -> Self {
        let scene = Scene::furnished().await;
        let api = Api::of(&scene.world, at("2026-03-23T06:00:00Z"));
        let finance = api.token("financier", Scope::Finance, None).await;
        Self { scene, api, finance }
    }

    async fn get(&self, path: &str) -> Said {
        self.api.get(path, &self.finance).await
    }

    async fn post(&self, path: &str, body: &Value) -> Said {
        self.api.post(path, body, &self.finance).await
    }

    /// A POST of a text as it stands.
    async fn post_text(&self, path: &str, kind: &'static str, body: &str) -> Said {
        self.api.post_text(path, kind, body, &self.finance).await
    }
}

/// The only fault of a refusal.
fn fault(said: &Said) -> Value {
    assert_eq!(said.header("content-type"), "application/problem+json");
    let problem: Value = serde_json::from_slice(&said.bytes).unwrap();
    let errors = problem["errors"]
        .as_array()
        .unwrap_or_else(|| panic!("{problem}"));
    assert_eq!(errors.len(), 1, "{problem}");
    errors[0].clone()
}

fn assert_refused(path: &str, said: &Said, field: &str, rule: &str) {
    assert_eq!(said.status, 422, "{path}: {}", said.text());
    let fault = fault(said);
    assert_eq!(
        (&fault["field"], &fault["rule"]),
        (&json!(field), &json!(rule)),
        "{path}: {fault}"
    );
    assert!(
        !fault["explanation"].as_str().unwrap().is_empty(),
        "{path}: {fault}"
    );
}

/// The path of an operation with something in the place of each parameter, and its required parameters.
fn filled(path: &str, operation: &Value, in_path: impl Fn(&Value) -> &'static str) -> String {
    let mut filled = path.to_owned();
    let mut query = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        if parameter["in"] == "path" {
            filled = filled.replace(&format!("{{{name}}}"), in_path(parameter));
        } else if parameter["required"] == true {
            query.push(format!("{name}=x"));
        }
    }
    format!("{filled}?{}", query.join("&"))
}

fn is_whole(parameter: &Value) -> bool {
    parameter["schema"]["type"].to_string().contains("integer")
}

#[actix_web::test]
async fn what_the_document_does_not_say_of_a_parameter_is_refused_on_every_route() {
    let doors = Doors::new().await;
    let document = doors.get("/openapi.json").await.json();
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let ask = async |path: &str| match method.as_str() {
                "get" => doors.get(path).await,
                _ => doors.post(path, &json!({})).await,
            };
            let plain = filled(
                path,
                operation,
                |parameter| if is_whole(parameter) { "1" } else { "x" },
            );
            let unknown = format!("{plain}&foo=1");
            assert_refused(&unknown, &ask(&unknown).await, "foo", "parameter_is_known");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().unwrap();
                let typed = ["integer", "boolean", "enum"];
                let typed = typed
                    .iter()
                    .any(|kind| parameter["schema"].to_string().contains(kind));
                if parameter["in"] == "path" {
                    let nul = filled(path, operation, |_| "%00");
                    let said = ask(&nul).await;
                    assert_eq!(said.status, 422, "{nul}: {}", said.text());
                    if is_whole(parameter) {
                        let word = filled(path, operation, |_| "x");
                        assert_refused(&word, &ask(&word).await, name, "number_is_whole");
                    }
                } else {
                    let twice = format!("{path}?{name}=1&{name}=1");
                    assert!(
                        ask(&twice).await.text().contains("parameter_stands_once"),
                        "{twice}"
                    );
                    if parameter["required"] != true {
                        let nul = format!("{plain}&{name}=%00");
                        assert_refused(&nul, &ask(&nul).await, name, "text_is_printable");
                    }
                    if typed {
                        let nonsense = format!("{plain}&{name}=nonsense");
                        let said = ask(&nonsense).await;
                        assert_eq!(
                            (said.status, fault(&said)["field"].as_str()),
                            (422, Some(name)),
                            "{nonsense}"
                        );
                    }
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 80, "{asked}");
}

#[actix_web::test]
async fn a_mistyped_atomic_is_no_batch_that_is_booked_in_part() {
    let doors = Doors::new().await;
    let said = doors
        .post_text("/v1/transactions/batch?atomci=true", "text/csv", "office\n1001\n")
        .await;
    assert_refused("batch", &said, "atomci", "parameter_is_known");
    assert!(
        fault(&said)["explanation"]
            .as_str()
            .unwrap()
            .ends_with("known: atomic")
    );
}

#[actix_web::test]
async fn a_filter_by_what_is_not_there_is_refused_and_no_empty_list() {
    let doors = Doors::new().await;
    for (path, field, rule) in [
        ("/v1/offices?network=nowhere", "network", "network_is_known"),
        ("/v1/offices?province=Atlantis", "province", "province_is_known"),
        ("/v1/offices?setting=sea", "setting", "word_is_known"),
        ("/v1/parties?kind=friend", "kind", "word_is_known"),
        ("/v1/services?agency=nobody", "agency", "agency_is_known"),
        ("/v1/tariffs?network=nowhere", "network", "network_is_known"),
        ("/v1/tariffs?service=nothing", "service", "service_is_known"),
        ("/v1/settlements?state=lost", "state", "word_is_known"),
        ("/v1/settlements?network=nowhere", "network", "network_is_known"),
        ("/v1/payouts?state=lost", "state", "word_is_known"),
        ("/v1/payouts?party=nobody", "party", "party_is_known"),
        ("/v1/payouts?network=nowhere", "network", "network_is_known"),
        ("/v1/remittances?network=nowhere", "network", "network_is_known"),
        ("/v1/remittances?party=nobody", "party", "party_is_known"),
        (
            "/v1/remittance-demands?network=nowhere",
            "network",
            "network_is_known",
        ),
        ("/v1/remittance-demands?state=lost", "state", "word_is_known"),
        ("/v1/statements?party=nobody", "party", "party_is_known"),
        (
            "/v1/statements?settlement=999",
            "settlement",
            "settlement_is_known",
        ),
        ("/v1/payouts?settlement=999", "settlement", "settlement_is_known"),
        ("/v1/statements?network=nowhere", "network", "network_is_known"),
        ("/v1/outbox?state=lost", "state", "word_is_known"),
        ("/v1/quarantine?state=lost", "state", "word_is_known"),
        ("/v1/jobs/history?job=nothing", "job", "job_is_known"),
        (
            "/v1/offices/1001/earnings?network=nowhere",
            "network",
            "network_is_known",
        ),
    ] {
        assert_refused(path, &doors.get(path).await, field, rule);
    }
    for path in [
        "/v1/offices?network=pishkhan&province=Tehran&setting=urban&state=active",
        "/v1/parties?kind=treasury",
        "/v1/services?agency=identity",
        "/v1/payouts?state=waiting&network=pishkhan&party=office-1001",
        "/v1/jobs/history?job=close-windows",
    ] {
        assert_eq!(doors.get(path).await.status, 200, "{path}");
    }
    let owner = doors
        .api
        .token("owner-1001", Scope::Read, Some("office-1001"))
        .await;
    let other = doors.api.get("/v1/payouts?party=office-1002", &owner).await;
    assert_refused("somebody else's", &other, "party", "party_is_known");
}

#[actix_web::test]
async fn a_day_is_one_of_the_network_in_either_calendar() {
    let doors = Doors::new().await;
    let scene = &doors.scene;
    let case = Case::cash("1001", "copy", "r-1", scene.day(0, 1));
    scene.book(scene.day(0, 2), &[case]).await;
    let ids = async |path: String| -> Vec<Value> {
        let rows = doors.get(&path).await.items();
        rows.iter().map(|row| row["id"].clone()).collect()
    };
    let office = "/v1/offices/1001/transactions";
    let all = ids(office.to_owned()).await;
    assert!(!all.is_empty());
    // The first of Farvardin 1405 begins at 20:30 UTC of 20 March.
    for day in ["1405-01-01", "2026-03-21", "2026-03-20T20:30:00Z"] {
        assert_eq!(
            ids(format!("{office}?from={day}&until=1405-02-01")).await,
            all,
            "{day}"
        );
        assert!(ids(format!("{office}?until={day}")).await.is_empty(), "{day}");
        let exported = doors
            .get(&format!("{office}/export?format=json&from={day}"))
            .await
            .text();
        assert_eq!(exported.lines().count(), all.len(), "{day}");
        let tariffs = format!("/v1/tariffs?service=copy&network=pishkhan&at={day}");
        assert_eq!(ids(tariffs).await.len(), 1, "{day}");
    }
    assert!(
        ids("/v1/tariffs?service=copy&at=1403-12-30".to_owned())
            .await
            .is_empty()
    );
    let said = doors.get(&format!("{office}?from=1405-13-01")).await;
    assert_refused("no day", &said, "from", "moment_is_readable");
}

#[actix_web::test]
async fn a_body_that_cannot_be_read_names_the_field_and_what_would_be_right() {
    let doors = Doors::new().await;
    let row = json!({ "office": "1001", "service": "copy", "reference": "r-1",
        "occurred_at": "2026-03-23T05:00:00Z", "holder": "office" });
    let changed = |field: &str, value: Value| {
        let mut row = row.clone();
        row[field] = value;
        row
    };
    let mut without = row.clone();
    without.as_object_mut().unwrap().remove("holder");
    for (body, field, rule, told) in [
        (without, "holder", "required", "missing"),
        (
            changed("amuont", json!(1)),
            "amuont",
            "known",
            "known: office, service",
        ),
        (changed("amount", json!("1")), "amount", "shape", "a whole number"),
        (
            changed("holder", json!("me")),
            "holder",
            "known",
            "one of office, agency, central, split_at_source",
        ),
        (
            changed("occurred_at", json!("2026-03")),
            "occurred_at",
            "shape",
            "a moment such as",
        ),
        (
            changed("network", json!("a\u{0}")),
            "network",
            "text_is_printable",
            "control character",
        ),
        (
            changed("facts", json!({ "x": "\u{7}" })),
            "facts.x",
            "text_is_printable",
            "control character",
        ),
    ] {
        let said = doors.post("/v1/transactions", &body).await;
        assert_refused(&body.to_string(), &said, field, rule);
        assert!(said.text().contains(told), "{}", said.text());
    }
    let remittance =
        json!({ "network": "pishkhan", "party": "office-1001", "amount": 5, "bank_reference": "b-1" });
    for (field, value, at, rule) in [
        ("amount", json!("5"), "amount", "shape"),
        ("received_at", json!("noon"), "received_at", "shape"),
        ("received_on", json!("noon"), "received_on", "known"),
        (
            "bank_reference",
            json!("b\u{0}"),
            "bank_reference",
            "text_is_printable",
        ),
        ("party", json!("office\u{1}"), "party", "text_is_printable"),
    ] {
        let mut body = remittance.clone();
        body[field] = value;
        assert_refused(field, &doors.post("/v1/remittances", &body).await, at, rule);
    }
    for (body, at, rule) in [
        (json!({}), "ids", "mail_is_named_by_ids_or_by_a_state"),
        (
            json!({ "ids": [1], "state": "failed" }),
            "ids",
            "mail_is_named_by_ids_or_by_a_state",
        ),
        (json!({ "ids": [] }), "ids", "few_mails_are_named"),
        (json!({ "ids": ["1"] }), "ids[0]", "shape"),
        (
            json!({ "state": "accepted" }),
            "state",
            "mail_in_the_state_was_given_up",
        ),
    ] {
        let refused = doors.post("/v1/outbox/queue", &body).await;
        assert_refused(&body.to_string(), &refused, at, rule);
    }
    for (path, text) in [
        ("/v1/transactions", "{\"office\":"),
        ("/v1/transactions", "[\"1001\",\"copy\"]"),
        ("/v1/transactions", ""),
        ("/v1/remittances", "{,}"),
        ("/v1/remittances", "[]"),
    ] {
        let said = doors.post_text(path, "application/json", text).await;
        assert_eq!(
            (said.status, &fault(&said)["rule"]),
            (400, &json!("json")),
            "{path} {text}"
        );
        assert!(
            !said.text().contains("struct") && !said.text().contains("EOF"),
            "{}",
            said.text()
        );
    }
    for path in ["/v1/transactions", "/v1/remittances"] {
        let large = format!("{{\"office\":\"{}\"}}", "x".repeat(1_100_000));
        let said = doors.post_text(path, "application/json", &large).await;
        assert!(
            said.status == 413 && said.text().contains("1048576 bytes"),
            "{path} {}",
            said.text()
        );
    }
}

#[actix_web::test]
async fn a_refusal_of_a_scope_says_what_was_asked_for() {
    let doors = Doors::new().await;
    let reader = doors.api.token("reader", Scope::Read, None).await;
    let body = json!({ "network": "pishkhan", "party": "office-1001", "amount": 5, "bank_reference": "b-1" });
    let said = doors.api.post("/v1/remittances", &body, &reader).await;
    assert_eq!(said.status, 403);
    assert!(
        said.text().contains("may not record remittances"),
        "{}",
        said.text()
    );
}

#[actix_web::test]
async fn a_row_that_cannot_be_read_keeps_its_reference() {
    let doors = Doors::new().await;
    let rows = "{\"reference\":\"r-1\",\"office\":5}\n{\"reference\":\"r\\u0000\"}\n{\"reference\":\n";
    let table = "office,reference,occurred_at,holder\n1001,r-1,noon,me\n";
    for (kind, text, references) in [
        ("application/x-ndjson", rows, vec!["r-1", "", ""]),
        ("text/csv", table, vec!["r-1"]),
    ] {
        let batch = doors.post_text("/v1/transactions/batch", kind, text).await.json();
        let unbooked = doors
            .get(&format!("/v1/submissions/{}/rows", batch["id"]))
            .await
            .items();
        let found: Vec<&str> = unbooked
            .iter()
            .map(|row| row["reference"].as_str().unwrap())
            .collect();
        assert_eq!(found, references, "{kind} {unbooked:?}");
    }
}

#[actix_web::test]
async fn codes_that_are_not_there_and_moments_that_are_none_are_refused_by_their_field() {
    let doors = Doors::new().await;
    let with = |body: &Value, field: &str, value: &str| {
        let mut body = body.clone();
        body[field] = json!(value);
        body
    };
    let remittance =
        json!({ "network": "pishkhan", "party": "office-1001", "amount": 5, "bank_reference": "b-1" });
    let event = json!({ "network": "pishkhan", "kind": "suspended", "effective_at": "1405-01-02",
        "deciding_body": "commission", "decision": "S-1" });
    let binding = json!({ "network": "pishkhan", "licensee": "office-1003", "effective_at": "1405-01-02" });
    let events = "/v1/offices/1001/licence-events";
    let bindings = "/v1/offices/1001/bindings";
    for (path, body, field, rule, told) in [
        (
            "/v1/remittances",
            with(&remittance, "network", "nowhere"),
            "network",
            "network_is_known",
            "known: pishkhan, police10",
        ),
        (
            "/v1/remittances",
            with(&remittance, "party", "nobody"),
            "party",
            "party_is_known",
            "nobody",
        ),
        (
            "/v1/remittances",
            with(&remittance, "received_at", "2026"),
            "received_at",
            "shape",
            "1404-07-01",
        ),
        (
            "/v1/settlements",
            json!({ "network": "nowhere" }),
            "network",
            "network_is_known",
            "known: pishkhan",
        ),
        (
            events,
            with(&event, "network", "nowhere"),
            "network",
            "network_is_known",
            "known: pishkhan",
        ),
        (
            events,
            with(&event, "instrument", "none"),
            "instrument",
            "instrument_is_known",
            "none",
        ),
        (
            events,
            with(&event, "effective_at", "noon"),
            "effective_at",
            "shape",
            "2025-09-23 or 1404-07-01",
        ),
        (
            bindings,
            with(&binding, "licensee", "nobody"),
            "licensee",
            "party_is_known",
            "nobody",
        ),
        (
            bindings,
            with(&binding, "municipality", "none"),
            "municipality",
            "party_is_known",
            "none",
        ),
        (
            bindings,
            with(&binding, "network", "nowhere"),
            "network",
            "network_is_known",
            "known: pishkhan",
        ),
    ] {
        let said = doors.post(path, &body).await;
        assert_refused(&body.to_string(), &said, field, rule);
        assert!(said.text().contains(told), "{}", said.text());
    }
    let elsewhere = with(&event, "network", "police10");
    let missing = doors.post(events, &elsewhere).await;
    assert_eq!(missing.status, 404);
    assert!(
        missing.text().contains("1001 in police10 at 2026-03-21T20:30:00"),
        "{}",
        missing.text()
    );
    let recorded = doors.post(events, &event).await.json();
    assert_eq!(recorded["effective_at"], "2026-03-21T20:30:00Z");
    let received = doors
        .post("/v1/remittances", &with(&remittance, "received_at", "1405-01-02"))
        .await
        .json();
    assert_eq!(received["received_at"], "2026-03-21T20:30:00Z");
    let mut other = remittance.clone();
    other["amount"] = json!(6);
    let conflict = doors.post("/v1/remittances", &other).await;
    assert_eq!(
        (conflict.status, &fault(&conflict)["field"]),
        (409, &json!("bank_reference"))
    );
}

#[actix_web::test]
async fn an_empty_stretch_and_one_beyond_the_years_of_four_digits_are_refused_the_same_everywhere() {
    let doors = Doors::new().await;
    for path in ["transactions", "transactions/export", "earnings"] {
        let path = format!("/v1/offices/1001/{path}?from=1405-01-02&until=1405-01-02");
        assert_refused(&path, &doors.get(&path).await, "until", "until_is_after_from");
    }
    for (query, rule) in [
        ("until=%2B12000-01-01", "moment_is_readable"),
        ("from=9999-12-30", "the_stretch_is_within_calendars"),
    ] {
        let path = format!("/v1/offices/1001/earnings?{query}");
        assert_refused(&path, &doors.get(&path).await, "until", rule);
    }
}

#[actix_web::test]
async fn an_owner_sees_the_waiting_rows_of_what_happened_while_the_office_was_hers_and_no_others() {
    let doors = Doors::new().await;
    let wait = async |office: &str, network: Option<&str>, occurred_at: &str| {
        let row = json!({ "office": office, "service": "copy", "network": network, "reference": occurred_at, "amount": 1,
            "occurred_at": occurred_at, "holder": "office" });
        assert_eq!(doors.post("/v1/transactions", &row).await.status, 202);
    };
    wait("1001", Some("pishkhan"), "2026-03-23T05:00:00Z").await;
    let seen = async |name: &str, party: &str, scope: Scope| {
        let token = doors.api.token(name, scope, Some(party)).await;
        doors.api.get("/v1/quarantine", &token).await.items().len()
    };
    assert_eq!(seen("own", "office-1001", Scope::Read).await, 1);
    assert_eq!(seen("other", "office-1002", Scope::Read).await, 0);
    assert_eq!(seen("other-recorder", "office-1002", Scope::Record).await, 0);
    doors
        .scene
        .hand_over("office-1003", at("2026-03-23T05:30:00Z"))
        .await;
    assert_eq!(seen("successor", "office-1003", Scope::Read).await, 0);
    assert_eq!(seen("former", "office-1001", Scope::Read).await, 1);
    wait("1001", Some("pishkhan"), "2026-03-23T05:45:00Z").await;
    wait("1002", None, "2026-03-23T05:45:00Z").await;
    assert_eq!(seen("new", "office-1003", Scope::Read).await, 1);
    assert_eq!(seen("old", "office-1001", Scope::Read).await, 1);
    assert_eq!(seen("of-two-networks", "office-1002", Scope::Read).await, 1);
}

/// The rows of a list, page by page of one each.
async fn page_by_page(doors: &Doors, path: &str, items: &str) -> (Vec<Value>, Vec<Value>) {
    let (mut rows, mut pages) = (Vec::new(), Vec::new());
    let mut next = Some(format!("{path}limit=1"));
    while let Some(path) = next {
        let page = doors.get(&path).await.json();
        let own = page[items].as_array().unwrap();
        assert_eq!(own.len(), 1, "{page}");
        rows.extend(own.iter().cloned());
        next = page["next"].as_str().map(str::to_owned);
        pages.push(page);
    }
    (rows, pages)
}

#[actix_web::test]
async fn networks_balances_and_previewed_positions_come_in_pages_and_a_digest_is_over_all() {
    let doors = Doors::new().await;
    let scene = &doors.scene;
    let bill = |network, reference| Case {
        network,
        ..Case::cash("1002", "passport", reference, scene.day(0, 2))
    };
    let cases = [bill("pishkhan", "a"), bill("police10", "b")];
    scene.book(scene.day(0, 3), &cases).await;
    scene.settle_day(1).await;
    scene.close("police10", scene.day(7, 1)).await.unwrap();
    scene.seal("police10", scene.day(7, 1)).await.unwrap().unwrap();
    for (path, items, count) in [
        ("/v1/networks?", "items", 2),
        ("/v1/parties/office-1002/balances?at=2026-04-01&", "balances", 2),
        ("/v1/networks/police10/settlement-preview?", "positions", 4),
    ] {
        let whole = doors.get(path.trim_end_matches(['?', '&'])).await.json();
        let (rows, pages) = page_by_page(&doors, path, items).await;
        assert_eq!(&json!(rows), &whole[items], "{path}");
        assert_eq!(rows.len(), count, "{path}: {rows:?}");
        for page in pages {
            assert_eq!(
                (&page["digest"], &page["totals"]),
                (&whole["digest"], &whole["totals"])
            );
        }
    }
}
