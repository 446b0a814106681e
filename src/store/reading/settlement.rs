//! Settlements and their positions as people read them. Never here: computing and deciding them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bytea, Integer, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use crate::domain::settlement::SettlementState;
use crate::store::word::Word;
use crate::store::{Connection, Stored};

#[derive(Clone, Debug, QueryableByName)]
pub struct SettlementRow {
    #[diesel(sql_type = Integer)]
    pub id: i32,
    #[diesel(sql_type = Text)]
    pub network: String,
    #[diesel(sql_type = Integer)]
    pub window_id: i32,
    #[diesel(sql_type = Integer)]
    pub window_ordinal: i32,
    #[diesel(sql_type = Text)]
    pub period_key: String,
    #[diesel(sql_type = Timestamptz)]
    pub starts_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub ends_at: DateTime<Utc>,
    #[diesel(sql_type = Text, deserialize_as = Word<SettlementState>)]
    pub state: SettlementState,
    #[diesel(sql_type = Bytea)]
    pub digest: Vec<u8>,
    #[diesel(sql_type = Text)]
    pub proposed_by: String,
    #[diesel(sql_type = Timestamptz)]
    pub proposed_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    pub decided_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub decided_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    pub reason: String,
}

/// Sums over positions of one unit.
#[derive(Clone, Debug, QueryableByName)]
pub struct SumsRow {
    #[diesel(sql_type = Text)]
    pub unit: String,
    #[diesel(sql_type = BigInt)]
    pub positions: i64,
    #[diesel(sql_type = BigInt)]
    pub earned: i64,
    #[diesel(sql_type = BigInt)]
    pub collected: i64,
    #[diesel(sql_type = BigInt)]
    pub held: i64,
    #[diesel(sql_type = BigInt)]
    pub paid: i64,
    #[diesel(sql_type = BigInt)]
    pub carried: i64,
    #[diesel(sql_type = BigInt)]
    pub owed: i64,
}

#[derive(Clone, Debug, QueryableByName)]
pub struct PositionRow {
    #[diesel(sql_type = Integer)]
    pub party_id: i32,
    #[diesel(sql_type = Text)]
    pub party: String,
    #[diesel(sql_type = Text)]
    pub party_kind: String,
    #[diesel(sql_type = Text)]
    pub name_fa: String,
    #[diesel(sql_type = Text)]
    pub name_en: String,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    #[diesel(sql_type = SmallInt)]
    pub unit_id: i16,
    #[diesel(sql_type = Text)]
    pub unit: String,
    #[diesel(sql_type = BigInt)]
    pub opening: i64,
    #[diesel(sql_type = BigInt)]
    pub earned: i64,
    #[diesel(sql_type = BigInt)]
    pub collected: i64,
    #[diesel(sql_type = BigInt)]
    pub memos: i64,
    #[diesel(sql_type = BigInt)]
    pub remitted: i64,
    #[diesel(sql_type = BigInt)]
    pub returned: i64,
    #[diesel(sql_type = BigInt)]
    pub before: i64,
    #[diesel(sql_type = BigInt)]
    pub active_holds: i64,
    #[diesel(sql_type = BigInt)]
    pub held: i64,
    #[diesel(sql_type = BigInt)]
    pub payable: i64,
    #[diesel(sql_type = BigInt)]
    pub paid: i64,
    #[diesel(sql_type = BigInt)]
    pub closing: i64,
    #[diesel(sql_type = SmallInt)]
    pub carried_cycles: i16,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub payout_id: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    pub payout_state: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub demanded: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    pub demand_reference: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub demand_due_at: Option<DateTime<Utc>>,
}

/// Party, destination and unit: where a list of positions continues.
pub type PositionKey = (i32, String, i16);

/// Which settlements are wanted; `None` leaves a filter out.
#[derive(Clone, Debug, Default)]
pub struct SettlementsWanted {
    pub id: Option<i32>,
    pub network: Option<String>,
    pub state: Option<&'static str>,
    /// Those in which this party has a position.
    pub party_id: Option<i32>,
}

/// The next `rows` settlements before an id.
pub async fn list_settlements(
    conn: &mut Connection,
    wanted: &SettlementsWanted,
    before: Option<i32>,
    rows: i64,
) -> Stored<Vec<SettlementRow>> {
    Ok(diesel::sql_query(include_str!("settlements.sql"))
        .bind::<Nullable<Text>, _>(wanted.network.as_deref())
        .bind::<Nullable<Text>, _>(wanted.state)
        .bind::<Nullable<Integer>, _>(wanted.id)
        .bind::<Nullable<Integer>, _>(wanted.party_id)
        .bind::<Nullable<Integer>, _>(before)
        .bind::<BigInt, _>(rows)
        .load(conn)
        .await?)
}

/// What the positions come to, per unit; those of one party when it is named.
pub async fn sums_of(
    conn: &mut Connection,
    settlement_id: i32,
    party_id: Option<i32>,
) -> Stored<Vec<SumsRow>> {
    Ok(diesel::sql_query(include_str!("settlement_sums.sql"))
        .bind::<Integer, _>(settlement_id)
        .bind::<Nullable<Integer>, _>(party_id)
        .load(conn)
        .await?)
}

/// The next `rows` positions of a settlement after a key; those of one party when it is named.
pub async fn list_positions(
    conn: &mut Connection,
    settlement_id: i32,
    party_id: Option<i32>,
    after: Option<&PositionKey>,
    rows: i64,
) -> Stored<Vec<PositionRow>> {
    Ok(diesel::sql_query(include_str!("positions.sql"))
        .bind::<Integer, _>(settlement_id)
        .bind::<Nullable<Integer>, _>(party_id)
        .bind::<Nullable<Integer>, _>(after.map(|key| key.0))
        .bind::<Nullable<Text>, _>(after.map(|key| key.1.as_str()))
        .bind::<Nullable<SmallInt>, _>(after.map(|key| key.2))
        .bind::<BigInt, _>(rows)
        .load(conn)
        .await?)
}
