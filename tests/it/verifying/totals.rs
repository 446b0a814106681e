//! Totals of sealed windows, worked out in two ways that must agree. Never here: the lines of one transaction (unit tests).

use daftar::domain::money::Amount;
use daftar::domain::originator::Originator;
use daftar::domain::tariff::FactValue;
use daftar::domain::transaction::{Holder, Submitted};
use daftar::usecases::verify_books::{
    Checked, Extent, Known, Piece, doubts, draw_weights, plan_verification, verify_piece,
};

use super::touched::found_after;
use super::{record, refund, row, settled, verified};
use crate::scene::Scene;

/// What a verification of everything would look at line by line.
async fn doubtful(scene: &Scene) -> Vec<Piece> {
    let mut conn = scene.world.conn().await;
    let by = Originator::host();
    let plan = plan_verification(&mut conn, &by, scene.day(9, 0), Extent::All, None)
        .await
        .unwrap();
    let mut known = Known::new(draw_weights());
    let mut found = Vec::new();
    for planned in plan.pieces {
        let checked = verify_piece(&mut conn, &by, &mut known, planned.piece)
            .await
            .unwrap();
        found.push((planned, checked));
    }
    doubts(&found).into_iter().map(|planned| planned.piece).collect()
}

async fn checked(scene: &Scene, piece: Piece) -> Checked {
    let mut conn = scene.world.conn().await;
    let mut known = Known::new(draw_weights());
    verify_piece(&mut conn, &Originator::host(), &mut known, piece)
        .await
        .unwrap()
}

/// Every service as each holder can have it, most of them on time, and parts of two taken back.
fn every_case(scene: &Scene) -> Vec<Submitted> {
    let mut rows = Vec::new();
    for holder in [
        Holder::Office,
        Holder::Agency,
        Holder::Central,
        Holder::SplitAtSource,
    ] {
        let named = |service: &str| Submitted {
            holder,
            ..row(scene, "1001", service, &format!("{service}-{}", holder.code()))
        };
        rows.extend(["copy", "passport"].map(named));
        rows.push(Submitted {
            amount: Some(Amount::from_minor(1_000_003)),
            ..named("duty")
        });
        rows.push(Submitted {
            principal: Some(Amount::from_minor(250_000)),
            ..named("bill")
        });
        rows.push(Submitted {
            facts: [("losses".to_owned(), FactValue::Integer(2))].into(),
            ..named("card")
        });
    }
    for (original, minor) in [("passport-office", 500_001), ("passport-central", 7)] {
        rows.push(refund(
            scene,
            "1001",
            original,
            &format!("back-{original}"),
            minor,
        ));
    }
    rows
}

#[tokio::test]
async fn each_transaction_and_the_statement_that_seals_come_to_the_same_totals_for_every_service_and_holder()
{
    let scene = Scene::furnished().await;
    scene.enter_the_rest().await;
    record(&scene, &every_case(&scene), scene.day(0, 9)).await;
    // Booked on the next day: items of an earlier period.
    let late = every_case(&scene)
        .into_iter()
        .filter(|row| row.original.is_none());
    let late: Vec<Submitted> = late
        .map(|row| Submitted {
            reference: format!("late-{}", row.reference),
            ..row
        })
        .collect();
    record(&scene, &late, scene.day(1, 9)).await;
    for day in [1, 2] {
        scene.settle_day(day).await;
    }
    assert_eq!(doubtful(&scene).await, []);
}

