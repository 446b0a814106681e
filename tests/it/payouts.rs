//! Payouts leave with the money that the books show, are answered once, and come back into the window of the moment;
//! remittances are booked once. Never here: which payouts a settlement orders.

use chrono::{DateTime, Duration, Utc};
use daftar::domain::money::Amount;
use daftar::domain::originator::{Originator, OriginatorKind, Scope};
use daftar::usecases::answer_payout::{AnsweredPayout, BankAnswer, BankOutcome, answer_payout};
use daftar::usecases::reading::payouts::{MoneyFilter, PayoutView, WaitsFor, list_payouts};
use daftar::usecases::record_remittance::{RecordedRemittance, RemittanceEntry, record_remittance};
use daftar::usecases::register::party::{BankAccountEntry, add_bank_accounts};
use daftar::usecases::release_payouts::release_payouts;
use daftar::usecases::{Done, Failure};
use diesel_async::SimpleAsyncConnection;
use serde_json::json;

use crate::api::{Api, Said};
use crate::counter::Case;
use crate::scene::{POLICE, Scene};
use crate::settling::rule_of;

/// The passport of money rule 13 in a network without threshold: what each party is paid, in the declared priority.
const PAID: [(&str, i64); 3] = [
    ("provincial-treasury", 1_000_000),
    ("municipality", 37_500),
    ("identity", 10_000),
];
const ALL: i64 = 1_047_500;

impl Scene {
    /// One passport, whose money office `1002` holds, settled after the first week of `police10`.
    async fn passport_settled() -> Self {
        let scene = Self::furnished().await;
        scene.book_passport("p-1", 0).await;
        scene.settle(POLICE, scene.settled_at()).await;
        scene
    }

    async fn book_passport(&self, reference: &str, day: i64) {
        let case = Case {
            network: POLICE,
            ..Case::cash("1002", "passport", reference, self.day(day, 2))
        };
        self.book(self.day(day, 3), &[case]).await;
    }

    fn settled_at(&self) -> DateTime<Utc> {
        self.day(7, 1)
    }

    fn now(&self) -> DateTime<Utc> {
        self.day(7, 10)
    }

    async fn payouts(&self) -> Vec<PayoutView> {
        let asked = daftar::domain::page::Asked {
            after: None,
            rows: 100,
        };
        let mut conn = self.world.conn().await;
        let found = list_payouts(
            &mut conn,
            &self.maker,
            self.now(),
            &MoneyFilter::default(),
            &asked,
        )
        .await;
        let mut payouts = found.unwrap().items;
        payouts.reverse();
        payouts
    }

    async fn payout_to(&self, party: &str) -> PayoutView {
        let payouts = self.payouts().await;
        payouts.into_iter().rfind(|payout| payout.party == party).unwrap()
    }

    async fn remit(&self, amount: i64, reference: &str) -> Done<RecordedRemittance> {
        let entry = RemittanceEntry {
            network: POLICE.to_owned(),
            party: "office-1002".to_owned(),
            deposit_identifier: String::new(),
            amount: Amount::from_minor(amount),
            bank_reference: reference.to_owned(),
            received_at: None,
        };
        let mut conn = self.world.conn().await;
        record_remittance(&mut conn, &self.maker, self.now(), &entry).await
    }

    /// Codes of the parties whose payouts leave now.
    async fn leaving(&self) -> Vec<String> {
        let before = self.payouts().await;
        let mut conn = self.world.conn().await;
        while release_payouts(&mut conn, &self.maker, self.now())
            .await
            .unwrap()
            .is_some()
        {}
        let after = self.payouts().await;
        let left = before
            .iter()
            .zip(&after)
            .filter(|(b, a)| (b.state.as_str(), a.state.as_str()) == ("waiting", "released"));
        left.map(|(_, after)| after.party.clone()).collect()
    }

    async fn answer(&self, id: i64, answer: &BankAnswer) -> Done<AnsweredPayout> {
        self.answer_at(id, answer, self.now()).await
    }

    async fn answer_at(&self, id: i64, answer: &BankAnswer, at: DateTime<Utc>) -> Done<AnsweredPayout> {
        let mut conn = self.world.conn().await;
        answer_payout(&mut conn, &self.checker, at, id, answer).await
    }

    /// Bank and transit of `police10` and what it owes a party, credit positive.
    async fn books(&self, party: &str) -> [i64; 3] {
        let sum = |account: &str| {
            format!(
                "SELECT coalesce(sum(e.amount), 0)::bigint AS count FROM accounts a JOIN entries e ON e.account_id = a.id \
                   JOIN networks n ON n.id = a.network_id LEFT JOIN parties p ON p.id = a.party_id \
                  WHERE n.code = 'police10' AND {account}"
            )
        };
        [
            self.count(&sum("a.kind = 'bank'")).await,
            self.count(&sum("a.kind = 'transit'")).await,
            self.count(&sum(&format!("a.kind = 'due' AND p.code = '{party}'")))
                .await,
        ]
    }
}

