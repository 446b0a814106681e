//! The books as a whole: the line of windows and their schedules, accounts, holds; the journals that sealing did not post, against
//! their causes; and what submissions count. Never here: journals of windows (see `windows`).

use crate::domain::verification::rotation::{KeyRange, Part};
use crate::domain::verification::seal::PROTECTED;
use crate::domain::verification::{Finding, told};
use crate::store::Connection;
use crate::store::verification::book::{EntryMismatch, Oddity, cause_mismatches, loose_ends, odd_journals};
use crate::store::verification::settlement::negative_holds;
use crate::store::verification::submission::miscounted;
use crate::store::verification::window::out_of_line;
use crate::usecases::Done;

use super::ROWS_MAX;
use super::schedules::verify_schedules;

pub(super) async fn verify_books(conn: &mut Connection) -> Done<Vec<Finding>> {
    let mut odd = out_of_line(conn, ROWS_MAX).await?;
    odd.extend(loose_ends(conn, ROWS_MAX).await?);
    let mut findings: Vec<Finding> = odd.into_iter().map(oddity_finding).collect();
    findings.extend(verify_schedules(conn).await?);
    for hold in negative_holds(conn, ROWS_MAX).await? {
        findings.push(Finding::new(
            "hold_movements",
            hold.id,
            "the sum until then",
            hold.sum,
            "zero or more",
        ));
    }
    Ok(findings)
}

/// Journals of a range of ids, by themselves.
pub(super) async fn verify_journals(conn: &mut Connection, range: KeyRange) -> Done<Vec<Finding>> {
    let odd = odd_journals(conn, range, ROWS_MAX).await?;
    Ok(odd.into_iter().map(oddity_finding).collect())
}

/// Journals that count in a window, against the holds, payouts, answers and remittances that caused them.
pub(super) async fn verify_causes(conn: &mut Connection, window: i32) -> Done<Vec<Finding>> {
    let mismatches = cause_mismatches(conn, window, ROWS_MAX).await?;
    Ok(mismatches.iter().map(entry_finding).collect())
}

/// What submissions of a part count, against their rows that were not booked.
pub(super) async fn verify_submissions(conn: &mut Connection, part: Part) -> Done<Vec<Finding>> {
    let odd = miscounted(conn, part, ROWS_MAX).await?;
    Ok(odd.into_iter().map(oddity_finding).collect())
}

pub(super) fn oddity_finding(row: Oddity) -> Finding {
    let protected = PROTECTED.iter().map(|(table, _)| *table);
    let table = protected.into_iter().find(|table| *table == row.relation);
    Finding::new(
        table.unwrap_or("entries"),
        row.row_key,
        &row.what,
        row.stored,
        row.expected,
    )
}

pub(super) fn entry_finding(entry: &EntryMismatch) -> Finding {
    let summed = |items: Option<i64>, amount: Option<i64>| match items.zip(amount) {
        Some((items, amount)) => format!("{amount} of {items}"),
        None => "absent".to_owned(),
    };
    let row = match entry.journal_id.zip(entry.line) {
        Some((journal, line)) => format!("{journal}:{line}"),
        None => format!(
            "of the journal {}:{}:{}",
            entry.kind, entry.cause_id, entry.party_id
        ),
    };
    let what = format!(
        "{} of {} {} for party {}",
        entry.meaning,
        entry.kind,
        entry.cause_id,
        told(Some(entry.party_id))
    );
    let stored = summed(entry.stored_items, entry.stored_amount);
    Finding::new("entries", row, &what, stored, summed(entry.items, entry.amount))
}
