//! Originals and everything that takes back of them, wherever it was booked. Never here: whether that is too much (see
//! `domain::verification::take_back`).

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, SmallInt};
use diesel_async::RunQueryDsl;

use crate::domain::transaction::TransactionId;
use crate::domain::verification::take_back::{Original, Taker};
use crate::store::{Connection, Stored};

/// Originals that are no further apart are read in one go. What is taken back was mostly booked not long before, and the few
/// that are older must not have everything in between read.
const NEAR_BATCHES: i64 = 16;

#[derive(QueryableByName)]
struct OriginalRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = SmallInt)]
    kind: i16,
    #[diesel(sql_type = Integer)]
    office_id: i32,
    #[diesel(sql_type = Integer)]
    service_id: i32,
    #[diesel(sql_type = SmallInt)]
    network_id: i16,
    #[diesel(sql_type = Integer)]
    binding_id: i32,
    #[diesel(sql_type = Integer)]
    facts_id: i32,
    #[diesel(sql_type = BigInt)]
    allocation_id: i64,
    #[diesel(sql_type = BigInt)]
    principal: i64,
}

#[derive(QueryableByName)]
struct TakerRow {
    #[diesel(sql_type = BigInt)]
    original_id: i64,
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    allocation_id: i64,
    #[diesel(sql_type = BigInt)]
    principal: i64,
}

/// Those of these ids that are there. `ids` must ascend.
pub async fn originals(conn: &mut Connection, ids: &[TransactionId]) -> Stored<Vec<Original>> {
    let mut originals = Vec::new();
    for near in ids.chunk_by(|one, other| other.batch_id() - one.batch_id() <= NEAR_BATCHES) {
        let batch_id = |id: Option<&TransactionId>| id.map_or(0, |id| id.batch_id());
        let rows: Vec<OriginalRow> = diesel::sql_query(include_str!("take_back/originals.sql"))
            .bind::<Array<BigInt>, _>(numbers(near))
            .bind::<BigInt, _>(batch_id(near.first()))
            .bind::<BigInt, _>(batch_id(near.last()))
            .load(conn)
            .await?;
        originals.extend(rows.into_iter().map(Original::from));
    }
    Ok(originals)
}

/// All that take back of these originals, by original and id.
pub async fn takers(conn: &mut Connection, original_ids: &[TransactionId]) -> Stored<Vec<Taker>> {
    let rows: Vec<TakerRow> = diesel::sql_query(include_str!("take_back/takers.sql"))
        .bind::<Array<BigInt>, _>(numbers(original_ids))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Taker::from).collect())
}

fn numbers(ids: &[TransactionId]) -> Vec<i64> {
    ids.iter().map(|id| id.number()).collect()
}

impl From<OriginalRow> for Original {
    fn from(row: OriginalRow) -> Self {
        Self {
            id: TransactionId::from_number(row.id),
            kind: row.kind,
            office: row.office_id,
            service: row.service_id,
            network: row.network_id,
            binding: row.binding_id,
            facts: row.facts_id,
            allocation: row.allocation_id,
            principal: row.principal,
        }
    }
}

impl From<TakerRow> for Taker {
    fn from(row: TakerRow) -> Self {
        Self {
            id: TransactionId::from_number(row.id),
            original: TransactionId::from_number(row.original_id),
            allocation: row.allocation_id,
            principal: row.principal,
        }
    }
}
