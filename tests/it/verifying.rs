//! The books recomputed: what was left alone agrees, and whatever a superuser touches is pointed at.

use std::sync::Arc;

use chrono::Duration;
use daftar::cli::verify::verify;
use daftar::domain::money::Amount;
use daftar::domain::transaction::{Holder, Outcome, Submitted, TransactionKind};
use daftar::domain::verification::seal::PROTECTED;
use daftar::host::clock;
use daftar::host::mail::Mailer;
use daftar::jobs::files::timetable;
use daftar::jobs::follow::run_now;
use daftar::jobs::{Jobs, worker_name};
use daftar::usecases::finish_slot::Outcome as JobOutcome;
use daftar::usecases::record_transactions::{Course, Memory, Recorded, Sent, record_transactions};
use daftar::usecases::verify_books::{Extent, Verified};

use daftar::usecases::keep_statement_pdf::keep_statement_pdf;
use daftar::usecases::register::licence::{LicenceEventEntry, LicenceEventKind, record_licence_event};

use diesel_async::SimpleAsyncConnection;

use crate::scene::{PISHKHAN, Scene};
use crate::tampering::Tampering;

/// A row of an office in `pishkhan`.
pub fn row(scene: &Scene, office: &str, service: &str, reference: &str) -> Submitted {
    Submitted {
        office: office.to_owned(),
        service: Some(service.to_owned()),
        network: Some("pishkhan".to_owned()),
        reference: reference.to_owned(),
        kind: TransactionKind::Original,
        original: None,
        occurred_at: scene.began + Duration::hours(8),
        amount: None,
        principal: None,
        quantity: None,
        leg: None,
        facts: std::collections::BTreeMap::new(),
        holder: Holder::Office,
        citizen: None,
    }
}

pub fn refund(scene: &Scene, office: &str, original: &str, reference: &str, minor: i64) -> Submitted {
    Submitted {
        service: None,
        network: None,
        kind: TransactionKind::Refund,
        original: Some(original.to_owned()),
        amount: Some(Amount::from_minor(minor)),
        ..row(scene, office, "passport", reference)
    }
}

/// Services of all kinds, a bill, a terminal's split, refunds in two parts.
pub fn day(scene: &Scene) -> Vec<Submitted> {
    let mut rows = Vec::new();
    for (place, office) in ["1001", "1002", "1003"].into_iter().enumerate() {
        for service in ["copy", "passport"] {
            rows.push(row(scene, office, service, &format!("{service}-{place}")));
        }
        rows.push(Submitted {
            amount: Some(Amount::from_minor(1_000_000 + i64::try_from(place).unwrap())),
            holder: Holder::Central,
            ..row(scene, office, "duty", &format!("duty-{place}"))
        });
        rows.push(Submitted {
            principal: Some(Amount::from_minor(250_000)),
            ..row(scene, office, "bill", "bill")
        });
        rows.push(Submitted {
            facts: [("losses".to_owned(), daftar::domain::tariff::FactValue::Integer(2))].into(),
            holder: Holder::SplitAtSource,
            citizen: Some(vec![7; 32]),
            ..row(scene, office, "card", "card")
        });
    }
    rows.push(refund(scene, "1001", "passport-0", "back-1", 500_000));
    rows.push(refund(scene, "1001", "passport-0", "back-2", 500_000));
    rows.push(refund(scene, "1002", "passport-1", "back-all", 1_476_112));
    rows
}

/// Two days, settled: refunds, a bill, a hold, a payout that came back, a remittance, a statement rendered, and a third day open.
pub async fn settled() -> Scene {
    let scene = Scene::furnished().await;
    scene.enter_the_rest().await;
    record(&scene, &day(&scene), scene.began + Duration::hours(9)).await;
    quarantine(&scene).await;
    suspend(&scene).await;
    scene.settle_day(1).await;
    let next = Submitted {
        holder: Holder::Central,
        occurred_at: scene.day(1, 13),
        ..row(&scene, "1003", "passport", "day-2")
    };
    let late = row(&scene, "1002", "copy", "late");
    record(&scene, &[next, late], scene.day(1, 14)).await;
    scene.give_back("provincial-treasury", 2).await;
    scene.bring_in("office-1002", 100_000, 2).await;
    scene.settle_day(2).await;
    record(&scene, &[row(&scene, "1003", "copy", "open")], scene.day(2, 14)).await;
    render(&scene).await;
    scene
}

