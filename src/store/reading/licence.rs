//! Licences with their events and licensees, for people to read. Never here: what a licence allows.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use crate::store::prepared::prepared;
use crate::store::schema::{instruments, licence_events, licences, networks};
use crate::store::{Connection, Stored};

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

#[derive(Clone, Debug, QueryableByName)]
pub struct LicenseeRow {
    #[diesel(sql_type = Integer)]
    pub licence_id: i32,
    #[diesel(sql_type = Integer)]
    pub party_id: i32,
    #[diesel(sql_type = Text)]
    pub code: String,
    #[diesel(sql_type = Text)]
    pub name_fa: String,
    #[diesel(sql_type = Text)]
    pub name_en: String,
    #[diesel(sql_type = Timestamptz)]
    pub valid_from: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub valid_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    pub known_from: DateTime<Utc>,
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

pub async fn licence_of_id(conn: &mut Connection, id: i32) -> Stored<Option<LicenceRow>> {
    Ok(with_networks()
        .filter(licences::id.eq(id))
        .first(conn)
        .await
        .optional()?)
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

/// Who held each licence from when, in the order of time and knowledge.
pub async fn licensees_of(conn: &mut Connection, licence_ids: &[i32]) -> Stored<Vec<LicenseeRow>> {
    let query = "SELECT b.licence_id, p.id AS party_id, p.code, p.name_fa, p.name_en, b.valid_from, b.valid_until, b.known_from \
        FROM bindings b JOIN parties p ON p.id = b.party_ids[1] WHERE b.licence_id = ANY ($1) \
        ORDER BY b.licence_id, b.valid_from, b.known_from, b.id";
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
