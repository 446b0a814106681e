//! What parties send, and what becomes of the demands for it.

use chrono::{DateTime, Duration, Utc};
use daftar::domain::money::Amount;
use daftar::domain::originator::Scope;
use daftar::usecases::reading::moment::Moment;
use daftar::usecases::record_remittance::{RecordedRemittance, RemittanceEntry, record_remittance};
use daftar::usecases::{Done, Failure};

use super::ALL;
use crate::api::{Api, Said};
use crate::counter::Case;
use crate::scene::{POLICE, Scene};
use crate::settling::rule_of;

#[tokio::test]
async fn a_remittance_is_booked_once_under_the_banks_reference() {
    let scene = Scene::passport_settled().await;
    let all = futures_util::future::join_all((0..6).map(|_| scene.remit(ALL, "r-1"))).await;
    let fresh = all
        .iter()
        .filter(|done| done.as_ref().is_ok_and(|r| !r.repeated))
        .count();
    assert_eq!(fresh, 1);
    assert!(scene.remit(ALL, "r-1").await.unwrap().repeated);
    assert_eq!(
        rule_of(scene.remit(ALL - 1, "r-1").await),
        "a_bank_reference_is_recorded_once"
    );
    for (amount, reference) in [(0, "r-2"), (-5, "r-2"), (5, " ")] {
        assert!(matches!(
            scene.remit(amount, reference).await,
            Err(Failure::Invalid(_))
        ));
    }
    assert_eq!(scene.books("office-1002").await, [-ALL, ALL, 0]);
    assert_eq!(scene.count("SELECT count(*) FROM remittances").await, 1);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_bank_reference_is_seen_whole_and_money_was_received_since_the_first_window() {
    let scene = Scene::passport_settled().await;
    let field_of = |refused: Done<RecordedRemittance>| match refused {
        Err(Failure::Invalid(faults)) => faults[0].field.clone(),
        other => panic!("{other:?}"),
    };
    scene.remit(5, "Ref-1").await.unwrap();
    assert!(
        !scene.remit(5, "REF-1").await.unwrap().repeated,
        "the case is kept"
    );
    for reference in [
        " Ref-1",
        "Ref-1 ",
        "Ref-1\u{a0}",
        "Ref\u{200b}-1",
        "\u{202e}Ref-1",
        "\u{2800}",
        "",
    ] {
        assert_eq!(
            field_of(scene.remit(5, reference).await),
            "bank_reference",
            "{reference:?}"
        );
        let payout = scene.payout_to("municipality").await;
        let refused = scene.answer(payout.id, &super::settled(reference)).await;
        assert!(matches!(refused, Err(Failure::Invalid(_))), "{reference:?}");
    }
    let received = async |reference: &str, at| {
        let entry = RemittanceEntry {
            network: POLICE.to_owned(),
            party: "office-1002".to_owned(),
            deposit_identifier: String::new(),
            amount: Amount::from_minor(5),
            bank_reference: reference.to_owned(),
            received_at: Some(Moment::Instant(at)),
        };
        let mut conn = scene.world.conn().await;
        record_remittance(&mut conn, &scene.maker, scene.now(), &entry).await
    };
    let early = received("r-2", scene.began - Duration::microseconds(1)).await;
    assert_eq!(field_of(early), "received_at");
    assert!(received("r-2", scene.began).await.is_ok());
    scene.world.assert_sound().await;
}

/// State, paid and open of each demand on a page.
fn demands(page: &Said) -> Vec<(String, i64, i64)> {
    let figure = |demand: &serde_json::Value, name: &str| demand[name].as_i64().unwrap();
    let told = |demand: &serde_json::Value| {
        let state = demand["state"].as_str().unwrap().to_owned();
        (state, figure(demand, "paid"), figure(demand, "open"))
    };
    page.items().iter().map(told).collect()
}

fn told(state: &str, paid: i64, open: i64) -> (String, i64, i64) {
    (state.to_owned(), paid, open)
}

/// Each demand is listed under its own state, and under no other.
async fn in_no_state_but_its_own(api: &Api, reader: &str) {
    let all = demands(&api.get("/v1/remittance-demands", reader).await);
    for state in ["due", "partly_paid", "overdue", "paid"] {
        let page = api
            .get(&format!("/v1/remittance-demands?state={state}"), reader)
            .await;
        let own: Vec<_> = all.iter().filter(|demand| demand.0 == state).cloned().collect();
        assert_eq!(demands(&page), own, "{state}");
    }
}

#[actix_web::test]
async fn a_demand_is_due_partly_paid_overdue_or_paid_and_what_is_left_stays_open_beside_the_next() {
    const PATH: &str = "/v1/remittance-demands";
    let scene = Scene::passport_settled().await;
    let api = Api::of(&scene.world, scene.now());
    let reader = api.token("reader", Scope::Read, None).await;
    let first = api.get(PATH, &reader).await;
    assert_eq!(demands(&first), [told("due", 0, ALL)]);
    let due_at: DateTime<Utc> = first.items()[0]["due_at"].as_str().unwrap().parse().unwrap();
    scene.remit(ALL - 1, "r-1").await.unwrap();
    assert_eq!(
        demands(&api.get(PATH, &reader).await),
        [told("partly_paid", ALL - 1, 1)]
    );
    let at_the_end = Api::of(&scene.world, due_at);
    assert_eq!(
        demands(&at_the_end.get(PATH, &reader).await),
        [told("overdue", ALL - 1, 1)]
    );
    in_no_state_but_its_own(&at_the_end, &reader).await;
    let just_before = Api::of(&scene.world, due_at - Duration::microseconds(1));
    assert_eq!(
        demands(&just_before.get(PATH, &reader).await),
        [told("partly_paid", ALL - 1, 1)]
    );
    scene.book_passport("p-2", 8).await;
    scene.settle(POLICE, scene.day(14, 1)).await;
    let left = told("partly_paid", ALL - 1, 1);
    assert_eq!(
        demands(&api.get(PATH, &reader).await),
        [told("due", 0, ALL), left.clone()]
    );

    let page = api
        .get(&format!("{PATH}?limit=1&party=office-1002"), &reader)
        .await;
    assert_eq!(demands(&page), [told("due", 0, ALL)]);
    let next = page.json()["next"].as_str().unwrap().to_owned();
    let last = api.get(&next, &reader).await;
    assert_eq!((demands(&last), last.json().get("next")), (vec![left], None));
    for (filter, count) in [
        ("network=police10", 2),
        ("network=pishkhan", 0),
        ("party=identity", 0),
    ] {
        let page = api.get(&format!("{PATH}?{filter}"), &reader).await;
        assert_eq!(demands(&page).len(), count, "{filter}");
    }
    in_no_state_but_its_own(&api, &reader).await;
    for (party, count) in [("office-1002", 2), ("identity", 0)] {
        let own = api.token(&format!("of-{party}"), Scope::Read, Some(party)).await;
        assert_eq!(demands(&api.get(PATH, &own).await).len(), count, "{party}");
    }
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_demand_that_was_remitted_in_full_stays_paid() {
    let scene = Scene::passport_settled().await;
    let api = Api::of(&scene.world, scene.day(14, 2));
    let reader = api.token("reader", Scope::Read, None).await;
    scene.remit(ALL, "r-1").await.unwrap();
    scene.book_passport("p-2", 8).await;
    scene.settle(POLICE, scene.day(14, 1)).await;
    assert_eq!(
        demands(&api.get("/v1/remittance-demands", &reader).await),
        [told("due", 0, ALL), told("paid", ALL, 0)]
    );
    in_no_state_but_its_own(&api, &reader).await;
    scene.world.assert_sound().await;
}

#[actix_web::test]
async fn what_is_due_next_names_the_demand_until_its_money_has_come_in() {
    let scene = Scene::passport_settled().await;
    let api = Api::of(&scene.world, scene.now());
    let owner = api.token("owner", Scope::Read, Some("office-1002")).await;
    let open_in_due = async || {
        let report = api.get("/v1/offices/1002/earnings", &owner).await.json();
        let due = report["due"].as_array().unwrap().clone();
        let of_police = due.into_iter().find(|due| due["network"] == POLICE).unwrap();
        let open = of_police["remittances"].as_array().unwrap().clone();
        open.iter()
            .map(|demand| demand["amount"].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(open_in_due().await, [ALL]);
    let since = Case {
        network: POLICE,
        ..Case::central("1002", "passport", "p-2", scene.day(7, 2))
    };
    scene.book(scene.day(7, 3), &[since]).await;
    assert_eq!(
        open_in_due().await,
        [ALL],
        "earned in a window that is not settled"
    );
    scene.remit(47_500, "r-1").await.unwrap();
    assert_eq!(open_in_due().await, [ALL - 47_500]);
    scene.remit(ALL - 47_500, "r-2").await.unwrap();
    assert!(open_in_due().await.is_empty());
    scene.world.assert_sound().await;
}
