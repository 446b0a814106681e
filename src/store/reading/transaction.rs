//! Booked transactions as people read them, and both sides of their allocations. Never here: booking.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use crate::store::{Connection, Stored};

#[derive(Clone, Debug, QueryableByName)]
pub struct TransactionRow {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Text)]
    pub network: String,
    #[diesel(sql_type = Text)]
    pub office: String,
    #[diesel(sql_type = Text)]
    pub service: String,
    #[diesel(sql_type = Text)]
    pub sender: String,
    #[diesel(sql_type = Text)]
    pub reference: String,
    #[diesel(sql_type = SmallInt)]
    pub kind: i16,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub original_id: Option<i64>,
    #[diesel(sql_type = Timestamptz)]
    pub occurred_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub received_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub booked_at: DateTime<Utc>,
    #[diesel(sql_type = Integer)]
    pub sender_id: i32,
    #[diesel(sql_type = BigInt)]
    pub batch_id: i64,
    #[diesel(sql_type = SmallInt)]
    pub line: i16,
    #[diesel(sql_type = SmallInt)]
    pub holder: i16,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    #[diesel(sql_type = BigInt)]
    pub principal: i64,
    #[diesel(sql_type = Integer)]
    pub quantity: i32,
    #[diesel(sql_type = Text)]
    pub activity_leg: String,
    #[diesel(sql_type = Text)]
    pub facts: String,
    #[diesel(sql_type = Text)]
    pub unit: String,
    #[diesel(sql_type = Integer)]
    pub tariff_version_id: i32,
    #[diesel(sql_type = Text)]
    pub window_key: String,
    #[diesel(sql_type = Integer)]
    pub window_ordinal: i32,
    /// It happened before its window began.
    #[diesel(sql_type = Bool)]
    pub earlier: bool,
}

/// One line of a side, with the party that earned or collected it.
#[derive(Clone, Debug, QueryableByName)]
pub struct ShareRow {
    /// The transaction's.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Text)]
    pub side: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Text)]
    pub role: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub party: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub name_fa: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub name_en: Option<String>,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    #[diesel(sql_type = Bool)]
    pub refundable: bool,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    /// Negative of what takes back.
    #[diesel(sql_type = BigInt)]
    pub signed_amount: i64,
}

/// Where a list of an office's transactions continues: beyond this time of event, batch and line.
pub type TransactionKey = (DateTime<Utc>, i64, i16);

#[derive(Clone, Copy, Debug)]
pub struct TransactionsWanted {
    pub office_id: i32,
    pub from: DateTime<Utc>,
    /// Exclusive.
    pub until: DateTime<Utc>,
    pub licensee: Option<i32>,
}

/// Newest first by the time when the service was given.
pub async fn list_transactions(
    conn: &mut Connection,
    wanted: TransactionsWanted,
    before: Option<TransactionKey>,
    rows: i64,
) -> Stored<Vec<TransactionRow>> {
    let query = concat!(
        include_str!("transactions.sql"),
        include_str!("transactions_of_office.sql")
    );
    page_of_office(conn, query, wanted, before, rows).await
}

/// One per sender that used the reference, by sender's id from beyond one on; those of a licensee or agency when a party is named.
pub async fn transactions_by_reference(
    conn: &mut Connection,
    office_id: i32,
    reference: &str,
    party_id: Option<i32>,
    after: Option<i32>,
    rows: i64,
) -> Stored<Vec<TransactionRow>> {
    let query = concat!(
        include_str!("transactions.sql"),
        include_str!("transactions_by_reference.sql")
    );
    Ok(diesel::sql_query(query)
        .bind::<Integer, _>(office_id)
        .bind::<Text, _>(reference)
        .bind::<Nullable<Integer>, _>(party_id)
        .bind::<Nullable<Integer>, _>(after)
        .bind::<BigInt, _>(rows)
        .load(conn)
        .await?)
}

pub async fn transaction_at(
    conn: &mut Connection,
    batch_id: i64,
    line: i16,
    party_id: Option<i32>,
) -> Stored<Option<TransactionRow>> {
    let query = concat!(
        include_str!("transactions.sql"),
        include_str!("transaction_by_id.sql")
    );
    Ok(diesel::sql_query(query)
        .bind::<BigInt, _>(batch_id)
        .bind::<SmallInt, _>(line)
        .bind::<Nullable<Integer>, _>(party_id)
        .get_result(conn)
        .await
        .optional()?)
}

/// Sources first, then legs, in the tariff's declared order.
pub async fn shares_at(conn: &mut Connection, batch_id: i64, line: i16) -> Stored<Vec<ShareRow>> {
    let query = concat!(
        include_str!("sides/transactions.sql"),
        "t.batch_id = $1 AND t.line = $2\n",
        include_str!("sides/shares.sql")
    );
    Ok(diesel::sql_query(query)
        .bind::<BigInt, _>(batch_id)
        .bind::<SmallInt, _>(line)
        .load(conn)
        .await?)
}

/// Oldest first by the time when the service was given.
pub async fn transactions_in_order(
    conn: &mut Connection,
    wanted: TransactionsWanted,
    after: Option<TransactionKey>,
    rows: i64,
) -> Stored<Vec<TransactionRow>> {
    let query = concat!(
        include_str!("transactions.sql"),
        include_str!("transactions_in_order.sql")
    );
    page_of_office(conn, query, wanted, after, rows).await
}

/// In the query's order, from beyond a key on.
async fn page_of_office(
    conn: &mut Connection,
    query: &'static str,
    wanted: TransactionsWanted,
    beyond: Option<TransactionKey>,
    rows: i64,
) -> Stored<Vec<TransactionRow>> {
    Ok(diesel::sql_query(query)
        .bind::<Integer, _>(wanted.office_id)
        .bind::<Timestamptz, _>(wanted.from)
        .bind::<Timestamptz, _>(wanted.until)
        .bind::<Nullable<Integer>, _>(wanted.licensee)
        .bind::<Nullable<Timestamptz>, _>(beyond.map(|key| key.0))
        .bind::<Nullable<BigInt>, _>(beyond.map(|key| key.1))
        .bind::<Nullable<SmallInt>, _>(beyond.map(|key| key.2))
        .bind::<BigInt, _>(rows)
        .load(conn)
        .await?)
}

/// Of these transactions of an office, which happened between two moments, both included.
pub async fn shares_of_office(
    conn: &mut Connection,
    office_id: i32,
    (first, last): (DateTime<Utc>, DateTime<Utc>),
    ids: &[i64],
) -> Stored<Vec<ShareRow>> {
    let query = concat!(
        include_str!("sides/transactions.sql"),
        "t.office_id = $1 AND t.occurred_at BETWEEN $2 AND $3 AND t.batch_id * 16384 + t.line = ANY ($4)\n",
        include_str!("sides/shares.sql")
    );
    Ok(diesel::sql_query(query)
        .bind::<Integer, _>(office_id)
        .bind::<Timestamptz, _>(first)
        .bind::<Timestamptz, _>(last)
        .bind::<diesel::sql_types::Array<BigInt>, _>(ids)
        .load(conn)
        .await?)
}
