//! The totals of a sealed window against its transactions: first as two sums, and line by line where they differ.
//! Never here: what a transaction adds (see `domain::verification::total`).

use std::collections::BTreeMap;
use std::hash::RandomState;

use super::plan::{SMALL, planned};
use super::{Checked, Piece, PlannedPiece, ROWS_MAX};
use crate::domain::verification::total::{Fingerprint, StoredPlace, Weights, stored};
use crate::domain::verification::{Finding, told};
use crate::store::Connection;
use crate::store::verification::window::{
    TotalMismatch, close_totals, fetch_totals, open_totals, total_mismatches,
};
use crate::usecases::Done;

/// The weights of one verification, which nobody knew before.
pub fn draw_weights() -> Weights {
    Weights::new(RandomState::new())
}

/// What is left to verify once all pieces of a plan are: the totals of each sealed window whose pieces did not come to nothing.
/// Where something else was found, that explains it.
pub fn doubts(found: &[(PlannedPiece, Checked)]) -> Vec<PlannedPiece> {
    let mut sums: BTreeMap<i32, Option<Fingerprint>> = BTreeMap::new();
    for (planned, _) in found {
        if let Piece::Window { window } = planned.piece {
            sums.insert(window, Some(Fingerprint::default()));
        }
    }
    for (planned, checked) in found {
        if let Some(sum) = planned.window.and_then(|window| sums.get_mut(&window)) {
            *sum = sum.zip(checked.totals).map(|(sum, own)| sum.plus(own));
        }
    }
    let is_else_sound = found.iter().all(|(_, checked)| checked.findings.is_empty());
    let doubtful = sums
        .into_iter()
        .filter(|(_, sum)| !sum.is_some_and(Fingerprint::is_nothing));
    doubtful
        .map(|(window, sum)| {
            let is_unexplained = is_else_sound && sum.is_some();
            let piece = Piece::Totals {
                window,
                is_unexplained,
            };
            planned(piece, Some(window), SMALL)
        })
        .collect()
}

/// All that is stored, weighed; `None` if it is not such as sealing writes.
pub(super) async fn stored_totals(
    conn: &mut Connection,
    weights: &Weights,
    window: i32,
) -> Done<Option<Fingerprint>> {
    let mut sum = Some(Fingerprint::default());
    open_totals(conn, window).await?;
    loop {
        let rows = fetch_totals(conn).await?;
        if rows.is_empty() {
            close_totals(conn).await?;
            return Ok(sum);
        }
        for row in rows {
            let place = StoredPlace {
                party: row.party_id,
                deposit_identifier: &row.deposit_identifier,
                unit: row.unit_id,
                earlier: row.earlier,
            };
            let own = row.lines().and_then(|lines| stored(place, lines, weights));
            sum = sum.zip(own).map(|(sum, own)| sum.plus(own));
        }
    }
}

/// Line by line, by the statement that seals. `is_unexplained`: something is told in any case.
pub(super) async fn verify_totals(
    conn: &mut Connection,
    window: i32,
    is_unexplained: bool,
) -> Done<Vec<Finding>> {
    let mismatches = total_mismatches(conn, window, ROWS_MAX).await?;
    let mut findings: Vec<Finding> = mismatches
        .iter()
        .map(|total| total_finding(window, total))
        .collect();
    if findings.is_empty() && is_unexplained {
        findings.push(Finding::new(
            "window_totals",
            window,
            "the sum of its lines",
            "what sealing makes of the transactions",
            "what the terms of each transaction add up to",
        ));
    }
    Ok(findings)
}

fn total_finding(window: i32, total: &TotalMismatch) -> Finding {
    let key = format!(
        "{window}:{}:{}:{}:{}",
        told(total.party_id),
        total.deposit_identifier,
        total.unit_id,
        total.earlier
    );
    let what = format!(
        "service {}, side {}, kind {}, component {}",
        total.service_id, total.side, total.transaction_kind, total.component_kind
    );
    let counted = |items: Option<i64>, amount: Option<i64>| match items.zip(amount) {
        Some((items, amount)) => format!("{amount} of {items} transactions"),
        None => "absent".to_owned(),
    };
    let stored = counted(total.stored_items, total.stored_amount);
    Finding::new(
        "window_totals",
        key,
        &what,
        stored,
        counted(total.items, total.amount),
    )
}
