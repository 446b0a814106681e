//! The books recomputed: what was left alone agrees. Never here: what was touched (`touched`).

mod believed;
mod doubled;
mod nightly;
mod totals;
mod touched;

use chrono::Duration;
use daftar::cli::verify::verify;
use daftar::domain::money::Amount;
use daftar::domain::originator::Originator;
use daftar::domain::submission::{Line, Unread};
use daftar::domain::transaction::{Holder, Outcome, RowFault, Submitted, TransactionKind};
use daftar::domain::verification::Finding;
use daftar::host::clock;
use daftar::usecases::keep_statement_pdf::keep_statement_pdf;
use daftar::usecases::record_transactions::{Course, Memory, Sent, record_transactions};
use daftar::usecases::register::licence::LicenceEventKind;
use daftar::usecases::submission::{judge_lines, open_submission};
use daftar::usecases::verify_books::{
    Extent, Known, Piece, Verified, draw_weights, plan_verification, verify_piece,
};
use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};

use crate::host::Folder;
use crate::scene::{PISHKHAN, Scene};
use crate::serve::daftar;

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
    scene
        .befall(LicenceEventKind::Suspended, scene.day(0, 7), scene.day(0, 10))
        .await;
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

/// The same and a file whose only row could not be read, verified: a row in every protected table.
pub async fn settled_and_verified() -> Scene {
    let scene = settled().await;
    send_unreadable(&scene).await;
    assert_eq!(verified(&scene).await.findings, []);
    scene
}

async fn send_unreadable(scene: &Scene) {
    let fault = RowFault::new("amount", "shape", "a whole number is wanted");
    let unread = Unread {
        reference: "unread".to_owned(),
        faults: vec![fault],
    };
    let line = Line {
        number: 2,
        row: Err(unread),
    };
    let (by, at, memory) = (&scene.counters, scene.day(2, 15), Memory::default());
    let mut conn = scene.world.conn().await;
    let delivery = open_submission(&mut conn, by, at).await.unwrap();
    let judged = judge_lines(&memory, by, at, vec![line]).unwrap();
    delivery.record(&mut conn, &memory, by, judged).await.unwrap();
    delivery.finish(&mut conn, by, at).await.unwrap();
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
    assert!(matches!(recorded[0], Outcome::Quarantined { .. }));
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
        assert!(matches!(one, Outcome::Booked(_)), "{one:?}");
    }
}

async fn verified(scene: &Scene) -> Verified {
    verify(scene.world.pool(), Extent::All, None).await.unwrap()
}

#[tokio::test]
async fn what_was_recorded_and_left_alone_agrees() {
    let scene = Scene::furnished().await;
    scene.enter_the_rest().await;
    record(&scene, &day(&scene), scene.began + Duration::hours(9)).await;
    let verified = verified(&scene).await;
    assert_eq!(verified.findings, []);
    assert_eq!((verified.transactions, verified.agrees), (18, true));
    scene.world.assert_sound().await;
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
    scene.enter_the_rest().await;
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
    scene.world.assert_sound().await;
}

/// Of all batches that there are by now.
async fn found_in_batches(scene: &Scene, known: &mut Known) -> Vec<Finding> {
    let mut conn = scene.world.conn().await;
    let by = Originator::host();
    let plan = plan_verification(&mut conn, &by, scene.day(9, 0), Extent::All, None)
        .await
        .unwrap();
    let mut findings = Vec::new();
    for planned in plan.pieces {
        if matches!(planned.piece, Piece::Bookings { .. }) {
            let checked = verify_piece(&mut conn, &by, known, planned.piece).await.unwrap();
            findings.extend(checked.findings);
        }
    }
    findings
}

#[tokio::test]
async fn an_office_that_opens_and_books_while_books_are_verified_is_not_told_as_missing() {
    let scene = Scene::furnished().await;
    let mut known = Known::new(draw_weights());
    record(&scene, &[row(&scene, "1001", "copy", "before")], scene.day(0, 9)).await;
    assert_eq!(found_in_batches(&scene, &mut known).await, []);
    scene.open_renewed().await;
    record(&scene, &[row(&scene, "1004", "copy", "since")], scene.day(0, 10)).await;
    assert_eq!(found_in_batches(&scene, &mut known).await, []);
}

/// With which status `daftar verify` ends, and what it says.
fn ended(scene: &Scene) -> (Option<i32>, Value) {
    let folder = Folder::new();
    let mut command = daftar(folder.path(), "verify");
    command
        .args(["--all", "--json"])
        .env("DATABASE_URL", scene.world.app_url().expose());
    let ran = command.output().unwrap();
    (ran.status.code(), serde_json::from_slice(&ran.stdout).unwrap())
}

#[tokio::test]
async fn the_program_ends_with_0_where_the_books_agree_and_with_1_where_they_do_not() {
    let scene = Scene::furnished().await;
    scene.book_cash(0, "1001", "copy", "a").await;
    let (status, said) = ended(&scene);
    assert_eq!((status, &said["agrees"]), (Some(0), &json!(true)), "{said}");
    let tampered = "ALTER TABLE batches DISABLE TRIGGER ALL; UPDATE batches SET amount_sum = amount_sum + 1";
    scene
        .world
        .superuser()
        .await
        .batch_execute(tampered)
        .await
        .unwrap();
    let (status, said) = ended(&scene);
    assert_eq!((status, &said["agrees"]), (Some(1), &json!(false)), "{said}");
    let findings = said["findings"].as_array().unwrap();
    assert!(findings.iter().any(|found| found["table"] == "batches"), "{said}");
}
