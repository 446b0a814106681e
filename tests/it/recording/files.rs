//! Files and streams of rows through HTTP: as NDJSON and CSV, compressed, broken off, whole or not at all. Never here: how lines are
//! read.

use std::io::Write;
use std::net::TcpStream;
use std::pin::pin;
use std::process::{Command, Stdio};

use actix_web::http::Method;
use daftar::domain::submission::{CHUNK_BYTES, CHUNK_ROWS};
use daftar::store::locks::take_network;
use diesel_async::SimpleAsyncConnection;
use futures_util::future::{Either, select};
use serde_json::{Value, json};

use super::desk::{Desk, csv, ndjson};

fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut child = Command::new("gzip")
        .arg("-c")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(bytes).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap().stdout
}

#[actix_web::test]
async fn a_file_as_csv_is_the_file_as_json() {
    let desk = Desk::open().await;
    let rows = desk.rows(0..50);
    let first = desk.batch("", "application/x-ndjson", ndjson(&rows)).await;
    assert_eq!((first.status, first.json()["booked"].clone()), (200, json!(50)));
    let second = desk.batch("", "text/csv", csv(&rows)).await;
    assert_eq!(
        (second.status, second.json()["repeated"].clone()),
        (200, json!(50))
    );
    assert_eq!(desk.transactions().await, 50);
    desk.counter.assert_sound().await;
}

#[actix_web::test]
async fn the_rows_that_were_not_booked_can_be_fetched_again_with_their_reasons() {
    let desk = Desk::open().await;
    let mut rows = desk.rows(0..10);
    desk.post(&rows[3]).await;
    rows[3]["holder"] = json!("agency");
    rows[5]["service"] = json!("none");
    rows[7]["amount"] = json!("x");
    let answer = desk.batch("", "application/x-ndjson", ndjson(&rows)).await.json();
    let counts = ["booked", "repeated", "quarantined", "conflicting", "malformed"].map(|name| &answer[name]);
    assert_eq!(counts, [7, 0, 1, 1, 1]);
    let path = format!("/v1/submissions/{}/rows?limit=2", answer["id"]);
    let page = desk.ask(Method::GET, &path, "", String::new()).await.json();
    let next = page["next"].as_str().unwrap().to_owned();
    let rest = desk.ask(Method::GET, &next, "", String::new()).await.json();
    let told = |item: &Value| (item["line"].clone(), item["reason"].clone());
    assert_eq!(
        told(&page["items"][0]),
        (json!(4), json!("same_reference_other_content"))
    );
    assert_eq!(told(&page["items"][1]), (json!(6), json!("unknown_service")));
    assert_eq!(told(&rest["items"][0]), (json!(8), json!("shape")));
    assert!(rest.get("next").is_none());
    desk.counter.assert_sound().await;
}

#[actix_web::test]
async fn an_atomic_file_is_taken_whole_or_not_at_all() {
    let desk = Desk::open().await;
    let mut rows = desk.rows(0..20);
    rows[12]["service"] = json!("none");
    rows[13]["original"] = json!("r-0");
    rows[13]["kind"] = json!("reversal");
    let refused = desk
        .batch("?atomic=true", "application/x-ndjson", ndjson(&rows))
        .await;
    assert_eq!(
        (refused.status, refused.json()["errors"][0]["field"].clone()),
        (422, json!("line 13"))
    );
    assert_eq!(desk.transactions().await, 0);
    assert_eq!(desk.counter.figure("SELECT count(*) FROM quarantine").await, 0);
    rows.remove(12);
    let taken = desk
        .batch("?atomic=true", "application/x-ndjson", ndjson(&rows))
        .await;
    assert_eq!((taken.status, taken.json()["booked"].clone()), (200, json!(19)));
    let many = ndjson(&desk.rows(0..10_001));
    assert_eq!(
        desk.batch("?atomic=true", "application/x-ndjson", many)
            .await
            .status,
        422
    );
    desk.counter.assert_sound().await;
}

#[actix_web::test]
async fn a_refund_may_stand_a_chunk_before_its_original_and_takes_before_what_is_sent_after_it() {
    let desk = Desk::open().await;
    let original = format!("r-{}", CHUNK_ROWS + 99);
    let refund = json!({ "kind": "refund", "original": original, "amount": 500 });
    let lost = json!({ "kind": "refund", "original": "none", "amount": 500 });
    let rest = json!({ "kind": "reversal", "original": original });
    let mut rows = vec![desk.counter.row("b-1", refund), desk.counter.row("b-2", lost)];
    let originals = CHUNK_ROWS + 500;
    rows.extend(desk.rows(0..originals));
    rows.push(desk.counter.row("b-3", rest));
    let answer = desk.batch("", "application/x-ndjson", ndjson(&rows)).await.json();
    assert_eq!(
        (&answer["booked"], &answer["quarantined"]),
        (&json!(originals + 2), &json!(1))
    );
    let taken =
        "SELECT string_agg(amount::text, ' ' ORDER BY reference) FROM transactions WHERE kind IN (2, 3)";
    assert_eq!(desk.counter.word(taken).await, "500 99500");
    desk.counter.assert_sound().await;
}

