//! Versions of tariffs: drafted, approved, published or withdrawn, and what may begin when. Never here: what they come to.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Asia::Kabul;
use daftar::domain::originator::{Originator, Scope};
use daftar::domain::period::PeriodKind;
use daftar::domain::window::CLOCK_DIFFERENCE_MAX;
use daftar::usecases::reading::tariffs::list_pending_tariffs;
use daftar::usecases::register::network::{NetworkEntry, register_network};
use daftar::usecases::tariff::{
    TariffDraft, approve_tariffs, draft_tariffs, publish_tariffs, withdraw_tariffs,
};
use daftar::usecases::{Done, Failure};
use serde_json::{Value, json};

use crate::api::Api;
use crate::counter::Case;
use crate::scene::{PISHKHAN, Scene, at, draft, fixed, network};
use crate::settling::rule_of;

#[tokio::test]
async fn a_tariff_that_overlaps_another_is_refused_with_the_one_it_overlaps() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    let before = scene.began - chrono::Duration::days(400);
    let document = serde_json::json!({
        "tariff": 1, "service": "copy", "network": PISHKHAN, "unit": { "code": "IRR" },
        "instruments": { "order": { "title": "o" } }, "price": 1,
        "split": [{ "party": "office", "take": "remainder" }]
    });
    let draft = TariffDraft {
        network: PISHKHAN.to_owned(),
        service: "copy".to_owned(),
        document: document.to_string(),
        valid_from: Some(before),
        valid_until: None,
    };
    let ids = draft_tariffs(&mut conn, &scene.maker, before, &[draft])
        .await
        .unwrap();
    approve_tariffs(&mut conn, &scene.checker, before, &ids)
        .await
        .unwrap();
    let refused = publish_tariffs(&mut conn, &scene.maker, before, &ids)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("one_tariff_per_service_network_validity_and_knowledge"),
        "{refused}"
    );
    assert!(
        refused.contains("holds [2025-03-20") && !refused.contains("conflicting key"),
        "{refused}"
    );
}

#[actix_web::test]
async fn a_day_of_tariffs_is_one_of_the_named_network_where_networks_have_different_time_zones() {
    let scene = Scene::furnished().await;
    let api = Api::of(&scene.world, scene.day(0, 5));
    let auditor = api.token("auditor", Scope::Read, None).await;
    let of_a_day = "/v1/tariffs?service=copy&at=1405-01-01";
    assert_eq!(
        api.get(of_a_day, &auditor).await.items().len(),
        1,
        "one time zone"
    );
    let eastern = NetworkEntry {
        time_zone: Kabul,
        ..network("eastern", PeriodKind::Day, 0, scene.began - Duration::hours(1))
    };
    let mut conn = scene.world.conn().await;
    register_network(&mut conn, &scene.maker, eastern).await.unwrap();
    let refused = api.get(of_a_day, &auditor).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    for told in ["\"network\"", "a_day_is_one_of_a_network"] {
        assert!(refused.text().contains(told), "{}", refused.text());
    }
    for unambiguous in [
        "/v1/tariffs?service=copy&at=1405-01-01&network=pishkhan",
        "/v1/tariffs?service=copy&at=2026-03-20T20:30:00Z",
        "/v1/tariffs?service=copy",
    ] {
        assert_eq!(
            api.get(unambiguous, &auditor).await.items().len(),
            1,
            "{unambiguous}"
        );
    }
}

async fn publish_at(scene: &Scene, now: DateTime<Utc>, service: &str, valid_from: DateTime<Utc>) -> Done<()> {
    let mut conn = scene.world.conn().await;
    let drafts = [draft(PISHKHAN, service, fixed(120_000), valid_from)];
    let ids = draft_tariffs(&mut conn, &scene.maker, now, &drafts)
        .await
        .unwrap();
    approve_tariffs(&mut conn, &scene.checker, now, &ids)
        .await
        .unwrap();
    publish_tariffs(&mut conn, &scene.maker, now, &ids).await
}

#[tokio::test]
async fn a_version_that_begins_in_the_past_of_one_that_has_priced_is_refused_and_may_begin_now() {
    let scene = Scene::furnished().await;
    scene.book_cash(0, "1001", "copy", "a").await;
    let (yesterday, now) = (scene.day(0, 0), scene.day(1, 0));
    let publish = async |service, valid_from| publish_at(&scene, now, service, valid_from).await;
    let refused = publish("copy", yesterday).await.unwrap_err().to_string();
    assert!(
        refused.contains("what_was_priced_is_not_priced_anew"),
        "{refused}"
    );
    publish("copy", now).await.unwrap();
    publish("bill", yesterday).await.unwrap();
    let kept = "SELECT count(*) FROM tariff_versions v JOIN services s ON s.id = v.service_id \
                 WHERE s.code = 'copy' AND v.state = 'published' AND v.valid_until IS NOT NULL";
    assert_eq!(scene.count(kept).await, 1);
}

