//! Parameters of paths and queries: refused by their field where they are not as the document says. Never here: bodies.

use daftar::domain::originator::Scope;
use serde_json::{Value, json};

use super::{Doors, assert_refused, fault};
use crate::counter::Case;

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
    let binding = json!({ "network": "pishkhan", "licensee": "office-1003", "effective_at": "1405-01-02",
        "deciding_body": "commission", "decision": "T-1" });
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
