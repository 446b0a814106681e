//! The books as a whole: the line of windows and their schedules, journals against their causes, accounts, holds.
//! Never here: journals of windows (see `windows`).

use crate::domain::verification::seal::PROTECTED;
use crate::domain::verification::{Finding, told};
use crate::store::Connection;
use crate::store::verification::book::{EntryMismatch, Oddity, cause_mismatches, oddities};
use crate::store::verification::settlement::negative_holds;
use crate::store::verification::window::out_of_line;
use crate::usecases::Done;

use super::ROWS_MAX;
use super::schedules::verify_schedules;

pub(super) async fn verify_books(conn: &mut Connection) -> Done<Vec<Finding>> {
    let mut odd = out_of_line(conn).await?;
    odd.extend(oddities(conn).await?);
    let mut findings: Vec<Finding> = odd.into_iter().map(oddity_finding).collect();
    findings.extend(verify_schedules(conn).await?);
    findings.extend(cause_mismatches(conn, ROWS_MAX).await?.iter().map(entry_finding));
    for hold in negative_holds(conn).await? {
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

fn oddity_finding(row: Oddity) -> Finding {
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
