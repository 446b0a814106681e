//! Rows that take back, against their originals and whatever else took back of them. Never here: what of an original a part of
//! it is (see `allocations`).

use crate::domain::transaction::TransactionId;
use crate::domain::verification::Finding;
use crate::domain::verification::booking::BookedTransaction;
use crate::domain::verification::take_back::check_take_backs;
use crate::store::Connection;
use crate::store::verification::take_back::{originals, takers};
use crate::usecases::Done;

use super::Known;

pub(super) async fn verify_take_backs(
    conn: &mut Connection,
    known: &mut Known,
    rows: &[BookedTransaction],
) -> Done<Vec<Finding>> {
    let named = rows.iter().filter_map(|row| row.original);
    let mut original_ids: Vec<TransactionId> = named.map(TransactionId::from_number).collect();
    if original_ids.is_empty() {
        return Ok(Vec::new());
    }
    original_ids.sort_unstable();
    original_ids.dedup();
    let originals = originals(conn, &original_ids).await?;
    let takers = takers(conn, &original_ids).await?;
    let mut allocations: Vec<i64> = originals.iter().map(|original| original.allocation).collect();
    allocations.extend(takers.iter().map(|taker| taker.allocation));
    known.read_allocations(conn, allocations.into_iter()).await?;
    Ok(check_take_backs(rows, &originals, &takers, &known.contents))
}
