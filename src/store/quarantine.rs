//! Rows of `quarantine`. Never here: why a row could not be booked.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use super::schema::{originators, quarantine};
use super::word::Word;
use super::{Connection, Stored};
use crate::domain::quarantine::QuarantineState;

/// A row that could not be booked.
#[derive(Clone, Debug)]
pub struct NewQuarantined {
    pub office_code: String,
    pub sender_id: i32,
    pub reference: String,
    /// Canonical JSON.
    pub row: String,
    pub reason: &'static str,
    pub explanation: String,
    pub received_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = quarantine)]
pub struct QuarantinedRow {
    pub id: i64,
    pub office_code: String,
    pub sender_id: i32,
    pub reference: String,
    pub row: String,
    pub reason: String,
    pub explanation: String,
    pub received_at: DateTime<Utc>,
    #[diesel(deserialize_as = Word<QuarantineState>)]
    pub state: QuarantineState,
    pub decided_by: Option<i32>,
    pub decided_at: Option<DateTime<Utc>>,
    pub note: String,
}

#[derive(QueryableByName)]
struct Kept {
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Keeps the rows and returns their ids in order; a row that waits already with the same content keeps its id and when it was first
/// received, and tells the last reason. `None` if such a one was decided meanwhile: the rows are to be kept again.
pub async fn keep_rows(conn: &mut Connection, rows: &[NewQuarantined]) -> Stored<Option<Vec<i64>>> {
    let office_codes: Vec<&str> = rows.iter().map(|row| row.office_code.as_str()).collect();
    let sender_ids: Vec<i32> = rows.iter().map(|row| row.sender_id).collect();
    let references: Vec<&str> = rows.iter().map(|row| row.reference.as_str()).collect();
    let texts: Vec<&str> = rows.iter().map(|row| row.row.as_str()).collect();
    let reasons: Vec<&str> = rows.iter().map(|row| row.reason).collect();
    let explanations: Vec<&str> = rows.iter().map(|row| row.explanation.as_str()).collect();
    let received_at: Vec<DateTime<Utc>> = rows.iter().map(|row| row.received_at).collect();
    let inserted = diesel::sql_query(include_str!("quarantine/insert.sql"))
        .bind::<Array<Text>, _>(&office_codes)
        .bind::<Array<Integer>, _>(&sender_ids)
        .bind::<Array<Text>, _>(&references)
        .bind::<Array<Text>, _>(&texts)
        .bind::<Array<Text>, _>(&reasons)
        .bind::<Array<Text>, _>(&explanations)
        .bind::<Array<Timestamptz>, _>(&received_at)
        .execute(conn)
        .await?;
    if inserted < rows.len() {
        diesel::sql_query(include_str!("quarantine/tell_last_reason.sql"))
            .bind::<Array<Text>, _>(&office_codes)
            .bind::<Array<Integer>, _>(&sender_ids)
            .bind::<Array<Text>, _>(&references)
            .bind::<Array<Text>, _>(&texts)
            .bind::<Array<Text>, _>(&reasons)
            .bind::<Array<Text>, _>(&explanations)
            .execute(conn)
            .await?;
    }
    let kept: Vec<Kept> = diesel::sql_query(include_str!("quarantine/find_waiting.sql"))
        .bind::<Array<Text>, _>(&office_codes)
        .bind::<Array<Integer>, _>(&sender_ids)
        .bind::<Array<Text>, _>(&references)
        .bind::<Array<Text>, _>(&texts)
        .load(conn)
        .await?;
    let mut ids = vec![None; rows.len()];
    for row in kept {
        let place = usize::try_from(row.place - 1).ok();
        if let Some(id) = place.and_then(|place| ids.get_mut(place)) {
            *id = Some(row.id);
        }
    }
    Ok(ids.into_iter().collect())
}

/// Tells why a row that waits could not be booked this time.
pub async fn set_reason(conn: &mut Connection, id: i64, reason: &str, explanation: &str) -> Stored<()> {
    let waiting = quarantine::table
        .find(id)
        .filter(quarantine::state.eq(QuarantineState::Waiting.code()));
    diesel::update(waiting)
        .set((
            quarantine::reason.eq(reason),
            quarantine::explanation.eq(explanation),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Closes the waiting rows of keys that are in the books now.
pub async fn supersede(conn: &mut Connection, at: DateTime<Utc>, keys: &[(&str, i32, &str)]) -> Stored<()> {
    let office_codes: Vec<&str> = keys.iter().map(|(office, _, _)| *office).collect();
    let sender_ids: Vec<i32> = keys.iter().map(|(_, sender, _)| *sender).collect();
    let references: Vec<&str> = keys.iter().map(|(_, _, reference)| *reference).collect();
    diesel::sql_query(include_str!("quarantine/supersede.sql"))
        .bind::<Array<Text>, _>(&office_codes)
        .bind::<Array<Integer>, _>(&sender_ids)
        .bind::<Array<Text>, _>(&references)
        .bind::<Timestamptz, _>(at)
        .execute(conn)
        .await?;
    Ok(())
}

/// Whom rows concern.
#[derive(Clone, Copy, Debug)]
pub struct Concerned {
    /// Who sent them.
    pub sender_id: i32,
    /// Or who was the licensee of their office when they are said to have happened, as known at a moment.
    pub party_id: Option<i32>,
    pub at: DateTime<Utc>,
}

/// Rows in one state with their senders' codes, the oldest first, after an id.
pub async fn rows_in_state(
    conn: &mut Connection,
    state: QuarantineState,
    after: i64,
    rows_max: i64,
) -> Stored<Vec<(QuarantinedRow, String)>> {
    let rows = with_senders()
        .filter(quarantine::state.eq(state.code()))
        .filter(quarantine::id.gt(after))
        .order(quarantine::id)
        .limit(rows_max)
        .select((QuarantinedRow::as_select(), originators::code));
    Ok(rows.load(conn).await?)
}

/// The same of those that concern somebody.
pub async fn rows_concerning(
    conn: &mut Connection,
    state: QuarantineState,
    whose: Concerned,
    after: i64,
    rows_max: i64,
) -> Stored<Vec<(QuarantinedRow, String)>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        id: i64,
    }
    let found: Vec<Found> = diesel::sql_query(include_str!("quarantine/concerning.sql"))
        .bind::<Text, _>(state.code())
        .bind::<BigInt, _>(after)
        .bind::<Integer, _>(whose.sender_id)
        .bind::<Nullable<Integer>, _>(whose.party_id)
        .bind::<Timestamptz, _>(whose.at)
        .bind::<BigInt, _>(rows_max)
        .load(conn)
        .await?;
    let ids: Vec<i64> = found.into_iter().map(|found| found.id).collect();
    let rows = with_senders()
        .filter(quarantine::id.eq_any(ids))
        .order(quarantine::id)
        .select((QuarantinedRow::as_select(), originators::code));
    Ok(rows.load(conn).await?)
}

#[diesel::dsl::auto_type]
fn with_senders() -> _ {
    quarantine::table.inner_join(originators::table.on(originators::id.eq(quarantine::sender_id)))
}

pub async fn find_row(conn: &mut Connection, id: i64) -> Stored<Option<QuarantinedRow>> {
    Ok(quarantine::table
        .find(id)
        .select(QuarantinedRow::as_select())
        .first(conn)
        .await
        .optional()?)
}

/// Whether the row was still waiting, and is decided now.
pub async fn decide_row(
    conn: &mut Connection,
    id: i64,
    state: QuarantineState,
    by: i32,
    at: DateTime<Utc>,
    note: &str,
) -> Stored<bool> {
    let waiting = quarantine::table
        .find(id)
        .filter(quarantine::state.eq(QuarantineState::Waiting.code()));
    let rows = diesel::update(waiting)
        .set((
            quarantine::state.eq(state.code()),
            quarantine::decided_by.eq(by),
            quarantine::decided_at.eq(at),
            quarantine::note.eq(note),
        ))
        .execute(conn)
        .await?;
    Ok(rows == 1)
}
