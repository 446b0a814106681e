//! Recording through HTTP: single posts, files and streams, clients that leave.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};

use actix_web::http::Method;
use actix_web::rt;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use chrono::{DateTime, Utc};
use daftar::domain::originator::{Originator, OriginatorKind, Scope};
use daftar::domain::submission::CHUNK_ROWS;
use daftar::usecases::register::token::{TokenHolder, issue_token};
use daftar::web::AppState;
use daftar::web::server::{Listening, app, serve};
use serde_json::{Value, json};

use super::Counter;

struct Answered {
    status: u16,
    body: String,
}

impl Answered {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

struct Desk {
    counter: Counter,
    state: AppState,
    token: String,
}

impl Desk {
    async fn open() -> Self {
        let counter = Counter::open().await;
        let now = counter.now;
        let mut conn = counter.scene.world.conn().await;
        let holder = TokenHolder {
            code: "counters".to_owned(),
            kind: OriginatorKind::Client,
            name: None,
            party: None,
        };
        let token = issue_token(&mut conn, &Originator::host(), now, &holder, Scope::Record, 30)
            .await
            .unwrap();
        drop(conn);
        let state = AppState::new(counter.scene.world.pool().clone(), move || now);
        Self {
            counter,
            state,
            token: token.secret,
        }
    }

    async fn ask(&self, method: Method, path: &str, kind: &str, body: String) -> Answered {
        let app = init_service(app(self.state.clone())).await;
        let request = TestRequest::default()
            .method(method)
            .uri(path)
            .insert_header(("authorization", format!("Bearer {}", self.token)))
            .insert_header(("content-type", kind.to_owned()))
            .set_payload(body);
        let response = call_service(&app, request.to_request()).await;
        Answered {
            status: response.status().as_u16(),
            body: String::from_utf8(read_body(response).await.to_vec()).unwrap(),
        }
    }

    async fn post(&self, row: &Value) -> Answered {
        self.ask(
            Method::POST,
            "/v1/transactions",
            "application/json",
            row.to_string(),
        )
        .await
    }

    async fn batch(&self, query: &str, kind: &str, body: String) -> Answered {
        let path = format!("/v1/transactions/batch{query}");
        self.ask(Method::POST, &path, kind, body).await
    }

    async fn batch_encoded(&self, encoding: &str, body: Vec<u8>) -> Answered {
        let app = init_service(app(self.state.clone())).await;
        let request = TestRequest::post()
            .uri("/v1/transactions/batch")
            .insert_header(("authorization", format!("Bearer {}", self.token)))
            .insert_header(("content-type", "application/x-ndjson"))
            .insert_header(("content-encoding", encoding.to_owned()))
            .set_payload(body);
        let response = call_service(&app, request.to_request()).await;
        Answered {
            status: response.status().as_u16(),
            body: String::from_utf8(read_body(response).await.to_vec()).unwrap(),
        }
    }

    fn rows(&self, range: std::ops::Range<usize>) -> Vec<Value> {
        range
            .map(|n| self.counter.row(&format!("r-{n}"), json!({})))
            .collect()
    }

    async fn transactions(&self) -> i64 {
        self.counter.figure("SELECT count(*) FROM transactions").await
    }

    /// Asks until the books have so many transactions: what was sent is booked, whoever waits for it.
    async fn until_booked(&self, count: usize) {
        for _ in 0..20_000 {
            if usize::try_from(self.transactions().await).unwrap() >= count {
                return;
            }
            rt::task::yield_now().await;
        }
        panic!("{} of {count} are booked", self.transactions().await);
    }

    fn listen(&self) -> SocketAddr {
        let listening = Listening {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            workers: 1,
        };
        let never = std::future::pending();
        let (server, address) = serve(self.state.clone(), listening, never).unwrap();
        rt::spawn(server);
        address
    }

    /// The bytes of a request, as a client writes them.
    fn request(&self, path: &str, kind: &str, length: usize, body: &str) -> String {
        format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: {kind}\r\n\
             Content-Length: {length}\r\n\r\n{body}",
            self.token
        )
    }
}

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

fn ndjson(rows: &[Value]) -> String {
    let lines: Vec<String> = rows.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn csv(rows: &[Value]) -> String {
    const COLUMNS: [&str; 7] = [
        "office",
        "service",
        "network",
        "reference",
        "occurred_at",
        "holder",
        "amount",
    ];
    let line = |row: &Value| {
        let cells = COLUMNS.map(|name| row[name].to_string().trim_matches('"').replace("null", ""));
        format!("{}\r\n", cells.join(","))
    };
    format!(
        "{}\r\n{}",
        COLUMNS.join(","),
        rows.iter().map(line).collect::<String>()
    )
}

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
async fn a_refund_may_stand_chunks_before_its_original() {
    let desk = Desk::open().await;
    let refund = json!({ "kind": "refund", "original": "r-8999", "amount": 500 });
    let lost = json!({ "kind": "refund", "original": "none", "amount": 500 });
    let mut rows = vec![desk.counter.row("b-1", refund), desk.counter.row("b-2", lost)];
    let originals = CHUNK_ROWS + 500;
    rows.extend(desk.rows(0..originals));
    let answer = desk.batch("", "application/x-ndjson", ndjson(&rows)).await.json();
    assert_eq!(
        (&answer["booked"], &answer["quarantined"]),
        (&json!(originals + 1), &json!(1))
    );
    desk.counter.assert_sound().await;
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
