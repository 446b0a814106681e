//! Rows of `transactions`: booked by columns, found again by their key. Never here: an UPDATE, another place that knows the key.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use futures_util::future::try_join;

use super::booking::{NewBatch, insert_batches};
use super::prepared::prepared;
use super::{Connection, Stored};

/// Transactions as columns of equal length.
#[derive(Clone, Debug, Default)]
pub struct NewTransactions<'a> {
    pub allocation_ids: Vec<i64>,
    pub batch_ids: Vec<i64>,
    pub original_ids: Vec<Option<i64>>,
    pub amounts: Vec<i64>,
    pub principals: Vec<i64>,
    pub leaves: Vec<i64>,
    pub occurred_at: Vec<DateTime<Utc>>,
    pub received_at: Vec<DateTime<Utc>>,
    pub office_ids: Vec<i32>,
    pub sender_ids: Vec<i32>,
    pub service_ids: Vec<i32>,
    pub licence_ids: Vec<i32>,
    pub binding_ids: Vec<i32>,
    pub facts_ids: Vec<i32>,
    pub window_ids: Vec<i32>,
    pub lines: Vec<i16>,
    pub network_ids: Vec<i16>,
    pub kinds: Vec<i16>,
    pub holders: Vec<i16>,
    pub references: Vec<&'a str>,
    pub citizens: Vec<Option<&'a [u8]>>,
}

/// The idempotency key, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key<'a> {
    pub office_id: i32,
    pub sender_id: i32,
    pub reference: &'a str,
}

/// A stored transaction with everything that its sender may have sent, to be compared, and what a refund needs of it.
#[derive(Clone, Debug, QueryableByName)]
pub struct StoredTransaction {
    /// Index, from 1, of the key that was asked.
    #[diesel(sql_type = BigInt)]
    pub place: i64,
    #[diesel(sql_type = BigInt)]
    pub batch_id: i64,
    #[diesel(sql_type = SmallInt)]
    pub line: i16,
    #[diesel(sql_type = SmallInt)]
    pub network_id: i16,
    #[diesel(sql_type = Integer)]
    pub office_id: i32,
    #[diesel(sql_type = Integer)]
    pub service_id: i32,
    #[diesel(sql_type = Text)]
    pub service_code: String,
    #[diesel(sql_type = Integer)]
    pub licence_id: i32,
    #[diesel(sql_type = Integer)]
    pub binding_id: i32,
    #[diesel(sql_type = Integer)]
    pub facts_id: i32,
    #[diesel(sql_type = Text)]
    pub facts: String,
    #[diesel(sql_type = SmallInt)]
    pub kind: i16,
    #[diesel(sql_type = SmallInt)]
    pub holder: i16,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    #[diesel(sql_type = BigInt)]
    pub principal: i64,
    #[diesel(sql_type = Timestamptz)]
    pub occurred_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Binary>)]
    pub citizen: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub original_id: Option<i64>,
    #[diesel(sql_type = BigInt)]
    pub allocation_id: i64,
    #[diesel(sql_type = SmallInt)]
    pub allocation_kind: i16,
    #[diesel(sql_type = Integer)]
    pub tariff_version_id: i32,
    #[diesel(sql_type = BigInt)]
    pub asked_amount: i64,
    #[diesel(sql_type = Integer)]
    pub quantity: i32,
    #[diesel(sql_type = Text)]
    pub activity_leg: String,
    #[diesel(sql_type = Integer)]
    pub read_facts_id: i32,
    #[diesel(sql_type = Text)]
    pub read_facts: String,
    #[diesel(sql_type = Array<SmallInt>)]
    pub source_terms: Vec<i16>,
    #[diesel(sql_type = Array<BigInt>)]
    pub source_amounts: Vec<i64>,
    #[diesel(sql_type = Array<SmallInt>)]
    pub leg_terms: Vec<i16>,
    #[diesel(sql_type = Array<BigInt>)]
    pub leg_amounts: Vec<i64>,
}

