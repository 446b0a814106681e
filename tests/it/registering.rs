//! A network set up from nothing by commands alone: registered out of one document, its tariffs put in force by four eyes.

use std::process::{Command, Output};

use chrono::{DateTime, Utc};
use daftar::domain::originator::Originator;
use daftar::domain::party::PartyKind;
use daftar::domain::period::PeriodKind;
use daftar::domain::window::CLOCK_DIFFERENCE_MAX;
use daftar::usecases::reading::tariffs::list_pending_tariffs;
use daftar::usecases::register::network::{NetworkEntry, register_network};
use daftar::usecases::tariff::{
    TariffDraft, approve_tariffs, draft_tariffs, publish_tariffs, withdraw_tariffs,
};
use daftar::usecases::{Done, Failure};
use serde_json::{Value, json};

use crate::counter::Case;
use crate::host::Folder;
use crate::scene::{PISHKHAN, Scene, at, draft, fixed, network};
use crate::settling::rule_of;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/register.json");

fn daftar(folder: &Folder, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_daftar"))
        .arg("--data-dir")
        .arg(folder.path())
        .args(arguments)
        .env_remove("DATABASE_URL")
        .env("DAFTAR_LOG", "warn")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

fn refused(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_network_is_registered_whole_or_not_at_all_and_its_tariff_needs_two_people() {
    let folder = Folder::new();
    let faulty = folder.path().join("faulty.json");
    let sound = std::fs::read_to_string(DOCUMENT).unwrap();
    std::fs::write(
        &faulty,
        sound.replace("\"office-1\", \"deciding_body\"", "\"nobody\", \"deciding_body\""),
    )
    .unwrap();
    let told = refused(&daftar(
        &folder,
        &["register", faulty.to_str().unwrap(), "--as", "ali"],
    ));
    assert!(told.contains("party nobody"), "{told}");
    said(&daftar(&folder, &["register", DOCUMENT, "--as", "ali"]));
    let told = refused(&daftar(&folder, &["register", DOCUMENT, "--as", "ali"]));
    assert!(
        told.contains("the unit `IRR` is registered already: leave it out")
            && told.contains("unit_codes_are_unique"),
        "{told}"
    );
    assert!(!told.contains("duplicate key"), "{told}");
    let told = refused(&daftar(&folder, &["tariff", "approve", "--all", "--as", "ali"]));
    assert!(
        told.contains("a_tariff_is_approved_by_another_than_its_maker"),
        "{told}"
    );
    said(&daftar(&folder, &["tariff", "approve", "--all", "--as", "sara"]));
    said(&daftar(&folder, &["tariff", "publish", "--all", "--as", "ali"]));
    assert_eq!(said(&daftar(&folder, &["tariff", "pending", "--json"])), "[]\n");
    let token = said(&daftar(
        &folder,
        &[
            "token", "create", "--for", "counters", "--kind", "client", "--scope", "record",
        ],
    ));
    assert!(token.starts_with("daftar_") && token.len() == 56, "{token}");
    a_decision_about_a_licence_is_recorded(&folder);
    a_job_of_ones_own_timetable_is_known(&folder);
    who_acts_is_a_person(&folder);
    refusals_say_what_would_be_right(&folder);
}

fn a_job_of_ones_own_timetable_is_known(folder: &Folder) {
    let jobs = folder.path().join("jobs");
    std::fs::create_dir(&jobs).unwrap();
    let close = concat!(env!("CARGO_MANIFEST_DIR"), "/jobs/close-windows.toml");
    std::fs::copy(close, jobs.join("close-at-four.toml")).unwrap();
    let history = ["jobs", "history", "close-at-four", "--json"];
    let told = refused(&daftar(folder, &history));
    assert!(told.contains("there is no job `close-at-four`"), "{told}");
    let own = [&history[..], &["--jobs", jobs.to_str().unwrap()]].concat();
    assert_eq!(said(&daftar(folder, &own)), "[]\n");
}

fn a_decision_about_a_licence_is_recorded(folder: &Folder) {
    let decision = [
        "--network",
        "pishkhan",
        "--from",
        "2026-03-25T08:30:00Z",
        "--decision",
        "H-7",
        "--body",
        "board",
        "--as",
        "sara",
    ];
    let told = said(&daftar(
        folder,
        &[&["licence", "suspend", "72010001"], &decision[..]].concat(),
    ));
    assert!(
        told.contains("72010001 in pishkhan: suspended from 2026-03-25 08:30"),
        "{told}"
    );
    let nowhere = refused(&daftar(
        folder,
        &[&["licence", "revoke", "72010009"], &decision[..]].concat(),
    ));
    assert!(nowhere.contains("there is no office 72010009"), "{nowhere}");
}

fn who_acts_is_a_person(folder: &Folder) {
    for (arguments, status, told) in [
        (&["tariff", "approve", "--all"][..], 2, "--as <PERSON>"),
        (&["register", DOCUMENT], 2, "--as <PERSON>"),
        (
            &["tariff", "approve", "--all", "--as", "zahra"],
            1,
            "there is no person zahra",
        ),
        (
            &["window", "close", "pishkhan", "--as", "zahra"],
            1,
            "there is no person zahra",
        ),
        (
            &["window", "close", "pishkhan", "--as", "counters"],
            1,
            "counters is a client and no person",
        ),
    ] {
        let output = daftar(folder, arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}");
        let said = refused(&output);
        assert!(said.contains(told), "{said}");
    }
}

fn refusals_say_what_would_be_right(folder: &Folder) {
    let rows = folder.path().join("rows.csv");
    std::fs::write(&rows, "office,reference\n1001,r-1\n").unwrap();
    let rows = rows.to_str().unwrap();
    let remittance = [
        "remittance",
        "record",
        "--network",
        "pishkhan",
        "--party",
        "office-1",
        "--amount",
        "-5",
        "--bank-reference",
        "b-1",
        "--as",
        "ali",
    ];
    for (arguments, status, told) in [
        (
            &["import", rows, "--format", "ndjson", "--sender", "counters"][..],
            1,
            "none of its 2 rows could be read",
        ),
        (&remittance, 1, "a_remittance_is_positive"),
        (
            &["payout", "list", "--state", "lost"],
            2,
            "one of waiting, released, settled, returned",
        ),
        (&["payout", "list", "--network", "nowhere"], 1, "network_is_known"),
        (
            &["remittance", "list", "--network", "nowhere"],
            1,
            "network_is_known",
        ),
        (
            &["quarantine", "release", "9", "--as", "ali"],
            1,
            "quarantined row 9",
        ),
        (&["window", "close", "pishkhan"], 2, "--as <PERSON>"),
        (
            &["payout", "answer", "7", "--settled", "--as", "ali"],
            2,
            "--bank-reference",
        ),
        (
            &[
                "token", "create", "--for", "bad code", "--name", "x", "--scope", "read",
            ],
            1,
            "originator_code_has_its_form",
        ),
    ] {
        let output = daftar(folder, arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}");
        let refusal = refused(&output);
        assert!(refusal.contains(told), "{arguments:?}: {refusal}");
    }
}

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

#[test]
fn a_fault_of_the_document_is_told_with_its_place() {
    let folder = Folder::new();
    let faulty = folder.path().join("faulty.json");
    let sound = std::fs::read_to_string(DOCUMENT).unwrap();
    std::fs::write(&faulty, sound.replace("\"daily\"", "\"dayly\"")).unwrap();
    let told = refused(&daftar(
        &folder,
        &["register", faulty.to_str().unwrap(), "--as", "ali"],
    ));
    assert!(told.contains("networks[0].cycle"), "{told}");
    std::fs::write(&faulty, sound.replace("\"pishkhan\"", "\"pish\\u0000khan\"")).unwrap();
    let told = refused(&daftar(
        &folder,
        &["register", faulty.to_str().unwrap(), "--as", "ali"],
    ));
    assert!(told.contains("text_is_printable"), "{told}");
}

#[test]
fn what_the_database_would_refuse_is_told_with_its_entry_and_field() {
    let folder = Folder::new();
    let faulty = folder.path().join("faulty.json");
    let sound = std::fs::read_to_string(DOCUMENT).unwrap();
    for (right, wrong, told) in [
        (
            "IR470990000000000000000002",
            "IR480990000000000000000002",
            ["accounts.office-1.iban", "iban_has_its_check_digits"],
        ),
        (
            "IR470990000000000000000002",
            "IR47099000000000000000000",
            ["accounts.office-1.iban", "iban_has_its_form"],
        ),
        (
            "\"دفتر ۷۲۰۱۰۰۰۱\"",
            "\"\"",
            ["offices.72010001.name_fa", "a_name_is_not_empty"],
        ),
        (
            "office-1@example.ir",
            "office-1.example.ir",
            ["parties.office-1.email", "party_email_has_an_at"],
        ),
        (
            "{ \"code\": \"72010001\"",
            "{ \"code\": \"7201 0001\"",
            ["offices.7201 0001.code", "office_code_has_its_form"],
        ),
        (
            "\"payout_threshold\": 500000",
            "\"lateness_max_days\": 0",
            [
                "networks.pishkhan.lateness_max_days",
                "lateness_max_days_is_positive",
            ],
        ),
        (
            "\"payout_threshold\": 500000",
            "\"remittance_due_days\": 91",
            [
                "networks.pishkhan.remittance_due_days",
                "remittance_due_days_are_few",
            ],
        ),
        (
            "\"holidays\": [",
            "\"holidays\": [{ \"day\": \"1405-01-01\", \"name_fa\": \"عید\", \"name_en\": \"Eid\" }, ",
            [
                "calendars.iran-banks: holidays.2026-03-21: it stands there already",
                "a_holiday_is_stated_once",
            ],
        ),
    ] {
        assert!(sound.contains(right), "{right}");
        std::fs::write(&faulty, sound.replace(right, wrong)).unwrap();
        let refusal = refused(&daftar(
            &folder,
            &["register", faulty.to_str().unwrap(), "--as", "ali"],
        ));
        for part in told {
            assert!(refusal.contains(part), "{part}: {refusal}");
        }
    }
}

async fn register(scene: &Scene, entry: NetworkEntry) -> Done<i16> {
    let mut conn = scene.world.conn().await;
    register_network(&mut conn, &scene.maker, entry).await
}

#[tokio::test]
async fn a_network_says_whom_it_pays_first_whom_to_ask_and_where_its_statements_are_checked() {
    let scene = Scene::furnished().await;
    let entry = || network("third", PeriodKind::Day, 0, scene.began);
    let refused = [
        NetworkEntry {
            payout_priority: Some(vec![PartyKind::Office, PartyKind::Tax, PartyKind::Office]),
            ..entry()
        },
        NetworkEntry {
            contact: Some("021\n0000".to_owned()),
            ..entry()
        },
        NetworkEntry {
            verification_url: "verify.example.ir".to_owned(),
            ..entry()
        },
    ];
    for (entry, field) in refused
        .into_iter()
        .zip(["payout_priority", "contact", "verification_url"])
    {
        let Err(Failure::Invalid(faults)) = register(&scene, entry).await else {
            panic!("{field} was taken");
        };
        assert_eq!(faults[0].field, field);
    }
    let declared = NetworkEntry {
        payout_priority: Some(vec![PartyKind::Office, PartyKind::Agency]),
        contact: Some("021-0000-1405".to_owned()),
        verification_url: "https://verify.example.ir/v".to_owned(),
        ..entry()
    };
    register(&scene, declared).await.unwrap();
    register(&scene, network("fourth", PeriodKind::Day, 0, scene.began))
        .await
        .unwrap();
    for (stored, count) in [
        (
            "code = 'third' AND payout_priority = ARRAY['office', 'agency']",
            1,
        ),
        (
            "contact = '021-0000-1405' AND verification_url = 'https://verify.example.ir/v'",
            1,
        ),
        ("payout_priority[1] = 'treasury' AND contact IS NULL", 3),
    ] {
        let count_of = format!("SELECT count(*) FROM networks WHERE {stored}");
        assert_eq!(scene.count(&count_of).await, count, "{stored}");
    }
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
