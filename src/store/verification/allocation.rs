//! Allocations page by page, and the originals of refunds with what was taken back before. Never here: asking again.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, SmallInt};
use diesel_async::RunQueryDsl;

use super::content::AllocationRow;
use crate::domain::verification::rotation::KeyRange;
use crate::store::{Connection, Stored};

/// The allocation of an original transaction that some refund took back a part of.
#[derive(Clone, Debug, QueryableByName)]
pub struct OriginalRow {
    /// The transaction's.
    #[diesel(sql_type = BigInt)]
    pub original_id: i64,
    #[diesel(sql_type = Integer)]
    pub tariff_version_id: i32,
    #[diesel(sql_type = Array<SmallInt>)]
    pub source_terms: Vec<i16>,
    #[diesel(sql_type = Array<BigInt>)]
    pub source_amounts: Vec<i64>,
    #[diesel(sql_type = Array<SmallInt>)]
    pub leg_terms: Vec<i16>,
    #[diesel(sql_type = Array<BigInt>)]
    pub leg_amounts: Vec<i64>,
}

/// A refund's allocation, whether a transaction uses it or a recorder stopped before.
#[derive(Clone, Debug, QueryableByName)]
pub struct RefundRow {
    #[diesel(sql_type = BigInt)]
    pub original_id: i64,
    #[diesel(sql_type = Integer)]
    pub original_ordinal: i32,
    #[diesel(sql_type = Bool)]
    pub is_used: bool,
    #[diesel(sql_type = Array<SmallInt>)]
    pub source_terms: Vec<i16>,
    #[diesel(sql_type = Array<BigInt>)]
    pub source_amounts: Vec<i64>,
    #[diesel(sql_type = Array<SmallInt>)]
    pub leg_terms: Vec<i16>,
    #[diesel(sql_type = Array<BigInt>)]
    pub leg_amounts: Vec<i64>,
}

/// Those whose ids lie in a range.
pub async fn allocations_of(conn: &mut Connection, range: KeyRange) -> Stored<Vec<AllocationRow>> {
    let query = concat!(
        include_str!("content/allocations.sql"),
        " WHERE a.id BETWEEN $1 AND $2 ORDER BY a.id"
    );
    Ok(diesel::sql_query(query)
        .bind::<BigInt, _>(range.first)
        .bind::<BigInt, _>(range.last)
        .load(conn)
        .await?)
}

/// The originals of these ids that are there.
pub async fn originals(conn: &mut Connection, original_ids: &[i64]) -> Stored<Vec<OriginalRow>> {
    Ok(diesel::sql_query(include_str!("allocation/originals.sql"))
        .bind::<Array<BigInt>, _>(original_ids)
        .load(conn)
        .await?)
}

/// All refunds' allocations of these originals, by original and ordinal.
pub async fn refunds(conn: &mut Connection, original_ids: &[i64]) -> Stored<Vec<RefundRow>> {
    Ok(diesel::sql_query(include_str!("allocation/refunds.sql"))
        .bind::<Array<BigInt>, _>(original_ids)
        .load(conn)
        .await?)
}
