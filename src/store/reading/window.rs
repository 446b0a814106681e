//! Windows with their proof sheets as people read them. Never here: closing and sealing.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bytea, Integer, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use crate::domain::window::StoredState;
use crate::store::{Connection, Stored};

#[derive(Clone, Debug, QueryableByName)]
pub struct WindowRow {
    #[diesel(sql_type = Integer)]
    pub id: i32,
    #[diesel(sql_type = Text)]
    pub network: String,
    #[diesel(sql_type = Text)]
    pub unit: String,
    #[diesel(sql_type = Integer)]
    pub ordinal: i32,
    #[diesel(sql_type = Text)]
    pub period_key: String,
    #[diesel(sql_type = Timestamptz)]
    pub starts_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub ends_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub closed_at: Option<DateTime<Utc>>,
    #[diesel(embed)]
    pub seal: Option<SealRow>,
    #[diesel(sql_type = Nullable<Integer>)]
    pub settlement_id: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    pub settlement_state: Option<String>,
}

impl WindowRow {
    pub const fn stored_state(&self) -> StoredState {
        StoredState::of(self.closed_at.is_some(), self.seal.is_some())
    }
}

/// The proof sheet of a sealed window.
#[derive(Clone, Debug, QueryableByName)]
pub struct SealRow {
    #[diesel(sql_type = Timestamptz)]
    pub sealed_at: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    pub transaction_count: i64,
    #[diesel(sql_type = BigInt)]
    pub batch_count: i64,
    #[diesel(sql_type = BigInt)]
    pub amount_sum: i64,
    #[diesel(sql_type = BigInt)]
    pub principal_sum: i64,
    #[diesel(sql_type = BigInt)]
    pub earned_sum: i64,
    #[diesel(sql_type = BigInt)]
    pub collected_sum: i64,
    #[diesel(sql_type = Bytea)]
    pub root: Vec<u8>,
}

/// The next `rows` windows of a network before an ordinal.
pub async fn list_windows(
    conn: &mut Connection,
    network_id: i16,
    before: Option<i32>,
    rows: i64,
) -> Stored<Vec<WindowRow>> {
    found(conn, Some(network_id), None, before, rows).await
}

pub async fn find_window(conn: &mut Connection, id: i32) -> Stored<Option<WindowRow>> {
    Ok(found(conn, None, Some(id), None, 1).await?.pop())
}

async fn found(
    conn: &mut Connection,
    network_id: Option<i16>,
    id: Option<i32>,
    before: Option<i32>,
    rows: i64,
) -> Stored<Vec<WindowRow>> {
    Ok(diesel::sql_query(include_str!("windows.sql"))
        .bind::<Nullable<SmallInt>, _>(network_id)
        .bind::<Nullable<Integer>, _>(id)
        .bind::<Nullable<Integer>, _>(before)
        .bind::<BigInt, _>(rows)
        .load(conn)
        .await?)
}
