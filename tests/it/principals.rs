//! A principal whose tariff has a component of the same kind and name. Never here: what either comes to.

use chrono::Duration;
use daftar::domain::originator::Scope;
use serde_json::{Value, json};

use crate::api::Api;
use crate::counter::Case;
use crate::scene::{PISHKHAN, Scene};

/// Of the price of 4,000, the operator has a quarter.
fn advance() -> Value {
    json!({
        "principal": { "name": "advance", "party": "agency", "at_least": 1 },
        "price": 4_000,
        "split": [
            { "name": "advance", "kind": "principal", "party": "operator", "rate": "25%" },
            { "name": "wage", "party": "office", "rate": "75%" }
        ]
    })
}

/// Name, party and amount of each.
fn told(terms: &Value, side: &str) -> Vec<Value> {
    let terms = terms.as_array().unwrap().iter();
    let of_side = terms.filter(|term| term.get("side").is_none_or(|of| of == side));
    of_side
        .map(|term| json!([term["name"], term["party"], term["amount"]]))
        .collect()
}

#[actix_web::test]
async fn a_principal_is_told_once_and_a_component_of_its_kind_is_none() {
    let scene = Scene::furnished().await;
    let long_ago = scene.began - Duration::days(30);
    scene.publish(PISHKHAN, "clearance", advance(), long_ago).await;
    let case = Case {
        principal: Some(70_000),
        ..Case::cash("1001", "clearance", "a", scene.day(0, 2))
    };
    scene.book(scene.day(0, 3), &[case]).await;
    let api = Api::of(&scene.world, scene.day(0, 5));
    let reader = api.token("reader", Scope::Read, None).await;
    let journal = "/v1/offices/1001/transactions/export?format=json";
    let exported: Value = serde_json::from_str(api.get(journal, &reader).await.text().trim()).unwrap();
    let one = format!("/v1/transactions/{}", exported["id"]);
    let shown = api.get(&one, &reader).await.json();
    let legs = [
        json!(["advance", "operator", 1_000]),
        json!(["wage", "office-1001", 3_000]),
        json!(["advance", "identity", 70_000]),
    ];
    assert_eq!(told(&exported["terms"], "leg"), legs);
    assert_eq!(told(&shown["legs"], "leg"), legs);
    let explained = api.get(&format!("{one}/explanation"), &reader).await.json();
    let principal = &explained["principal"];
    assert_eq!(
        (&principal["party"], &principal["amount"]),
        (&json!("identity"), &json!(70_000)),
        "{principal}"
    );
}
