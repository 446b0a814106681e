//! Decisions about licences as people record them: by whom, from when, once. Never here: what they do to recording and
//! to money (`recording`, `settling::holds`).

use chrono::{DateTime, Utc};
use daftar::domain::originator::{Originator, Scope};
use daftar::usecases::Failure;
use daftar::usecases::register::binding::{BindingEntry, bind_roles};
use daftar::usecases::register::licence::{
    LicenceEventEntry, LicenceEventKind, OfficeRoles, issue_licences, record_licence_event,
};
use serde_json::{Value, json};

use crate::api::Api;
use crate::counter::Case;
use crate::host::Folder;
use crate::scene::{PISHKHAN, POLICE, Scene, licence};
use crate::serve::daftar;
use crate::settling::position_of;

const EVENTS: &str = "/v1/offices/1001/licence-events";

fn suspension(scene: &Scene) -> Value {
    json!({ "network": PISHKHAN, "kind": "suspended", "effective_at": scene.day(0, 12), "deciding_body": "commission",
        "decision": "S-1", "evidence": "inspection" })
}

/// A decision about the licence of office `1001`.
pub fn decision(kind: LicenceEventKind, effective_at: DateTime<Utc>) -> LicenceEventEntry {
    LicenceEventEntry {
        office: "1001".to_owned(),
        network: PISHKHAN.to_owned(),
        kind,
        effective_at: effective_at.into(),
        deciding_body: "commission".to_owned(),
        decision: "D-1".to_owned(),
        instrument: None,
        evidence: None,
    }
}

/// Another licensee; whoever plays the other roles goes on to.
pub fn bound_to(office: &str, licensee: &str, valid_from: DateTime<Utc>) -> BindingEntry {
    BindingEntry {
        office: office.to_owned(),
        network: PISHKHAN.to_owned(),
        roles: OfficeRoles {
            licensee: licensee.to_owned(),
            municipality: None,
            provincial_treasury: None,
        },
        valid_from: valid_from.into(),
        deciding_body: "commission".to_owned(),
        decision: "T-1".to_owned(),
    }
}

impl Scene {
    /// Office `1001` has another licensee from `at` on, which is known then.
    pub async fn hand_over(&self, successor: &str, at: DateTime<Utc>) {
        self.hand_over_office("1001", successor, at).await;
    }

    pub async fn hand_over_office(&self, office: &str, successor: &str, at: DateTime<Utc>) {
        let entry = bound_to(office, successor, at);
        let mut conn = self.world.conn().await;
        bind_roles(&mut conn, &self.maker, at, &entry).await.unwrap();
    }

    /// Records what befalls the licence of office `1001`.
    pub async fn befall(
        &self,
        kind: LicenceEventKind,
        effective_at: DateTime<Utc>,
        recorded_at: DateTime<Utc>,
    ) {
        let mut conn = self.world.conn().await;
        record_licence_event(&mut conn, &self.maker, recorded_at, &decision(kind, effective_at))
            .await
            .unwrap();
    }
}

async fn office(api: &Api, token: &str) -> Value {
    api.get("/v1/offices/1001", token).await.json()
}

#[tokio::test]
async fn an_announced_transfer_stands_when_an_earlier_change_is_recorded_after_it_and_one_that_is_sent_again_changes_nothing()
 {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    let mut bind = async |licensee: &str, valid_from| {
        let entry = bound_to("1001", licensee, valid_from);
        let bound = bind_roles(&mut conn, &scene.maker, scene.day(0, 1), &entry)
            .await
            .unwrap();
        (bound.valid_until, bound.repeated)
    };
    let (sooner, later) = (scene.day(5, 0), scene.day(10, 0));
    assert_eq!(bind("office-1002", later).await, (None, false));
    assert_eq!(bind("office-1001", sooner).await, (Some(later), false));
    assert_eq!(bind("office-1002", later).await, (None, true));
}

#[tokio::test]
async fn what_is_decided_last_is_known_last_although_the_servers_clock_is_behind() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    let mut bind = async |licensee: &str, at| {
        let entry = bound_to("1001", licensee, scene.day(5, 0));
        let bound = bind_roles(&mut conn, &scene.maker, at, &entry).await;
        bound.unwrap().known_from
    };
    let ahead = bind("office-1002", scene.day(0, 2)).await;
    let behind = bind("office-1003", scene.day(0, 1)).await;
    assert!(ahead < behind, "{ahead} {behind}");
    let mut recorded = Vec::new();
    for (kind, hour) in [
        (LicenceEventKind::Suspended, 4),
        (LicenceEventKind::Reinstated, 3),
    ] {
        let entry = decision(kind, scene.day(6, 0));
        let done = record_licence_event(&mut conn, &scene.maker, scene.day(0, hour), &entry).await;
        recorded.push(done.unwrap().recorded_at);
    }
    assert!(recorded.is_sorted_by(|one, other| one < other), "{recorded:?}");
}

