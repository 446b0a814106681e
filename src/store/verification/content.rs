//! The rows that transactions refer to, with what they say. Never here: digests of it (see `domain::proof`).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, SmallInt, Text};
use diesel_async::RunQueryDsl;

use crate::domain::verification::booking::WindowContent;
use crate::store::schema::{bindings, facts, licences, networks, offices, originators, services, windows};
use crate::store::{Connection, Stored};

/// An allocation with its tariff version and the facts that it read; what does not exist is absent.
#[derive(Clone, Debug, QueryableByName)]
pub struct AllocationRow {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = SmallInt)]
    pub kind: i16,
    #[diesel(sql_type = Integer)]
    pub tariff_version_id: i32,
    #[diesel(sql_type = BigInt)]
    pub asked_amount: i64,
    #[diesel(sql_type = Integer)]
    pub quantity: i32,
    #[diesel(sql_type = Text)]
    pub activity_leg: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub read_facts: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub original_id: Option<i64>,
    #[diesel(sql_type = Nullable<Integer>)]
    pub original_ordinal: Option<i32>,
    #[diesel(sql_type = Array<SmallInt>)]
    pub source_terms: Vec<i16>,
    #[diesel(sql_type = Array<BigInt>)]
    pub source_amounts: Vec<i64>,
    #[diesel(sql_type = Array<SmallInt>)]
    pub leg_terms: Vec<i16>,
    #[diesel(sql_type = Array<BigInt>)]
    pub leg_amounts: Vec<i64>,
    #[diesel(sql_type = BigInt)]
    pub total: i64,
    #[diesel(sql_type = Nullable<Binary>)]
    pub tariff_digest: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub network_id: Option<i16>,
    #[diesel(sql_type = Nullable<Integer>)]
    pub service_id: Option<i32>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub unit_id: Option<i16>,
}

/// A term with what its version says of all.
#[derive(Clone, Debug, QueryableByName)]
pub struct TermRow {
    #[diesel(sql_type = Integer)]
    pub tariff_version_id: i32,
    #[diesel(sql_type = Integer)]
    pub agency_party_id: i32,
    #[diesel(sql_type = SmallInt)]
    pub unit_id: i16,
    #[diesel(sql_type = Integer)]
    pub service_id: i32,
    #[diesel(sql_type = SmallInt)]
    pub ordinal: i16,
    #[diesel(sql_type = Bool)]
    pub is_leg: bool,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = SmallInt)]
    pub role_id: i16,
    #[diesel(sql_type = Bool)]
    pub is_holders: bool,
    #[diesel(sql_type = Nullable<Integer>)]
    pub party_id: Option<i32>,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = bindings)]
pub struct BindingRow {
    pub id: i32,
    pub office_id: i32,
    pub licence_id: i32,
    pub party_ids: Vec<Option<i32>>,
    pub valid_from: DateTime<Utc>,
    pub valid_until: Option<DateTime<Utc>>,
    pub known_from: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// How large the register is. None of its rows is ever deleted: where there are as many, there are the same.
pub async fn register_rows(conn: &mut Connection) -> Stored<i64> {
    let counted: Counted = diesel::sql_query(include_str!("content/register_rows.sql"))
        .get_result(conn)
        .await?;
    Ok(counted.rows)
}

pub async fn allocations(conn: &mut Connection, ids: &[i64]) -> Stored<Vec<AllocationRow>> {
    let query = concat!(include_str!("content/allocations.sql"), " WHERE a.id = ANY ($1)");
    Ok(diesel::sql_query(query)
        .bind::<Array<BigInt>, _>(ids)
        .load(conn)
        .await?)
}

pub async fn bindings(conn: &mut Connection, ids: &[i32]) -> Stored<Vec<BindingRow>> {
    let found = bindings::table.filter(bindings::id.eq_any(ids));
    Ok(found.select(BindingRow::as_select()).load(conn).await?)
}

pub async fn facts(conn: &mut Connection, ids: &[i32]) -> Stored<Vec<(i32, String)>> {
    let found = facts::table.filter(facts::id.eq_any(ids));
    Ok(found.select((facts::id, facts::canonical)).load(conn).await?)
}

/// Licence, office and network.
pub async fn licences(conn: &mut Connection) -> Stored<Vec<(i32, i32, i16)>> {
    let columns = (licences::id, licences::office_id, licences::network_id);
    Ok(licences::table.select(columns).load(conn).await?)
}

pub async fn windows(conn: &mut Connection) -> Stored<Vec<(i32, WindowContent)>> {
    let columns = (
        windows::id,
        windows::network_id,
        windows::starts_at,
        networks::central_party_id,
    );
    let rows: Vec<(i32, i16, DateTime<Utc>, i32)> = windows::table
        .inner_join(networks::table.on(networks::id.eq(windows::network_id)))
        .select(columns)
        .load(conn)
        .await?;
    let content = |(id, network, starts_at, central)| {
        let window = WindowContent {
            network,
            starts_at,
            central,
        };
        (id, window)
    };
    Ok(rows.into_iter().map(content).collect())
}

/// The terms of all tariff versions, by version and ordinal.
pub async fn terms(conn: &mut Connection) -> Stored<Vec<TermRow>> {
    Ok(diesel::sql_query(include_str!("content/terms.sql"))
        .load(conn)
        .await?)
}

pub async fn offices(conn: &mut Connection) -> Stored<Vec<i32>> {
    Ok(offices::table.select(offices::id).load(conn).await?)
}

pub async fn services(conn: &mut Connection) -> Stored<Vec<i32>> {
    Ok(services::table.select(services::id).load(conn).await?)
}

pub async fn originators(conn: &mut Connection) -> Stored<Vec<i32>> {
    Ok(originators::table.select(originators::id).load(conn).await?)
}
