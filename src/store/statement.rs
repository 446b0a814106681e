//! Rows of `statements`: what issuing them reads, and their insertion with the mail that tells of them. Never here: what a
//! statement says (see `domain::statement`), reading it again (see `statement_pdf`).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use super::schema::{currency_units, licences, offices, parties, services};
use super::{Connection, Stored};

/// A party as its statement names it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = parties)]
pub struct AddresseeRow {
    pub id: i32,
    pub code: String,
    pub kind: String,
    pub name_fa: String,
    pub name_en: String,
    pub language: String,
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = currency_units)]
pub struct UnitRow {
    pub id: i16,
    pub code: String,
    pub name_fa: String,
    pub name_en: String,
    pub scale: i16,
    pub spoken_fa: Option<String>,
    pub spoken_en: Option<String>,
    pub spoken_digits_dropped: Option<i16>,
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = services)]
pub struct ServiceRow {
    pub id: i32,
    pub code: String,
    pub name_fa: String,
    pub name_en: String,
}

/// The last statement of a chain, and the window after it, from which the next one goes on.
#[derive(Clone, Debug, QueryableByName)]
pub struct LastStatement {
    #[diesel(sql_type = Integer)]
    pub party_id: i32,
    #[diesel(sql_type = SmallInt)]
    pub unit_id: i16,
    #[diesel(sql_type = Text)]
    pub number: String,
    #[diesel(sql_type = Integer)]
    pub ordinal: i32,
    #[diesel(sql_type = Binary)]
    pub digest: Vec<u8>,
    #[diesel(sql_type = Integer)]
    pub next_window_id: i32,
    #[diesel(sql_type = Timestamptz)]
    pub next_starts_at: DateTime<Utc>,
}

/// A closing balance that the last statement stated.
#[derive(Clone, Debug, QueryableByName)]
pub struct StatedClosing {
    #[diesel(sql_type = Integer)]
    pub party_id: i32,
    #[diesel(sql_type = SmallInt)]
    pub unit_id: i16,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    #[diesel(sql_type = BigInt)]
    pub closing: i64,
}

/// A remittance or a returned payout of a window.
#[derive(Clone, Debug, QueryableByName)]
pub struct IncomingRow {
    #[diesel(sql_type = Integer)]
    pub party_id: i32,
    #[diesel(sql_type = SmallInt)]
    pub unit_id: i16,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    /// `remitted` or `returned`.
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Timestamptz)]
    pub booked_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub reference: String,
    #[diesel(sql_type = Text)]
    pub reason: String,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
}

/// A demand as it was made.
#[derive(Clone, Debug, QueryableByName)]
pub struct DemandRow {
    #[diesel(sql_type = Integer)]
    pub party_id: i32,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    #[diesel(sql_type = SmallInt)]
    pub unit_id: i16,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    #[diesel(sql_type = Text)]
    pub reference: String,
    /// Exclusive.
    #[diesel(sql_type = Timestamptz)]
    pub due_at: DateTime<Utc>,
}

/// What a party earned and was paid in one cycle, over all its destinations.
#[derive(Clone, Debug, QueryableByName)]
pub struct CycleSum {
    #[diesel(sql_type = Integer)]
    pub party_id: i32,
    #[diesel(sql_type = SmallInt)]
    pub unit_id: i16,
    #[diesel(sql_type = Integer)]
    pub ordinal: i32,
    #[diesel(sql_type = BigInt)]
    pub earned: i64,
    #[diesel(sql_type = BigInt)]
    pub paid: i64,
}

/// Statements as columns of equal length; the settlement and the network are those of all.
#[derive(Clone, Debug, Default)]
pub struct NewStatements<'a> {
    pub numbers: Vec<&'a str>,
    pub party_ids: Vec<i32>,
    pub unit_ids: Vec<i16>,
    pub ordinals: Vec<i32>,
    pub first_window_ids: Vec<i32>,
    pub languages: Vec<&'a str>,
    pub canonicals: Vec<&'a [u8]>,
    pub digests: Vec<&'a [u8]>,
    pub previous_digests: Vec<Option<&'a [u8]>>,
    pub verification_codes: Vec<String>,
}

/// Of which settlement statements are issued.
#[derive(Clone, Copy, Debug)]
pub struct Issue {
    pub network_id: i16,
    pub settlement_id: i32,
    pub window_id: i32,
    pub at: DateTime<Utc>,
}

pub async fn addressees(conn: &mut Connection, party_ids: &[i32]) -> Stored<Vec<AddresseeRow>> {
    Ok(parties::table
        .filter(parties::id.eq_any(party_ids))
        .select(AddresseeRow::as_select())
        .load(conn)
        .await?)
}