/// What an earlier refund or reversal took.
#[derive(Clone, Debug, QueryableByName)]
pub struct TakenBack {
    #[diesel(sql_type = BigInt)]
    pub original_id: i64,
    #[diesel(sql_type = BigInt)]
    pub principal: i64,
    #[diesel(sql_type = Array<SmallInt>)]
    pub source_terms: Vec<i16>,
    #[diesel(sql_type = Array<BigInt>)]
    pub source_amounts: Vec<i64>,
    #[diesel(sql_type = Array<SmallInt>)]
    pub leg_terms: Vec<i16>,
    #[diesel(sql_type = Array<BigInt>)]
    pub leg_amounts: Vec<i64>,
}

/// Inserts those whose key is new and returns their number. Rows should ascend by key, so that two writers of the same keys
/// wait for each other instead of deadlocking.
pub async fn insert_transactions(conn: &mut Connection, new: &NewTransactions<'_>) -> Stored<usize> {
    insert_rows(&*conn, new).await
}

/// The same, with the batches of the rows in one flush. If fewer rows than were given went in, the batches are wrong
/// and the caller rolls back.
pub async fn insert_with_batches(
    conn: &mut Connection,
    new: &NewTransactions<'_>,
    batches: &[NewBatch],
) -> Stored<usize> {
    let shared = &*conn;
    let (inserted, ()) = try_join(insert_rows(shared, new), insert_batches(shared, batches)).await?;
    Ok(inserted)
}

async fn insert_rows(mut conn: &Connection, new: &NewTransactions<'_>) -> Stored<usize> {
    Ok(prepared(include_str!("transaction/insert.sql"))
        .bind::<Array<BigInt>, _>(&new.allocation_ids)
        .bind::<Array<BigInt>, _>(&new.batch_ids)
        .bind::<Array<Nullable<BigInt>>, _>(&new.original_ids)
        .bind::<Array<BigInt>, _>(&new.amounts)
        .bind::<Array<BigInt>, _>(&new.principals)
        .bind::<Array<BigInt>, _>(&new.leaves)
        .bind::<Array<Timestamptz>, _>(&new.occurred_at)
        .bind::<Array<Timestamptz>, _>(&new.received_at)
        .bind::<Array<Integer>, _>(&new.office_ids)
        .bind::<Array<Integer>, _>(&new.sender_ids)
        .bind::<Array<Integer>, _>(&new.service_ids)
        .bind::<Array<Integer>, _>(&new.licence_ids)
        .bind::<Array<Integer>, _>(&new.binding_ids)
        .bind::<Array<Integer>, _>(&new.facts_ids)
        .bind::<Array<Integer>, _>(&new.window_ids)
        .bind::<Array<SmallInt>, _>(&new.lines)
        .bind::<Array<SmallInt>, _>(&new.network_ids)
        .bind::<Array<SmallInt>, _>(&new.kinds)
        .bind::<Array<SmallInt>, _>(&new.holders)
        .bind::<Array<Text>, _>(&new.references)
        .bind::<Array<Nullable<Binary>>, _>(&new.citizens)
        .execute(&mut conn)
        .await?)
}

/// The stored transactions of these keys. A row that conflicted cannot be read back in the statement that met it.
pub async fn find_by_keys(conn: &mut Connection, keys: &[Key<'_>]) -> Stored<Vec<StoredTransaction>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let office_ids: Vec<i32> = keys.iter().map(|key| key.office_id).collect();
    let sender_ids: Vec<i32> = keys.iter().map(|key| key.sender_id).collect();
    let references: Vec<&str> = keys.iter().map(|key| key.reference).collect();
    Ok(prepared(include_str!("transaction/find_by_keys.sql"))
        .bind::<Array<Integer>, _>(&office_ids)
        .bind::<Array<Integer>, _>(&sender_ids)
        .bind::<Array<Text>, _>(&references)
        .load(conn)
        .await?)
}

/// What was taken back of these originals so far.
pub async fn taken_back(conn: &mut Connection, original_ids: &[i64]) -> Stored<Vec<TakenBack>> {
    Ok(prepared(include_str!("transaction/taken_back.sql"))
        .bind::<Array<BigInt>, _>(original_ids)
        .load(conn)
        .await?)
}
