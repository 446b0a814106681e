//! Remittances that were demanded, as people read them. Never here: what became of them (see `domain::demand`).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use super::money::MoneyWanted;
use crate::domain::demand::DemandState;
use crate::store::{Connection, Stored};

#[derive(Clone, Debug, QueryableByName)]
pub struct DemandRow {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Integer)]
    pub settlement_id: i32,
    #[diesel(sql_type = Text)]
    pub network: String,
    #[diesel(sql_type = Text)]
    pub party: String,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    #[diesel(sql_type = Text)]
    pub unit: String,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    #[diesel(sql_type = Text)]
    pub reference: String,
    #[diesel(sql_type = Timestamptz)]
    pub due_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub period_key: String,
    /// What was demanded of its chain after it.
    #[diesel(sql_type = BigInt)]
    pub newer: i64,
    /// Of its chain, after the last settlement and with what came in since.
    #[diesel(sql_type = BigInt)]
    pub balance: i64,
}

/// In which state demands are wanted, and when.
#[derive(Clone, Copy, Debug)]
pub struct StateWanted {
    pub state: Option<DemandState>,
    pub at: DateTime<Utc>,
}

impl StateWanted {
    /// As it is at a moment, whatever it is.
    pub const fn any(at: DateTime<Utc>) -> Self {
        Self { state: None, at }
    }
}

/// The next `rows` demands before an id.
pub async fn list_demands(
    conn: &mut Connection,
    wanted: &MoneyWanted,
    in_state: StateWanted,
    before: Option<i64>,
    rows: i64,
) -> Stored<Vec<DemandRow>> {
    Ok(diesel::sql_query(include_str!("demands.sql"))
        .bind::<Nullable<Text>, _>(&wanted.network)
        .bind::<Nullable<Text>, _>(&wanted.party)
        .bind::<Nullable<Integer>, _>(wanted.party_id)
        .bind::<Nullable<BigInt>, _>(before)
        .bind::<BigInt, _>(rows)
        .bind::<Nullable<Text>, _>(in_state.state.map(DemandState::code))
        .bind::<Timestamptz, _>(in_state.at)
        .load(conn)
        .await?)
}