/// A row that waits: its price is not the tariff's.
async fn quarantine(scene: &Scene) {
    let wrong = Submitted {
        amount: Some(Amount::from_minor(1)),
        ..row(scene, "1001", "copy", "waits")
    };
    let at = scene.day(0, 10);
    let mut conn = scene.world.conn().await;
    let sent = [Sent::by(&scene.counters, &wrong, at).unwrap()];
    let recorded = record_transactions(&mut conn, &Memory::default(), at, &sent, Course::Singly)
        .await
        .unwrap();
    assert!(matches!(
        recorded[0],
        Recorded::Decided(Outcome::Quarantined { .. })
    ));
}

async fn suspend(scene: &Scene) {
    let event = LicenceEventEntry {
        office: "1001".to_owned(),
        network: PISHKHAN.to_owned(),
        kind: LicenceEventKind::Suspended,
        effective_at: scene.day(0, 7),
        deciding_body: "commission".to_owned(),
        decision: "S-1".to_owned(),
        instrument: None,
        evidence: None,
    };
    let mut conn = scene.world.conn().await;
    record_licence_event(&mut conn, &scene.maker, scene.day(0, 10), &event)
        .await
        .unwrap();
}

/// The first rendering of every statement.
async fn render(scene: &Scene) {
    let mut conn = scene.world.conn().await;
    let first = scene.count("SELECT min(id) AS count FROM statements").await;
    keep_statement_pdf(&mut conn, scene.day(2, 15), first, b"%PDF-1.7".to_vec())
        .await
        .unwrap();
}

pub async fn record(scene: &Scene, rows: &[Submitted], at: chrono::DateTime<chrono::Utc>) {
    let memory = Memory::default();
    let mut conn = scene.world.conn().await;
    let sent: Vec<Sent<'_>> = rows
        .iter()
        .map(|row| Sent::by(&scene.counters, row, at).unwrap())
        .collect();
    let recorded = record_transactions(&mut conn, &memory, at, &sent, Course::Singly)
        .await
        .unwrap();
    for one in recorded {
        assert!(matches!(one, Recorded::Decided(Outcome::Booked(_))), "{one:?}");
    }
}

async fn verified(scene: &Scene) -> Verified {
    verify(scene.world.pool(), Extent::All, None).await.unwrap()
}

#[tokio::test]
async fn what_was_recorded_and_left_alone_agrees() {
    let scene = Scene::furnished().await;
    record(&scene, &day(&scene), scene.began + Duration::hours(9)).await;
    let verified = verified(&scene).await;
    assert_eq!(verified.findings, []);
    assert_eq!((verified.transactions, verified.agrees), (18, true));
}

#[tokio::test]
async fn what_was_settled_and_left_alone_agrees() {
    let scene = settled().await;
    let verified = verified(&scene).await;
    assert_eq!(verified.findings, []);
    assert_eq!((verified.transactions, verified.windows_left), (21, 0));
    scene.world.assert_sound().await;
}

/// What of a second the machine's clock shows now.
fn fraction() -> Duration {
    Duration::nanoseconds(i64::from(clock::now().timestamp_subsec_nanos()))
}

#[tokio::test]
async fn what_is_proposed_and_approved_by_the_machines_clock_agrees() {
    let scene = Scene::furnished().await;
    record(&scene, &day(&scene), scene.day(0, 9) + fraction()).await;
    scene
        .close(PISHKHAN, scene.day(1, 12) + fraction())
        .await
        .unwrap();
    scene
        .seal(PISHKHAN, scene.day(1, 12) + fraction())
        .await
        .unwrap()
        .unwrap();
    let proposed = scene
        .propose(PISHKHAN, scene.day(1, 13) + fraction())
        .await
        .unwrap();
    scene
        .approve(proposed.id, scene.day(1, 14) + fraction())
        .await
        .unwrap();
    assert_eq!(verified(&scene).await.findings, []);
}

