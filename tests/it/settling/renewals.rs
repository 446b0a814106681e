//! Decisions about an office whose licence was renewed, or followed by another's: which terms they reach, and what that does to the
//! money. Never here: one term (`holds`).

use chrono::{DateTime, Duration, Utc};
use daftar::domain::language::Language;
use daftar::domain::originator::Originator;
use daftar::usecases::Failure;
use daftar::usecases::explain::explain_transaction;
use daftar::usecases::reading::offices::show_office;
use daftar::usecases::reading::standing::LicenceState;
use daftar::usecases::register::binding::bind_roles;
use daftar::usecases::register::licence::{
    LicenceEventEntry, LicenceEventKind, RecordedLicenceEvent, issue_licences, record_licence_event,
};

use crate::counter::Case;
use crate::licences::{bound_to, decision};
use crate::scene::{PISHKHAN, Scene, licence};
use crate::settling::position_of;

/// What the office earns by one passport.
const WAGE: i64 = 428_612;

impl Scene {
    /// Records what befalls the licence of office `1004`.
    async fn befall_renewed(
        &self,
        kind: LicenceEventKind,
        effective_at: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Result<RecordedLicenceEvent, Failure> {
        let entry = LicenceEventEntry {
            office: "1004".to_owned(),
            ..decision(kind, effective_at)
        };
        let mut conn = self.world.conn().await;
        record_licence_event(&mut conn, &self.maker, at, &entry).await
    }

    /// A passport of office `1004` on that day, whose money is held centrally.
    async fn passport_of_renewed(&self, day: i64) {
        let reference = format!("p-{day}");
        let case = Case::central("1004", "passport", &reference, self.day(day, 2));
        self.book(self.day(day, 3), &[case]).await;
    }

    async fn held_of_renewed(&self, at: DateTime<Utc>) -> (i64, i64) {
        let preview = self.preview(PISHKHAN, at).await;
        let office = position_of(&preview, "office-1004");
        (office.active_holds.minor(), office.paid.minor())
    }
}

#[tokio::test]
async fn a_suspension_reaches_the_renewal_that_stands_and_one_reinstatement_lifts_it_in_both_terms() {
    let scene = Scene::furnished().await;
    scene.open_followed(scene.day(0, 12), "office-1004").await;
    let mut cases = Vec::new();
    for (reference, hour) in [("before", 8), ("in-the-first-term", 10), ("in-the-renewal", 14)] {
        cases.push(Case::central("1004", "passport", reference, scene.day(0, hour)));
    }
    scene.book(scene.day(0, 15), &cases).await;

    let suspended = scene
        .befall_renewed(LicenceEventKind::Suspended, scene.day(0, 9), scene.day(0, 16))
        .await
        .unwrap();
    assert_eq!((suspended.terms, suspended.repeated), (2, false));
    let again = scene
        .befall_renewed(LicenceEventKind::Suspended, scene.day(0, 9), scene.day(0, 17))
        .await
        .unwrap();
    assert_eq!((again.terms, again.repeated), (2, true));
    assert_eq!(scene.held_of_renewed(scene.day(0, 18)).await, (2 * WAGE, 0));

    let reinstated = scene
        .befall_renewed(LicenceEventKind::Reinstated, scene.day(0, 19), scene.day(0, 19))
        .await
        .unwrap();
    assert_eq!(reinstated.terms, 2);
    assert_eq!(scene.held_of_renewed(scene.day(0, 20)).await, (0, 3 * WAGE));
    scene.settle_day(1).await;
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn what_arrives_of_the_term_before_once_the_renewal_is_suspended_is_held_until_that_is_lifted() {
    let scene = Scene::furnished().await;
    scene.open_followed(scene.day(0, 4), "office-1004").await;
    let in_time = Case::central("1004", "passport", "in-time", scene.day(0, 2));
    scene.book(scene.day(0, 3), &[in_time]).await;
    let since = scene.day(0, 6);
    let suspended = scene
        .befall_renewed(LicenceEventKind::Suspended, since, scene.day(0, 7))
        .await
        .unwrap();
    assert_eq!(suspended.terms, 2);
    let late = ["a", "b"].map(|reference| Case::central("1004", "passport", reference, scene.day(0, 2)));
    scene.book(scene.day(0, 8), &late).await;
    assert_eq!(scene.held_of_renewed(scene.day(0, 9)).await, (2 * WAGE, 0));

    let (mut conn, host) = (scene.world.conn().await, Originator::host());
    let id = "SELECT batch_id * 16384 + line AS count FROM transactions WHERE reference = 'a'";
    let told = explain_transaction(
        &mut conn,
        &host,
        scene.day(0, 9),
        scene.count(id).await,
        Language::En,
    )
    .await;
    assert_eq!(told.unwrap().held.unwrap().since, since);
    let office = show_office(&mut conn, &host, scene.day(0, 9), "1004")
        .await
        .unwrap();
    let states: Vec<_> = office
        .office
        .licences
        .iter()
        .map(|licence| licence.state)
        .collect();
    assert_eq!(states, [LicenceState::Expired, LicenceState::Suspended]);

    scene.settle_day(1).await;
    let lifted = scene
        .befall_renewed(LicenceEventKind::Reinstated, scene.day(1, 13), scene.day(1, 13))
        .await;
    assert_eq!(lifted.unwrap().terms, 2);
    assert_eq!(scene.held_of_renewed(scene.day(1, 14)).await, (0, 3 * WAGE));
    scene.settle_day(2).await;
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_suspension_reaches_no_licence_of_a_successor() {
    let scene = Scene::furnished().await;
    scene.open_followed(scene.day(0, 12), "office-1003").await;
    let suspended = scene
        .befall_renewed(LicenceEventKind::Suspended, scene.day(0, 9), scene.day(0, 16))
        .await
        .unwrap();
    assert_eq!(suspended.terms, 1);
    scene
        .book(
            scene.day(0, 18),
            &[Case::central("1004", "passport", "a", scene.day(0, 17))],
        )
        .await;
    assert_eq!(scene.preview_of("office-1003", scene.day(0, 19)).await, (WAGE, 0));
}

#[tokio::test]
async fn a_reinstatement_that_lifts_nothing_is_a_conflict() {
    let scene = Scene::furnished().await;
    scene.open_renewed().await;
    let lifted = scene
        .befall_renewed(LicenceEventKind::Reinstated, scene.day(0, 9), scene.day(0, 16))
        .await;
    assert!(
        matches!(&lifted, Err(Failure::Conflict { rule, .. }) if *rule == "a_reinstatement_lifts_a_restriction"),
        "{lifted:?}"
    );
}

#[tokio::test]
async fn a_handover_reaches_the_renewal_that_was_to_go_on() {
    let scene = Scene::furnished().await;
    scene.open_followed(scene.day(1, 0), "office-1004").await;
    let mut conn = scene.world.conn().await;
    let handover = bound_to("1004", "office-1003", scene.day(0, 1));
    bind_roles(&mut conn, &scene.maker, scene.day(0, 1), &handover)
        .await
        .unwrap();
    for day in 0..3 {
        scene.passport_of_renewed(day).await;
        let preview = scene.preview(PISHKHAN, scene.day(day, 4)).await;
        assert_eq!(
            position_of(&preview, "office-1003").earned.minor(),
            WAGE,
            "day {day}"
        );
        scene.settle_day(day + 1).await;
    }
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_later_handover_stands_when_an_earlier_one_is_recorded_after_it_and_reaches_its_term() {
    let scene = Scene::furnished().await;
    let renewed = scene.day(0, 12);
    scene.open_followed(renewed, "office-1004").await;
    let mut conn = scene.world.conn().await;
    let third = licence("1004", PISHKHAN, renewed + Duration::days(5 * 365));
    issue_licences(&mut conn, &scene.maker, scene.day(0, 1), &[third])
        .await
        .unwrap();
    let mut bind = async |licensee: &str, from| {
        let handover = bound_to("1004", licensee, from);
        let bound = bind_roles(&mut conn, &scene.maker, scene.day(0, 1), &handover).await;
        bound.unwrap().valid_until
    };
    let later = scene.day(1, 0);
    assert_eq!(bind("office-1002", later).await, None);
    assert_eq!(bind("office-1003", scene.day(0, 2)).await, Some(later));
    for (day, licensee) in [(0, "office-1003"), (1, "office-1002")] {
        scene.passport_of_renewed(day).await;
        let preview = scene.preview(PISHKHAN, scene.day(day, 4)).await;
        assert_eq!(position_of(&preview, licensee).earned.minor(), WAGE, "day {day}");
        scene.settle_day(day + 1).await;
    }
    let of_third = "SELECT (p.code = 'office-1002')::int::bigint AS count
        FROM licences l JOIN bindings b ON b.licence_id = l.id JOIN parties p ON p.id = b.party_ids[1]
        ORDER BY l.valid_from DESC, b.known_from DESC, b.id DESC LIMIT 1";
    assert_eq!(
        scene.count(of_third).await,
        1,
        "who was handed the office last by date has it in the third term"
    );
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_revocation_that_reached_two_terms_is_lifted_of_both() {
    let scene = Scene::furnished().await;
    scene.open_followed(scene.day(0, 12), "office-1004").await;
    let cases = [("a", 10), ("b", 14)]
        .map(|(reference, hour)| Case::central("1004", "passport", reference, scene.day(0, hour)));
    scene.book(scene.day(0, 15), &cases).await;
    let revoked = scene
        .befall_renewed(LicenceEventKind::Revoked, scene.day(0, 9), scene.day(0, 16))
        .await;
    assert_eq!(revoked.unwrap().terms, 2);
    assert_eq!(scene.held_of_renewed(scene.day(0, 17)).await, (2 * WAGE, 0));
    let lifted = scene
        .befall_renewed(LicenceEventKind::Reinstated, scene.day(0, 18), scene.day(0, 18))
        .await;
    assert_eq!(lifted.unwrap().terms, 2);
    assert_eq!(scene.held_of_renewed(scene.day(0, 19)).await, (0, 2 * WAGE));
}

#[tokio::test]
async fn a_suspended_licence_is_renewed_once_it_is_reinstated() {
    let scene = Scene::furnished().await;
    let until = scene.began + Duration::days(5 * 365);
    let renew = async || {
        let mut conn = scene.world.conn().await;
        let renewal = licence("1001", PISHKHAN, until);
        issue_licences(&mut conn, &scene.maker, scene.day(0, 5), &[renewal]).await
    };
    scene
        .befall(LicenceEventKind::Suspended, scene.day(0, 2), scene.day(0, 2))
        .await;
    let refused = renew().await.unwrap_err();
    assert!(
        matches!(&refused, Failure::Conflict { rule, .. } if *rule == "a_suspended_licence_is_not_renewed"),
        "{refused:?}"
    );
    scene
        .befall(LicenceEventKind::Reinstated, scene.day(0, 4), scene.day(0, 4))
        .await;
    renew().await.unwrap();
    let refused = renew().await.unwrap_err();
    assert!(
        matches!(&refused, Failure::Conflict { rule, .. } if *rule == "one_licence_per_office_network_and_time"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_licensee_whom_another_followed_at_the_end_of_the_term_is_settled_finally() {
    let scene = Scene::furnished().await;
    scene.open_followed(scene.day(1, 12), "office-1003").await;
    scene.book_central(0, "1004", "copy", "a").await;
    scene.settle_day(1).await;
    assert_eq!(
        scene.preview_of("office-1004", scene.day(1, 16)).await,
        (0, 67_900)
    );
    scene.settle_day(2).await;
    scene.world.assert_sound().await;
}