#[actix_web::test]
async fn few_rows_of_much_text_are_recorded_in_chunks_too() {
    let desk = Desk::open().await;
    let blanks = " ".repeat(60 * 1024);
    let rows: Vec<String> = desk
        .rows(0..280)
        .iter()
        .map(|row| format!("{row}{blanks}"))
        .collect();
    let text = rows.join("\n");
    assert!(text.len() > CHUNK_BYTES && rows.len() < CHUNK_ROWS);
    let answer = desk.batch("", "application/x-ndjson", text).await.json();
    assert_eq!(answer["booked"], json!(280), "{answer}");
    let batches = "SELECT count(DISTINCT batch_id) FROM transactions";
    assert_eq!(desk.counter.figure(batches).await, 2);
    desk.counter.assert_sound().await;
}

#[actix_web::test]
async fn what_is_told_of_a_row_is_short_however_long_the_row() {
    let desk = Desk::open().await;
    let long = "x".repeat(60_000);
    let rows = [
        json!({ "reference": "r-1", "office": 5, "service": long }),
        json!({ long: 1 }),
    ];
    let answer = desk.batch("", "application/x-ndjson", ndjson(&rows)).await.json();
    assert_eq!(answer["malformed"], json!(2), "{answer}");
    let longest = "SELECT max(length(explanation)) FROM submission_rows";
    assert!(desk.counter.figure(longest).await < 1_000);
    let path = format!("/v1/submissions/{}/rows", answer["id"]);
    let told = desk.ask(Method::GET, &path, "", String::new()).await.body;
    assert!(told.contains("no such field; known: office, service"), "{told}");
}

#[actix_web::test]
async fn a_stream_that_breaks_off_is_finished_by_sending_it_again() {
    let desk = Desk::open().await;
    let count = CHUNK_ROWS * 5 / 2;
    let rows = desk.rows(0..count);
    let body = ndjson(&rows);
    let half = body.len() / 2;
    let request = desk.request(
        "/v1/transactions/batch",
        "application/x-ndjson",
        body.len(),
        &body[..half],
    );
    let address = desk.listen();
    let broken = std::thread::spawn(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
    });
    desk.until_booked(CHUNK_ROWS).await;
    broken.join().unwrap();
    assert_eq!(
        desk.counter
            .figure("SELECT count(*) FROM submissions WHERE finished_at IS NULL")
            .await,
        1
    );
    let answer = desk.batch("", "application/x-ndjson", body).await.json();
    let sum = answer["booked"].as_i64().unwrap() + answer["repeated"].as_i64().unwrap();
    let count = i64::try_from(count).unwrap();
    assert_eq!((sum, desk.transactions().await), (count, count));
    desk.counter.assert_sound().await;
}

#[actix_web::test]
async fn a_reference_with_outer_blanks_is_refused_as_json_and_as_csv_and_booked_as_neither() {
    let desk = Desk::open().await;
    let row = desk.counter.row(" r-1", json!({}));
    let posted = desk.post(&row).await;
    assert_eq!(posted.status, 422, "{}", posted.body);
    let fault = &posted.json()["errors"][0];
    assert_eq!(
        (&fault["field"], &fault["rule"]),
        (&json!("reference"), &json!("code_has_no_outer_blanks"))
    );
    let moment = row["occurred_at"].as_str().unwrap();
    let csv = format!(
        "office,service,network,reference,occurred_at,holder\n\
         1001,copy,pishkhan,\" r-1\",{moment},office\n\
         1001,copy,pishkhan,r-1\u{200b},{moment},office\n"
    );
    for (kind, rows, malformed) in [("application/x-ndjson", row.to_string(), 1), ("text/csv", csv, 2)] {
        let told = desk.batch("", kind, rows).await.json();
        assert_eq!(told["malformed"], malformed, "{told}");
    }
    assert_eq!(desk.transactions().await, 0);
    desk.counter.assert_sound().await;
}

