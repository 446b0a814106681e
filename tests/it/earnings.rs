//! Whose earnings of an office are told, and of which network.

use actix_web::http::StatusCode;
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use daftar::domain::moment::before;
use daftar::domain::money::Amount;
use daftar::domain::originator::Scope;
use daftar::usecases::preview_settlement::PreviewedPosition;
use daftar::usecases::record_remittance::{RemittanceEntry, record_remittance};
use daftar::usecases::register::binding::bind_roles;
use serde_json::{Value, json};

use crate::api::Api;
use crate::counter::Case;
use crate::licences::bound_to;
use crate::scene::{PISHKHAN, POLICE, Scene};

/// Code, services given, and what was collected of each network.
fn told(report: &Value) -> Value {
    let networks = report["networks"].as_array().unwrap().iter();
    networks
        .map(|network| {
            let totals = &network["totals"];
            json!([network["network"], totals["given"], totals["collected"]])
        })
        .collect()
}

#[actix_web::test]
async fn after_a_transfer_each_licensee_sees_the_own_earnings_and_who_sees_all_those_of_both_and_what_is_due_today()
 {
    let scene = Scene::furnished().await;
    scene.hand_over("office-1003", scene.day(0, 4)).await;
    let cases = [
        Case::cash("1001", "copy", "before", scene.day(0, 2)),
        Case::cash("1001", "copy", "after-1", scene.day(0, 5)),
        Case::cash("1001", "copy", "after-2", scene.day(0, 5)),
    ];
    scene.book(scene.day(0, 6), &cases).await;
    let api = Api::of(&scene.world, scene.day(0, 7));
    let mut due = Vec::new();
    for (who, party, expected) in [
        ("former", Some("office-1001"), json!([[PISHKHAN, 1, 100_000]])),
        ("present", Some("office-1003"), json!([[PISHKHAN, 2, 200_000]])),
        ("auditor", None, json!([[PISHKHAN, 3, 300_000]])),
    ] {
        let token = api.token(who, Scope::Read, party).await;
        let report = api.get("/v1/offices/1001/earnings", &token).await.json();
        assert_eq!(told(&report), expected, "{who}: {report}");
        due.push(report["due"].clone());
    }
    assert_eq!(
        due[2], due[1],
        "who sees all is told what is due to the licensee of today"
    );
    assert_ne!(due[1], due[0]);
    let stranger = api.token("stranger", Scope::Read, Some("office-1002")).await;
    let refused = api.get("/v1/offices/1001/earnings", &stranger).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.text());
    scene.world.assert_sound().await;
}

/// What is due next, as an office's report tells it to a party, or to who acts for none.
async fn due_told(scene: &Scene, office: &str, asks: Option<&str>, at: DateTime<Utc>) -> Value {
    let api = Api::of(&scene.world, at);
    let token = api.token(asks.unwrap_or("auditor"), Scope::Read, asks).await;
    let path = format!("/v1/offices/{office}/earnings");
    api.get(&path, &token).await.json()["due"].clone()
}

fn creditors(due: &Value) -> Vec<(&str, &str)> {
    let due = due.as_array().unwrap().iter();
    due.map(|due| (due["network"].as_str().unwrap(), due["party"].as_str().unwrap()))
        .collect()
}

#[actix_web::test]
async fn who_sees_all_is_told_what_is_due_to_the_present_licensee_whoever_follows_with_the_next_term() {
    let scene = Scene::furnished().await;
    let ends = scene.day(2, 0);
    scene.open_followed(ends, "office-1003").await;
    scene.book_central(0, "1004", "passport", "a").await;
    for (at, present) in [
        (scene.day(0, 4), "office-1004"),
        (before(ends), "office-1004"),
        (ends, "office-1003"),
        (scene.day(2, 4), "office-1003"),
    ] {
        let to_all = due_told(&scene, "1004", None, at).await;
        assert_eq!(creditors(&to_all), [(PISHKHAN, present)], "{at}");
        assert_eq!(to_all, due_told(&scene, "1004", Some(present), at).await, "{at}");
    }
    scene.world.assert_sound().await;
}

