//! A network set up from nothing by commands alone: registered out of one document, its tariffs put in force by four
//! eyes. Never here: versions of tariffs among each other (see `tariffs`).

use std::process::{Command, Output};

use daftar::domain::originator::{Originator, OriginatorKind, Scope};
use daftar::domain::party::PartyKind;
use daftar::domain::period::PeriodKind;
use daftar::usecases::register::document::{RegisterDocument, register_document};
use daftar::usecases::register::network::{NetworkEntry, register_network};
use daftar::usecases::register::originator::{OriginatorEntry, originator_of_code, register_originator};
use daftar::usecases::tariff::{approve_tariffs, draft_tariffs, publish_tariffs, withdraw_tariffs};
use daftar::usecases::{Done, Failure};

use crate::host::Folder;
use crate::scene::{PISHKHAN, POLICE, Scene, draft, fixed, licence, network};

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
    assert!(
        told.contains("licences.72010001: there is no party nobody"),
        "{told}"
    );
    let registered = said(&daftar(&folder, &["register", DOCUMENT, "--as", "ali", "--json"]));
    assert!(
        registered.starts_with("{\"bank_accounts\":[],\"tariffs\":["),
        "{registered}"
    );
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
    a_command_without_json_of_its_own_answers_and_refuses_in_json(&folder);
    a_decision_about_a_licence_is_recorded(&folder);
    a_job_of_ones_own_timetable_is_known(&folder);
    who_acts_is_a_person(&folder);
    refusals_say_what_would_be_right(&folder);
}

