//! Rows of `licences`, their events and `bindings`. Never here: what a licence allows at an instant (see `domain::licence`).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::{bindings, licence_events, licences};
use super::{Connection, ROWS_PER_STATEMENT, StoreFailure, Stored};
use crate::domain::binding::Binding;
use crate::domain::interval::{Interval, Validity};
use crate::domain::licence::{LicenceChange, LicenceEvent};

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = licences)]
pub struct NewLicence {
    pub office_id: i32,
    pub network_id: i16,
    pub class: String,
    pub valid_from: DateTime<Utc>,
    pub valid_until: DateTime<Utc>,
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = licences)]
pub struct LicenceRow {
    pub id: i32,
    pub office_id: i32,
    pub network_id: i16,
    pub valid_from: DateTime<Utc>,
    pub valid_until: DateTime<Utc>,
}

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = licence_events)]
pub struct NewLicenceEvent {
    pub licence_id: i32,
    pub kind: &'static str,
    pub effective_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub deciding_body: String,
    pub decision: String,
    pub instrument_id: Option<i32>,
    pub evidence: Option<String>,
    pub originator_id: i32,
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = licence_events)]
pub struct LicenceEventRow {
    pub id: i64,
    pub licence_id: i32,
    pub kind: String,
    pub effective_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = bindings)]
pub struct NewBinding {
    pub office_id: i32,
    pub licence_id: i32,
    pub party_ids: Vec<Option<i32>>,
    pub valid_from: DateTime<Utc>,
    pub valid_until: Option<DateTime<Utc>>,
    pub known_from: DateTime<Utc>,
    pub deciding_body: String,
    pub decision: String,
    pub originator_id: i32,
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = bindings)]
pub struct BindingRow {
    pub id: i32,
    pub licence_id: i32,
    pub party_ids: Vec<Option<i32>>,
    pub valid_from: DateTime<Utc>,
    pub valid_until: Option<DateTime<Utc>>,
    pub known_from: DateTime<Utc>,
}

impl LicenceRow {
    pub fn term(&self) -> Stored<Validity> {
        Interval::new(self.valid_from, Some(self.valid_until))
            .map_err(|empty| StoreFailure::corrupt("licences", self.id, empty))
    }
}

impl LicenceEventRow {
    pub fn read(&self) -> Stored<LicenceEvent> {
        let change = LicenceChange::parse(&self.kind)
            .ok_or_else(|| StoreFailure::corrupt("licence_events", self.id, format!("kind {}", self.kind)))?;
        Ok(LicenceEvent {
            change,
            effective_at: self.effective_at,
            recorded_at: self.recorded_at,
        })
    }
}

impl BindingRow {
    pub fn read(self) -> Stored<Binding> {
        let valid = Interval::new(self.valid_from, self.valid_until)
            .map_err(|empty| StoreFailure::corrupt("bindings", self.id, empty))?;
        Ok(Binding {
            id: self.id,
            licence: self.licence_id,
            parties: self.party_ids,
            valid,
            known_from: self.known_from,
        })
    }
}

/// Inserts the licences and returns them with their ids.
pub async fn insert_licences(conn: &mut Connection, new: &[NewLicence]) -> Stored<Vec<LicenceRow>> {
    let mut inserted = Vec::with_capacity(new.len());
    for rows in new.chunks(ROWS_PER_STATEMENT) {
        let returned: Vec<LicenceRow> = diesel::insert_into(licences::table)
            .values(rows)
            .returning(LicenceRow::as_returning())
            .get_results(conn)
            .await?;
        inserted.extend(returned);
    }
    Ok(inserted)
}