#[actix_web::test]
async fn who_sees_all_is_told_what_is_due_to_the_present_licensee_until_an_announced_handover_and_until_it_is_handed_back()
 {
    let scene = Scene::furnished().await;
    scene.book_central(0, "1001", "passport", "a").await;
    let (handed, back) = (scene.day(2, 0), scene.day(4, 0));
    let mut conn = scene.world.conn().await;
    for (licensee, from) in [("office-1003", handed), ("office-1001", back)] {
        let announced = bound_to("1001", licensee, from);
        bind_roles(&mut conn, &scene.maker, scene.day(0, 5), &announced)
            .await
            .unwrap();
    }
    for (at, present) in [
        (scene.day(0, 6), "office-1001"),
        (before(handed), "office-1001"),
        (handed, "office-1003"),
        (before(back), "office-1003"),
        (back, "office-1001"),
    ] {
        let to_all = due_told(&scene, "1001", None, at).await;
        assert_eq!(creditors(&to_all), [(PISHKHAN, present)], "{at}");
        assert_eq!(to_all, due_told(&scene, "1001", Some(present), at).await, "{at}");
    }
    scene.world.assert_sound().await;
}

#[actix_web::test]
async fn each_network_has_its_own_licensee_and_after_the_last_term_it_is_whoever_was_it_last() {
    let scene = Scene::furnished().await;
    scene
        .hand_over_office("1002", "office-1003", scene.day(0, 4))
        .await;
    let expired = scene.day(5 * 365, 0);
    for at in [scene.day(0, 5), expired] {
        let due = due_told(&scene, "1002", None, at).await;
        let expected = [(PISHKHAN, "office-1003"), (POLICE, "office-1002")];
        assert_eq!(creditors(&due), expected, "{at}");
    }
    scene.world.assert_sound().await;
}

#[actix_web::test]
async fn earnings_are_told_by_network_and_within_the_asked_stretch() {
    let scene = Scene::furnished().await;
    let of_police = Case {
        network: POLICE,
        ..Case::cash("1002", "clearance", "police", scene.day(0, 2))
    };
    let cases = [
        Case::cash("1002", "copy", "first", scene.day(0, 2)),
        Case::cash("1002", "copy", "second", scene.day(1, 2)),
        of_police,
    ];
    scene.book(scene.day(1, 3), &cases).await;
    let api = Api::of(&scene.world, scene.day(1, 4));
    let auditor = api.token("auditor", Scope::Read, None).await;
    let until = scene.day(1, 0).format("%Y-%m-%dT%H:%M:%SZ");
    for (query, expected) in [
        (
            String::new(),
            json!([[PISHKHAN, 2, 200_000], [POLICE, 1, 200_000]]),
        ),
        (format!("?network={PISHKHAN}"), json!([[PISHKHAN, 2, 200_000]])),
        (format!("?network={POLICE}"), json!([[POLICE, 1, 200_000]])),
        (
            format!("?network={PISHKHAN}&until={until}"),
            json!([[PISHKHAN, 1, 100_000]]),
        ),
    ] {
        let path = format!("/v1/offices/1002/earnings{query}");
        let report = api.get(&path, &auditor).await.json();
        assert_eq!(told(&report), expected, "{query}: {report}");
    }
    scene.world.assert_sound().await;
}

#[actix_web::test]
async fn earnings_without_an_end_go_to_the_end_of_the_month_that_runs_or_of_a_later_one_in_which_they_begin()
{
    let scene = Scene::furnished().await;
    let api = Api::of(&scene.world, scene.day(0, 5));
    let auditor = api.token("auditor", Scope::Read, None).await;
    // The first of Farvardin 1405 is 21 March 2026; a day begins at 20:30 UTC of the day before.
    for (query, from, until) in [
        ("", "2026-03-20T20:30:00Z", "2026-04-20T20:30:00Z"),
        ("from=1404-11-15", "2026-02-03T20:30:00Z", "2026-04-20T20:30:00Z"),
        ("from=1405-01-31", "2026-04-19T20:30:00Z", "2026-04-20T20:30:00Z"),
        ("from=1405-02-01", "2026-04-20T20:30:00Z", "2026-05-21T20:30:00Z"),
        ("from=1405-03-15", "2026-06-04T20:30:00Z", "2026-06-21T20:30:00Z"),
        ("until=1405-01-10", "2026-03-20T20:30:00Z", "2026-03-29T20:30:00Z"),
        (
            "calendar=gregorian",
            "2026-02-28T20:30:00Z",
            "2026-03-31T20:30:00Z",
        ),
        (
            "calendar=gregorian&from=2026-05-10",
            "2026-05-09T20:30:00Z",
            "2026-05-31T20:30:00Z",
        ),
    ] {
        let path = format!("/v1/offices/1001/earnings?{query}");
        let report = api.get(&path, &auditor).await.json();
        assert_eq!(
            (&report["from"], &report["until"]),
            (&json!(from), &json!(until)),
            "{query}"
        );
    }
}

