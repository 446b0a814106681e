//! A client that records through HTTP, and its rows as text. Never here: what is asked of the answers.

use std::net::SocketAddr;

use actix_web::http::Method;
use actix_web::rt;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use daftar::domain::originator::{Originator, OriginatorKind, Scope};
use daftar::usecases::register::token::{TokenHolder, issue_token};
use daftar::web::AppState;
use daftar::web::server::{Listening, app, serve};
use serde_json::{Value, json};

use super::Counter;

/// What the API answered.
pub struct Answered {
    pub status: u16,
    pub body: String,
}

impl Answered {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// A counter's client with its token, and the API.
pub struct Desk {
    pub counter: Counter,
    state: AppState,
    token: String,
}

impl Desk {
    pub async fn open() -> Self {
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

    pub async fn ask(&self, method: Method, path: &str, kind: &str, body: String) -> Answered {
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

    pub async fn post(&self, row: &Value) -> Answered {
        self.ask(
            Method::POST,
            "/v1/transactions",
            "application/json",
            row.to_string(),
        )
        .await
    }

    pub async fn batch(&self, query: &str, kind: &str, body: String) -> Answered {
        let path = format!("/v1/transactions/batch{query}");
        self.ask(Method::POST, &path, kind, body).await
    }

    pub async fn batch_encoded(&self, encoding: &str, body: Vec<u8>) -> Answered {
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

    pub fn rows(&self, range: std::ops::Range<usize>) -> Vec<Value> {
        range
            .map(|n| self.counter.row(&format!("r-{n}"), json!({})))
            .collect()
    }

    pub async fn transactions(&self) -> i64 {
        self.counter.figure("SELECT count(*) FROM transactions").await
    }

    /// Asks until the books have so many transactions: what was sent is booked, whoever waits for it.
    pub async fn until_booked(&self, count: usize) {
        for _ in 0..20_000 {
            if usize::try_from(self.transactions().await).unwrap() >= count {
                return;
            }
            rt::task::yield_now().await;
        }
        panic!("{} of {count} are booked", self.transactions().await);
    }

    pub fn listen(&self) -> SocketAddr {
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
    pub fn request(&self, path: &str, kind: &str, length: usize, body: &str) -> String {
        format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: {kind}\r\n\
             Content-Length: {length}\r\n\r\n{body}",
            self.token
        )
    }
}

pub fn ndjson(rows: &[Value]) -> String {
    let lines: Vec<String> = rows.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

pub fn csv(rows: &[Value]) -> String {
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