pub async fn insert_licence_events(conn: &mut Connection, new: &[NewLicenceEvent]) -> Stored<()> {
    for rows in new.chunks(ROWS_PER_STATEMENT) {
        diesel::insert_into(licence_events::table)
            .values(rows)
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// When the last decision about any of these licences was recorded.
pub async fn last_decision(conn: &mut Connection, licence_ids: &[i32]) -> Stored<Option<DateTime<Utc>>> {
    Ok(licence_events::table
        .filter(licence_events::licence_id.eq_any(licence_ids))
        .select(diesel::dsl::max(licence_events::recorded_at))
        .first(conn)
        .await?)
}

/// When the same decision was recorded last of each of these licences that have it, by the licence's id.
pub async fn recorded_before(
    conn: &mut Connection,
    event: &NewLicenceEvent,
    licence_ids: &[i32],
) -> Stored<HashMap<i32, DateTime<Utc>>> {
    let recorded: Vec<(i32, DateTime<Utc>)> = licence_events::table
        .filter(licence_events::licence_id.eq_any(licence_ids))
        .filter(licence_events::kind.eq(event.kind))
        .filter(licence_events::effective_at.eq(event.effective_at))
        .filter(licence_events::deciding_body.eq(&event.deciding_body))
        .filter(licence_events::decision.eq(&event.decision))
        .order(licence_events::recorded_at)
        .select((licence_events::licence_id, licence_events::recorded_at))
        .load(conn)
        .await?;
    Ok(recorded.into_iter().collect())
}

pub async fn insert_bindings(conn: &mut Connection, new: &[NewBinding]) -> Stored<()> {
    for rows in new.chunks(ROWS_PER_STATEMENT) {
        diesel::insert_into(bindings::table)
            .values(rows)
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// The licences of an office in a network, in the order of their terms.
pub async fn terms_of(conn: &mut Connection, office_id: i32, network_id: i16) -> Stored<Vec<LicenceRow>> {
    Ok(licences::table
        .filter(licences::office_id.eq(office_id))
        .filter(licences::network_id.eq(network_id))
        .order(licences::valid_from)
        .select(LicenceRow::as_select())
        .load(conn)
        .await?)
}

/// The licences of these offices in all networks, in the order of their terms.
pub async fn terms_of_offices(conn: &mut Connection, office_ids: &[i32]) -> Stored<Vec<LicenceRow>> {
    Ok(licences::table
        .filter(licences::office_id.eq_any(office_ids))
        .order((licences::office_id, licences::valid_from))
        .select(LicenceRow::as_select())
        .load(conn)
        .await?)
}

pub async fn licences_of_ids(conn: &mut Connection, ids: &[i32]) -> Stored<Vec<LicenceRow>> {
    Ok(licences::table
        .filter(licences::id.eq_any(ids))
        .order(licences::id)
        .select(LicenceRow::as_select())
        .load(conn)
        .await?)
}

/// All licences: what a recorder remembers.
pub async fn all_licences(conn: &mut Connection) -> Stored<Vec<LicenceRow>> {
    Ok(licences::table
        .order((licences::office_id, licences::network_id, licences::valid_from))
        .select(LicenceRow::as_select())
        .load(conn)
        .await?)
}

/// All events of all licences, in the order in which they were recorded.
pub async fn all_licence_events(conn: &mut Connection) -> Stored<Vec<LicenceEventRow>> {
    Ok(licence_events::table
        .order((
            licence_events::licence_id,
            licence_events::recorded_at,
            licence_events::id,
        ))
        .select(LicenceEventRow::as_select())
        .load(conn)
        .await?)
}

/// All bindings, those known last first.
pub async fn all_bindings(conn: &mut Connection) -> Stored<Vec<BindingRow>> {
    Ok(bindings::table
        .order((
            bindings::licence_id,
            bindings::known_from.desc(),
            bindings::id.desc(),
        ))
        .select(BindingRow::as_select())
        .load(conn)
        .await?)
}

/// The events of these licences in the order in which they were recorded.
pub async fn events_of(conn: &mut Connection, licence_ids: &[i32]) -> Stored<Vec<LicenceEventRow>> {
    Ok(licence_events::table
        .filter(licence_events::licence_id.eq_any(licence_ids))
        .order((
            licence_events::licence_id,
            licence_events::recorded_at,
            licence_events::id,
        ))
        .select(LicenceEventRow::as_select())
        .load(conn)
        .await?)
}

/// The bindings of these licences in the order in which they became known.
pub async fn bindings_of(conn: &mut Connection, licence_ids: &[i32]) -> Stored<Vec<BindingRow>> {
    Ok(bindings::table
        .filter(bindings::licence_id.eq_any(licence_ids))
        .order((bindings::licence_id, bindings::id))
        .select(BindingRow::as_select())
        .load(conn)
        .await?)
}
