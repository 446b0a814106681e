//! Licence and tariff as in force when it happened (money rules 8, 9, 11, 18).

use chrono::{DateTime, Duration, Utc};
use daftar::domain::licence::AfterRestriction;
use daftar::domain::transaction::{Outcome, Reason};
use daftar::usecases::register::licence::LicenceEventKind;
use daftar::usecases::register::service::{ServiceEntry, register_services};
use serde_json::json;

use super::Counter;
use super::counter::reason_of;
use crate::scene::{PISHKHAN, POLICE, fixed};

#[tokio::test]
async fn a_licence_suspended_at_noon_earns_until_noon() {
    let counter = Counter::open().await;
    let noon = counter.now;
    // The server has the rules in memory before they change.
    let before = noon - Duration::minutes(1);
    counter.send_at(before, &[counter.row("r-0", json!({}))]).await;
    counter
        .scene
        .befall(LicenceEventKind::Suspended, noon, noon)
        .await;
    let at = |reference: &str, happened_at: DateTime<Utc>| {
        counter.row(reference, json!({ "occurred_at": happened_at }))
    };
    let moment = Duration::microseconds(1);
    let later = noon + Duration::minutes(1);
    let outcomes = counter
        .send_at(
            later,
            &[
                at("before", noon - moment),
                at("on", noon),
                at("after", noon + moment),
            ],
        )
        .await;
    assert!(matches!(outcomes[0], Outcome::Booked(_)), "{outcomes:?}");
    for outcome in &outcomes[1..] {
        assert!(
            matches!(
                outcome,
                Outcome::Quarantined {
                    reason: Reason::LicenceNotStanding,
                    ..
                }
            ),
            "{outcome:?}"
        );
    }
    counter.assert_sound().await;
}

