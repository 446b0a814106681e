//! Published tariff versions with everything that their terms and digests are checked against. Never here: drafts.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, SmallInt, Text};
use diesel_async::RunQueryDsl;

use crate::domain::verification::term::StoredTerm;
use crate::store::schema::{currency_units, networks, parties, services, tariff_versions};
use crate::store::{Connection, Stored};

#[derive(Clone, Debug, Queryable)]
pub struct VersionRow {
    pub id: i32,
    pub document: String,
    pub digest: Vec<u8>,
    pub network_id: i16,
    pub network: String,
    pub service: String,
    pub unit: String,
    /// Code of the agency's party.
    pub agency: String,
    pub valid_from: DateTime<Utc>,
    pub valid_until: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct TermRow {
    #[diesel(sql_type = SmallInt)]
    ordinal: i16,
    #[diesel(sql_type = Text)]
    side: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Nullable<Text>)]
    party: Option<String>,
    #[diesel(sql_type = Text)]
    deposit_identifier: String,
    #[diesel(sql_type = Bool)]
    refundable: bool,
}

/// Whose terms belong to no published version.
#[derive(Clone, Debug, QueryableByName)]
pub struct StrayTerm {
    #[diesel(sql_type = Integer)]
    pub tariff_version_id: i32,
    #[diesel(sql_type = SmallInt)]
    pub ordinal: i16,
}

/// Who plays a role in a network, by codes; hanging on the office or the holder is nobody.
#[derive(Clone, Debug, QueryableByName)]
pub struct PlayerRow {
    #[diesel(sql_type = SmallInt)]
    pub network_id: i16,
    #[diesel(sql_type = Text)]
    pub role: String,
    #[diesel(sql_type = Text)]
    pub party: String,
}

/// All published versions, by id.
pub async fn published(conn: &mut Connection) -> Stored<Vec<VersionRow>> {
    Ok(tariff_versions::table
        .inner_join(networks::table.on(networks::id.eq(tariff_versions::network_id)))
        .inner_join(services::table.on(services::id.eq(tariff_versions::service_id)))
        .inner_join(currency_units::table.on(currency_units::id.eq(tariff_versions::unit_id)))
        .inner_join(parties::table.on(parties::id.eq(tariff_versions::agency_party_id)))
        .filter(tariff_versions::state.eq("published"))
        .order(tariff_versions::id)
        .select((
            tariff_versions::id,
            tariff_versions::document,
            tariff_versions::digest,
            tariff_versions::network_id,
            networks::code,
            services::code,
            currency_units::code,
            parties::code,
            tariff_versions::valid_from,
            tariff_versions::valid_until,
        ))
        .load(conn)
        .await?)
}

pub async fn terms(conn: &mut Connection, version_id: i32) -> Stored<Vec<StoredTerm>> {
    let rows: Vec<TermRow> = diesel::sql_query(include_str!("tariff/terms.sql"))
        .bind::<Integer, _>(version_id)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(StoredTerm::from).collect())
}

pub async fn stray_terms(conn: &mut Connection, rows_max: i64) -> Stored<Vec<StrayTerm>> {
    Ok(diesel::sql_query(
        "SELECT m.tariff_version_id, m.ordinal FROM tariff_terms m
           LEFT JOIN tariff_versions v ON v.id = m.tariff_version_id AND v.state = 'published'
          WHERE v.id IS NULL ORDER BY 1, 2 LIMIT $1",
    )
    .bind::<BigInt, _>(rows_max)
    .load(conn)
    .await?)
}

pub async fn players(conn: &mut Connection) -> Stored<Vec<PlayerRow>> {
    Ok(diesel::sql_query(
        "SELECT p.network_id, r.code AS role, q.code AS party FROM network_parties p
           JOIN roles r ON r.id = p.role_id JOIN parties q ON q.id = p.party_id",
    )
    .load(conn)
    .await?)
}

impl From<TermRow> for StoredTerm {
    fn from(row: TermRow) -> Self {
        Self {
            ordinal: row.ordinal,
            side: row.side,
            name: row.name,
            kind: row.kind,
            role: row.role,
            party: row.party,
            deposit_identifier: row.deposit_identifier,
            refundable: row.refundable,
        }
    }
}
