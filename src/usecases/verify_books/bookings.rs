//! Leaves and batches of one portion of a window, against the rows that they refer to. Never here: sums of parties.

use std::collections::BTreeSet;

use crate::domain::transaction::TransactionId;
use crate::domain::verification::booking::{BookedTransaction, check_batch};
use crate::domain::verification::rotation::KeyRange;
use crate::domain::verification::total::{Fingerprint, made};
use crate::domain::verification::{Finding, told};
use crate::store::Connection;
use crate::store::verification::booking::{
    Stray, batches_between, close_portion, fetch_portion, open_portion, strays,
};
use crate::usecases::Done;

use super::take_backs::verify_take_backs;
use super::{Checked, FINDINGS_MAX, Known, ROWS_MAX};

/// So many rows that take back are gathered, for which their originals are then looked for together.
const TAKE_BACKS_AT_ONCE: usize = 20_000;

pub(super) async fn verify_bookings(
    conn: &mut Connection,
    known: &mut Known,
    window: i32,
    first: i64,
    last: i64,
) -> Done<Checked> {
    known.read_register(conn).await?;
    open_portion(conn, window, first, last).await?;
    let mut findings = Vec::new();
    let mut totals = Fingerprint::default();
    let mut pending: Vec<BookedTransaction> = Vec::new();
    let mut taking_back: Vec<BookedTransaction> = Vec::new();
    let mut from = first;
    loop {
        let fetched = fetch_portion(conn).await?;
        let until = match fetched.last() {
            // The batch at the end may go on in the rows that come next.
            Some(row) => row.batch - 1,
            None => last,
        };
        let is_last = fetched.is_empty();
        pending.extend(fetched);
        if until >= from {
            let whole = pending.partition_point(|row| row.batch <= until);
            let rest = pending.split_off(whole);
            known.read_contents(conn, &pending).await?;
            totals = pending.iter().fold(totals, |sum, row| {
                sum.plus(made(row, &known.contents, &known.weights))
            });
            findings.extend(verify_batches(conn, known, window, (from, until), &pending).await?);
            taking_back.extend(pending.into_iter().filter(|row| row.original.is_some()));
            (pending, from) = (rest, until + 1);
        }
        if is_last || taking_back.len() >= TAKE_BACKS_AT_ONCE {
            findings.extend(verify_take_backs(conn, known, &taking_back).await?);
            taking_back.clear();
        }
        if is_last || findings.len() > FINDINGS_MAX {
            close_portion(conn).await?;
            return Ok(Checked {
                findings,
                totals: is_last.then_some(totals),
            });
        }
    }
}

/// `rows`: all of the window in these batches, in order.
async fn verify_batches(
    conn: &mut Connection,
    known: &Known,
    window: i32,
    (first, last): (i64, i64),
    rows: &[BookedTransaction],
) -> Done<Vec<Finding>> {
    let mut findings = Vec::new();
    for batch in batches_between(conn, window, first, last).await? {
        let from = rows.partition_point(|row| row.batch < batch.id);
        let until = rows.partition_point(|row| row.batch <= batch.id);
        let own = rows.get(from..until).unwrap_or_default();
        findings.extend(check_batch(&batch, own, &known.contents));
    }
    Ok(findings)
}

/// Transactions whose batch, of a range, is missing or of another window, and the batches that are missing.
pub(super) async fn verify_strays(conn: &mut Connection, range: KeyRange) -> Done<Vec<Finding>> {
    let strays = strays(conn, range, ROWS_MAX).await?;
    let is_gone = |stray: &&Stray| stray.window_of_batch.is_none();
    let gone: BTreeSet<i64> = strays
        .iter()
        .filter(is_gone)
        .map(|stray| stray.batch_id)
        .collect();
    let batch = |id: &i64| {
        Finding::new(
            "batches",
            id,
            "the row",
            "absent",
            "there: transactions are of it",
        )
    };
    let transaction = |stray: &Stray| {
        let id = TransactionId::of(stray.batch_id, stray.line);
        let expected = format!(
            "{}, the window of batch {}",
            told(stray.window_of_batch),
            stray.batch_id
        );
        Finding::new("transactions", id, "window_id", stray.window_id, expected)
    };
    Ok(gone
        .iter()
        .map(batch)
        .chain(strays.iter().map(transaction))
        .collect())
}