#[actix_web::test]
async fn earnings_of_400_days_are_told_and_of_a_moment_more_refused_as_the_document_says() {
    let scene = Scene::furnished().await;
    let api = Api::of(&scene.world, scene.day(0, 5));
    let auditor = api.token("auditor", Scope::Read, None).await;
    let from = scene.began - Duration::days(400);
    for (until, status) in [
        (before(scene.began), StatusCode::OK),
        (scene.began, StatusCode::OK),
        (
            scene.began + Duration::microseconds(1),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        let [from, until] = [from, until].map(|at| at.to_rfc3339_opts(SecondsFormat::Micros, true));
        let path = format!("/v1/offices/1001/earnings?from={from}&until={until}");
        let said = api.get(&path, &auditor).await;
        assert_eq!(said.status, status, "{until}: {}", said.text());
        let is_too_long = said.text().contains("the_stretch_is_not_too_long");
        assert_eq!(is_too_long, status != StatusCode::OK, "{until}: {}", said.text());
    }
    let without_end = api
        .get("/v1/offices/1001/earnings?from=1403-12-01", &auditor)
        .await;
    assert!(
        without_end.text().contains("at most 400 days"),
        "{}",
        without_end.text()
    );
    let document = api.get("/openapi.json", "").await.json();
    let told = &document["paths"]["/v1/offices/{code}/earnings"]["get"]["parameters"];
    let until = told.as_array().unwrap().iter().find(|one| one["name"] == "until");
    let until = until.unwrap()["description"].as_str().unwrap();
    assert!(until.contains("at most 400 days"), "{until}");
}

/// What is due next to the office's licensee in the first network.
async fn due_next(scene: &Scene, at: DateTime<Utc>) -> Value {
    let api = Api::of(&scene.world, at);
    let token = api.token("office-1001", Scope::Read, Some("office-1001")).await;
    let report = api.get("/v1/offices/1001/earnings", &token).await.json();
    let due = &report["due"][0];
    assert_eq!(due["network"], PISHKHAN, "{report}");
    due.clone()
}

/// Of what is due, carried, moved, balance and on its way.
fn figures(due: &Value) -> [i64; 4] {
    ["carried", "moved_since", "balance", "on_its_way"].map(|figure| due[figure].as_i64().unwrap())
}

/// In the first network, by destination.
async fn due_by_destination(scene: &Scene, at: DateTime<Utc>) -> Vec<(String, [i64; 4])> {
    let api = Api::of(&scene.world, at);
    let token = api.token("office-1001", Scope::Read, Some("office-1001")).await;
    let report = api.get("/v1/offices/1001/earnings", &token).await.json();
    let due = report["due"].as_array().unwrap().iter();
    let own = due.filter(|due| due["network"] == PISHKHAN);
    own.map(|due| {
        (
            due["deposit_identifier"].as_str().unwrap().to_owned(),
            figures(due),
        )
    })
    .collect()
}

#[actix_web::test]
async fn what_is_due_next_is_told_by_destination_whether_its_window_is_open_closed_sealed_or_settled() {
    let scene = Scene::furnished().await;
    let apart = json!({ "price": 2_000_000, "split": [
        { "name": "wage", "kind": "wage", "party": "office", "rate": "30%", "deposit_identifier": "OWN-1" },
        { "name": "operation", "kind": "fee", "party": "operator", "rate": "70%" }
    ] });
    let long_ago = scene.began - Duration::days(30);
    scene.publish(PISHKHAN, "clearance", apart, long_ago).await;
    let cases = [
        Case::central("1001", "copy", "wage", scene.day(0, 2)),
        Case::cash("1001", "clearance", "apart", scene.day(0, 3)),
    ];
    scene.book(scene.day(0, 4), &cases).await;
    // 67,900 of the copy; of the clearance 2,000,000 that the office holds, and 600,000 that it earns at another destination.
    let of = |plain: [i64; 4], apart: [i64; 4]| vec![(String::new(), plain), ("OWN-1".to_owned(), apart)];
    let moved = of([0, 67_900 - 2_000_000, -1_932_100, 0], [0, 600_000, 600_000, 0]);
    assert_eq!(due_by_destination(&scene, scene.day(0, 5)).await, moved, "open");
    let noon = scene.day(1, 12);
    scene.close(PISHKHAN, noon).await.unwrap();
    assert_eq!(due_by_destination(&scene, noon).await, moved, "closed");
    scene.seal(PISHKHAN, noon).await.unwrap().unwrap();
    assert_eq!(due_by_destination(&scene, noon).await, moved, "sealed");
    let next = [Case::central("1001", "copy", "next", scene.day(1, 2))];
    scene.book(noon, &next).await;
    assert_eq!(
        due_by_destination(&scene, noon).await,
        moved,
        "one sealed and one open"
    );
    let proposed = scene.propose(PISHKHAN, noon).await.unwrap();
    scene.approve(proposed.id, scene.day(1, 13)).await.unwrap();
    assert_eq!(
        due_by_destination(&scene, scene.day(1, 14)).await,
        of([-1_932_100, 67_900, -1_864_200, 0], [0, 0, 0, 600_000]),
        "settled"
    );
    let ordered = "SELECT sum(amount)::bigint AS count FROM payouts WHERE deposit_identifier = 'OWN-1'";
    assert_eq!(scene.count(ordered).await, 600_000, "of the other destination");
    scene.world.assert_sound().await;
}

#[actix_web::test]
async fn what_is_due_next_is_what_its_window_settles_whatever_is_booked_or_sent_in_later_ones() {
    let scene = Scene::furnished().await;
    scene.book_central(0, "1001", "copy", "first").await;
    scene.book_central(0, "1001", "copy", "second").await;
    let (mut conn, by) = (scene.world.conn().await, scene.maker.clone());
    for (day, reference) in [(1, "next"), (2, "after")] {
        let cash = Case::cash("1001", "copy", reference, scene.day(day, 2));
        scene.book(scene.day(day, 3), &[cash]).await;
    }
    let remittance = RemittanceEntry {
        network: PISHKHAN.to_owned(),
        party: "office-1001".to_owned(),
        deposit_identifier: String::new(),
        amount: Amount::from_minor(32_100),
        bank_reference: "b-1".to_owned(),
        received_at: None,
    };
    record_remittance(&mut conn, &by, scene.day(1, 4), &remittance)
        .await
        .unwrap();
    let mut own = Vec::new();
    for state in ["ended", "closed", "sealed", "settled", "next is sealed"] {
        let at = scene.day(2, 4);
        match state {
            "closed" => drop(scene.close(PISHKHAN, at).await.unwrap()),
            "sealed" => drop(scene.seal(PISHKHAN, at).await.unwrap()),
            "settled" => {
                let proposed = scene.propose(PISHKHAN, at).await.unwrap();
                scene.approve(proposed.id, at).await.unwrap();
            }
            "next is sealed" => {
                scene.close(PISHKHAN, at).await.unwrap();
                scene.seal(PISHKHAN, at).await.unwrap();
            }
            _ => {}
        }
        let due = due_next(&scene, at).await;
        let preview = scene.preview(PISHKHAN, at).await;
        let of_office = |position: &&PreviewedPosition| position.party == "office-1001";
        let position = preview.positions.iter().find(of_office).unwrap();
        assert_eq!(due["period"], preview.period, "{state}");
        assert_eq!(due["settled_after"], json!(preview.ends_at), "{state}");
        assert_eq!(due["carried"], position.opening.minor(), "{state}");
        assert_eq!(due["balance"], position.before.minor(), "{state}");
        assert_eq!(due["held"], position.held.minor(), "{state}");
        own.push(position.before.minor());
    }
    let first = 2 * 67_900;
    let next = first + 67_900 - 100_000 + 32_100;
    assert_eq!(own, [first, first, first, next, next]);
    scene.world.assert_sound().await;
}

#[actix_web::test]
async fn of_a_window_in_which_nothing_was_booked_yet_it_is_told_when_it_is_settled_and_its_period() {
    let scene = Scene::furnished().await;
    let told = async |at| {
        let due = due_next(&scene, at).await;
        let ends_at: DateTime<Utc> = due["settled_after"].as_str().unwrap().parse().unwrap();
        (
            ends_at,
            due["period"].as_str().unwrap().to_owned(),
            due["balance"].clone(),
        )
    };
    let nothing = (scene.day(1, 0), "2026-03-21".to_owned(), json!(0));
    assert_eq!(told(scene.day(0, 1)).await, nothing, "before the first booking");
    assert_eq!(
        told(before(scene.began)).await,
        nothing,
        "before the first window"
    );
    scene.book_central(0, "1001", "copy", "a").await;
    scene.settle_day(1).await;
    let second = (scene.day(2, 0), "2026-03-22".to_owned(), json!(67_900));
    for at in [scene.day(1, 13), before(scene.day(2, 0)), scene.day(2, 0)] {
        assert_eq!(told(at).await, second, "{at}");
        let preview = scene.preview(PISHKHAN, at).await;
        assert_eq!((preview.ends_at, &preview.period), (second.0, &second.1), "{at}");
    }
    scene.book_central(1, "1001", "copy", "b").await;
    let (ends_at, period, _) = second;
    assert_eq!(
        told(scene.day(1, 14)).await,
        (ends_at, period, json!(2 * 67_900)),
        "as planned"
    );
    scene.world.assert_sound().await;
}

#[actix_web::test]
async fn what_was_carried_for_as_long_as_it_may_be_is_told_to_be_paid_next() {
    let scene = Scene::furnished().await;
    let mut told = Vec::new();
    for (day, reference) in (0..).zip(["a", "b", "c", "d", "e"]) {
        scene.book_central(day, "1001", "copy", reference).await;
        let due = due_next(&scene, scene.day(day, 4)).await;
        told.push((due["balance"].as_i64().unwrap() / 67_900, due["outcome"].clone()));
        scene.settle_day(day + 1).await;
    }
    let [carried, payout] = ["carried", "payout"].map(Value::from);
    let expected = [
        (1, &carried),
        (2, &carried),
        (3, &carried),
        (4, &payout),
        (1, &carried),
    ];
    assert_eq!(told, expected.map(|(copies, outcome)| (copies, outcome.clone())));
    scene.world.assert_sound().await;
}

#[actix_web::test]
async fn whoever_has_no_licence_left_is_told_to_be_paid_next_below_the_threshold() {
    let scene = Scene::furnished().await;
    scene.book_central(0, "1001", "copy", "a").await;
    scene.settle_day(1).await;
    assert_eq!(due_next(&scene, scene.day(1, 14)).await["outcome"], "carried");
    scene.hand_over("office-1003", scene.day(1, 15)).await;
    assert_eq!(due_next(&scene, scene.day(1, 16)).await["outcome"], "payout");
    scene.world.assert_sound().await;
}

#[actix_web::test]
async fn what_is_due_next_is_told_of_the_asked_network_alone() {
    let scene = Scene::furnished().await;
    scene.book_cash(0, "1002", "copy", "a").await;
    let api = Api::of(&scene.world, scene.day(0, 4));
    let owner = api.token("owner", Scope::Read, Some("office-1002")).await;
    for (query, expected) in [
        ("", json!([PISHKHAN, POLICE])),
        ("?network=pishkhan", json!([PISHKHAN])),
        ("?network=police10", json!([POLICE])),
    ] {
        let report = api
            .get(&format!("/v1/offices/1002/earnings{query}"), &owner)
            .await
            .json();
        let due = report["due"].as_array().unwrap().iter();
        assert_eq!(
            due.map(|due| due["network"].clone()).collect::<Value>(),
            expected,
            "{query}"
        );
    }
    scene.world.assert_sound().await;
}
