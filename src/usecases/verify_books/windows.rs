//! A sealed window: its totals against the transactions, its proof sheet and root against both, its journals against the
//! totals. Never here: the leaves under the root (see `bookings`).

use crate::domain::canonical::Digest;
use crate::domain::proof::window_root;
use crate::domain::verification::{Comparison, Finding, told};
use crate::store::Connection;
use crate::store::verification::book::window_mismatches;
use crate::store::verification::booking::batch_digests;
use crate::store::verification::window::{SheetRow, TotalMismatch, sheet, total_mismatches};
use crate::usecases::Done;

use super::ROWS_MAX;
use super::books::entry_finding;

pub(super) async fn verify_window(conn: &mut Connection, window: i32) -> Done<Vec<Finding>> {
    let mut findings = Vec::new();
    let mismatches = total_mismatches(conn, window, ROWS_MAX).await?;
    findings.extend(mismatches.iter().map(|total| total_finding(window, total)));
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
    Ok(findings)
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