#[tokio::test]
async fn a_decision_that_is_recorded_again_after_its_opposite_is_new_and_sent_again_it_is_repeated() {
    use LicenceEventKind::{Reinstated, Suspended};
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    let sent = [
        Suspended, Suspended, Reinstated, Reinstated, Suspended, Suspended, Reinstated,
    ];
    let mut told = Vec::new();
    for (kind, hour) in sent.into_iter().zip(1..) {
        let entry = decision(kind, scene.day(0, 0));
        let done = record_licence_event(&mut conn, &scene.maker, scene.day(0, hour), &entry).await;
        let done = done.unwrap();
        told.push((done.repeated, done.recorded_at));
    }
    let expected = [1, 1, 3, 3, 5, 5, 7].map(|hour| scene.day(0, hour));
    let expected: Vec<_> = [false, true, false, true, false, true, false]
        .into_iter()
        .zip(expected)
        .collect();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_reinstatement_is_brought_forward_and_never_put_off() {
    let scene = Scene::furnished().await;
    scene
        .befall(LicenceEventKind::Suspended, scene.day(0, 1), scene.day(0, 1))
        .await;
    let mut conn = scene.world.conn().await;
    let mut reinstate = async |day| {
        let entry = LicenceEventEntry {
            decision: format!("R-{day}"),
            ..decision(LicenceEventKind::Reinstated, scene.day(day, 0))
        };
        record_licence_event(&mut conn, &scene.maker, scene.day(1, 0), &entry).await
    };
    for day in [30, 10] {
        reinstate(day).await.unwrap();
    }
    let refused = reinstate(20).await.unwrap_err();
    assert!(
        matches!(&refused, Failure::Conflict { rule, .. } if rule == "a_reinstatement_lifts_a_restriction"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_licence_holds_from_the_microsecond_in_which_it_begins() {
    let scene = Scene::furnished().await;
    let begins = scene.day(0, 1) + chrono::Duration::microseconds(3);
    let entry = licence("1003", POLICE, begins + chrono::Duration::nanoseconds(7));
    let mut conn = scene.world.conn().await;
    issue_licences(&mut conn, &scene.maker, scene.day(0, 2), &[entry])
        .await
        .unwrap();
    let kept = "SELECT count(*) FROM licences l JOIN licence_events e ON e.licence_id = l.id AND e.effective_at = l.valid_from \
                  JOIN bindings b ON b.licence_id = l.id AND b.valid_from = l.valid_from \
                 WHERE l.valid_from = '2026-03-20 21:30:00.000003+00'";
    assert_eq!(scene.count(kept).await, 1);
}

#[actix_web::test]
async fn a_person_records_a_backdated_decision_once_and_the_office_shows_it() {
    let scene = Scene::furnished().await;
    let recorded_at = scene.day(2, 9);
    let api = Api::of(&scene.world, recorded_at);
    let finance = api.token("registrar", Scope::Finance, None).await;
    let first = api.post(EVENTS, &suspension(&scene), &finance).await.json();
    assert_eq!(
        (&first["recorded_at"], &first["repeated"]),
        (&json!(recorded_at), &json!(false))
    );
    let later = Api::of(&scene.world, scene.day(3, 9));
    let mut finer = suspension(&scene);
    finer["effective_at"] = json!(scene.day(0, 12) + chrono::Duration::nanoseconds(7));
    let again = later.post(EVENTS, &finer, &finance).await.json();
    assert_eq!(
        again["repeated"], true,
        "to the microsecond, which is what is kept"
    );
    let again = later.post(EVENTS, &suspension(&scene), &finance).await.json();
    assert_eq!(
        (&again["recorded_at"], &again["repeated"]),
        (&json!(recorded_at), &json!(true))
    );
    let shown = office(&later, &finance).await;
    assert_eq!(shown["licences"][0]["state"], "suspended");
    let events = shown["events"].as_array().unwrap();
    assert_eq!(events.len(), 2, "issued and suspended: {events:?}");
    assert_eq!(
        (
            &events[1]["kind"],
            &events[1]["effective_at"],
            &events[1]["evidence"]
        ),
        (
            &json!("suspended"),
            &json!(scene.day(0, 12)),
            &json!("inspection")
        )
    );
    for (minute, kind, state) in [
        (1, "reinstated", "active"),
        (2, "surrendered", "surrendered"),
        (3, "revoked", "revoked"),
    ] {
        let later = Api::of(&scene.world, scene.day(3, 9) + chrono::Duration::minutes(minute));
        let mut sent = suspension(&scene);
        sent["kind"] = json!(kind);
        sent["effective_at"] = json!(scene.day(3, 8));
        assert_eq!(later.post(EVENTS, &sent, &finance).await.json()["kind"], kind);
        assert_eq!(office(&later, &finance).await["licences"][0]["state"], state);
    }
}

#[actix_web::test]
async fn only_a_person_of_the_network_decides_about_a_licence_and_names_the_decision() {
    let scene = Scene::furnished().await;
    let api = Api::of(&scene.world, scene.day(2, 9));
    let owner = api.token("owner-1001", Scope::Record, Some("office-1001")).await;
    assert_eq!(api.post(EVENTS, &suspension(&scene), &owner).await.status, 403);
    let finance = api.token("registrar", Scope::Finance, None).await;
    let mut unnamed = suspension(&scene);
    unnamed["decision"] = json!("  ");
    assert_eq!(api.post(EVENTS, &unnamed, &finance).await.status, 422);
    let elsewhere = "/v1/offices/9999/licence-events";
    assert_eq!(
        api.post(elsewhere, &suspension(&scene), &finance).await.status,
        404
    );
    let machine = Originator {
        scope: Scope::Finance,
        ..scene.counters.clone()
    };
    let entry = decision(LicenceEventKind::Revoked, scene.day(0, 12));
    let mut conn = scene.world.conn().await;
    let refused = record_licence_event(&mut conn, &machine, scene.day(2, 9), &entry).await;
    assert!(matches!(refused, Err(Failure::Forbidden(_))), "{refused:?}");
}

#[actix_web::test]
async fn an_office_is_handed_over_by_a_person_and_what_is_left_out_stays_as_it_was() {
    let scene = Scene::furnished().await;
    let api = Api::of(&scene.world, scene.day(0, 9));
    let path = "/v1/offices/1001/bindings";
    let binding = json!({ "network": PISHKHAN, "licensee": "office-1003", "effective_at": scene.day(0, 8),
        "deciding_body": "commission", "decision": "T-1" });
    let owner = api.token("owner-1001", Scope::Record, Some("office-1001")).await;
    assert_eq!(api.post(path, &binding, &owner).await.status, 403);
    let finance = api.token("registrar", Scope::Finance, None).await;
    let first = api.post(path, &binding, &finance).await.json();
    let parts =
        ["licensee", "municipality", "provincial_treasury", "repeated"].map(|part| first[part].clone());
    assert_eq!(
        json!(parts),
        json!(["office-1003", "municipality", "provincial-treasury", false])
    );
    assert_eq!(api.post(path, &binding, &finance).await.json()["repeated"], true);
    let shown = office(&api, &finance).await;
    let (handed_over, ends) = (json!(scene.day(0, 8)), &shown["licences"][0]["valid_until"]);
    let licensees: Vec<_> = ["party", "municipality", "valid_from", "valid_until", "decision"]
        .map(|part| [0, 1].map(|nth| shown["licensees"][nth][part].clone()))
        .into();
    let begins = &shown["licences"][0]["valid_from"];
    assert_eq!(
        json!(licensees),
        json!([
            ["office-1001", "office-1003"],
            ["municipality", "municipality"],
            [begins, handed_over],
            [handed_over, ends],
            ["P-1001", "T-1"]
        ]),
        "{shown}"
    );
    assert_eq!(shown["licensees"].as_array().unwrap().len(), 2, "{shown}");
    scene
        .book(
            scene.day(0, 10),
            &[
                Case::cash("1001", "passport", "before", scene.day(0, 7)),
                Case::cash("1001", "passport", "after", scene.day(0, 9)),
            ],
        )
        .await;
    let preview = scene.preview(PISHKHAN, scene.day(0, 11)).await;
    for party in ["office-1001", "office-1003"] {
        assert_eq!(position_of(&preview, party).earned.minor(), 428_612, "{party}");
    }
    assert_eq!(position_of(&preview, "municipality").earned.minor(), 2 * 37_500);
}

#[tokio::test]
async fn the_program_hands_an_office_over_and_names_what_would_be_right() {
    let scene = Scene::furnished().await;
    let folder = Folder::new();
    let run = |licensee: &str, from: &str| {
        let mut command = daftar(folder.path(), "licence");
        command.env("DATABASE_URL", scene.world.app_url().expose());
        command.args([
            "bind",
            "1001",
            "--network",
            PISHKHAN,
            "--licensee",
            licensee,
            "--from",
            from,
        ]);
        command
            .args(["--municipality", "municipality", "--as", &scene.maker.code])
            .args(["--decision", "T-1", "--body", "commission"])
            .output()
            .unwrap()
    };
    let done = run("office-1003", "1405-01-03");
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(
        done.status.success()
            && told.contains("is bound from 2026-03-22 20:30:00 UTC on: licensee office-1003"),
        "{told}{}",
        String::from_utf8_lossy(&done.stderr)
    );
    assert!(told.contains("provincial treasury provincial-treasury"), "{told}");
    let unknown = run("nobody", "1405-01-03");
    let told = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(told.contains("licensee: there is no party `nobody`"), "{told}");
    let unread = run("office-1003", "noon");
    let told = String::from_utf8_lossy(&unread.stderr).into_owned();
    assert_eq!(unread.status.code(), Some(2));
    assert!(told.contains("a day as 2025-09-23 or 1404-07-01"), "{told}");
}