#[tokio::test]
async fn what_happened_before_a_backdated_suspension_was_recorded_is_booked_and_held_later() {
    let counter = Counter::open().await;
    let suspended_at = counter.now - Duration::hours(2);
    counter
        .scene
        .befall(LicenceEventKind::Suspended, suspended_at, counter.now)
        .await;
    let outcomes = counter.send(&[counter.row("r-1", json!({}))]).await;
    assert!(matches!(outcomes[0], Outcome::Booked(_)), "{outcomes:?}");
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_reinstated_licence_earns_from_its_moment_on_and_the_quarantined_row_can_be_sent_again() {
    let counter = Counter::open().await;
    let (noon, later) = (counter.now, counter.now + Duration::hours(1));
    counter
        .scene
        .befall(
            LicenceEventKind::Suspended,
            noon - Duration::hours(3),
            noon - Duration::hours(3),
        )
        .await;
    let row = counter.row("r-1", json!({}));
    assert_eq!(counter.reason(row.clone()).await, Reason::LicenceNotStanding);
    counter
        .scene
        .befall(LicenceEventKind::Reinstated, noon - Duration::hours(2), later)
        .await;
    let outcomes = counter.send_at(later, &[row]).await;
    assert!(matches!(outcomes[0], Outcome::Booked(_)), "{outcomes:?}");
    assert_eq!(
        counter
            .figure("SELECT count(*) FROM quarantine WHERE state = 'superseded'")
            .await,
        1
    );
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_suspension_that_is_annulled_after_it_was_lifted_lets_what_waited_be_booked() {
    let counter = Counter::open().await;
    let (since, lifted) = (counter.now - Duration::hours(3), counter.now + Duration::hours(1));
    let scene = &counter.scene;
    scene.befall(LicenceEventKind::Suspended, since, since).await;
    let row = counter.row("r-1", json!({}));
    assert_eq!(counter.reason(row.clone()).await, Reason::LicenceNotStanding);
    scene.befall(LicenceEventKind::Reinstated, lifted, lifted).await;
    let outcomes = counter.send_at(lifted, std::slice::from_ref(&row)).await;
    assert!(matches!(outcomes[0], Outcome::Quarantined { .. }), "{outcomes:?}");
    let annulled = lifted + Duration::hours(1);
    scene.befall(LicenceEventKind::Reinstated, since, annulled).await;
    let outcomes = counter.send_at(annulled, &[row]).await;
    assert!(matches!(outcomes[0], Outcome::Booked(_)), "{outcomes:?}");
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_service_says_itself_whether_it_is_refused_after_a_revocation() {
    let counter = Counter::open().await;
    let service = ServiceEntry {
        code: "strict".to_owned(),
        agency: "identity".to_owned(),
        name_fa: "خدمت سخت‌گیر".to_owned(),
        name_en: "Strict service".to_owned(),
        after_suspension: Some(AfterRestriction::Refuse),
    };
    let scene = &counter.scene;
    let mut conn = scene.world.conn().await;
    register_services(&mut conn, &scene.maker, vec![service])
        .await
        .unwrap();
    let long_ago = counter.now - Duration::days(30);
    scene.publish(PISHKHAN, "strict", fixed(10_000), long_ago).await;
    let revoked = counter.now - Duration::hours(2);
    scene.befall(LicenceEventKind::Revoked, revoked, revoked).await;
    let outcome = counter
        .one(counter.row("r-1", json!({ "service": "strict" })))
        .await;
    assert!(
        matches!(
            outcome,
            Outcome::Refused {
                reason: Reason::LicenceNotStanding,
                ..
            }
        ),
        "{outcome:?}"
    );
    let other = counter
        .reason(counter.row("r-2", json!({ "service": "copy" })))
        .await;
    assert_eq!(other, Reason::LicenceNotStanding);
    assert_eq!(counter.figure("SELECT count(*) FROM quarantine").await, 1);
}

#[tokio::test]
async fn a_network_that_refuses_keeps_no_row() {
    let counter = Counter::open().await;
    let mut conn = counter.scene.world.superuser().await;
    diesel_async::SimpleAsyncConnection::batch_execute(
        &mut conn,
        "UPDATE networks SET after_suspension = 'refuse'",
    )
    .await
    .unwrap();
    counter
        .scene
        .befall(
            LicenceEventKind::Revoked,
            counter.now - Duration::hours(2),
            counter.now - Duration::hours(2),
        )
        .await;
    let outcome = counter.one(counter.row("r-1", json!({}))).await;
    assert!(
        matches!(
            outcome,
            Outcome::Refused {
                reason: Reason::LicenceNotStanding,
                ..
            }
        ),
        "{outcome:?}"
    );
    assert_eq!(counter.figure("SELECT count(*) FROM quarantine").await, 0);
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_refund_of_an_old_item_still_charges_an_office_that_is_suspended() {
    let counter = Counter::open().await;
    counter.booked(counter.row("r-1", json!({}))).await;
    counter
        .scene
        .befall(LicenceEventKind::Suspended, counter.now, counter.now)
        .await;
    let refund = json!({ "kind": "refund", "original": "r-1", "amount": 100, "occurred_at": counter.now });
    counter.booked(counter.row("b-1", refund)).await;
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_tariff_that_changes_in_mid_period_prices_by_the_day_it_happened() {
    let counter = Counter::open().await;
    let noon = counter.now;
    assert_eq!(
        counter.booked(counter.row("r-0", json!({}))).await.amount.minor(),
        100_000
    );
    counter
        .scene
        .publish(PISHKHAN, "copy", fixed(120_000), noon)
        .await;
    let moment = Duration::microseconds(1);
    let at = |reference: &str, happened_at: DateTime<Utc>| {
        counter.row(reference, json!({ "occurred_at": happened_at }))
    };
    let rows = [
        at("before", noon - moment),
        at("on", noon),
        at("after", noon + moment),
    ];
    let outcomes = counter.send_at(noon + Duration::hours(1), &rows).await;
    let amounts: Vec<i64> = outcomes
        .iter()
        .map(|outcome| {
            let Outcome::Booked(booked) = outcome else {
                panic!("{outcome:?}");
            };
            booked.amount.minor()
        })
        .collect();
    assert_eq!(amounts, [100_000, 120_000, 120_000]);
    counter.assert_sound().await;
}

#[tokio::test]
async fn single_posts_follow_rules_that_change_between_them() {
    let counter = Counter::open().await;
    let noon = counter.now;
    let post = async |reference: &str, occurred_at| {
        let row = counter.row(reference, json!({ "occurred_at": occurred_at }));
        counter.send_at(noon + Duration::hours(1), &[row]).await.remove(0)
    };
    let (afternoon, later) = (noon + Duration::minutes(30), noon + Duration::hours(2));
    let price = async |reference: &str, occurred_at| {
        let outcome = post(reference, occurred_at).await;
        let Outcome::Booked(booked) = outcome else {
            panic!("{outcome:?}");
        };
        booked.amount.minor()
    };
    // The first makes the window, the second remembers it, the third is booked at one stroke.
    for reference in ["r-1", "r-2", "r-3"] {
        assert_eq!(price(reference, noon).await, 100_000);
    }
    counter
        .scene
        .publish(PISHKHAN, "copy", fixed(120_000), afternoon)
        .await;
    for reference in ["r-4", "r-5"] {
        assert_eq!(price(reference, afternoon).await, 120_000);
    }
    counter
        .scene
        .befall(LicenceEventKind::Suspended, later, later)
        .await;
    let row = counter.row("r-6", json!({ "occurred_at": later }));
    assert_eq!(
        reason_of(&counter.send_at(later, &[row]).await[0]),
        Reason::LicenceNotStanding
    );
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_row_without_a_network_goes_where_alone_it_is_allowed() {
    let counter = Counter::open().await;
    let row = |reference: &str, office: &str, service: &str| {
        counter.row(
            reference,
            json!({ "office": office, "service": service, "network": null }),
        )
    };
    counter.booked(row("r-1", "1002", "copy")).await;
    counter.booked(row("r-2", "1002", "clearance")).await;
    assert_eq!(
        counter.reason(row("r-3", "1002", "passport")).await,
        Reason::SeveralNetworksAllowIt
    );
    assert_eq!(
        counter.reason(row("r-4", "1001", "clearance")).await,
        Reason::NoNetworkAllowsIt
    );
    assert_eq!(
        counter
            .figure("SELECT count(DISTINCT network_id) FROM transactions")
            .await,
        2
    );
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_row_without_a_network_waits_as_soon_as_another_network_allows_its_service() {
    let counter = Counter::open().await;
    let row = |reference: &str| counter.row(reference, json!({ "office": "1002", "network": null }));
    counter.booked(row("r-1")).await;
    let since = counter.now - Duration::hours(2);
    counter.scene.publish(POLICE, "copy", fixed(100_000), since).await;
    assert_eq!(counter.reason(row("r-2")).await, Reason::SeveralNetworksAllowIt);
    counter.assert_sound().await;
}

#[tokio::test]
async fn late_items_are_booked_and_too_late_or_future_ones_wait() {
    let counter = Counter::open().await;
    let now = counter.now + Duration::days(60);
    let at = |reference: &str, happened_at: DateTime<Utc>| {
        counter.row(reference, json!({ "occurred_at": happened_at }))
    };
    let (days, minutes, moment) = (
        Duration::days(30),
        Duration::minutes(5),
        Duration::microseconds(1),
    );
    let rows = [
        at("late", now - days),
        at("too-late", now - days - moment),
        at("ahead", now + minutes),
        at("future", now + minutes + moment),
    ];
    let outcomes = counter.send_at(now, &rows).await;
    assert!(matches!(outcomes[0], Outcome::Booked(_)), "{outcomes:?}");
    assert!(
        matches!(
            outcomes[1],
            Outcome::Quarantined {
                reason: Reason::TooLate,
                ..
            }
        ),
        "{outcomes:?}"
    );
    assert!(matches!(outcomes[2], Outcome::Booked(_)), "{outcomes:?}");
    assert!(
        matches!(
            outcomes[3],
            Outcome::Quarantined {
                reason: Reason::InTheFuture,
                ..
            }
        ),
        "{outcomes:?}"
    );
    counter.assert_sound().await;
}
