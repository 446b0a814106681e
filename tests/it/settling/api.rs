//! Closing, sealing and settling through the API: who may, and what a refusal says.

use daftar::domain::originator::Scope;
use serde_json::{Value, json};

use crate::api::Api;
use crate::counter::Case;
use crate::scene::Scene;

/// A request without a body to say.
fn nothing() -> Value {
    json!({})
}

#[tokio::test]
async fn a_window_is_closed_sealed_proposed_and_approved_by_two_people() {
    let scene = Scene::furnished().await;
    let happened = scene.day(0, 2);
    scene
        .book(
            scene.day(0, 3),
            &[Case::cash("1001", "passport", "p-1", happened)],
        )
        .await;
    let api = Api::of(&scene.world, scene.day(1, 1));
    let maker = api.token("api-maker", Scope::Finance, None).await;
    let checker = api.token("api-checker", Scope::Finance, None).await;
    let reader = api.token("api-reader", Scope::Read, None).await;

    let forbidden = api.post("/v1/windows/1/close", &nothing(), &reader).await;
    assert_eq!(forbidden.status, 403, "{}", forbidden.text());
    let closed = api.post("/v1/windows/1/close", &nothing(), &maker).await.json();
    assert_eq!(closed["period"], "2026-03-21");
    let again = api.post("/v1/windows/1/close", &nothing(), &maker).await;
    assert_eq!(again.status, 409);
    assert!(
        again.text().contains("a_window_is_closed_once"),
        "{}",
        again.text()
    );
    let sealed = api.post("/v1/windows/1/seal", &nothing(), &maker).await.json();
    assert_eq!(
        (&sealed["journal_count"], &sealed["amount_sum"]),
        (&json!(4), &json!(1_476_112))
    );

    let preview = "/v1/networks/pishkhan/settlement-preview";
    let first = api.get(preview, &reader).await;
    assert_eq!(first.bytes, api.get(preview, &reader).await.bytes);
    let proposal = json!({ "network": "pishkhan" });
    let proposed = api.post("/v1/settlements", &proposal, &maker).await.json();
    assert_eq!(proposed["digest"], first.json()["digest"]);
    let shown = format!("/v1/settlements/{}", proposed["id"]);
    let waiting = api.get(&shown, &checker).await.json();
    let named = api
        .get(waiting["preview"].as_str().unwrap(), &checker)
        .await
        .json();
    assert_eq!(
        named["digest"], waiting["digest"],
        "the checker is led to what was proposed"
    );
    let approve = format!("/v1/settlements/{}/approve", proposed["id"]);
    let own = api.post(&approve, &nothing(), &maker).await;
    assert_eq!(own.status, 409);
    assert!(
        own.text()
            .contains("a_settlement_is_decided_by_another_than_its_maker")
    );
    let approved = api.post(&approve, &nothing(), &checker).await.json();
    assert_eq!(
        (
            &approved["payouts"],
            &approved["demands"],
            &approved["statements"]
        ),
        (&json!(1), &json!(1), &json!(4))
    );
    let decided = api.get(&shown, &checker).await.json();
    assert_eq!(
        (&decided["preview"], decided["sums"][0]["positions"].as_i64()),
        (&json!(null), Some(4))
    );
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_rejection_needs_a_reason_and_an_owner_sees_no_whole_settlement() {
    let scene = Scene::furnished().await;
    let at = scene.day(1, 1);
    scene.close("pishkhan", at).await.unwrap();
    scene.seal("pishkhan", at).await.unwrap().unwrap();
    let proposed = scene.propose("pishkhan", at).await.unwrap();
    let api = Api::of(&scene.world, at);
    let checker = api.token("api-checker", Scope::Finance, None).await;
    let owner = api.token("owner", Scope::Read, Some("office-1001")).await;
    let reject = format!("/v1/settlements/{}/reject", proposed.id);
    let silent = api.post(&reject, &json!({ "reason": " " }), &checker).await;
    assert_eq!(silent.status, 422, "{}", silent.text());
    let reason = json!({ "reason": "the rate is disputed" });
    let rejected = api.post(&reject, &reason, &checker).await;
    assert_eq!(rejected.json()["reason"], "the rate is disputed");
    let preview = api.get("/v1/networks/pishkhan/settlement-preview", &owner).await;
    assert_eq!(preview.status, 403, "{}", preview.text());
    let unknown = api.post("/v1/settlements/77/approve", &nothing(), &checker).await;
    assert_eq!(unknown.status, 404);
    scene.world.assert_sound().await;
}
