//! Cash that a counter pays out for an agency: owed to whoever paid it, and told so wherever figures are read.

use chrono::Duration;
use daftar::domain::language::Language;
use daftar::domain::originator::{Originator, Scope};
use daftar::domain::page::Asked;
use daftar::domain::transaction::Holder;
use daftar::usecases::explain::{LineName, explain_statement_line};
use serde_json::{Value, json};

use crate::api::Api;
use crate::counter::Case;
use crate::scene::{PISHKHAN, Scene};

const PAID: i64 = 1_000_000;

/// The agency bears the fee of 4,000, of which the office earns 80 %.
fn cash_out() -> Value {
    json!({
        "principal": { "party": "agency", "direction": "paid_out", "at_least": 1 },
        "price": 4_000,
        "sources": [{ "party": "agency", "take": "price" }],
        "split": [
            { "name": "incentive", "kind": "incentive", "party": "office", "rate": "80%" },
            { "name": "operation", "kind": "fee", "party": "operator", "rate": "20%" }
        ]
    })
}

#[actix_web::test]
async fn what_an_office_paid_out_is_earned_by_it_and_explained_to_the_agency() {
    let scene = Scene::furnished().await;
    let long_ago = scene.began - Duration::days(30);
    scene.publish(PISHKHAN, "clearance", cash_out(), long_ago).await;
    let paid = |reference, holder| Case {
        principal: Some(PAID),
        holder,
        ..Case::cash("1001", "clearance", reference, scene.day(0, 2))
    };
    let cases = [
        paid("a", Holder::Office),
        paid("b", Holder::Office),
        paid("c", Holder::Central),
        Case::cash("1001", "copy", "d", scene.day(0, 2)),
    ];
    scene.book(scene.day(0, 3), &cases).await;
    let back = Case {
        takes_back: Some("b"),
        ..Case::cash("1001", "clearance", "b-back", scene.day(0, 3))
    };
    scene.book(scene.day(0, 4), &[back]).await;
    scene.settle_day(1).await;

    let mut conn = scene.world.conn().await;
    let asked = Asked::first(1);
    for line in scene.lines_of_statements().await {
        let line: LineName = line.parse().unwrap();
        let explained =
            explain_statement_line(&mut conn, &Originator::host(), &line, &asked, Language::En).await;
        let explained = explained.unwrap();
        assert!(explained.agrees, "{line:?}: {:?}", explained.totals);
    }
    let stated = |side: &str| {
        let party = "(SELECT id FROM parties WHERE code = 'office-1001')";
        format!("SELECT {side} AS count FROM positions WHERE party_id = {party}")
    };
    let (earned, collected) = (
        scene.count(&stated("earned")).await,
        scene.count(&stated("collected")).await,
    );
    assert_eq!((earned, collected), (PAID + 2 * 3_200 + 67_900, 100_000));
    let api = Api::of(&scene.world, scene.day(0, 5));
    let reader = api.token("reader", Scope::Read, None).await;
    let report = api.get("/v1/offices/1001/earnings", &reader).await.json();
    let of_network = &report["networks"][0]["totals"];
    assert_eq!(
        (&of_network["earned"], &of_network["collected"]),
        (&json!(earned), &json!(collected)),
        "{report}"
    );
    scene.world.assert_sound().await;
}
