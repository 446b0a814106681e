//! Booked transactions that look as if one was sent twice. Never here: deciding that it was.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use crate::store::{Connection, Stored};

/// One reference of one sender at two offices, for the same service and amount.
#[derive(Clone, Debug, QueryableByName)]
pub struct PairRow {
    #[diesel(sql_type = BigInt)]
    pub first_id: i64,
    #[diesel(sql_type = Text)]
    pub first_office: String,
    #[diesel(sql_type = Timestamptz)]
    pub first_occurred_at: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    pub second_id: i64,
    #[diesel(sql_type = Text)]
    pub second_office: String,
    #[diesel(sql_type = Timestamptz)]
    pub second_occurred_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub sender: String,
    #[diesel(sql_type = Text)]
    pub reference: String,
    #[diesel(sql_type = Text)]
    pub service: String,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    #[diesel(sql_type = BigInt)]
    pub principal: i64,
}

/// Pairs whose second transaction was booked in the window, by second and first id, after a pair of them.
pub async fn pairs(
    conn: &mut Connection,
    window_id: i32,
    (second_id, first_id): (i64, i64),
    rows: i64,
) -> Stored<Vec<PairRow>> {
    Ok(diesel::sql_query(include_str!("exception/pairs.sql"))
        .bind::<Integer, _>(window_id)
        .bind::<BigInt, _>(second_id)
        .bind::<BigInt, _>(first_id)
        .bind::<BigInt, _>(rows)
        .load(conn)
        .await?)
}
