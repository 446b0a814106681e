//! How an office's earnings are gathered into lines, and how far they are told to be settled. Never here: whose they are (see
//! `earnings`).

use chrono::{DateTime, Utc};
use daftar::domain::moment::before;
use daftar::domain::originator::Scope;
use serde_json::{Value, json};

use crate::api::Api;
use crate::counter::Case;
use crate::scene::{PISHKHAN, Scene};

/// The earnings of office `1001` in the first network.
async fn asked(scene: &Scene, at: DateTime<Utc>, query: &str) -> Value {
    let api = Api::of(&scene.world, at);
    let auditor = api.token("auditor", Scope::Read, None).await;
    let path = format!("/v1/offices/1001/earnings{query}");
    api.get(&path, &auditor).await.json()
}

/// These figures of each line, after its key, and at last of all lines together.
fn figures(report: &Value, names: [&str; 3]) -> Value {
    let of = |key: &Value, sums: &Value| {
        let [one, two, three] = names.map(|name| sums[name].clone());
        json!([key, one, two, three])
    };
    let network = &report["networks"][0];
    let lines = network["lines"].as_array().unwrap().iter();
    let all = of(&json!("all"), &network["totals"]);
    lines.map(|line| of(&line["key"], line)).chain([all]).collect()
}

#[actix_web::test]
async fn earnings_are_settled_once_the_settlement_of_their_window_is_approved_and_not_when_it_is_proposed() {
    let scene = Scene::furnished().await;
    scene.book_central(0, "1001", "copy", "approved").await;
    scene.settle_day(1).await;
    scene.book_central(1, "1001", "passport", "proposed").await;
    scene.close(PISHKHAN, scene.day(2, 1)).await.unwrap();
    scene.seal(PISHKHAN, scene.day(2, 1)).await.unwrap().unwrap();
    for reference in ["open", "open as well"] {
        scene.book_central(2, "1001", "copy", reference).await;
    }
    let states = async || {
        let report = asked(&scene, scene.day(2, 4), "?by=day").await;
        figures(&report, ["settled", "unsettled", "held"])
    };
    let second_waits = json!([
        ["2026-03-21", 67_900, 0, 0],
        ["2026-03-22", 0, 428_612, 0],
        ["2026-03-23", 0, 2 * 67_900, 0],
        ["all", 67_900, 428_612 + 2 * 67_900, 0],
    ]);
    assert_eq!(states().await, second_waits, "sealed");
    let proposed = scene.propose(PISHKHAN, scene.day(2, 2)).await.unwrap();
    assert_eq!(states().await, second_waits, "proposed");
    scene.approve(proposed.id, scene.day(2, 3)).await.unwrap();
    let second_is_settled = json!([
        ["2026-03-21", 67_900, 0, 0],
        ["2026-03-22", 428_612, 0, 0],
        ["2026-03-23", 0, 2 * 67_900, 0],
        ["all", 67_900 + 428_612, 2 * 67_900, 0],
    ]);
    assert_eq!(states().await, second_is_settled, "approved");
    scene.world.assert_sound().await;
}

/// Services given in the last instant and the first of a Gregorian and of a Jalali month, as clocks in Tehran show them.
async fn book_at_the_ends_of_months(scene: &Scene) {
    let (april, ordibehesht) = (scene.day(11, 0), scene.day(31, 0));
    for (service, reference, occurred_at) in [
        ("copy", "in-march", before(april)),
        ("copy", "in-april", april),
        ("copy", "in-april-too", april),
        ("passport", "in-farvardin", before(ordibehesht)),
        ("bill", "in-ordibehesht", ordibehesht),
    ] {
        let case = Case {
            principal: (service == "bill").then_some(50_000),
            ..Case::central("1001", service, reference, occurred_at)
        };
        scene.book(occurred_at, &[case]).await;
    }
}

#[actix_web::test]
async fn earnings_over_the_ends_of_months_are_gathered_by_day_by_the_months_of_either_calendar_and_by_service()
 {
    let scene = Scene::furnished().await;
    book_at_the_ends_of_months(&scene).await;
    let at = scene.day(31, 1);
    let all = json!(["all", 5, 0, 3 * 67_900 + 428_612 + 3_600]);
    let by_jalali_month = json!([
        ["j1405-01", 4, 0, 3 * 67_900 + 428_612],
        ["j1405-02", 1, 0, 3_600],
        all,
    ]);
    let by_gregorian_month = json!([
        ["g2026-03", 1, 0, 67_900],
        ["g2026-04", 4, 0, 2 * 67_900 + 428_612 + 3_600],
        all,
    ]);
    let by_service = json!([
        ["bill", 1, 0, 3_600],
        ["copy", 3, 0, 3 * 67_900],
        ["passport", 1, 0, 428_612],
        all,
    ]);
    let by_day = json!([
        ["2026-03-31", 1, 0, 67_900],
        ["2026-04-01", 2, 0, 2 * 67_900],
        ["2026-04-20", 1, 0, 428_612],
        ["2026-04-21", 1, 0, 3_600],
        all,
    ]);
    for (asks, expected) in [
        ("by=month", &by_jalali_month),
        ("by=month&calendar=jalali", &by_jalali_month),
        ("by=month&calendar=gregorian", &by_gregorian_month),
        ("by=service", &by_service),
        ("by=service&calendar=gregorian", &by_service),
        ("by=day&calendar=gregorian", &by_day),
    ] {
        let query = format!("?from=1405-01-11&until=1405-02-02&{asks}");
        let report = asked(&scene, at, &query).await;
        assert_eq!(
            &figures(&report, ["given", "taken_back", "earned"]),
            expected,
            "{asks}: {report}"
        );
    }
    scene.world.assert_sound().await;
}

#[actix_web::test]
async fn without_ends_the_earnings_are_those_of_the_asked_calendars_month_that_runs() {
    let scene = Scene::furnished().await;
    book_at_the_ends_of_months(&scene).await;
    for (query, from, until, expected) in [
        (
            "?by=month",
            scene.day(31, 0),
            scene.day(62, 0),
            json!(["j1405-02", 1, 0, 3_600]),
        ),
        (
            "?by=month&calendar=gregorian",
            scene.day(11, 0),
            scene.day(41, 0),
            json!(["g2026-04", 4, 0, 2 * 67_900 + 428_612 + 3_600]),
        ),
    ] {
        let report = asked(&scene, scene.day(31, 1), query).await;
        assert_eq!(
            (&report["from"], &report["until"]),
            (&json!(from), &json!(until)),
            "{query}"
        );
        let lines = figures(&report, ["given", "taken_back", "earned"]);
        assert_eq!(lines[0], expected, "{query}: {report}");
        assert_eq!(lines.as_array().unwrap().len(), 2, "{query}: {report}");
    }
    scene.world.assert_sound().await;
}
