//! What comes in at the doors of the API and is not as it should be: refused, with the field, the rule and what would be
//! right. Never here: rules of a noun.

mod bodies;
mod pages;
mod parameters;

use daftar::domain::originator::Scope;
use serde_json::{Value, json};

use crate::api::{Api, Said};
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
