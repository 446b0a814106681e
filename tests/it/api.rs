//! The whole API in the test's own process, on the test's database. Never here: what any route answers.

use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use chrono::{DateTime, Utc};
use daftar::domain::originator::{Originator, OriginatorKind, Scope};
use daftar::usecases::register::token::{TokenHolder, issue_token};
use daftar::web::AppState;
use daftar::web::server::app;
use serde_json::Value;

use crate::world::World;

pub struct Api {
    state: AppState,
    at: DateTime<Utc>,
}

/// What a route answered.
pub struct Said {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Api {
    /// An API for which it is `at`.
    pub fn of(world: &World, at: DateTime<Utc>) -> Self {
        Self {
            state: AppState::new(world.pool().clone(), move || at),
            at,
        }
    }

    /// The token of somebody new.
    pub async fn token(&self, code: &str, scope: Scope, party: Option<&str>) -> String {
        let holder = TokenHolder {
            code: code.to_owned(),
            kind: OriginatorKind::Person,
            name: Some(code.to_owned()),
            party: party.map(str::to_owned),
        };
        let mut conn = self.state.connection().await.unwrap();
        let issued = issue_token(&mut conn, &Originator::host(), self.at, &holder, scope, 30).await;
        issued.unwrap().secret
    }

    pub async fn get(&self, path: &str, token: &str) -> Said {
        self.ask(TestRequest::get().uri(path), token).await
    }

    pub async fn get_as(&self, path: &str, accept: &str, token: &str) -> Said {
        self.ask(
            TestRequest::get().uri(path).insert_header(("Accept", accept)),
            token,
        )
        .await
    }

    /// Unless one has it already under such a tag.
    pub async fn get_unless(&self, path: &str, tag: &str, token: &str) -> Said {
        let request = TestRequest::get().uri(path);
        self.ask(request.insert_header(("If-None-Match", tag)), token)
            .await
    }

    pub async fn get_accepting(&self, path: &str, languages: &str, token: &str) -> Said {
        let request = TestRequest::get().uri(path);
        self.ask(request.insert_header(("Accept-Language", languages)), token)
            .await
    }

    pub async fn post(&self, path: &str, body: &Value, token: &str) -> Said {
        let request = TestRequest::default()
            .method(Method::POST)
            .uri(path)
            .set_json(body);
        self.ask(request, token).await
    }

    pub async fn post_text(&self, path: &str, kind: &'static str, body: &str, token: &str) -> Said {
        let request = TestRequest::default()
            .method(Method::POST)
            .uri(path)
            .insert_header(("Content-Type", kind))
            .set_payload(body.to_owned());
        self.ask(request, token).await
    }

    async fn ask(&self, request: TestRequest, token: &str) -> Said {
        let app = init_service(app(self.state.clone())).await;
        let request = if token.is_empty() {
            request
        } else {
            request.insert_header(("Authorization", format!("Bearer {token}")))
        };
        let response = call_service(&app, request.to_request()).await;
        Said {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            bytes: read_body(response).await.to_vec(),
        }
    }
}

impl Said {
    /// The JSON of a success.
    pub fn json(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub fn items(&self) -> Vec<Value> {
        self.json()["items"].as_array().unwrap().clone()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }
}
