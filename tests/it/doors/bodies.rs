//! Bodies that cannot be read: what their refusals say. Never here: what a body that is read means.

use daftar::domain::originator::Scope;
use serde_json::{Value, json};

use super::{Doors, assert_refused, fault};

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
