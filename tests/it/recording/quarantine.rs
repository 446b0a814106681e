//! What cannot be booked is kept whole until a person decides, or it is sent again and can be.

use chrono::Duration;
use daftar::domain::money::AMOUNT_MAX;
use daftar::domain::office::Setting;
use daftar::domain::originator::{Originator, OriginatorKind, Scope};
use daftar::domain::page::Asked;
use daftar::domain::quarantine::QuarantineState;
use daftar::domain::transaction::{Outcome, Reason};
use daftar::usecases::Failure;
use daftar::usecases::quarantine::{list_quarantine, reject_quarantined, release_quarantined};
use daftar::usecases::reading::earnings::{EarningsAsked, report_earnings};
use daftar::usecases::record_transactions::{Course, Memory, Sent, record_transactions};
use daftar::usecases::register::binding::{BindingEntry, bind_roles};
use daftar::usecases::register::document::{RegisterDocument, register_document};
use daftar::usecases::register::licence::OfficeRoles;
use daftar::usecases::register::office::OfficeEntry;
use daftar::usecases::register::originator::{OriginatorEntry, originator_of_code, register_originator};
use diesel_async::{AsyncConnection, SimpleAsyncConnection};
use serde_json::{Value, json};

use super::Counter;
use super::counter::{reason_of, submitted};
use crate::scene::{PISHKHAN, fixed};

async fn waiting(counter: &Counter, row: Value) -> i64 {
    let outcome = counter.one(row).await;
    let Outcome::Quarantined { id, .. } = outcome else {
        panic!("{outcome:?}");
    };
    id
}

/// A minute from now.
async fn release(counter: &Counter, by: &Originator, id: i64) -> Result<i64, Failure> {
    let at = counter.now + Duration::minutes(1);
    let mut conn = counter.scene.world.conn().await;
    let released = release_quarantined(&mut conn, &counter.memory, by, at, id, "repaired").await;
    released.map(|booked| booked.amount.minor())
}

async fn state(counter: &Counter, id: i64) -> String {
    counter
        .word(&format!("SELECT state FROM quarantine WHERE id = {id}"))
        .await
}

fn rule(failure: Failure) -> String {
    let Failure::Conflict { rule, .. } = failure else {
        panic!("{failure:?}");
    };
    rule
}

#[tokio::test]
async fn every_reason_is_told() {
    let counter = Counter::open().await;
    let reason = async |instead| counter.reason(counter.row("r-1", instead)).await;
    assert_eq!(reason(json!({ "office": "9999" })).await, Reason::UnknownOffice);
    assert_eq!(reason(json!({ "service": "none" })).await, Reason::UnknownService);
    assert_eq!(reason(json!({ "network": "none" })).await, Reason::UnknownNetwork);
    assert_eq!(reason(json!({ "network": "police10" })).await, Reason::NoLicence);
    assert_eq!(reason(json!({ "service": "clearance" })).await, Reason::NoTariff);
    assert_eq!(reason(json!({ "amount": 99_999 })).await, Reason::PriceDiffers);
    assert_eq!(
        reason(json!({ "facts": { "colour": "red" } })).await,
        Reason::UnknownFact
    );
    assert_eq!(reason(json!({ "service": "card" })).await, Reason::TariffRefuses);
    assert_eq!(
        reason(json!({ "service": "card", "facts": { "losses": 21 } })).await,
        Reason::TariffRefuses
    );
    assert_eq!(reason(json!({ "principal": 5 })).await, Reason::TariffRefuses);
    assert_eq!(reason(json!({ "service": "bill" })).await, Reason::TariffRefuses);
    assert_eq!(counter.figure("SELECT count(*) FROM transactions").await, 0);
    assert_eq!(
        counter
            .figure("SELECT count(*) FROM quarantine WHERE state = 'waiting'")
            .await,
        11
    );
    counter.assert_sound().await;
}

#[tokio::test]
async fn an_office_that_was_registered_a_moment_ago_is_known_to_a_server_that_denied_it() {
    let counter = Counter::open().await;
    let reason = async |reference| {
        counter
            .reason(counter.row(reference, json!({ "office": "7777" })))
            .await
    };
    assert_eq!(reason("r-1").await, Reason::UnknownOffice);
    let office = OfficeEntry {
        code: "7777".to_owned(),
        name_fa: "دفتر".to_owned(),
        name_en: "Office".to_owned(),
        province: "تهران".to_owned(),
        county: "تهران".to_owned(),
        district: String::new(),
        setting: Setting::Urban,
    };
    let document = RegisterDocument {
        offices: vec![office],
        ..RegisterDocument::default()
    };
    let (mut conn, maker) = (counter.scene.world.conn().await, &counter.scene.maker);
    register_document(&mut conn, maker, counter.now, "maker", document)
        .await
        .unwrap();
    assert_eq!(reason("r-2").await, Reason::NoLicence);
    counter.assert_sound().await;
}

