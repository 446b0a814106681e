//! Licences with their events and licensees, for people to read. Never here: what a licence allows.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use crate::domain::interval::{Interval, Validity};
use crate::domain::licence::{LicenceChange, LicenceEvent};
use crate::store::prepared::prepared;
use crate::store::schema::{instruments, licence_events, licences, networks};
use crate::store::{Connection, StoreFailure, Stored};

#[derive(Clone, Debug, Queryable)]
pub struct LicenceRow {
    pub id: i32,
    pub office_id: i32,
    pub network: String,
    pub class: String,
    pub valid_from: DateTime<Utc>,
    pub valid_until: DateTime<Utc>,
}

#[derive(Clone, Debug, Queryable)]
pub struct EventRow {
    pub licence_id: i32,
    pub kind: String,
    pub effective_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub deciding_body: String,
    pub decision: String,
    pub instrument: Option<String>,
    pub evidence: Option<String>,
}

/// A binding with who plays its roles and on whose decision.
#[derive(Clone, Debug, QueryableByName)]
pub struct BoundRow {
    #[diesel(sql_type = Integer)]
    pub binding_id: i32,
    #[diesel(sql_type = Text)]
    pub licensee: String,
    #[diesel(sql_type = Text)]
    pub name_fa: String,
    #[diesel(sql_type = Text)]
    pub name_en: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub municipality: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub provincial_treasury: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub deciding_body: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub decision: Option<String>,
}

impl LicenceRow {
    pub fn term(&self) -> Stored<Validity> {
        Interval::new(self.valid_from, Some(self.valid_until))
            .map_err(|empty| StoreFailure::corrupt("licences", self.id, empty))
    }
}

impl EventRow {
    pub fn read(&self) -> Stored<LicenceEvent> {
        let change = LicenceChange::parse(&self.kind).ok_or_else(|| {
            StoreFailure::corrupt(
                "licence_events",
                format!("of licence {}", self.licence_id),
                format!("kind {}", self.kind),
            )
        })?;
        Ok(LicenceEvent {
            change,
            effective_at: self.effective_at,
            recorded_at: self.recorded_at,
        })
    }
}

#[diesel::dsl::auto_type(no_type_alias)]
fn with_networks() -> _ {
    licences::table
        .inner_join(networks::table.on(networks::id.eq(licences::network_id)))
        .select((
            licences::id,
            licences::office_id,
            networks::code,
            licences::class,
            licences::valid_from,
            licences::valid_until,
        ))
}

pub async fn licences_of(conn: &mut Connection, office_ids: &[i32]) -> Stored<Vec<LicenceRow>> {
    Ok(with_networks()
        .filter(licences::office_id.eq_any(office_ids))
        .order((licences::office_id, licences::valid_from, licences::id))
        .load(conn)
        .await?)
}

/// In the order in which they were recorded.
pub async fn events_of(conn: &mut Connection, licence_ids: &[i32]) -> Stored<Vec<EventRow>> {
    Ok(licence_events::table
        .left_join(instruments::table.on(instruments::id.nullable().eq(licence_events::instrument_id)))
        .filter(licence_events::licence_id.eq_any(licence_ids))
        .select((
            licence_events::licence_id,
            licence_events::kind,
            licence_events::effective_at,
            licence_events::recorded_at,
            licence_events::deciding_body,
            licence_events::decision,
            instruments::title.nullable(),
            licence_events::evidence,
        ))
        .order((licence_events::recorded_at, licence_events::id))
        .load(conn)
        .await?)
}

/// Who is bound by the bindings of these licences.
pub async fn bound_by(conn: &mut Connection, licence_ids: &[i32]) -> Stored<Vec<BoundRow>> {
    let query = "SELECT b.id AS binding_id, l.code AS licensee, l.name_fa, l.name_en, m.code AS municipality, \
        t.code AS provincial_treasury, b.deciding_body, b.decision \
        FROM bindings b JOIN parties l ON l.id = b.party_ids[1] LEFT JOIN parties m ON m.id = b.party_ids[2] \
        LEFT JOIN parties t ON t.id = b.party_ids[3] WHERE b.licence_id = ANY ($1)";
    Ok(prepared(query)
        .bind::<Array<Integer>, _>(licence_ids)
        .load(conn)
        .await?)
}

/// A licence of an office and its term.
#[derive(Clone, Debug, QueryableByName)]
pub struct Tenure {
    #[diesel(sql_type = Integer)]
    pub licence_id: i32,
    /// Code of its network.
    #[diesel(sql_type = Text)]
    pub network: String,
    #[diesel(sql_type = Timestamptz)]
    pub valid_from: DateTime<Utc>,
    /// Exclusive.
    #[diesel(sql_type = Timestamptz)]
    pub valid_until: DateTime<Utc>,
}

/// In the order in which they were given.
pub async fn tenures_of(conn: &mut Connection, office_id: i32) -> Stored<Vec<Tenure>> {
    let query = "SELECT l.id AS licence_id, n.code AS network, l.valid_from, l.valid_until \
        FROM licences l JOIN networks n ON n.id = l.network_id WHERE l.office_id = $1 ORDER BY l.id";
    Ok(prepared(query).bind::<Integer, _>(office_id).load(conn).await?)
}

/// The licences whose term contains an instant and of which more is recorded than that they were issued.
pub async fn licences_with_decisions(conn: &mut Connection, at: DateTime<Utc>) -> Stored<Vec<LicenceRow>> {
    let decided = licence_events::table
        .filter(licence_events::kind.ne("issued"))
        .select(licence_events::licence_id);
    Ok(with_networks()
        .filter(licences::id.eq_any(decided))
        .filter(licences::valid_from.le(at))
        .filter(licences::valid_until.gt(at))
        .load(conn)
        .await?)
}
