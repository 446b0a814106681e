//! A sealed window: its proof sheet and root against its batches and totals, its journals against the totals. Never here: the
//! leaves under the root (see `bookings`), the totals against the transactions (see `totals`).

use crate::domain::canonical::Digest;
use crate::domain::proof::window_root;
use crate::domain::verification::total::{Fingerprint, Weights};
use crate::domain::verification::{Comparison, Finding};
use crate::store::Connection;
use crate::store::verification::book::window_mismatches;
use crate::store::verification::booking::batch_digests;
use crate::store::verification::window::{SheetRow, misshapen_totals, sheet};
use crate::usecases::Done;

use super::books::{entry_finding, oddity_finding};
use super::totals::stored_totals;
use super::{Checked, ROWS_MAX};

pub(super) async fn verify_window(conn: &mut Connection, weights: &Weights, window: i32) -> Done<Checked> {
    let totals = stored_totals(conn, weights, window).await?;
    let mut findings = Vec::new();
    if let Some(sheet) = sheet(conn, window).await? {
        let digests = batch_digests(conn, window).await?;
        let digests: Vec<Digest> = digests
            .iter()
            .filter_map(|bytes| Digest::from_slice(bytes).ok())
            .collect();
        check_sheet(window, &sheet, window_root(&digests), &mut findings);
    }
    let entries = window_mismatches(conn, window, ROWS_MAX).await?;
    findings.extend(entries.iter().map(entry_finding));
    let misshapen = misshapen_totals(conn, window, ROWS_MAX).await?;
    findings.extend(misshapen.into_iter().map(oddity_finding));
    Ok(Checked {
        findings,
        totals: totals.map(Fingerprint::negated),
    })
}

fn check_sheet(window: i32, sheet: &SheetRow, root: Digest, findings: &mut Vec<Finding>) {
    let mut row = Comparison::of("window_seals", window, findings);
    row.same(
        "transaction_count",
        sheet.transaction_count,
        sheet.counted_transactions,
    );
    row.same("batch_count", sheet.batch_count, sheet.counted_batches);
    row.same("amount_sum", sheet.amount_sum, sheet.summed_amount);
    row.same("principal_sum", sheet.principal_sum, sheet.summed_principal);
    row.same("earned_sum", sheet.earned_sum, sheet.summed_earned);
    row.same("collected_sum", sheet.collected_sum, sheet.summed_collected);
    row.same("root", hex::encode(&sheet.root), root.to_string());
    if sheet.clearing != 0 {
        let stored = sheet.clearing;
        findings.push(Finding::new(
            "accounts",
            format!("clearing of window {window}"),
            "balance",
            stored,
            0,
        ));
    }
}