pub async fn all_units(conn: &mut Connection) -> Stored<Vec<UnitRow>> {
    let rows = currency_units::table.select(UnitRow::as_select());
    Ok(rows.load(conn).await?)
}

pub async fn all_services(conn: &mut Connection) -> Stored<Vec<ServiceRow>> {
    let rows = services::table.select(ServiceRow::as_select());
    Ok(rows.load(conn).await?)
}

/// The code of the office of each of these licences.
pub async fn offices_of_licences(conn: &mut Connection, licence_ids: &[i32]) -> Stored<Vec<(i32, String)>> {
    Ok(licences::table
        .inner_join(offices::table.on(offices::id.eq(licences::office_id)))
        .filter(licences::id.eq_any(licence_ids))
        .select((licences::id, offices::code))
        .load(conn)
        .await?)
}

/// Per party and unit.
pub async fn last_statements(
    conn: &mut Connection,
    network_id: i16,
    party_ids: &[i32],
) -> Stored<Vec<LastStatement>> {
    Ok(diesel::sql_query(include_str!("statement/last.sql"))
        .bind::<SmallInt, _>(network_id)
        .bind::<Array<Integer>, _>(party_ids)
        .load(conn)
        .await?)
}

/// What the last statement of each chain stated.
pub async fn stated_closings(
    conn: &mut Connection,
    network_id: i16,
    party_ids: &[i32],
) -> Stored<Vec<StatedClosing>> {
    Ok(diesel::sql_query(include_str!("statement/closings.sql"))
        .bind::<SmallInt, _>(network_id)
        .bind::<Array<Integer>, _>(party_ids)
        .load(conn)
        .await?)
}

/// One by one.
pub async fn incoming_of(
    conn: &mut Connection,
    window_id: i32,
    party_ids: &[i32],
) -> Stored<Vec<IncomingRow>> {
    Ok(diesel::sql_query(include_str!("statement/incoming.sql"))
        .bind::<Integer, _>(window_id)
        .bind::<Array<Integer>, _>(party_ids)
        .load(conn)
        .await?)
}

/// The demands of these parties that may be open after a settlement, in the order of their age.
pub async fn demands_of(
    conn: &mut Connection,
    network_id: i16,
    settlement_id: i32,
    party_ids: &[i32],
) -> Stored<Vec<DemandRow>> {
    Ok(diesel::sql_query(include_str!("statement/demands.sql"))
        .bind::<SmallInt, _>(network_id)
        .bind::<Integer, _>(settlement_id)
        .bind::<Array<Integer>, _>(party_ids)
        .load(conn)
        .await?)
}

/// The cycles of a network from the one of this ordinal on.
pub async fn cycles_since(
    conn: &mut Connection,
    network_id: i16,
    ordinal: i32,
    party_ids: &[i32],
) -> Stored<Vec<CycleSum>> {
    Ok(diesel::sql_query(include_str!("statement/cycles.sql"))
        .bind::<SmallInt, _>(network_id)
        .bind::<Integer, _>(ordinal)
        .bind::<Array<Integer>, _>(party_ids)
        .load(conn)
        .await?)
}

pub async fn insert_statements(conn: &mut Connection, issue: Issue, new: &NewStatements<'_>) -> Stored<()> {
    diesel::sql_query(include_str!("statement/insert.sql"))
        .bind::<SmallInt, _>(issue.network_id)
        .bind::<Integer, _>(issue.settlement_id)
        .bind::<Integer, _>(issue.window_id)
        .bind::<Timestamptz, _>(issue.at)
        .bind::<Array<Text>, _>(&new.numbers)
        .bind::<Array<Integer>, _>(&new.party_ids)
        .bind::<Array<SmallInt>, _>(&new.unit_ids)
        .bind::<Array<Integer>, _>(&new.ordinals)
        .bind::<Array<Integer>, _>(&new.first_window_ids)
        .bind::<Array<Text>, _>(&new.languages)
        .bind::<Array<Binary>, _>(&new.canonicals)
        .bind::<Array<Binary>, _>(&new.digests)
        .bind::<Array<Nullable<Binary>>, _>(&new.previous_digests)
        .bind::<Array<Text>, _>(&new.verification_codes)
        .execute(conn)
        .await?;
    Ok(())
}

/// Puts a mail into the outbox for each statement of a settlement whose party reads mail. Returns how many.
pub async fn insert_statement_mail(
    conn: &mut Connection,
    settlement_id: i32,
    at: DateTime<Utc>,
) -> Stored<usize> {
    Ok(diesel::sql_query(include_str!("statement/insert_mail.sql"))
        .bind::<Integer, _>(settlement_id)
        .bind::<Timestamptz, _>(at)
        .execute(conn)
        .await?)
}
