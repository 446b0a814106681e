//! Closing, sealing and settling through the API: who may, and what a refusal says.

use daftar::domain::originator::Scope;
use diesel_async::SimpleAsyncConnection;
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
async fn the_windows_of_a_network_are_closed_and_sealed_by_its_code_those_without_bookings_too() {
    let scene = Scene::furnished().await;
    scene.book_cash(0, "1001", "copy", "a").await;
    let api = Api::of(&scene.world, scene.day(3, 1));
    let maker = api.token("api-maker", Scope::Finance, None).await;
    let reader = api.token("api-reader", Scope::Read, None).await;
    let [close, seal] = ["close", "seal"].map(|verb| format!("/v1/networks/pishkhan/windows/{verb}"));
    for path in [&close, &seal] {
        let forbidden = api.post(path, &nothing(), &reader).await;
        assert_eq!(forbidden.status, 403, "{}", forbidden.text());
        let elsewhere = path.replace("pishkhan", "nowhere");
        let unknown = api.post(&elsewhere, &nothing(), &maker).await;
        assert_eq!(
            (unknown.status, unknown.header("content-type")),
            (404, "application/problem+json")
        );
    }
    let closed = api.post(&close, &nothing(), &maker).await.json();
    let periods = closed["closed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|window| window["period"].as_str().unwrap());
    assert_eq!(
        periods.collect::<Vec<_>>(),
        ["2026-03-21", "2026-03-22", "2026-03-23"]
    );
    let again = api.post(&close, &nothing(), &maker).await.json();
    assert_eq!(again, json!({ "closed": [], "more": false }));
    let sealed = api.post(&seal, &nothing(), &maker).await.json();
    let counts = sealed["sealed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|window| window["transaction_count"].as_i64().unwrap());
    assert_eq!(counts.collect::<Vec<_>>(), [1, 0, 0]);
    let again = api.post(&seal, &nothing(), &maker).await.json();
    assert_eq!(again, json!({ "sealed": [], "more": false }));
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_window_that_does_not_add_up_ends_the_sealing_of_its_network_and_those_before_it_stay_sealed() {
    let scene = Scene::furnished().await;
    for (day, reference) in [(0, "a"), (1, "b")] {
        scene.book_cash(day, "1001", "copy", reference).await;
    }
    scene.close("pishkhan", scene.day(2, 1)).await.unwrap();
    scene.close("pishkhan", scene.day(2, 1)).await.unwrap();
    let tampering = "ALTER TABLE batches DISABLE TRIGGER ALL;
        UPDATE batches SET amount_sum = 1 WHERE id = (SELECT max(id) FROM batches)";
    let mut superuser = scene.world.superuser().await;
    superuser.batch_execute(tampering).await.unwrap();
    let api = Api::of(&scene.world, scene.day(2, 1));
    let maker = api.token("api-maker", Scope::Finance, None).await;
    let refused = api
        .post("/v1/networks/pishkhan/windows/seal", &nothing(), &maker)
        .await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert!(
        refused.text().contains("a_sealed_window_adds_up"),
        "{}",
        refused.text()
    );
    let sealed = "SELECT sum(w.ordinal) AS count FROM window_seals JOIN windows w ON w.id = window_id";
    assert_eq!(scene.count(sealed).await, 1);
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
