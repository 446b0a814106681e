//! Statements as approval issues them, and the mail that tells of them (money rule 22).

use chrono::Duration;
use daftar::cli::verify::verify;
use daftar::domain::statement::{CarryReason, DueKind, MovementKind, Side, Statement};
use daftar::domain::transaction::Holder;
use daftar::usecases::keep_statement_pdf::load_statement;
use daftar::usecases::verify_books::Extent;
use serde_json::json;

use crate::counter::Case;
use crate::scene::{PISHKHAN, Scene};

impl Scene {
    /// The statements of a party, in order.
    async fn statements(&self, party: &str) -> Vec<Statement> {
        let party = self.party_id(party).await;
        let count = self
            .count(&format!(
                "SELECT count(*) FROM statements WHERE party_id = {party}"
            ))
            .await;
        let mut statements = Vec::new();
        for ordinal in 1..=count {
            let id = format!(
                "SELECT id AS count FROM statements WHERE party_id = {party} AND ordinal = {ordinal}"
            );
            let id = self.count(&id).await;
            let mut conn = self.world.conn().await;
            statements.push(load_statement(&mut conn, id).await.unwrap());
        }
        statements
    }
}

#[tokio::test]
async fn a_statement_covers_all_windows_since_the_last_one() {
    let scene = Scene::furnished().await;
    scene.book_cash(0, "1001", "passport", "a").await;
    scene.settle_day(1).await;
    scene
        .book(
            scene.day(1, 1),
            &[Case::central("1002", "copy", "c", scene.day(1, 0))],
        )
        .await;
    scene.bring_in("office-1001", 1_047_500, 2).await;
    for day in [2, 3, 4] {
        scene.settle_day(day).await;
    }
    scene.book_central(4, "1001", "copy", "b").await;
    scene.settle_day(5).await;
    let statements = scene.statements("office-1001").await;
    let told: Vec<_> = statements
        .iter()
        .map(|s| {
            (
                s.content().number.as_str(),
                s.content().interval.from,
                s.content().interval.until,
            )
        })
        .collect();
    // Nothing is told of the third and fourth day, when the balance was zero; the next one covers them.
    assert_eq!(
        told,
        [
            ("pishkhan-office-1001-IRR-0001", scene.day(0, 0), scene.day(1, 0)),
            ("pishkhan-office-1001-IRR-0002", scene.day(1, 0), scene.day(2, 0)),
            ("pishkhan-office-1001-IRR-0003", scene.day(2, 0), scene.day(5, 0)),
        ]
    );
    assert!(scene.statements("office-1003").await.is_empty());
    let last = statements[2].content();
    assert_eq!(last.cycles.len(), 5);
    assert_eq!(last.cycles[2].earned.minor(), 0);
    assert_eq!(
        last.positions[0].carry_reason,
        Some(CarryReason::BelowThreshold {
            threshold: daftar::domain::money::Amount::from_minor(500_000)
        })
    );
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_statement_says_what_each_of_the_last_cycles_earned_and_paid_over_all_destinations() {
    let scene = Scene::furnished().await;
    let apart = json!({ "price": 600_000, "split": [
        { "name": "wage", "kind": "wage", "party": "office", "take": "remainder", "deposit_identifier": "OWN-1" }
    ] });
    let long_ago = scene.began - Duration::days(30);
    scene.publish(PISHKHAN, "clearance", apart, long_ago).await;
    scene.book_central(0, "1001", "passport", "a").await;
    scene.book_central(0, "1001", "clearance", "b").await;
    scene.settle_day(1).await;
    scene.book_central(1, "1001", "passport", "c").await;
    scene.settle_day(2).await;
    scene.settle_day(3).await;
    scene.book_central(3, "1001", "copy", "d").await;
    scene.settle_day(4).await;
    let statements = scene.statements("office-1001").await;
    let cycles = &statements.last().unwrap().content().cycles;
    let told: Vec<_> = cycles
        .iter()
        .map(|cycle| (cycle.period.as_str(), cycle.earned.minor(), cycle.paid.minor()))
        .collect();
    // Of the first cycle the wage at the other destination is paid; what the passport earned waits below the threshold.
    assert_eq!(
        told,
        [
            ("2026-03-21", 428_612 + 600_000, 600_000),
            ("2026-03-22", 428_612, 2 * 428_612),
            ("2026-03-23", 0, 0),
            ("2026-03-24", 67_900, 0),
        ]
    );
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_statement_says_what_was_earned_collected_remitted_and_is_due() {
    let scene = Scene::furnished().await;
    scene.book_cash(0, "1001", "passport", "a").await;
    scene.settle_day(1).await;
    let statements = scene.statements("office-1001").await;
    let content = statements[0].content();
    let lines: Vec<_> = content
        .services
        .iter()
        .map(|t| (t.side, t.service.code.as_str(), t.count, t.amount.minor()))
        .collect();
    assert_eq!(
        lines,
        [
            (Side::Earned, "passport", 1, 428_612),
            (Side::Collected, "passport", 1, 1_476_112)
        ]
    );
    let dues: Vec<_> = content
        .dues
        .iter()
        .map(|due| (due.kind, due.amount.minor(), due.reference.as_str()))
        .collect();
    let reference = format!("pishkhan-1-R{}", scene.party_id("office-1001").await);
    assert_eq!(dues, [(DueKind::Remittance, 1_047_500, reference.as_str())]);
    assert_eq!(content.positions[0].carry_reason, Some(CarryReason::OwedByParty));
    let treasury = scene.statements("provincial-treasury").await;
    assert_eq!(treasury[0].content().dues[0].kind, DueKind::Payout);

    scene
        .book(
            scene.day(1, 1),
            &[Case::cash("1002", "copy", "c", scene.day(1, 0))],
        )
        .await;
    scene.bring_in("office-1001", 47_500, 2).await;
    scene.give_back("provincial-treasury", 2).await;
    scene.settle_day(2).await;
    let office = &scene.statements("office-1001").await[1];
    let movements: Vec<_> = office
        .content()
        .movements
        .iter()
        .map(|m| (m.kind, m.amount.minor()))
        .collect();
    assert_eq!(movements, [(MovementKind::Remitted, 47_500)]);
    let treasury = &scene.statements("provincial-treasury").await[1];
    assert_eq!(treasury.content().movements[0].reason, "account closed");
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn items_of_earlier_periods_stand_apart() {
    let scene = Scene::furnished().await;
    scene.settle_day(1).await;
    let cases = [
        Case::central("1001", "copy", "late", scene.day(0, 2)),
        Case::central("1001", "copy", "new", scene.day(1, 2)),
    ];
    scene.book(scene.day(1, 3), &cases).await;
    scene.settle_day(2).await;
    let statements = scene.statements("office-1001").await;
    let content = statements[0].content();
    assert_eq!((content.services.len(), content.earlier.len()), (1, 1));
    assert_eq!(content.earlier[0].total.amount, content.services[0].amount);
    assert_eq!(content.positions[0].earned.minor(), 2 * 67_900);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_party_with_lines_that_come_to_nothing_still_reads_them() {
    let scene = Scene::furnished().await;
    let back = Case {
        takes_back: Some("a"),
        ..Case::central("1001", "copy", "a-back", scene.day(0, 3))
    };
    scene.book_central(0, "1001", "copy", "a").await;
    scene.book(scene.day(0, 4), &[back]).await;
    scene.settle_day(1).await;
    let statements = scene.statements("office-1001").await;
    assert_eq!(statements[0].content().services.len(), 2);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn each_party_that_reads_mail_is_told_once_in_its_language() {
    let scene = Scene::furnished().await;
    let cases = [
        Case::central("1001", "copy", "a", scene.day(0, 2)),
        Case::central("1002", "copy", "b", scene.day(0, 2)),
    ];
    scene.book(scene.day(0, 3), &cases).await;
    let approved = scene.settle_day(1).await;
    assert_eq!((approved.statements, approved.mails), (7, 2));
    let mails = "SELECT count(*) FROM outbox o JOIN statements s ON s.id = o.statement_id JOIN parties p ON p.id = s.party_id \
                  WHERE o.state = 'queued' AND o.recipient = p.email AND o.language = p.language \
                    AND o.message_id = 'statement-' || s.id || '.' || installation()";
    assert_eq!(scene.count(mails).await, 2);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn the_language_and_names_of_a_statement_are_its_partys() {
    let scene = Scene::furnished().await;
    scene.book_central(0, "1002", "copy", "b").await;
    scene.settle(PISHKHAN, scene.day(1, 1)).await;
    let statements = scene.statements("office-1002").await;
    let content = statements[0].content();
    assert_eq!(content.language.code(), "en");
    assert_eq!(content.party.kind.names.en, "Office");
    assert_eq!(content.interval.period, "2026-03-21");
    assert_eq!(content.services[0].component.names.en, "Wage");
    scene.world.assert_sound().await;
}

/// What the last statement of an office asks for, by how its references end.
async fn asked(scene: &Scene, party: &str) -> Vec<(String, i64)> {
    let statements = scene.statements(party).await;
    let dues = statements.last().unwrap().content().dues.iter();
    let remittances = dues.filter(|due| due.kind == DueKind::Remittance);
    let mut asked: Vec<_> = remittances
        .map(|due| {
            let (cycle, _) = due.reference.split_once("-R").unwrap();
            (cycle.to_owned(), due.amount.minor())
        })
        .collect();
    asked.sort();
    asked
}

#[tokio::test]
async fn each_debt_is_demanded_once_and_a_remittance_pays_the_oldest_demand_first() {
    let scene = Scene::furnished().await;
    let passport = |day, reference| Case::cash("1001", "passport", reference, scene.day(day, 2));
    scene.book(scene.day(0, 3), &[passport(0, "a")]).await;
    scene.settle_day(1).await;
    let owed = |cycle: i64, amount: i64| (format!("pishkhan-{cycle}"), amount);
    assert_eq!(asked(&scene, "office-1001").await, [owed(1, 1_047_500)]);

    scene.book(scene.day(1, 3), &[passport(1, "b")]).await;
    assert_eq!(scene.settle_day(2).await.demands, 1);
    assert_eq!(
        asked(&scene, "office-1001").await,
        [owed(1, 1_047_500), owed(2, 1_047_500)]
    );

    let other = Case {
        holder: Holder::SplitAtSource,
        ..Case::cash("1002", "copy", "c", scene.day(2, 2))
    };
    scene.book(scene.day(2, 3), &[other]).await;
    scene.bring_in("office-1001", 1_500_000, 3).await;
    assert_eq!(scene.settle_day(3).await.demands, 0);
    assert_eq!(asked(&scene, "office-1001").await, [owed(2, 595_000)]);

    scene.book(scene.day(3, 3), &[passport(3, "d")]).await;
    scene.bring_in("office-1001", 595_000, 4).await;
    scene.settle_day(4).await;
    assert_eq!(asked(&scene, "office-1001").await, [owed(4, 1_047_500)]);
    let demanded = "SELECT sum(amount)::bigint AS count FROM remittance_demands";
    assert_eq!(scene.count(demanded).await, 3 * 1_047_500);
    scene.world.assert_sound().await;
    let verified = verify(scene.world.pool(), Extent::All, None).await.unwrap();
    assert_eq!(verified.findings, []);
}

#[tokio::test]
async fn very_many_remittances_are_one_line_of_a_statement_and_hold_nothing_up() {
    let scene = Scene::furnished().await;
    scene.book_cash(0, "1001", "passport", "a").await;
    for _ in 0..501 {
        scene.bring_in("office-1001", 1, 1).await;
    }
    scene.settle_day(1).await;
    let statements = scene.statements("office-1001").await;
    let [movement] = &statements[0].content().movements[..] else {
        panic!("{:?}", statements[0].content().movements);
    };
    assert_eq!(
        (movement.kind, movement.amount.minor()),
        (MovementKind::Remitted, 501)
    );
    assert!(movement.reference.ends_with(" (501)"), "{}", movement.reference);
    scene.world.assert_sound().await;
}
