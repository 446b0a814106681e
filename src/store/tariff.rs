//! Rows of `tariff_versions` and `tariff_terms`. Never here: what a document says (see `domain::tariff`).

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, SmallInt, Timestamptz};
use diesel_async::RunQueryDsl;

use super::schema::{allocations, tariff_terms, tariff_versions};
use super::{Connection, ROWS_PER_STATEMENT, Stored};

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = tariff_versions)]
pub struct NewTariffVersion {
    pub network_id: i16,
    pub service_id: i32,
    pub unit_id: i16,
    pub agency_party_id: i32,
    pub document: String,
    pub digest: Vec<u8>,
    pub valid_from: DateTime<Utc>,
    pub valid_until: Option<DateTime<Utc>>,
    pub known_from: DateTime<Utc>,
    pub made_by: i32,
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = tariff_versions)]
pub struct TariffVersionRow {
    pub id: i32,
    pub network_id: i16,
    pub service_id: i32,
    pub unit_id: i16,
    pub agency_party_id: i32,
    pub document: String,
    pub digest: Vec<u8>,
    pub valid_from: DateTime<Utc>,
    pub valid_until: Option<DateTime<Utc>>,
    pub known_from: DateTime<Utc>,
    pub known_until: Option<DateTime<Utc>>,
    pub state: String,
    pub made_by: i32,
}

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = tariff_terms)]
pub struct NewTariffTerm {
    pub tariff_version_id: i32,
    pub ordinal: i16,
    pub side: &'static str,
    pub name: String,
    pub kind: String,
    pub role_id: i16,
    pub party_id: Option<i32>,
    pub deposit_identifier: String,
    pub refundable: bool,
}

pub async fn insert_tariff_version(conn: &mut Connection, new: &NewTariffVersion) -> Stored<i32> {
    let inserted = diesel::insert_into(tariff_versions::table)
        .values(new)
        .returning(tariff_versions::id);
    Ok(inserted.get_result(conn).await?)
}

pub async fn insert_tariff_terms(conn: &mut Connection, new: &[NewTariffTerm]) -> Stored<()> {
    for rows in new.chunks(ROWS_PER_STATEMENT) {
        diesel::insert_into(tariff_terms::table)
            .values(rows)
            .execute(conn)
            .await?;
    }
    Ok(())
}

pub async fn tariff_version(conn: &mut Connection, id: i32) -> Stored<Option<TariffVersionRow>> {
    Ok(tariff_versions::table
        .find(id)
        .select(TariffVersionRow::as_select())
        .first(conn)
        .await
        .optional()?)
}

/// All published versions: what a recorder remembers.
pub async fn published_versions(conn: &mut Connection) -> Stored<Vec<TariffVersionRow>> {
    Ok(tariff_versions::table
        .filter(tariff_versions::state.eq("published"))
        .order((
            tariff_versions::service_id,
            tariff_versions::network_id,
            tariff_versions::known_from.desc(),
            tariff_versions::id.desc(),
        ))
        .select(TariffVersionRow::as_select())
        .load(conn)
        .await?)
}

/// Who takes a version on, and when.
#[derive(Clone, Copy, Debug)]
pub struct Deciding {
    pub originator_id: i32,
    pub at: DateTime<Utc>,
}

/// Whether a draft was still waiting, and is approved now.
pub async fn set_approved(conn: &mut Connection, id: i32, by: Deciding) -> Stored<bool> {
    let draft = tariff_versions::table
        .find(id)
        .filter(tariff_versions::state.eq("draft"));
    let rows = diesel::update(draft)
        .set((
            tariff_versions::state.eq("approved"),
            tariff_versions::approved_by.eq(by.originator_id),
            tariff_versions::approved_at.eq(by.at),
        ))
        .execute(conn)
        .await?;
    Ok(rows == 1)
}

/// Whether an approved version was still waiting, and is published now.
pub async fn set_published(conn: &mut Connection, id: i32, by: Deciding) -> Stored<bool> {
    let approved = tariff_versions::table
        .find(id)
        .filter(tariff_versions::state.eq("approved"));
    let rows = diesel::update(approved)
        .set((
            tariff_versions::state.eq("published"),
            tariff_versions::published_by.eq(by.originator_id),
            tariff_versions::published_at.eq(by.at),
        ))
        .execute(conn)
        .await?;
    Ok(rows == 1)
}