#[actix_web::test]
async fn a_file_that_cannot_be_read_on_is_answered_once_all_before_is_booked_with_its_submission() {
    let desk = Desk::open().await;
    let count = CHUNK_ROWS + 500;
    let broken = format!("{}1001,copy,pishkhan,\"half,", csv(&desk.rows(0..count)));
    let answer = desk.batch("", "text/csv", broken.clone()).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    let (told, booked) = (answer.json(), i64::try_from(count).unwrap());
    assert_eq!(told["errors"][0]["field"], format!("line {}", count + 2));
    assert_eq!(told["submission"]["booked"], booked);
    assert_eq!(
        desk.transactions().await,
        booked,
        "nothing is recorded after the answer"
    );
    assert!(told["submission"]["finished_at"].is_string(), "{told}");

    let few = format!("{}1001,copy,pishkhan,\"half,", csv(&desk.rows(count..count + 5)));
    let whole = desk.batch("?atomic=true", "text/csv", few).await;
    assert_eq!(
        (whole.status, &whole.json()["submission"]["booked"]),
        (422, &json!(0))
    );
    let mut rows = desk.rows(count..count + 5);
    rows[2]["service"] = json!("none");
    let refused = desk
        .batch("?atomic=true", "application/x-ndjson", ndjson(&rows))
        .await;
    let id = refused.json()["submission"]["id"].clone();
    let path = format!("/v1/submissions/{id}/rows");
    let noted = desk.ask(Method::GET, &path, "", String::new()).await.json();
    assert_eq!(
        (refused.status, &noted["items"][0]["line"]),
        (422, &json!(3)),
        "{}",
        refused.body
    );
    let many = ndjson(&desk.rows(0..10_001));
    let refused = desk.batch("?atomic=true", "application/x-ndjson", many).await;
    assert!(refused.json()["submission"]["id"].is_number(), "{}", refused.body);
    assert_eq!(desk.transactions().await, booked);
    desk.counter.assert_sound().await;
}

#[actix_web::test]
async fn bodies_are_read_by_their_media_type_and_decoded_or_refused_by_their_encoding() {
    let desk = Desk::open().await;
    let row = desk.counter.row("r-1", json!({})).to_string();
    let listed = format!("[{row}]");
    for (path, kind, body, status) in [
        ("/v1/transactions", "application/jsonx", &row, 415),
        ("/v1/transactions", "application/x-ndjson", &row, 415),
        ("/v1/transactions", "Application/JSON; charset=UTF-8", &row, 201),
        ("/v1/remittances", "text/plain", &row, 415),
        ("/v1/transactions/batch", "application/json", &listed, 415),
        (
            "/v1/transactions/batch",
            "application/json; charset=utf-8",
            &row,
            415,
        ),
        (
            "/v1/transactions/batch",
            "text/csv; charset=windows-1256",
            &row,
            415,
        ),
        (
            "/v1/transactions/batch",
            "Application/X-NDJSON; charset=utf-8",
            &row,
            200,
        ),
    ] {
        let said = desk.ask(Method::POST, path, kind, body.clone()).await;
        assert_eq!(said.status, status, "{path} {kind}: {}", said.body);
    }
    let both = desk.batch("", "application/json", listed).await.body;
    assert!(
        both.contains("application/x-ndjson") && both.contains("text/csv"),
        "{both}"
    );
    let rows = ndjson(&desk.rows(1..40));
    let more = zipped(format!("\n{}", ndjson(&desk.rows(40..60))).as_bytes());
    let zipped = zipped(rows.as_bytes());
    for (encoding, body, status) in [
        ("gzip", zipped.clone(), 200),
        ("gzip", [zipped.clone(), more].concat(), 200),
        ("br", zipped.clone(), 415),
        ("gzip, gzip", zipped.clone(), 415),
        ("gzip", zipped[..zipped.len() / 2].to_vec(), 400),
        ("gzip", [zipped.as_slice(), b"more"].concat(), 400),
    ] {
        let said = desk.batch_encoded(encoding, body).await;
        assert_eq!(said.status, status, "{encoding}: {}", said.body);
    }
    assert_eq!(desk.transactions().await, 59);
    desk.counter.assert_sound().await;
}

#[actix_web::test]
async fn a_client_that_leaves_when_all_of_its_file_has_come_takes_no_refund_with_it() {
    let desk = Desk::open().await;
    let refund = json!({ "service": null, "kind": "refund", "original": "r-1", "amount": 1_000 });
    let rows = [
        desk.counter.row("r-1", json!({ "service": "passport" })),
        desk.counter.row("r-2", refund),
    ];
    let mut conn = desk.counter.scene.world.conn().await;
    conn.batch_execute("BEGIN").await.unwrap();
    take_network(&mut conn, 1, 10_000).await.unwrap();
    {
        let client = pin!(desk.batch("", "application/x-ndjson", ndjson(&rows)));
        let recording = pin!(desk.counter.scene.somebody_waits());
        let left = select(recording, client).await;
        assert!(matches!(left, Either::Left(_)), "it waits for its answer");
    }
    conn.batch_execute("COMMIT").await.unwrap();
    desk.until_booked(2).await;
    desk.counter.assert_sound().await;
}