fn settled(reference: &str) -> BankAnswer {
    BankAnswer {
        outcome: BankOutcome::Settled,
        bank_reference: reference.to_owned(),
        amount: None,
        iban: None,
    }
}

fn returned(reference: &str) -> BankAnswer {
    BankAnswer {
        outcome: BankOutcome::Returned {
            reason: "account closed".to_owned(),
        },
        ..settled(reference)
    }
}

#[tokio::test]
async fn payouts_wait_until_the_books_show_the_money_and_leave_whole_by_priority() {
    let scene = Scene::passport_settled().await;
    let ordered: Vec<_> = scene
        .payouts()
        .await
        .into_iter()
        .map(|p| (p.party, p.amount.minor()))
        .collect();
    assert_eq!(ordered, PAID.map(|(party, amount)| (party.to_owned(), amount)));
    let nobody: [&str; 0] = [];
    assert_eq!(scene.leaving().await, nobody);
    scene.remit(999_999, "r-1").await.unwrap();
    assert_eq!(scene.leaving().await, nobody, "the small ones do not overtake");
    scene.remit(1, "r-2").await.unwrap();
    assert_eq!(scene.leaving().await, ["provincial-treasury"]);
    assert_eq!(
        scene.leaving().await,
        nobody,
        "its money is spent, though the bank has not answered"
    );
    scene.remit(47_500, "r-3").await.unwrap();
    assert_eq!(scene.leaving().await, ["municipality", "identity"]);
    assert_eq!(scene.books("office-1002").await, [-ALL, ALL, 0]);
    for (party, _) in PAID {
        scene
            .answer(scene.payout_to(party).await.id, &settled(party))
            .await
            .unwrap();
    }
    assert_eq!(scene.books("provincial-treasury").await, [0, 0, 0]);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_payout_without_an_account_waits_for_one_and_holds_up_nobody() {
    let scene = Scene::furnished().await;
    let began = scene.began.to_rfc3339();
    let closed = format!(
        "UPDATE bank_accounts SET valid_until = '{began}' WHERE party_id = (SELECT id FROM parties WHERE code = 'provincial-treasury')"
    );
    scene.world.conn().await.batch_execute(&closed).await.unwrap();
    scene.book_passport("p-1", 0).await;
    scene.settle(POLICE, scene.settled_at()).await;
    assert_eq!(scene.payout_to("provincial-treasury").await.iban, None);
    scene.remit(ALL, "r-1").await.unwrap();
    assert_eq!(scene.leaving().await, ["municipality", "identity"]);
    let waits_for = scene.payout_to("provincial-treasury").await.waits_for;
    assert_eq!(waits_for, Some(WaitsFor::Account));
    let account = BankAccountEntry {
        party: "provincial-treasury".to_owned(),
        deposit_identifier: String::new(),
        iban: "IR090990000000000000000007".to_owned(),
        valid_from: scene.day(7, 9),
    };
    let mut conn = scene.world.conn().await;
    add_bank_accounts(&mut conn, &scene.maker, vec![account])
        .await
        .unwrap();
    assert_eq!(scene.leaving().await, ["provincial-treasury"]);
    let iban = scene.payout_to("provincial-treasury").await.iban;
    assert_eq!(iban.as_deref(), Some("IR090990000000000000000007"));
}

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
    let right = BankAnswer {
        amount: Some(payout.amount),
        iban: payout.iban.clone(),
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
async fn the_database_refuses_a_second_live_payout_another_amount_and_a_way_back() {
    let scene = Scene::passport_settled().await;
    let mut conn = scene.world.conn().await;
    for (statement, constraint) in [
        (
            "INSERT INTO payouts (settlement_id, network_id, party_id, deposit_identifier, unit_id, amount, priority, made_at) \
             SELECT settlement_id, network_id, party_id, deposit_identifier, unit_id, 1, priority, made_at FROM payouts LIMIT 1",
            "one_live_payout_per_party_destination_settlement_and_unit",
        ),
        (
            "UPDATE payouts SET amount = amount + 1",
            "a_payout_keeps_its_terms",
        ),
        (
            "UPDATE payouts SET iban = 'IR040990000000000000000000'",
            "a_payout_keeps_its_terms",
        ),
        (
            "UPDATE payouts SET state = 'settled', released_at = made_at",
            "a_payout_keeps_its_terms",
        ),
        ("DELETE FROM payouts", "permission denied"),
        ("UPDATE remittances SET amount = 1", "permission denied"),
    ] {
        let refused = conn.batch_execute(statement).await.unwrap_err();
        let diesel::result::Error::DatabaseError(_, about) = &refused else {
            panic!("{statement}: {refused}");
        };
        let told = format!(
            "{} {}",
            about.constraint_name().unwrap_or_default(),
            about.message()
        );
        assert!(told.contains(constraint), "{statement}: {told}");
    }
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
}