/// Whether a version waited to be approved or published, and is withdrawn now.
pub async fn set_withdrawn(conn: &mut Connection, id: i32, by: Deciding) -> Stored<bool> {
    let pending = tariff_versions::table
        .find(id)
        .filter(tariff_versions::state.eq_any(["draft", "approved"]));
    let rows = diesel::update(pending)
        .set((
            tariff_versions::state.eq("withdrawn"),
            tariff_versions::withdrawn_by.eq(by.originator_id),
            tariff_versions::withdrawn_at.eq(by.at),
        ))
        .execute(conn)
        .await?;
    Ok(rows == 1)
}

/// A version in force that holds for a part of the same time: its id and validity.
pub async fn overlapped_by(
    conn: &mut Connection,
    version: &TariffVersionRow,
) -> Stored<Option<(i32, DateTime<Utc>, Option<DateTime<Utc>>)>> {
    let mut overlapped = tariff_versions::table
        .filter(tariff_versions::network_id.eq(version.network_id))
        .filter(tariff_versions::service_id.eq(version.service_id))
        .filter(tariff_versions::state.eq("published"))
        .filter(tariff_versions::known_until.is_null())
        .filter(
            tariff_versions::valid_until
                .is_null()
                .or(tariff_versions::valid_until.gt(version.valid_from)),
        )
        .select((
            tariff_versions::id,
            tariff_versions::valid_from,
            tariff_versions::valid_until,
        ))
        .order(tariff_versions::valid_from)
        .into_boxed();
    if let Some(until) = version.valid_until {
        overlapped = overlapped.filter(tariff_versions::valid_from.lt(until));
    }
    Ok(overlapped.first(conn).await.optional()?)
}

/// The version that such a later one would end, if anything was ever priced by it.
pub async fn open_end_that_priced(conn: &mut Connection, later: &TariffVersionRow) -> Stored<Option<i32>> {
    let priced = allocations::table.filter(allocations::tariff_version_id.eq(tariff_versions::id));
    let followed = tariff_versions::table
        .filter(tariff_versions::network_id.eq(later.network_id))
        .filter(tariff_versions::service_id.eq(later.service_id))
        .filter(tariff_versions::state.eq("published"))
        .filter(tariff_versions::valid_until.is_null())
        .filter(tariff_versions::known_until.is_null())
        .filter(tariff_versions::valid_from.lt(later.valid_from))
        .filter(exists(priced))
        .select(tariff_versions::id);
    Ok(followed.first(conn).await.optional()?)
}

/// Whether anything that happened since a later version begins is booked already: by a counter whose clock is ahead, or while the
/// publication waited. Bookings before `booked_since` are not looked at.
pub async fn has_priced(
    conn: &mut Connection,
    later: &TariffVersionRow,
    booked_since: DateTime<Utc>,
) -> Stored<bool> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Bool)]
        has_priced: bool,
    }
    let found: Found = diesel::sql_query(include_str!("tariff/has_priced.sql"))
        .bind::<SmallInt, _>(later.network_id)
        .bind::<Integer, _>(later.service_id)
        .bind::<Timestamptz, _>(later.valid_from)
        .bind::<Timestamptz, _>(booked_since)
        .get_result(conn)
        .await?;
    Ok(found.has_priced)
}

/// Ends the version that a later one follows: the only change a published version ever sees.
pub async fn close_open_end(
    conn: &mut Connection,
    network_id: i16,
    service_id: i32,
    until: DateTime<Utc>,
) -> Stored<()> {
    let followed = tariff_versions::table
        .filter(tariff_versions::network_id.eq(network_id))
        .filter(tariff_versions::service_id.eq(service_id))
        .filter(tariff_versions::state.eq("published"))
        .filter(tariff_versions::valid_until.is_null())
        .filter(tariff_versions::known_until.is_null())
        .filter(tariff_versions::valid_from.lt(until));
    diesel::update(followed)
        .set(tariff_versions::valid_until.eq(until))
        .execute(conn)
        .await?;
    Ok(())
}
