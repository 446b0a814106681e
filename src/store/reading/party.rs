//! Parties as people read them, and what the books owe them. Never here: positions (see `settlement`).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, SmallInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use crate::store::schema::parties;
use crate::store::{Connection, Stored};

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = parties)]
pub struct PartyRow {
    pub id: i32,
    pub code: String,
    pub kind: String,
    pub name_fa: String,
    pub name_en: String,
    pub language: String,
    pub email: Option<String>,
}

/// Balances in the unit's smallest part, credit positive.
#[derive(Clone, Debug, QueryableByName)]
pub struct BalanceRow {
    #[diesel(sql_type = Text)]
    pub network: String,
    #[diesel(sql_type = Text)]
    pub unit: String,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    #[diesel(sql_type = BigInt)]
    pub due: i64,
    #[diesel(sql_type = BigInt)]
    pub held: i64,
}

/// The next `rows` parties after a code; of one kind, or the one party, when those are named.
pub async fn list_parties(
    conn: &mut Connection,
    kind: Option<&str>,
    party_id: Option<i32>,
    after: Option<&str>,
    rows: i64,
) -> Stored<Vec<PartyRow>> {
    let mut query = parties::table.select(PartyRow::as_select()).into_boxed();
    if let Some(kind) = kind {
        query = query.filter(parties::kind.eq(kind.to_owned()));
    }
    if let Some(party_id) = party_id {
        query = query.filter(parties::id.eq(party_id));
    }
    if let Some(code) = after {
        query = query.filter(parties::code.gt(code.to_owned()));
    }
    Ok(query.order(parties::code).limit(rows).load(conn).await?)
}

pub async fn find_party(conn: &mut Connection, code: &str) -> Stored<Option<PartyRow>> {
    Ok(parties::table
        .filter(parties::code.eq(code))
        .select(PartyRow::as_select())
        .first(conn)
        .await
        .optional()?)
}

/// What was posted in each network before its moment.
pub async fn balances_of(
    conn: &mut Connection,
    party_id: i32,
    moments: &[(i16, DateTime<Utc>)],
) -> Stored<Vec<BalanceRow>> {
    let (networks, moments): (Vec<i16>, Vec<DateTime<Utc>>) = moments.iter().copied().unzip();
    Ok(diesel::sql_query(include_str!("balances.sql"))
        .bind::<Integer, _>(party_id)
        .bind::<Array<SmallInt>, _>(networks)
        .bind::<Array<Timestamptz>, _>(moments)
        .load(conn)
        .await?)
}
