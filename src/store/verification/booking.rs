//! Batches and transactions by their ids, through a cursor: one scan a portion however large it is.
//! Never here: what they refer to (see `content`).

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, SmallInt};
use diesel_async::RunQueryDsl;

use crate::domain::verification::booking::{BookedBatch, BookedTransaction};
use crate::domain::verification::rotation::KeyRange;
use crate::store::schema::{batches, transactions};
use crate::store::{Connection, Stored};

/// In the order of `booking/portion.sql`, which is that of the table.
#[derive(Queryable)]
struct TransactionRow {
    allocation: i64,
    batch: i64,
    original: Option<i64>,
    amount: i64,
    principal: i64,
    leaf: i64,
    occurred_at: DateTime<Utc>,
    received_at: DateTime<Utc>,
    office: i32,
    sender: i32,
    service: i32,
    licence: i32,
    binding: i32,
    facts: i32,
    window: i32,
    line: i16,
    network: i16,
    kind: i16,
    holder: i16,
    reference: String,
    citizen: Option<Vec<u8>>,
}

#[derive(Queryable)]
struct BatchRow {
    id: i64,
    window: i32,
    unit: i16,
    booked_at: DateTime<Utc>,
    row_count: i32,
    amount_sum: i64,
    principal_sum: i64,
    digest: Vec<u8>,
}

/// A transaction that belongs to no batch of its window.
#[derive(Clone, Debug, QueryableByName)]
pub struct Stray {
    #[diesel(sql_type = BigInt)]
    pub batch_id: i64,
    #[diesel(sql_type = SmallInt)]
    pub line: i16,
    #[diesel(sql_type = Integer)]
    pub window_id: i32,
    #[diesel(sql_type = Nullable<Integer>)]
    pub window_of_batch: Option<i32>,
}

/// A range of a window's batches, both ends included, and how many transactions they have.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct PortionRow {
    #[diesel(sql_type = BigInt)]
    pub first: i64,
    #[diesel(sql_type = BigInt)]
    pub last: i64,
    #[diesel(sql_type = BigInt)]
    pub rows: i64,
}

/// The batches of a window in ranges of about so many transactions.
pub async fn portions(conn: &mut Connection, window_id: i32, rows: i64) -> Stored<Vec<PortionRow>> {
    Ok(diesel::sql_query(include_str!("booking/portions.sql"))
        .bind::<Integer, _>(window_id)
        .bind::<BigInt, _>(rows)
        .load(conn)
        .await?)
}

/// The digests of a window's batches in the order of their ids.
pub async fn batch_digests(conn: &mut Connection, window_id: i32) -> Stored<Vec<Vec<u8>>> {
    Ok(batches::table
        .filter(batches::window_id.eq(window_id))
        .order(batches::id)
        .select(batches::digest)
        .load(conn)
        .await?)
}

/// Opens the cursor over the transactions of a window in a range of batches, both ends included. It ends with the
/// database transaction, which has one such cursor at most.
pub async fn open_portion(conn: &mut Connection, window_id: i32, first: i64, last: i64) -> Stored<()> {
    diesel::sql_query(include_str!("booking/portion.sql"))
        .bind::<Integer, _>(window_id)
        .bind::<BigInt, _>(first)
        .bind::<BigInt, _>(last)
        .execute(conn)
        .await?;
    Ok(())
}

/// The next transactions of the portion, by batch and line; none when it is at its end.
pub async fn fetch_portion(conn: &mut Connection) -> Stored<Vec<BookedTransaction>> {
    let fetched = sql::<transactions::SqlType>("FETCH FORWARD 20000 FROM portion");
    let rows: Vec<TransactionRow> = fetched.load(conn).await?;
    Ok(rows.into_iter().map(BookedTransaction::from).collect())
}

pub async fn close_portion(conn: &mut Connection) -> Stored<()> {
    diesel::sql_query("CLOSE portion").execute(conn).await?;
    Ok(())
}

/// Batches of a window in a range of ids, both ends included.
pub async fn batches_between(
    conn: &mut Connection,
    window_id: i32,
    first: i64,
    last: i64,
) -> Stored<Vec<BookedBatch>> {
    let rows: Vec<BatchRow> = batches::table
        .filter(batches::window_id.eq(window_id))
        .filter(batches::id.between(first, last))
        .order(batches::id)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(BookedBatch::from).collect())
}

/// Of a range of the batches' ids.
pub async fn strays(conn: &mut Connection, of: KeyRange, rows_max: i64) -> Stored<Vec<Stray>> {
    Ok(diesel::sql_query(include_str!("booking/strays.sql"))
        .bind::<BigInt, _>(of.first)
        .bind::<BigInt, _>(of.last)
        .bind::<BigInt, _>(rows_max)
        .load(conn)
        .await?)
}

impl From<TransactionRow> for BookedTransaction {
    fn from(row: TransactionRow) -> Self {
        Self {
            allocation: row.allocation,
            batch: row.batch,
            original: row.original,
            amount: row.amount,
            principal: row.principal,
            leaf: row.leaf,
            occurred_at: row.occurred_at,
            received_at: row.received_at,
            office: row.office,
            sender: row.sender,
            service: row.service,
            licence: row.licence,
            binding: row.binding,
            facts: row.facts,
            window: row.window,
            line: row.line,
            network: row.network,
            kind: row.kind,
            holder: row.holder,
            reference: row.reference,
            citizen: row.citizen,
        }
    }
}

impl From<BatchRow> for BookedBatch {
    fn from(row: BatchRow) -> Self {
        Self {
            id: row.id,
            window: row.window,
            unit: row.unit,
            booked_at: row.booked_at,
            row_count: row.row_count,
            amount_sum: row.amount_sum,
            principal_sum: row.principal_sum,
            digest: row.digest,
        }
    }
}
