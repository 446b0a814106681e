//! What the bank says of payouts, and what then becomes of the money.

use chrono::Duration;
use daftar::cli::verify::verify;
use daftar::domain::money::Amount;
use daftar::domain::originator::{Originator, OriginatorKind, Scope};
use daftar::usecases::Failure;
use daftar::usecases::answer_payout::{AnsweredPayout, BankAnswer, answer_payout};
use daftar::usecases::reading::payouts::PayoutView;
use daftar::usecases::register::bank_account::BankAccountEntry;
use daftar::usecases::release_payouts::release_payouts;
use daftar::usecases::verify_books::Extent;
use serde_json::{Value, json};

use super::{ALL, returned, settled};
use crate::api::Api;
use crate::bank_accounts::ANOTHER_ACCOUNT;
use crate::host::Folder;
use crate::scene::{POLICE, Scene};
use crate::serve::daftar;
use crate::settling::rule_of;

#[tokio::test]
async fn an_answer_is_written_once_by_a_person_and_only_of_a_payout_that_has_left() {
    let scene = Scene::passport_settled().await;
    let payout = scene.payout_to("municipality").await;
    let early = scene.answer(payout.id, &settled("b-1")).await;
    assert_eq!(rule_of(early), "a_payout_has_left_before_it_is_answered");
    scene.remit(ALL, "r-1").await.unwrap();
    scene.leaving().await;
    for wrong in [
        BankAnswer {
            amount: Some(Amount::from_minor(37_501)),
            ..settled("b-1")
        },
        BankAnswer {
            iban: Some("IR040990000000000000000000".to_owned()),
            ..settled("b-1")
        },
    ] {
        assert_eq!(
            rule_of(scene.answer(payout.id, &wrong).await),
            "an_answer_names_the_payout"
        );
    }
    let (country, account) = payout.iban.as_deref().unwrap().split_at(4);
    let right = BankAnswer {
        amount: Some(payout.amount),
        iban: Some(format!("{} {account}", country.to_lowercase())),
        ..settled("b-1")
    };
    let first = scene.answer(payout.id, &right).await.unwrap();
    let again = scene
        .answer_at(payout.id, &right, scene.now() + Duration::hours(1))
        .await
        .unwrap();
    assert_eq!(
        again,
        AnsweredPayout {
            repeated: true,
            ..first
        }
    );
    assert_eq!(
        rule_of(scene.answer(payout.id, &settled("b-2")).await),
        "one_answer_of_a_kind_per_payout"
    );
    let mut conn = scene.world.conn().await;
    for kind in [OriginatorKind::Job, OriginatorKind::Client] {
        let by = Originator {
            kind,
            ..scene.checker.clone()
        };
        let refused = answer_payout(&mut conn, &by, scene.now(), payout.id, &right).await;
        assert!(matches!(refused, Err(Failure::Forbidden(_))));
    }
    let unknown = answer_payout(&mut conn, &scene.checker, scene.now(), 999, &right).await;
    assert!(matches!(unknown, Err(Failure::NotFound(_))));
    assert_eq!(scene.books("municipality").await, [37_500 - ALL, ALL - 37_500, 0]);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn one_answer_that_comes_many_times_at_once_is_posted_once() {
    let scene = Scene::passport_settled().await;
    scene.remit(ALL, "r-1").await.unwrap();
    scene.leaving().await;
    let id = scene.payout_to("provincial-treasury").await.id;
    let answer = settled("b-1");
    let all = futures_util::future::join_all((0..8).map(|_| scene.answer(id, &answer))).await;
    let fresh = all
        .into_iter()
        .filter(|done| !done.as_ref().unwrap().repeated)
        .count();
    assert_eq!(fresh, 1);
    assert_eq!(
        scene.books("provincial-treasury").await,
        [1_000_000 - ALL, ALL - 1_000_000, 0]
    );
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn what_comes_back_is_a_line_of_the_window_of_the_moment_and_is_paid_by_the_next_settlement() {
    let scene = Scene::passport_settled().await;
    scene.remit(ALL, "r-1").await.unwrap();
    scene.leaving().await;
    let treasury = scene.payout_to("provincial-treasury").await;
    let identity = scene.payout_to("identity").await;
    scene.answer(treasury.id, &settled("b-1")).await.unwrap();
    scene.answer(treasury.id, &returned("b-2")).await.unwrap();
    scene.answer(identity.id, &returned("b-3")).await.unwrap();
    assert_eq!(scene.books("provincial-treasury").await[2], 1_000_000);
    // Nothing left but the municipality's 37,500; what came back after settling is in the bank again.
    assert_eq!(scene.books("identity").await, [-ALL, 37_500, 10_000]);
    assert_eq!(
        rule_of(scene.answer(identity.id, &settled("b-4")).await),
        "a_returned_payout_stays_returned"
    );
    let second_week =
        "SELECT count(*) FROM payout_answers a JOIN windows w ON w.id = a.window_id WHERE w.ordinal = 2";
    assert_eq!(scene.count(second_week).await, 3);
    scene.settle(POLICE, scene.day(14, 1)).await;
    let anew = scene.payout_to("provincial-treasury").await;
    assert_eq!((anew.amount.minor(), anew.state.as_str()), (1_000_000, "waiting"));
    assert_ne!(anew.id, treasury.id);
    let returned_line = "SELECT returned AS count FROM positions p JOIN parties q ON q.id = p.party_id \
        WHERE q.code = 'identity' ORDER BY settlement_id DESC LIMIT 1";
    assert_eq!(scene.count(returned_line).await, 10_000);
    assert_eq!(scene.leaving().await, ["provincial-treasury", "identity"]);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn what_came_back_is_paid_by_the_next_settlement_into_the_account_that_replaced_the_closed_one() {
    let scene = Scene::passport_settled().await;
    scene.remit(ALL, "r-1").await.unwrap();
    scene.leaving().await;
    let treasury = scene.payout_to("provincial-treasury").await;
    scene.answer(treasury.id, &returned("b-1")).await.unwrap();
    let closed = scene.entered_account("provincial-treasury");
    assert_eq!(treasury.iban.as_deref(), Some(closed.iban.as_str()));
    let replaced_at = scene.day(7, 11);
    let another = BankAccountEntry {
        iban: ANOTHER_ACCOUNT.to_owned(),
        valid_from: replaced_at,
        ..closed.clone()
    };
    scene.end_account(closed, replaced_at, scene.now()).await.unwrap();
    scene.change_account(another, replaced_at).await;
    scene.settle(POLICE, scene.day(14, 1)).await;
    let anew = scene.payout_to("provincial-treasury").await;
    assert_ne!(anew.id, treasury.id);
    assert_eq!(
        (anew.amount, anew.iban.as_deref()),
        (treasury.amount, Some(ANOTHER_ACCOUNT))
    );
    assert_eq!(scene.leaving().await, ["provincial-treasury"]);
    let told = scene.payout_to("provincial-treasury").await.iban;
    assert_eq!(told.as_deref(), Some(ANOTHER_ACCOUNT));
    let verified = verify(scene.world.pool(), Extent::All, None).await.unwrap();
    assert_eq!(verified.findings, []);
    scene.world.assert_sound().await;
}

#[actix_web::test]
async fn the_api_records_and_answers_for_people_with_the_scope() {
    let scene = Scene::passport_settled().await;
    let api = Api::of(&scene.world, scene.now());
    let finance = api.token("cashier", Scope::Finance, None).await;
    let reader = api.token("reader", Scope::Read, None).await;
    let remittance =
        json!({ "network": POLICE, "party": "office-1002", "amount": ALL, "bank_reference": "r-1" });
    assert_eq!(
        api.post("/v1/remittances", &remittance, &reader).await.status,
        403
    );
    let recorded = api.post("/v1/remittances", &remittance, &finance).await.json();
    assert_eq!(
        (&recorded["amount"], &recorded["repeated"]),
        (&json!(ALL), &json!(false))
    );
    let mut conn = scene.world.conn().await;
    release_payouts(&mut conn, &scene.maker, scene.now())
        .await
        .unwrap();
    let payout = scene.payout_to("identity").await.id;
    let path = format!("/v1/payouts/{payout}/answer");
    let reasonless = json!({ "outcome": "returned", "bank_reference": "b-1" });
    let refused = api.post(&path, &reasonless, &finance).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text().contains("a_return_has_a_reason"),
        "{}",
        refused.text()
    );
    let misspelt = json!({ "outcome": "settled", "bank_reference": "b-1", "ammount": 1 });
    assert_eq!(api.post(&path, &misspelt, &finance).await.status, 422);
    let other_amount = json!({ "outcome": "settled", "bank_reference": "b-1", "amount": 1 });
    let refused = api.post(&path, &other_amount, &finance).await;
    assert_eq!(
        (
            refused.status,
            refused.text().contains("an_answer_names_the_payout")
        ),
        (409, true)
    );
    let answer = json!({ "outcome": "settled", "bank_reference": "b-1", "amount": 10_000 });
    assert_eq!(
        api.post(&path, &answer, &finance).await.json()["state"],
        json!("settled")
    );
    let shown = api.get(&format!("/v1/payouts/{payout}"), &reader).await.json();
    assert_eq!(
        (&shown["state"], &shown["answers"][0]["by"]),
        (&json!("settled"), &json!("cashier"))
    );
    assert_eq!(
        api.get("/v1/remittances?party=office-1002", &reader)
            .await
            .items()
            .len(),
        1
    );
    scene.world.assert_sound().await;
}

#[actix_web::test]
async fn the_api_takes_a_file_of_answers_line_by_line_and_tells_which_it_refused_and_why() {
    let scene = Scene::passport_settled().await;
    scene.remit(ALL, "r-1").await.unwrap();
    scene.leaving().await;
    let api = Api::of(&scene.world, scene.now());
    let finance = api.token("cashier", Scope::Finance, None).await;
    let reader = api.token("reader", Scope::Read, None).await;
    let line = |payout: &PayoutView, more: i64, said: &str| {
        let (id, amount, iban) = (payout.id, payout.amount.minor() + more, payout.iban.as_deref());
        format!("{id},{amount},{},{said}", iban.unwrap_or_default())
    };
    let (municipality, identity) = (
        scene.payout_to("municipality").await,
        scene.payout_to("identity").await,
    );
    let head = "payout,amount,iban,outcome,bank_reference,reason".to_owned();
    let settled = line(&municipality, 0, "settled,b-1,");
    let came_back = line(&identity, 0, "returned,b-2,account closed");
    let whole = [head.clone(), settled, came_back.clone()].join("\n");
    let path = "/v1/payouts/answers";
    let forbidden = api.post_text(path, "text/csv", &whole, &reader).await;
    assert_eq!(forbidden.status, 403, "{}", forbidden.text());
    let as_json = api.post_text(path, "application/json", &whole, &finance).await;
    assert_eq!(as_json.status, 415, "{}", as_json.text());
    let large = format!("{head}\n{}", "x".repeat(1_100_000));
    let too_large = api.post_text(path, "text/csv", &large, &finance).await;
    assert_eq!(too_large.status, 413, "{}", too_large.text());
    assert_eq!(scene.count("SELECT count(*) FROM payout_answers").await, 0);

    let other_amount = line(&municipality, 1, "settled,b-1,");
    let reasonless = line(&identity, 0, "returned,b-2,");
    let faulty = [head, other_amount, reasonless, came_back].join("\r\n");
    let some = api.post_text(path, "text/csv", &faulty, &finance).await;
    assert_eq!(
        (some.status, some.header("content-type")),
        (422, "application/problem+json")
    );
    let problem: Value = serde_json::from_slice(&some.bytes).unwrap();
    let told: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (fault["field"].as_str().unwrap(), fault["rule"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("csv line 2", "an_answer_names_the_payout"),
            ("csv line 3.reason", "a_return_has_a_reason"),
            ("csv", "every_line_is_an_answer")
        ]
    );
    assert_eq!(
        problem["errors"][2]["explanation"],
        "1 answers written, 0 repeated, 2 refused"
    );
    let again = api.post_text(path, "text/csv", &whole, &finance).await.json();
    assert_eq!(again, json!({ "written": 1, "repeated": 1, "refused": 0 }));
    let states = [
        scene.payout_to("municipality").await.state,
        scene.payout_to("identity").await.state,
    ];
    assert_eq!(states, ["settled", "returned"]);
    scene.world.assert_sound().await;
}

/// The program's answer in JSON to a file with these lines.
fn told_of_answers(scene: &Scene, lines: &[String]) -> Value {
    let folder = Folder::new();
    let file = folder.path().join("answers.csv");
    std::fs::write(&file, lines.join("\n")).unwrap();
    let mut command = daftar(folder.path(), "payout");
    command.env("DATABASE_URL", scene.world.app_url().expose());
    command
        .args(["--json", "answer", "--as", &scene.checker.code, "--csv"])
        .arg(&file);
    let said = command.output().unwrap();
    let told = if said.status.success() {
        said.stdout
    } else {
        said.stderr
    };
    serde_json::from_slice(&told).unwrap()
}

#[tokio::test]
async fn a_file_of_answers_names_its_columns_and_holds_up_no_line_for_another() {
    let scene = Scene::passport_settled().await;
    scene.remit(ALL, "r-1").await.unwrap();
    scene.leaving().await;
    let payout = scene.payout_to("municipality").await;
    let (id, amount, iban) = (payout.id, payout.amount, payout.iban.unwrap_or_default());
    let head = "payout,amount,iban,outcome,bank_reference".to_owned();
    let right = format!("{id},{amount},{iban},settled,b-1");
    let unnamed = told_of_answers(&scene, &["payout,amount,iban,outcome".to_owned(), right.clone()]);
    let fault = &unnamed["errors"][0];
    assert_eq!(
        (&fault["field"], &fault["rule"]),
        (&json!("csv"), &json!("the_columns_are_named"))
    );
    assert!(
        fault["explanation"]
            .as_str()
            .unwrap()
            .contains("`bank_reference`")
    );
    let wrong = format!("{id},{},{iban},settled,b-1", amount.minor() + 1);
    let unknown = format!("{},{amount},{iban},settled,b-1", i64::MAX);
    let some = told_of_answers(&scene, &[head.clone(), wrong, unknown, right.clone()]);
    let places: Vec<_> = some["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["field"])
        .collect();
    assert_eq!(places, ["csv line 2", "csv line 3", "csv"]);
    assert_eq!(
        some["errors"][1]["explanation"],
        format!("there is no payout {}", i64::MAX)
    );
    assert_eq!(
        some["errors"][2]["explanation"],
        "1 answers written, 0 repeated, 2 refused"
    );
    let again = told_of_answers(&scene, &[head, right]);
    assert_eq!(again, json!({ "written": 0, "repeated": 1, "refused": 0 }));
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_file_of_answers_knows_its_columns_in_any_case_and_says_of_a_line_what_would_be_right() {
    let scene = Scene::passport_settled().await;
    scene.remit(ALL, "r-1").await.unwrap();
    scene.leaving().await;
    let payout = scene.payout_to("municipality").await;
    let (id, amount, iban) = (payout.id, payout.amount, payout.iban.unwrap_or_default());
    let head = "Payout,AMOUNT,Iban,outcome,Bank_Reference".to_owned();
    let right = format!("{id},{amount},{iban},settled,b-1");
    for (columns, told) in [
        (
            "payout,amount,iban,outcome,bank_reference,note",
            "no column `note`",
        ),
        (
            "payout,amount,iban,outcome,bank_reference,Amount",
            "`amount` stands twice",
        ),
    ] {
        let refused = told_of_answers(&scene, &[columns.to_owned(), format!("{right},5")]);
        let explanation = refused["errors"][0]["explanation"].as_str().unwrap();
        assert!(explanation.contains(told), "{explanation}");
    }
    let unread = format!("one,{amount},{iban},settled,b-1");
    let plus = format!("{id},+{amount},{iban},settled,b-1");
    let short = format!("{id},{amount},{iban},settled");
    let some = told_of_answers(&scene, &[head.clone(), unread, plus, short]);
    for (place, field, explanation) in [
        (
            0,
            "csv line 2.payout",
            "a whole number, written as in JSON; sent was `one`",
        ),
        (1, "csv line 3.amount", "a whole number, written as in JSON"),
        (2, "csv line 4.columns", "4 fields under 5 columns"),
    ] {
        let fault = &some["errors"][place];
        assert_eq!(fault["field"], field, "{some}");
        assert!(
            fault["explanation"].as_str().unwrap().starts_with(explanation),
            "{some}"
        );
    }
    let done = told_of_answers(&scene, &[head, right]);
    assert_eq!(done, json!({ "written": 1, "repeated": 0, "refused": 0 }));
    scene.world.assert_sound().await;
}