#[tokio::test]
async fn the_same_row_waits_once_and_a_corrected_one_supersedes_it() {
    let counter = Counter::open().await;
    let row = counter.row("r-1", json!({ "amount": 5 }));
    let id = waiting(&counter, row.clone()).await;
    assert_eq!(waiting(&counter, row).await, id);
    counter.booked(counter.row("r-1", json!({}))).await;
    assert_eq!(state(&counter, id).await, "superseded");
    counter.assert_sound().await;
}

#[tokio::test]
async fn what_one_server_kept_while_another_booked_the_corrected_row_is_closed_when_that_is_sent_again() {
    let counter = Counter::open().await;
    let (kept, corrected) = (
        counter.row("r-1", json!({ "amount": 5 })),
        counter.row("r-1", json!({})),
    );
    let mut keeping = counter.scene.world.conn().await;
    let id = keeping.transaction(async |conn| {
        let row = submitted(&kept);
        let sent = [Sent::by(&counter.scene.counters, &row, counter.now).unwrap()];
        let memory = Memory::default();
        let outcomes = record_transactions(conn, &memory, counter.now, &sent, Course::Singly).await;
        // Nothing is committed before the other server has booked.
        counter.booked(corrected.clone()).await;
        let [Outcome::Quarantined { id, .. }] = outcomes.unwrap()[..] else {
            panic!("an amount that is no price was booked");
        };
        Ok::<_, Failure>(id)
    });
    let id = id.await.unwrap();
    assert_eq!(state(&counter, id).await, "waiting");
    assert!(matches!(counter.one(corrected).await, Outcome::Repeated(_)));
    assert_eq!(state(&counter, id).await, "superseded");
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_row_is_released_by_a_person_once_its_cause_is_repaired() {
    let counter = Counter::open().await;
    let id = waiting(&counter, counter.row("r-1", json!({ "service": "clearance" }))).await;
    let refused = release(&counter, &counter.scene.checker, id).await.unwrap_err();
    assert_eq!(rule(refused), "no_tariff");
    assert_eq!(state(&counter, id).await, "waiting");
    counter
        .scene
        .publish(
            PISHKHAN,
            "clearance",
            fixed(300_000),
            counter.now - chrono::Duration::hours(2),
        )
        .await;
    let client = Originator {
        scope: Scope::Finance,
        ..counter.scene.counters.clone()
    };
    assert!(matches!(
        release(&counter, &client, id).await,
        Err(Failure::Forbidden(_))
    ));
    assert_eq!(
        release(&counter, &counter.scene.checker, id).await.unwrap(),
        300_000
    );
    assert_eq!(state(&counter, id).await, "released");
    let sender = "SELECT code FROM originators WHERE id = (SELECT sender_id FROM transactions)";
    assert_eq!(counter.word(sender).await, "counters");
    let again = release(&counter, &counter.scene.checker, id).await.unwrap_err();
    assert_eq!(rule(again), "a_quarantined_row_is_decided_once");
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_sender_that_acts_for_one_party_records_at_its_own_office_and_for_its_own_agency_alone() {
    let mut counter = Counter::open().await;
    for (nth, (party, office, is_its_own)) in [
        ("office-1001", "1001", true),
        ("office-1001", "1002", false),
        ("identity", "1002", true),
        ("municipality", "1001", false),
    ]
    .into_iter()
    .enumerate()
    {
        let id = counter
            .figure(&format!("SELECT id FROM parties WHERE code = '{party}'"))
            .await;
        counter.scene.counters.party_id = Some(i32::try_from(id).unwrap());
        for reference in [format!("{nth}-a"), format!("{nth}-b")] {
            let outcome = counter
                .one(counter.row(&reference, json!({ "office": office })))
                .await;
            if is_its_own {
                assert!(matches!(outcome, Outcome::Booked(_)), "{party} {outcome:?}");
            } else {
                assert!(matches!(outcome, Outcome::Refused { .. }), "{party} {outcome:?}");
                assert_eq!(reason_of(&outcome), Reason::NotTheSendersOwn);
            }
        }
    }
    // What could only wait is none of its business either.
    let long_ago = counter.now - Duration::days(40);
    let outcome = counter
        .one(counter.row("late", json!({ "office": "1001", "occurred_at": long_ago })))
        .await;
    assert_eq!(reason_of(&outcome), Reason::NotTheSendersOwn);
    let refund =
        json!({ "service": null, "network": null, "kind": "refund", "original": "gone", "amount": 1 });
    let outcome = counter.one(counter.row("back", refund)).await;
    assert_eq!(reason_of(&outcome), Reason::NotTheSendersOwn);
    assert_eq!(counter.figure("SELECT count(*) FROM quarantine").await, 0);
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_rejected_row_stays_on_record_with_its_reason() {
    let counter = Counter::open().await;
    let id = waiting(&counter, counter.row("r-1", json!({ "amount": 5 }))).await;
    let mut conn = counter.scene.world.conn().await;
    let without = reject_quarantined(&mut conn, &counter.scene.checker, counter.now, id, " ").await;
    assert!(matches!(without, Err(Failure::Invalid(_))));
    reject_quarantined(&mut conn, &counter.scene.checker, counter.now, id, "a test")
        .await
        .unwrap();
    let asked = Asked::first(10);
    let rejected = list_quarantine(
        &mut conn,
        &counter.scene.checker,
        counter.now,
        QuarantineState::Rejected,
        &asked,
    )
    .await
    .unwrap();
    assert_eq!(rejected.items.len(), 1);
    let row = &rejected.items[0];
    assert_eq!(
        (row.sender.as_str(), row.note.as_str(), &row.row["amount"]),
        ("counters", "a test", &json!(5))
    );
    // It holds no key: the right row is booked all the same.
    counter.booked(counter.row("r-1", json!({}))).await;
    counter.assert_sound().await;
}

#[tokio::test]
async fn what_came_too_late_is_booked_once_a_person_releases_it_and_is_due_however_long_ago_it_happened() {
    let mut counter = Counter::open().await;
    // In the first window, which is settled next.
    counter.now = counter.scene.began + Duration::hours(3);
    let long_ago = counter.now - Duration::days(200);
    let row = counter.row("r-1", json!({ "occurred_at": long_ago }));
    let Outcome::Quarantined { id, reason, .. } = counter.one(row).await else {
        panic!("it is older than a month");
    };
    assert_eq!(reason, Reason::TooLate);
    assert_eq!(
        release(&counter, &counter.scene.checker, id).await.unwrap(),
        100_000
    );
    let mut conn = counter.scene.world.conn().await;
    let (host, asked) = (Originator::host(), EarningsAsked::default());
    let later = counter.now + Duration::hours(1);
    let report = report_earnings(&mut conn, &host, later, "1001", &asked)
        .await
        .unwrap();
    let due = report.due.iter().find(|due| due.network == PISHKHAN).unwrap();
    // It holds the price and has earned the wage less the tax.
    assert_eq!(due.balance.minor(), 67_900 - 100_000);
    counter.assert_sound().await;
}

#[tokio::test]
async fn what_a_former_licensee_sent_too_late_of_its_successors_days_is_not_released() {
    let mut counter = Counter::open().await;
    let own = OriginatorEntry {
        kind: OriginatorKind::Client,
        code: "own".to_owned(),
        name: "own".to_owned(),
        party: Some("office-1001".to_owned()),
    };
    let mut conn = counter.scene.world.conn().await;
    register_originator(&mut conn, &counter.scene.maker, counter.now, own)
        .await
        .unwrap();
    counter.scene.counters = originator_of_code(&mut conn, "own", Scope::Record).await.unwrap();
    let (handed_over, happened) = (counter.now - Duration::days(50), counter.now - Duration::days(40));
    counter.scene.hand_over("office-1003", handed_over).await;
    let late = |reference: &str, at| counter.row(reference, json!({ "occurred_at": at }));
    let id = waiting(&counter, late("r-1", happened)).await;
    let refused = release(&counter, &counter.scene.checker, id).await.unwrap_err();
    assert_eq!(rule(refused), "not_the_senders_own");
    let its_own = waiting(&counter, late("r-2", handed_over - Duration::days(1))).await;
    release(&counter, &counter.scene.checker, its_own).await.unwrap();
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_row_whose_twin_is_rejected_while_it_is_kept_waits_under_an_id_of_its_own() {
    const PAUSED: &str = "CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$;
        CREATE TRIGGER pause AFTER INSERT ON quarantine FOR EACH STATEMENT EXECUTE FUNCTION pause()";
    let counter = Counter::open().await;
    let row = counter.row("r-1", json!({ "amount": 5 }));
    let twin = waiting(&counter, row.clone()).await;
    let mut pausing = counter.scene.world.superuser().await;
    pausing.batch_execute(PAUSED).await.unwrap();
    pausing
        .batch_execute("BEGIN; SELECT pg_advisory_xact_lock(1)")
        .await
        .unwrap();
    let rejected = async {
        counter.scene.somebody_waits().await;
        let mut conn = counter.scene.world.conn().await;
        reject_quarantined(&mut conn, &counter.scene.checker, counter.now, twin, "a test")
            .await
            .unwrap();
        pausing.batch_execute("COMMIT").await.unwrap();
    };
    let (id, ()) = tokio::join!(waiting(&counter, row), rejected);
    assert_eq!(
        [state(&counter, twin).await, state(&counter, id).await],
        ["rejected", "waiting"]
    );
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_newly_published_tariff_is_known_at_once() {
    let counter = Counter::open().await;
    counter.booked(counter.row("r-0", json!({}))).await;
    counter
        .scene
        .publish(
            PISHKHAN,
            "clearance",
            fixed(300_000),
            counter.now - chrono::Duration::hours(2),
        )
        .await;
    counter
        .booked(counter.row("r-1", json!({ "service": "clearance" })))
        .await;
    counter.assert_sound().await;
}

#[tokio::test]
async fn bills_of_the_largest_size_are_booked_together() {
    let counter = Counter::open().await;
    let vast = |n: i32| {
        counter.row(
            &format!("vast-{n}"),
            json!({ "service": "bill", "principal": AMOUNT_MAX }),
        )
    };
    let outcomes = counter
        .send(&[vast(1), counter.row("r-1", json!({})), vast(2)])
        .await;
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Outcome::Booked(_))),
        "{outcomes:?}"
    );
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_row_that_the_database_refuses_is_quarantined_with_its_reason_and_all_others_are_booked() {
    const ROWS: usize = 101;
    let counter = Counter::open().await;
    let mut superuser = counter.scene.world.superuser().await;
    let refuse =
        "ALTER TABLE transactions ADD CONSTRAINT no_poison_is_taken CHECK (reference NOT LIKE '%poison')";
    superuser.batch_execute(refuse).await.unwrap();
    for place in [0, ROWS / 2, ROWS - 1] {
        let reference = |n| {
            let kind = if n == place { "poison" } else { "copy" };
            format!("{place}-{n}-{kind}")
        };
        let rows: Vec<Value> = (0..ROWS).map(|n| counter.row(&reference(n), json!({}))).collect();
        for (n, outcome) in counter.send(&rows).await.iter().enumerate() {
            let is_booked = matches!(outcome, Outcome::Booked(_));
            assert_eq!(is_booked, n != place, "{n}: {outcome:?}");
            if let Outcome::Quarantined {
                reason, explanation, ..
            } = outcome
            {
                assert_eq!(*reason, Reason::RefusedByTheDatabase);
                assert!(explanation.contains("no_poison_is_taken"), "{explanation}");
            }
        }
        let booked = format!("SELECT count(*) FROM transactions WHERE reference LIKE '{place}-%'");
        assert_eq!(counter.figure(&booked).await, 100);
    }
    let waiting = "SELECT count(*) FROM quarantine
        WHERE state = 'waiting' AND reason = 'refused_by_the_database' AND reference LIKE '%poison'";
    assert_eq!(counter.figure(waiting).await, 3);

    let repaired = "ALTER TABLE transactions DROP CONSTRAINT no_poison_is_taken";
    superuser.batch_execute(repaired).await.unwrap();
    counter.booked(counter.row("0-0-poison", json!({}))).await;
    assert_eq!(counter.figure(waiting).await, 2);
    assert_eq!(counter.figure("SELECT count(*) FROM transactions").await, 301);
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_quantity_that_makes_more_than_one_transaction_may_come_to_waits_with_the_limit_named() {
    let counter = Counter::open().await;
    let by_the_sheet = json!({ "quantity": "each", "price": 200_000_000, "split": fixed(1)["split"] });
    let since = counter.now - chrono::Duration::hours(2);
    counter
        .scene
        .publish(PISHKHAN, "clearance", by_the_sheet, since)
        .await;
    let sheets = |n: u32| json!({ "service": "clearance", "quantity": n });
    counter.booked(counter.row("most", sheets(500_000))).await;
    let Outcome::Quarantined { explanation, .. } = counter.one(counter.row("more", sheets(500_001))).await
    else {
        panic!("100,000,200,000,000 is above the limit");
    };
    assert!(explanation.contains("100000000000000"), "{explanation}");
    counter.assert_sound().await;
}

#[tokio::test]
async fn a_row_of_which_nobody_plays_a_role_waits_until_somebody_does_and_then_its_window_can_be_sealed() {
    let mut counter = Counter::open().await;
    counter.scene.open_rural().await;
    let passport = json!({ "service": "passport", "office": "1005" });
    // The answer is remembered, and that an office has somebody for the role says nothing of when it has not.
    counter
        .booked(counter.row("r-0", json!({ "service": "passport", "office": "1002" })))
        .await;
    counter
        .booked(counter.row("r-1", json!({ "office": "1005" })))
        .await;
    let id = waiting(&counter, counter.row("r-2", passport.clone())).await;
    assert_eq!(
        counter.reason(counter.row("r-3", passport.clone())).await,
        Reason::RoleIsVacant
    );
    let refused = release(&counter, &counter.scene.checker, id).await.unwrap_err();
    assert_eq!(rule(refused), "role_is_vacant");

    counter.now += Duration::minutes(5);
    let entry = BindingEntry {
        office: "1005".to_owned(),
        network: PISHKHAN.to_owned(),
        roles: OfficeRoles {
            licensee: "office-1005".to_owned(),
            municipality: Some("municipality".to_owned()),
            provincial_treasury: None,
        },
        valid_from: (counter.now - Duration::days(1)).into(),
        deciding_body: "commission".to_owned(),
        decision: "T-1".to_owned(),
    };
    let mut conn = counter.scene.world.conn().await;
    bind_roles(&mut conn, &counter.scene.maker, counter.now, &entry)
        .await
        .unwrap();
    counter.now += Duration::minutes(1);
    assert_eq!(
        release(&counter, &counter.scene.checker, id).await.unwrap(),
        1_476_112
    );
    counter.booked(counter.row("r-3", passport)).await;
    for day in 1..=5 {
        counter.scene.settle_day(day).await;
    }
    counter.assert_sound().await;
}

#[tokio::test]
async fn what_an_agency_pays_out_in_cash_no_terminal_can_have_split() {
    let counter = Counter::open().await;
    let allowance = json!({ "principal": { "party": "agency", "direction": "paid_out", "at_least": 1 }, "price": 1_000,
        "split": [{ "name": "wage", "kind": "wage", "party": "office", "take": "remainder" }] });
    let long_ago = counter.now - Duration::days(30);
    counter
        .scene
        .publish(PISHKHAN, "clearance", allowance, long_ago)
        .await;
    let row = |holder| {
        let case = json!({ "service": "clearance", "principal": 1_000_000, "holder": holder });
        counter.row("r-1", case)
    };
    assert_eq!(
        counter.reason(row("split_at_source")).await,
        Reason::BorneByAnother
    );
    counter.booked(row("office")).await;
    counter.scene.world.assert_sound().await;
}

#[tokio::test]
async fn what_another_than_the_citizen_bears_no_terminal_can_have_split() {
    let counter = Counter::open().await;
    let half = json!({ "price": 1_000, "sources": [
        { "name": "citizen", "party": "holder", "take": 500 }, { "name": "agency", "party": "agency", "take": "remainder" }
    ], "split": [{ "name": "wage", "kind": "wage", "party": "office", "take": "remainder" }] });
    let long_ago = counter.now - Duration::days(30);
    counter.scene.publish(PISHKHAN, "clearance", half, long_ago).await;
    let row = |reference, holder| counter.row(reference, json!({ "service": "clearance", "holder": holder }));
    for reference in ["r-1", "r-2"] {
        assert_eq!(
            counter.reason(row(reference, "split_at_source")).await,
            Reason::BorneByAnother
        );
    }
    counter.booked(row("r-1", "central")).await;
    let refund = |holder| {
        counter.row(
            "b-1",
            json!({ "kind": "refund", "original": "r-1", "service": "clearance", "holder": holder }),
        )
    };
    assert_eq!(
        counter.reason(refund("split_at_source")).await,
        Reason::BorneByAnother
    );
    counter.booked(refund("central")).await;
    counter
        .booked(counter.row("r-3", json!({ "holder": "split_at_source" })))
        .await;
    counter.assert_sound().await;
}
