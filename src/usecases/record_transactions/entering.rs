//! Rows go to the database in parts: while it stores one, the next is made. Never here: what is booked, transactions.

use std::collections::BTreeMap;
use std::task::Poll;

use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use futures_util::poll;
use futures_util::stream::FuturesOrdered;

use super::batch::{Assembly, Entry, Place, Purse, put_in_key_order};
use super::booking::Halt;
use crate::domain::transaction::Booked;
use crate::store::transaction::{Entered, enter_transactions};
use crate::store::{Connection, Stored};

/// Rows that are sent together first: so few that the database soon has something to do. Each part after it is twice as large.
const FIRST_PART_ROWS: usize = 256;
/// So many at most: what a call costs by itself is little beside storing them.
const PART_ROWS_MAX: usize = 2_048;
/// Parts that the database has been given at a time: it never waits for the next one.
const PARTS_AT_ONCE: usize = 3;

/// Stores the entries and their batches, and says what each was booked as, by its row's index.
///
/// # Errors
/// `KeysAreTaken` if any key is in the books; the database transaction is lost then.
pub(super) async fn enter(
    conn: &Connection,
    entries: &mut [Entry<'_>],
    places: &BTreeMap<Purse, Place>,
    at: DateTime<Utc>,
) -> Result<Vec<(usize, Booked)>, Halt> {
    put_in_key_order(entries);
    let mut assembly = Assembly::at(places);
    let mut booked = Vec::with_capacity(entries.len());
    let mut sent = FuturesOrdered::new();
    let (mut rest, mut part_rows) = (&*entries, FIRST_PART_ROWS);
    while !rest.is_empty() {
        let (rows, others) = rest.split_at(part_rows.min(rest.len()));
        (rest, part_rows) = (others, PART_ROWS_MAX.min(part_rows * 2));
        let part = assembly.part(rows)?;
        booked.extend(part.booked);
        let batches = if rest.is_empty() {
            assembly.batches(at)?
        } else {
            Vec::new()
        };
        sent.push_back(enter_transactions(conn, part.rows, batches));
        while let Poll::Ready(Some(entered)) = poll!(sent.next()) {
            must_be_entered(entered)?;
        }
        if sent.len() >= PARTS_AT_ONCE
            && let Some(entered) = sent.next().await
        {
            must_be_entered(entered)?;
        }
    }
    while let Some(entered) = sent.next().await {
        must_be_entered(entered)?;
    }
    Ok(booked)
}

fn must_be_entered(entered: Stored<Entered>) -> Result<(), Halt> {
    match entered? {
        Entered::All => Ok(()),
        Entered::KeysAreTaken => Err(Halt::KeysAreTaken),
    }
}
