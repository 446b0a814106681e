//! Statements as approval issues them, and the mail that tells of them (money rule 22).

use daftar::domain::statement::{CarryReason, DueKind, MovementKind, Side, Statement};
use daftar::usecases::keep_statement_pdf::load_statement;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

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
    scene
        .book(
            scene.day(0, 3),
            &[Case::cash("1001", "passport", "a", scene.day(0, 2))],
        )
        .await;
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
    scene
        .book(
            scene.day(4, 3),
            &[Case::central("1001", "copy", "b", scene.day(4, 2))],
        )
        .await;
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
async fn a_statement_says_what_was_earned_collected_remitted_and_is_due() {
    let scene = Scene::furnished().await;
    scene
        .book(
            scene.day(0, 3),
            &[Case::cash("1001", "passport", "a", scene.day(0, 2))],
        )
        .await;
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
}

#[tokio::test]
async fn a_party_with_lines_that_come_to_nothing_still_reads_them() {
    let scene = Scene::furnished().await;
    let back = Case {
        takes_back: Some("a"),
        ..Case::central("1001", "copy", "a-back", scene.day(0, 3))
    };
    scene
        .book(
            scene.day(0, 3),
            &[Case::central("1001", "copy", "a", scene.day(0, 2))],
        )
        .await;
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
                    AND o.message_id = 'statement-' || s.id || '@daftar'";
    assert_eq!(scene.count(mails).await, 2);
}

/// One day of a random history: which services are given by whom and held where, and whether the oldest is taken back.
fn any_day() -> impl Strategy<Value = (Vec<(usize, bool, bool)>, bool, bool)> {
    (
        proptest::collection::vec((0..3_usize, any::<bool>(), any::<bool>()), 0..5),
        any::<bool>(),
        any::<bool>(),
    )
}

#[test]
fn any_history_leaves_balances_that_a_small_model_has_too() {
    let mut runner = TestRunner::new(Config::with_cases(6));
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    runner
        .run(&proptest::collection::vec(any_day(), 1..6), |days| {
            runtime().block_on(a_history(&days));
            Ok(())
        })
        .unwrap();
}

/// The model: what the three offices earned less what they collected, less what was paid, is their balance.
async fn a_history(days: &[(Vec<(usize, bool, bool)>, bool, bool)]) {
    let scene = Scene::furnished().await;
    let mut model = [0_i64; 3];
    let mut carried = [0_u16; 3];
    let mut standing: Vec<(usize, bool, bool, String)> = Vec::new();
    for (day, (given, takes_back, remits)) in (0..).zip(days) {
        let at = scene.day(day, 3);
        let mut number = 0;
        let value = |passport: bool| {
            if passport {
                (428_612, 1_476_112)
            } else {
                (67_900, 100_000)
            }
        };
        for (office, passport, cash) in given {
            number += 1;
            let reference = format!("{day}-{number}");
            scene
                .book(
                    at,
                    &[case(&scene, day, *office, *passport, *cash, &reference, None)],
                )
                .await;
            let (earned, paid) = value(*passport);
            model[*office] += earned - if *cash { paid } else { 0 };
            standing.push((*office, *passport, *cash, reference));
        }
        if *takes_back && !standing.is_empty() {
            let (office, passport, cash, reference) = standing.remove(0);
            let back = format!("{reference}-back");
            scene
                .book(
                    at,
                    &[case(&scene, day, office, passport, cash, &back, Some(&reference))],
                )
                .await;
            let (earned, paid) = value(passport);
            model[office] -= earned - if cash { paid } else { 0 };
        }
        if *remits && model[0] < 0 {
            let case = Case::central("1003", "copy", "opens", at);
            let reference = format!("{day}-opens");
            scene
                .book(
                    at,
                    &[Case {
                        reference: &reference,
                        ..case
                    }],
                )
                .await;
            model[2] += 67_900;
            scene
                .bring_in("office-1001", -model[0], i32::try_from(day).unwrap() + 1)
                .await;
            model[0] = 0;
        }
        scene.settle_day(day + 1).await;
        for office in 0..3 {
            let pays = model[office] >= 500_000 || (model[office] > 0 && carried[office] >= 3);
            carried[office] = if model[office] > 0 && !pays {
                carried[office] + 1
            } else {
                0
            };
            if pays {
                model[office] = 0;
            }
            let party = format!("office-100{}", office + 1);
            assert_eq!(
                scene.due(&party).await,
                model[office],
                "{party} after day {day}: {days:?}"
            );
        }
    }
    scene.world.assert_sound().await;
}

fn case<'a>(
    scene: &Scene,
    day: i64,
    office: usize,
    passport: bool,
    cash: bool,
    reference: &'a str,
    takes_back: Option<&'a str>,
) -> Case<'a> {
    let service = if passport { "passport" } else { "copy" };
    let office = crate::scene::OFFICES[office];
    let given = scene.day(day, 2);
    let case = if cash {
        Case::cash(office, service, reference, given)
    } else {
        Case::central(office, service, reference, given)
    };
    Case { takes_back, ..case }
}

#[tokio::test]
async fn the_language_and_names_of_a_statement_are_its_partys() {
    let scene = Scene::furnished().await;
    scene
        .book(
            scene.day(0, 3),
            &[Case::central("1002", "copy", "b", scene.day(0, 2))],
        )
        .await;
    scene.settle(PISHKHAN, scene.day(1, 1)).await;
    let statements = scene.statements("office-1002").await;
    let content = statements[0].content();
    assert_eq!(content.language.code(), "en");
    assert_eq!(content.party.kind.names.en, "Office");
    assert_eq!(content.interval.period, "2026-03-21");
    assert_eq!(content.services[0].component.names.en, "Wage");
}