/// What a tampered row is found as: in the table itself, for nothing less is pointed at.
async fn pointed_at(scene: &Scene, table: &str, deed: &str) {
    let verified = verified(scene).await;
    let tables: Vec<&str> = verified.findings.iter().map(|finding| finding.table).collect();
    assert!(
        tables.contains(&table),
        "{deed} in {table}: {:?}",
        verified.findings
    );
}

#[tokio::test]
async fn whatever_row_a_superuser_edits_deletes_or_inserts_is_pointed_at() {
    let scene = settled().await;
    for (table, _) in PROTECTED {
        let mut tampering = Tampering::with(scene.world.superuser().await, table).await;
        let mut row = tampering
            .row()
            .await
            .unwrap_or_else(|| panic!("{table} is empty"));
        let mut edited = 0;
        for column in tampering.columns.clone() {
            let Some(place) = tampering.edit(&row, &column).await else {
                continue;
            };
            pointed_at(&scene, table, &format!("editing {}", column.name)).await;
            row = tampering.undo(Some(&place)).await;
            edited += 1;
        }
        assert!(edited > 0, "nothing of {table} could be edited");
        let copy = tampering.copy(&row).await;
        pointed_at(&scene, table, "inserting").await;
        tampering.remove(&copy).await;
        tampering.delete(&row).await;
        pointed_at(&scene, table, "deleting").await;
        tampering.undo(None).await;
    }
    assert_eq!(verified(&scene).await.findings, []);
}

#[tokio::test]
async fn a_batch_that_is_gone_with_all_its_transactions_is_missed_before_and_after_its_window_is_sealed() {
    let scene = Scene::furnished().await;
    for (hour, reference) in [(9, "kept"), (10, "gone")] {
        let rows = [row(&scene, "1001", "copy", reference)];
        record(&scene, &rows, scene.day(0, hour)).await;
    }
    let deed = "ALTER TABLE batches DISABLE TRIGGER ALL; \
                ALTER TABLE transactions DISABLE TRIGGER ALL; \
                DELETE FROM batches WHERE id = (SELECT batch_id FROM transactions WHERE reference = 'gone'); \
                DELETE FROM transactions WHERE reference = 'gone'";
    scene.world.superuser().await.batch_execute(deed).await.unwrap();
    pointed_at(&scene, "batches", "deleting a whole batch").await;
    scene.close(PISHKHAN, scene.day(1, 1)).await.unwrap();
    scene.seal(PISHKHAN, scene.day(1, 1)).await.unwrap().unwrap();
    pointed_at(
        &scene,
        "batches",
        "deleting a whole batch before its window was sealed",
    )
    .await;
}

/// Runs the nightly job once, now, and says how it ended.
async fn night(scene: &Scene) -> JobOutcome {
    let jobs = Arc::new(Jobs {
        pool: scene.world.pool().clone(),
        clock: clock::now,
        timetable: timetable(None).unwrap(),
        worker: worker_name("test"),
        mailer: Mailer::Mailbox {
            folder: std::env::temp_dir(),
        },
    });
    jobs.register().await.unwrap();
    let job = jobs.timetable.job("verify-books").unwrap().clone();
    let outcome = run_now(&jobs, &job).await.unwrap();
    jobs.leave().await.unwrap();
    outcome
}

#[tokio::test]
async fn the_nightly_run_tells_what_it_verified_and_fails_loudly_where_something_does_not_agree() {
    let scene = settled().await;
    let JobOutcome::Succeeded(told) = night(&scene).await else {
        panic!("the books agree");
    };
    assert!(
        told.contains("window 2026-03-21 of pishkhan with 18 transactions agree"),
        "{told}"
    );
    assert!(told.ends_with("the register and the books agree"), "{told}");
    let noted = "SELECT count(*) FROM verifications WHERE agreed AND findings = ''";
    assert_eq!(scene.count(noted).await, 3);
    // What was found good has its turn again in its night only, the register and the books in each.
    let mut tampering = Tampering::with(scene.world.superuser().await, "entries").await;
    let row = tampering.row().await.unwrap();
    tampering.delete(&row).await;
    let JobOutcome::Failed(told) = night(&scene).await else {
        panic!("an entry is gone");
    };
    assert!(
        told.contains("DO NOT AGREE") && told.contains("journals"),
        "{told}"
    );
    assert!(
        scene
            .count("SELECT count(*) FROM verifications WHERE NOT agreed")
            .await
            >= 1
    );
}