#[tokio::test]
async fn a_version_that_begins_before_what_was_booked_while_its_publication_waited_is_refused() {
    let scene = Scene::furnished().await;
    let (now, ahead) = (scene.day(1, 0), scene.day(1, 0) + CLOCK_DIFFERENCE_MAX);
    scene.book(now, &[Case::cash("1001", "copy", "a", ahead)]).await;
    let publish = async |service, valid_from| publish_at(&scene, now, service, valid_from).await;
    for valid_from in [now, ahead] {
        let refused = publish("copy", valid_from).await.unwrap_err().to_string();
        assert!(
            refused.contains("what_was_priced_is_not_priced_anew"),
            "{refused}"
        );
    }
    publish("bill", now).await.unwrap();
    publish("copy", ahead + chrono::Duration::microseconds(1))
        .await
        .unwrap();
    scene.world.assert_sound().await;
}

/// A draft whose document states its validity.
fn stating(valid: Value, from: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>) -> TariffDraft {
    let mut pricing = fixed(100_000);
    pricing["valid"] = valid;
    TariffDraft {
        valid_from: from,
        valid_until: until,
        ..draft(PISHKHAN, "clearance", pricing, at("2026-03-21T00:00:00Z"))
    }
}

#[tokio::test]
async fn a_version_is_valid_as_its_document_says_and_a_draft_that_says_otherwise_is_refused() {
    let scene = Scene::furnished().await;
    let valid = || json!({ "from": "2026-03-21", "until": "2027-03-21", "zone": "Asia/Tehran" });
    let (begin, end) = (at("2026-03-20T20:30:00Z"), at("2027-03-20T20:30:00Z"));
    let mut conn = scene.world.conn().await;
    for (from, until, field, right) in [
        (Some(at("2026-03-21T00:00:00Z")), None, "valid_from", begin),
        (Some(begin), Some(begin), "valid_until", end),
    ] {
        let drafts = [stating(valid(), from, until)];
        let refused = draft_tariffs(&mut conn, &scene.maker, begin, &drafts).await;
        let Err(Failure::Invalid(faults)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(
            (faults[0].field.as_str(), faults[0].rule.as_str()),
            (
                format!("{PISHKHAN} clearance.{field}").as_str(),
                "the_document_states_its_validity"
            )
        );
        assert!(faults[0].explanation.contains(&right.to_string()), "{faults:?}");
    }
    let silent = [
        stating(valid(), None, None),
        stating(valid(), Some(begin), Some(end)),
    ];
    draft_tariffs(&mut conn, &scene.maker, begin, &silent)
        .await
        .unwrap();
    let as_stated = "SELECT count(*) FROM tariff_versions WHERE state = 'draft' AND valid_from = '2026-03-20 20:30:00+00' \
                        AND valid_until = '2027-03-20 20:30:00+00'";
    assert_eq!(scene.count(as_stated).await, 2);
}

#[tokio::test]
async fn a_draft_is_withdrawn_and_what_is_in_force_is_not() {
    let scene = Scene::furnished().await;
    let (now, later) = (scene.day(0, 1), scene.day(9, 0));
    let mut conn = scene.world.conn().await;
    let drafts = [120_000, 130_000].map(|price| draft(PISHKHAN, "copy", fixed(price), later));
    let ids = draft_tariffs(&mut conn, &scene.maker, now, &drafts)
        .await
        .unwrap();
    approve_tariffs(&mut conn, &scene.checker, now, &ids)
        .await
        .unwrap();
    let both = publish_tariffs(&mut conn, &scene.maker, now, &ids).await;
    assert!(both.is_err(), "they hold for the same time");
    withdraw_tariffs(&mut conn, &scene.maker, now, &ids[..1])
        .await
        .unwrap();
    assert_eq!(
        rule_of(publish_tariffs(&mut conn, &scene.maker, now, &ids[..1]).await),
        "only_an_approved_version_is_published"
    );
    publish_tariffs(&mut conn, &scene.maker, now, &ids[1..])
        .await
        .unwrap();
    let pending = list_pending_tariffs(&mut conn, &Originator::host())
        .await
        .unwrap();
    assert!(pending.is_empty(), "{pending:?}");
    assert_eq!(
        rule_of(withdraw_tariffs(&mut conn, &scene.maker, now, &ids[1..]).await),
        "only_what_is_not_in_force_is_withdrawn"
    );
}