#[tokio::test]
async fn sound_totals_are_not_looked_at_line_by_line_and_two_sums_that_differ_are_told_in_any_case() {
    let scene = settled().await;
    assert_eq!(doubtful(&scene).await, []);
    let window = i32::try_from(
        scene
            .count("SELECT min(window_id)::bigint AS count FROM window_seals")
            .await,
    )
    .unwrap();
    let is_told = async |is_unexplained| {
        let checked = checked(
            &scene,
            Piece::Totals {
                window,
                is_unexplained,
            },
        )
        .await;
        checked
            .findings
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(is_told(false).await, [""; 0]);
    assert_eq!(
        is_told(true).await,
        [format!(
            "window_totals {window}: the sum of its lines is what sealing makes of the transactions, \
             and should be what the terms of each transaction add up to"
        )]
    );
}

/// Moves a rial from one line to another of the same row and side, so that no sum of them changes.
pub fn move_a_rial() -> String {
    let taken = "(window_id, party_id, deposit_identifier, earlier) IN \
        (SELECT window_id, party_id, deposit_identifier, earlier FROM window_totals WHERE cardinality(sums) > 1 \
          AND sides[1] = sides[2] ORDER BY 1, 2, 3, 4 LIMIT 1)";
    format!("UPDATE window_totals SET sums[1] = sums[1] + 1, sums[2] = sums[2] - 1 WHERE {taken}")
}

#[tokio::test]
async fn a_rial_moved_from_one_line_to_another_is_told_with_both() {
    let scene = settled().await;
    let found = found_after(&scene, "window_totals", &move_a_rial()).await;
    assert_eq!(found.len(), 2, "{found:?}");
    let amount = |told: &str| told.split(' ').next().unwrap().parse::<i64>().unwrap();
    let mut differences: Vec<i64> = found
        .iter()
        .map(|[_, _, stored, expected]| amount(stored) - amount(expected))
        .collect();
    differences.sort_unstable();
    assert_eq!(differences, [-1, 1], "{found:?}");
}

#[tokio::test]
async fn a_line_cut_in_two_and_rows_that_are_no_lines_are_told() {
    let scene = settled().await;
    let key = "(SELECT window_id, party_id, deposit_identifier, earlier FROM window_totals WHERE counts[1] > 1 \
        ORDER BY 1, 2, 3, 4 LIMIT 1)";
    let cut = format!(
        "UPDATE window_totals SET service_ids = service_ids[1] || service_ids, sides = sides[1] || sides, \
         transaction_kinds = transaction_kinds[1] || transaction_kinds, \
         component_kinds = component_kinds[1] || component_kinds, \
         counts = 1::bigint || (counts[1] - 1 || counts[2:]), sums = 1::bigint || (sums[1] - 1 || sums[2:]) \
         WHERE (window_id, party_id, deposit_identifier, earlier) IN {key}"
    );
    let found = found_after(&scene, "window_totals", &cut).await;
    assert_eq!(found.len(), 2, "{found:?}");
    let empty = "INSERT INTO window_totals SELECT window_id, party_id, 'nobody''s', unit_id, earlier, \
        '{}', '{}', '{}', '{}', '{}', '{}' FROM window_totals LIMIT 1";
    let found = found_after(&scene, "window_totals", empty).await;
    let told = |found: &[[String; 4]]| found.iter().filter(|[_, what, ..]| what == "its arrays").count();
    assert_eq!(told(&found), 1, "{found:?}");
    // Each of them is told, and keeps nobody from telling the others.
    for (array, more) in [("sums[1] = NULL", 2), ("sides[1] = NULL", 3), ("sums[99] = 1", 4)] {
        let other = format!(
            "UPDATE window_totals SET {array} WHERE (window_id, party_id, deposit_identifier, unit_id, earlier) IN \
             (SELECT window_id, party_id, deposit_identifier, unit_id, earlier FROM window_totals \
               WHERE cardinality(service_ids) > 0 AND deposit_identifier = '' ORDER BY 1, 2, 3, 4, 5 LIMIT 1 OFFSET {more})"
        );
        let found = found_after(&scene, "window_totals", &other).await;
        assert_eq!(told(&found), more, "{array}: {found:?}");
    }
}

#[tokio::test]
async fn totals_are_not_blamed_for_what_is_missing_elsewhere() {
    for missing in [
        "DELETE FROM facts WHERE canonical <> '{}'",
        "DELETE FROM batches WHERE id = (SELECT max(b.id) FROM batches b JOIN window_seals s ON s.window_id = b.window_id)",
    ] {
        let scene = settled().await;
        let all = format!(
            "ALTER TABLE facts DISABLE TRIGGER ALL; ALTER TABLE batches DISABLE TRIGGER ALL; {missing}"
        );
        let found = found_after(&scene, "window_totals", &all).await;
        assert_eq!(found, [[""; 4]; 0], "{missing}");
        assert!(!verified(&scene).await.agrees, "{missing}");
    }
}