/// Edits past all triggers, and tells what is then found in a table: row, column, stored, expected.
async fn found_after(scene: &Scene, table: &str, edit: &str) -> Vec<[String; 4]> {
    let mut conn = scene.world.superuser().await;
    let all = "ALTER TABLE windows DISABLE TRIGGER ALL; ALTER TABLE hold_movements DISABLE TRIGGER ALL; \
        ALTER TABLE licence_events DISABLE TRIGGER ALL; SET session_replication_role = replica";
    conn.batch_execute(all).await.unwrap();
    conn.batch_execute(edit).await.unwrap();
    let findings = verified(scene).await.findings;
    let of_table = findings.into_iter().filter(|finding| finding.table == table);
    of_table
        .map(|finding| [finding.row, finding.what, finding.stored, finding.expected])
        .collect()
}

#[tokio::test]
async fn a_window_that_its_networks_schedule_does_not_make_is_pointed_at() {
    let scene = settled().await;
    let id = scene
        .count("SELECT id::bigint AS count FROM windows WHERE network_id = 1 AND ordinal = 2")
        .await;
    let renamed = format!("UPDATE windows SET period_key = '2027-01-01' WHERE id = {id}");
    let found = found_after(&scene, "windows", &renamed).await;
    let row = id.to_string();
    let expected = [row.as_str(), "period_key", "2027-01-01", "2026-03-22"].map(str::to_owned);
    assert!(found.contains(&expected), "{found:?}");
    // Shorter, because the database itself refuses two windows that overlap.
    for (column, shorter, back) in [("starts_at", '+', '-'), ("ends_at", '-', '+')] {
        let edit = |sign| {
            format!(
                "UPDATE windows SET period_key = '2026-03-22', {column} = {column} {sign} interval '1 hour' WHERE id = {id}"
            )
        };
        let found = found_after(&scene, "windows", &edit(shorter)).await;
        let named = found
            .iter()
            .any(|finding| finding[0] == row && finding[1] == column);
        assert!(named, "{column}: {found:?}");
        found_after(&scene, "windows", &edit(back)).await;
    }
}

#[tokio::test]
async fn a_hold_that_the_licences_events_do_not_make_is_pointed_at() {
    let scene = settled().await;
    let movement = "FROM hold_movements WHERE id = (SELECT min(id) FROM hold_movements)";
    let id = scene
        .count(&format!("SELECT id AS count {movement}"))
        .await
        .to_string();
    let amount = scene.count(&format!("SELECT amount AS count {movement}")).await;
    let finding = |stored: i64, expected: i64| {
        [
            id.clone(),
            "amount".to_owned(),
            stored.to_string(),
            expected.to_string(),
        ]
    };
    let larger = format!("UPDATE hold_movements SET amount = amount + 1 WHERE id = {id}");
    let found = found_after(&scene, "hold_movements", &larger).await;
    assert!(found.contains(&finding(amount + 1, amount)), "{found:?}");
    // Nothing is wrong with the movement any more, but nobody was suspended.
    let unsuspended = format!(
        "UPDATE hold_movements SET amount = {amount} WHERE id = {id}; DELETE FROM licence_events WHERE kind = 'suspended'"
    );
    let found = found_after(&scene, "hold_movements", &unsuspended).await;
    assert!(found.contains(&finding(amount, 0)), "{found:?}");
}

#[tokio::test]
async fn a_hold_that_is_missing_is_told_with_what_it_should_be() {
    let scene = settled().await;
    let amount = scene
        .count("SELECT amount AS count FROM hold_movements ORDER BY id LIMIT 1")
        .await;
    let gone = "DELETE FROM hold_movements WHERE id = (SELECT min(id) FROM hold_movements)";
    let found = found_after(&scene, "hold_movements", gone).await;
    let told = format!("there, of {amount}");
    assert!(
        found
            .iter()
            .any(|finding| finding[2] == "absent" && finding[3] == told),
        "{found:?}"
    );
}
