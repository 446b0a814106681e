//! The exceptions of windows through the API. Never here: what else is read of a window (`reading`).

use chrono::{DateTime, Duration, Utc};
use daftar::domain::originator::Scope;
use diesel_async::SimpleAsyncConnection;
use serde_json::Value;

use crate::api::Api;
use crate::counter::Case;
use crate::scene::Scene;

/// A reference and the two offices, the first one first.
type Told = (String, [String; 2]);

fn told(reference: &str, offices: [&str; 2]) -> Told {
    (reference.to_owned(), offices.map(str::to_owned))
}

/// The first pairs of each window of `pishkhan`, the newest window first.
async fn pairs(api: &Api, token: &str) -> Vec<Vec<Told>> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let told = |pair: &Value| {
        let offices = [0, 1].map(|at| text(&pair["transactions"][at]["office"]));
        (text(&pair["reference"]), offices)
    };
    let mut pairs = Vec::new();
    for window in api.get("/v1/networks/pishkhan/windows", token).await.items() {
        let path = format!("/v1/windows/{}/exceptions?limit=10", window["id"]);
        pairs.push(api.get(&path, token).await.items().iter().map(told).collect());
    }
    pairs
}

#[actix_web::test]
async fn a_reference_used_at_two_offices_for_the_same_service_and_amount_is_an_exception() {
    let scene = Scene::furnished().await;
    let case = |office, service, reference, hour| Case::cash(office, service, reference, scene.day(0, hour));
    scene
        .book(
            scene.day(0, 5),
            &[
                case("1001", "copy", "r-1", 1),
                case("1002", "copy", "r-1", 2),
                case("1001", "copy", "r-2", 1),
                case("1002", "passport", "r-2", 2),
                case("1003", "copy", "r-3", 1),
            ],
        )
        .await;
    scene
        .book(scene.day(1, 5), &[case("1001", "copy", "r-3", 2)])
        .await;
    let api = Api::of(&scene.world, scene.day(1, 6));
    let token = api.token("auditor", Scope::Read, None).await;
    let across = told("r-3", ["1003", "1001"]);
    assert_eq!(
        pairs(&api, &token).await,
        [vec![across], vec![told("r-1", ["1001", "1002"])]],
        "the first of r-3 was booked in the window before"
    );
    let windows = api.get("/v1/networks/pishkhan/windows", &token).await.items();
    let owner = api.token("owner-1001", Scope::Read, Some("office-1001")).await;
    let path = format!("/v1/windows/{}/exceptions", windows[0]["id"]);
    assert_eq!(api.get(&path, &owner).await.status, 403);
}

/// Books a copy at an office in a batch of this id.
async fn book_in(scene: &Scene, batch_id: i64, office: &str, reference: &str, at: DateTime<Utc>) {
    let next = format!("ALTER SEQUENCE batch_ids RESTART {batch_id}");
    scene.world.superuser().await.batch_execute(&next).await.unwrap();
    let case = Case::cash(office, "copy", reference, at - Duration::hours(1));
    scene.book(at, &[case]).await;
}

#[actix_web::test]
async fn a_pair_stands_in_one_window_and_in_the_order_of_booking_whatever_ids_its_batches_have() {
    let scene = Scene::furnished().await;
    book_in(&scene, 900, "1003", "across", scene.day(0, 5)).await;
    book_in(&scene, 800, "1002", "within", scene.day(0, 6)).await;
    book_in(&scene, 700, "1001", "within", scene.day(0, 7)).await;
    book_in(&scene, 600, "1001", "across", scene.day(1, 5)).await;
    let api = Api::of(&scene.world, scene.day(1, 6));
    let token = api.token("auditor", Scope::Read, None).await;
    assert_eq!(
        pairs(&api, &token).await,
        [
            vec![told("across", ["1003", "1001"])],
            vec![told("within", ["1002", "1001"])]
        ]
    );
}