fn a_command_without_json_of_its_own_answers_and_refuses_in_json(folder: &Folder) {
    let applied = said(&daftar(folder, &["migrate", "--json"]));
    assert_eq!(applied, "{\"applied\":[]}\n");
    for (arguments, told) in [
        (
            &["--json", "register", DOCUMENT, "--as", "ali"][..],
            "\"rule\":\"unit_codes_are_unique\"",
        ),
        (
            &["export", "journal", "--network", "nowhere", "--json"],
            "\"type\":\"urn:daftar:problem:not-found\"",
        ),
    ] {
        let refusal = refused(&daftar(folder, arguments));
        let last = refusal.lines().next_back().unwrap();
        assert!(last.starts_with('{') && last.contains(told), "{refusal}");
    }
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

#[test]
fn a_fault_of_the_document_is_told_with_its_place() {
    let folder = Folder::new();
    let faulty = folder.path().join("faulty.json");
    let sound = std::fs::read_to_string(DOCUMENT).unwrap();
    for (right, wrong, place) in [
        ("\"daily\"", "\"dayly\"", "networks[0].cycle"),
        ("\"pishkhan\"", "\"pish\\u0000khan\"", "text_is_printable"),
        (
            "\"code\": \"IRR\", \"iso",
            "\"code\": \"irr\", \"iso",
            "units.irr.code",
        ),
        (
            "\"weekday\": 4",
            "\"weekday\": 9",
            "calendars.iran-banks.days_off.weekday",
        ),
        (
            "\"weekday\": 4",
            "\"valid_until\": \"2025-06-01\", \"weekday\": 4",
            "calendars.iran-banks.days_off.valid_until",
        ),
    ] {
        assert!(sound.contains(right), "{right}");
        std::fs::write(&faulty, sound.replace(right, wrong)).unwrap();
        let told = refused(&daftar(
            &folder,
            &["register", faulty.to_str().unwrap(), "--as", "ali"],
        ));
        assert!(told.contains(place), "{place}: {told}");
    }
}

/// What the document says, what it is to say instead, and what is then told.
const REFUSED_ENTRIES: [(&str, &str, [&str; 2]); 9] = [
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
    (
        "\"holidays\": [",
        "\"holidays\": [{ \"day\": \"1405-01-02\", \"name_fa\": \"عید\", \"name_en\": \"Eid\", \"withdrawn\": true }, ",
        [
            "calendars.iran-banks.holidays.2026-03-22.withdrawn",
            "only_a_holiday_that_stands_is_withdrawn",
        ],
    ),
];

#[test]
fn what_the_database_would_refuse_is_told_with_its_entry_and_field() {
    let folder = Folder::new();
    let faulty = folder.path().join("faulty.json");
    let sound = std::fs::read_to_string(DOCUMENT).unwrap();
    for (right, wrong, told) in REFUSED_ENTRIES {
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
async fn a_network_names_who_plays_its_own_roles_and_nobody_of_an_office_a_service_or_a_case() {
    let scene = Scene::furnished().await;
    for (role, party, told) in [
        ("office", "office-1001", "each licence names its own"),
        ("municipality", "municipality", "each licence names its own"),
        (
            "provincial_treasury",
            "provincial-treasury",
            "each licence names its own",
        ),
        ("agency", "identity", "under `agencies`"),
        ("holder", "central", "each transaction says"),
        ("party", "tax", "`party:CODE`"),
        (
            "central",
            "operator",
            "`central`, as `central` of the network says",
        ),
        ("cook", "operator", "there is no role cook"),
        ("operator", "nobody", "there is no party nobody"),
    ] {
        let entry = NetworkEntry {
            players: vec![(role.to_owned(), party.to_owned())],
            ..network("third", PeriodKind::Day, 0, scene.began)
        };
        let Err(Failure::Invalid(faults)) = register(&scene, entry).await else {
            panic!("{role} was taken");
        };
        assert_eq!(faults[0].field, format!("players.{role}"));
        assert!(faults[0].explanation.contains(told), "{faults:?}");
    }
}

#[tokio::test]
async fn who_acts_for_one_party_registers_nothing_and_neither_publishes_nor_withdraws_a_tariff() {
    let scene = Scene::furnished().await;
    let (mut conn, at) = (scene.world.conn().await, scene.day(0, 1));
    let entry = OriginatorEntry {
        kind: OriginatorKind::Person,
        code: "owner".to_owned(),
        name: "Owner".to_owned(),
        party: Some("office-1001".to_owned()),
    };
    register_originator(&mut conn, &Originator::host(), at, entry)
        .await
        .unwrap();
    let owner = originator_of_code(&mut conn, "owner", Scope::Finance)
        .await
        .unwrap();
    let drafts = [draft(PISHKHAN, "copy", fixed(120_000), scene.day(9, 0))];
    let ids = draft_tariffs(&mut conn, &scene.maker, at, &drafts).await.unwrap();
    approve_tariffs(&mut conn, &scene.checker, at, &ids)
        .await
        .unwrap();
    let document = RegisterDocument {
        licences: vec![licence("1003", POLICE, scene.began)],
        ..RegisterDocument::default()
    };
    let host = Originator::host();
    let registered = register_document(&mut conn, &host, at, "owner", document).await;
    let drafted = draft_tariffs(&mut conn, &owner, at, &drafts).await;
    let published = publish_tariffs(&mut conn, &owner, at, &ids).await;
    let withdrawn = withdraw_tariffs(&mut conn, &owner, at, &ids).await;
    for refused in [registered.map(drop), drafted.map(drop), published, withdrawn] {
        assert!(
            matches!(&refused, Err(Failure::Forbidden(told)) if told.contains("it acts for one party")),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn no_networks_code_goes_on_where_anothers_ends_so_that_numbers_of_statements_stay_unique() {
    let scene = Scene::furnished().await;
    let longer = network("pishkhan-office", PeriodKind::Day, 0, scene.began);
    let Err(Failure::Invalid(faults)) = register(&scene, longer).await else {
        panic!("it was taken");
    };
    assert_eq!(
        (faults[0].field.as_str(), faults[0].rule.as_str()),
        ("code", "statement_numbers_are_unique")
    );
    assert!(
        faults[0].explanation.contains("network pishkhan"),
        "{}",
        faults[0].explanation
    );
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
