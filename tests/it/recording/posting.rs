//! Single posts through HTTP, alone and gathered, and clients that leave. Never here: files of rows (see `files`).

use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpStream;

use actix_web::http::Method;
use chrono::{DateTime, Utc};
use daftar::domain::originator::Scope;
use serde_json::{Value, json};

use super::desk::Desk;
use crate::api::Api;

#[actix_web::test]
async fn the_same_post_again_is_the_same_answer_to_the_byte() {
    let desk = Desk::open().await;
    let row = desk.counter.row("r-1", json!({}));
    let (first, second) = (desk.post(&row).await, desk.post(&row).await);
    assert_eq!((first.status, second.status), (201, 200));
    assert_eq!(first.body, second.body);
    let other = desk
        .post(&desk.counter.row("r-1", json!({ "holder": "agency" })))
        .await;
    assert_eq!(
        (other.status, other.json()["errors"][0]["field"].clone()),
        (409, json!("holder"))
    );
    assert_eq!(other.json()["rule"], "same_reference_other_content");
    desk.counter.assert_sound().await;
}

#[actix_web::test]
async fn what_cannot_be_booked_is_accepted_into_quarantine_and_what_cannot_be_read_is_refused() {
    let desk = Desk::open().await;
    let waits = desk.post(&desk.counter.row("r-1", json!({ "amount": 1 }))).await;
    assert_eq!(
        (waits.status, waits.json()["reason"].clone()),
        (202, json!("price_differs"))
    );
    let listed = desk.ask(Method::GET, "/v1/quarantine", "", String::new()).await;
    assert_eq!(listed.json()["items"][0]["id"], waits.json()["quarantine_id"]);
    let unread = desk
        .post(&desk.counter.row("r-2", json!({ "amount": 1.5 })))
        .await;
    assert_eq!(
        (unread.status, unread.json()["errors"][0]["field"].clone()),
        (422, json!("amount"))
    );
    let wrong = desk.batch("", "text/plain", String::new()).await;
    assert_eq!(wrong.status, 415);
    desk.counter.assert_sound().await;
}

#[actix_web::test]
async fn a_row_of_an_office_that_is_not_the_senders_own_is_refused_and_names_that_field() {
    let desk = Desk::open().await;
    let api = Api::of(&desk.counter.scene.world, desk.counter.now);
    let stranger = api.token("owner-1003", Scope::Record, Some("office-1003")).await;
    let row = desk.counter.row("r-1", json!({}));
    let refused = api.post("/v1/transactions", &row, &stranger).await;
    let told: Value = serde_json::from_slice(&refused.bytes).unwrap();
    let fault = &told["errors"][0];
    assert_eq!(
        (refused.status, &fault["field"], &fault["rule"]),
        (422, &json!("office"), &json!("not_the_senders_own"))
    );
}

#[actix_web::test]
async fn posts_at_once_are_gathered_and_each_has_its_own_answer() {
    let desk = Desk::open().await;
    let mut rows = desk.rows(0..60);
    rows[7]["amount"] = json!(1);
    rows[9] = rows[8].clone();
    let answers = futures_util::future::join_all(rows.iter().map(|row| desk.post(row))).await;
    for (row, answer) in rows.iter().zip(&answers) {
        assert_eq!(answer.json()["reference"], row["reference"]);
    }
    assert_eq!(answers[7].status, 202);
    assert_eq!(answers[8].body, answers[9].body);
    assert_eq!(desk.transactions().await, 58);
    let batches = desk.counter.figure("SELECT count(*) FROM batches").await;
    assert!(batches < 40, "{batches} batches for 58 posts");
    desk.counter.assert_sound().await;
}

/// Every client sends the next when it has its answer, so that groups follow each other; each third row is its neighbour's too.
#[actix_web::test]
async fn while_a_group_is_booked_the_next_comes_and_what_two_groups_share_is_booked_once() {
    let desk = Desk::open().await;
    let rows = &desk.rows(0..240);
    let post_in_turn = async |client: usize| {
        let mut answers = Vec::new();
        for nth in 0..15 {
            let whose = if nth % 3 == 0 { client & !1 } else { client };
            let row = &rows[whose * 15 + nth];
            answers.push((row["reference"].clone(), desk.post(row).await));
        }
        answers
    };
    let answers = futures_util::future::join_all((0..16).map(post_in_turn)).await;
    let (mut of_reference, mut created) = (BTreeMap::new(), 0);
    for (reference, answer) in answers.iter().flatten() {
        let first = of_reference.entry(reference.to_string()).or_insert(&answer.body);
        assert_eq!(*first, &answer.body, "{reference}");
        created += usize::from(answer.status == 201);
    }
    let booked = 240 - 8 * 5;
    assert_eq!((of_reference.len(), created), (booked, booked));
    assert_eq!(desk.transactions().await, i64::try_from(booked).unwrap());
    desk.counter.assert_sound().await;
}

#[actix_web::test]
async fn what_clients_that_leave_have_sent_is_booked_whole() {
    let desk = Desk::open().await;
    let address = desk.listen();
    let requests: Vec<String> = desk
        .rows(0..400)
        .iter()
        .map(|row| {
            let body = row.to_string();
            desk.request("/v1/transactions", "application/json", body.len(), &body)
        })
        .collect();
    let clients = std::thread::spawn(move || {
        for request in requests {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            // Dropped without waiting for the answer.
        }
    });
    desk.until_booked(400).await;
    clients.join().unwrap();
    let now: DateTime<Utc> = desk.counter.now;
    assert_eq!(
        desk.post(&desk.counter.row("r-399", json!({}))).await.status,
        200,
        "{now}"
    );
    desk.counter.assert_sound().await;
}
