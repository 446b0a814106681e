//! Remittances that were demanded, as people read them. Never here: what became of them (see `domain::demand`).

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text, Timestamptz};
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
    const ANY: &str = include_str!("demands.sql");
    const OPEN: &str = include_str!("demands_open.sql");
    let list = |query| of_money(query, wanted, before, rows);
    let query = match in_state.state {
        None => list(ANY).bind::<Bool, _>(false),
        Some(DemandState::Paid) => list(ANY).bind::<Bool, _>(true),
        Some(state @ (DemandState::Due | DemandState::PartlyPaid | DemandState::Overdue)) => list(OPEN)
            .bind::<Text, _>(state.code())
            .bind::<Timestamptz, _>(in_state.at),
    };
    Ok(query.load(conn).await?)
}

/// With what both queries ask for first.
fn of_money<'w>(
    query: &'static str,
    wanted: &'w MoneyWanted,
    before: Option<i64>,
    rows: i64,
) -> BoxedSqlQuery<'w, Pg, SqlQuery> {
    diesel::sql_query(query)
        .into_boxed()
        .bind::<Nullable<Text>, _>(wanted.network.as_deref())
        .bind::<Nullable<Text>, _>(wanted.party.as_deref())
        .bind::<Nullable<Integer>, _>(wanted.party_id)
        .bind::<Nullable<BigInt>, _>(before)
        .bind::<BigInt, _>(rows)
}
