//! Tariff versions as people read them. Never here: drafting, publishing.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::store::schema::{
    currency_units, networks, originators, parties, roles, services, tariff_terms, tariff_versions,
};
use crate::store::{Connection, Stored};

#[derive(Clone, Debug, Queryable)]
pub struct TariffRow {
    pub id: i32,
    pub network: String,
    pub service: String,
    pub unit: String,
    pub digest: Vec<u8>,
    pub valid_from: DateTime<Utc>,
    pub valid_until: Option<DateTime<Utc>>,
    pub known_from: DateTime<Utc>,
    pub known_until: Option<DateTime<Utc>>,
    pub document: String,
}

#[derive(Clone, Debug, Queryable)]
pub struct TermRow {
    pub ordinal: i16,
    pub side: String,
    pub name: String,
    pub kind: String,
    pub role: String,
    pub party: Option<String>,
    pub deposit_identifier: String,
    pub refundable: bool,
}

/// A version that is drafted or approved.
#[derive(Clone, Debug, Queryable)]
pub struct PendingRow {
    pub id: i32,
    pub network: String,
    pub service: String,
    pub valid_from: DateTime<Utc>,
    pub state: String,
    pub made_by: String,
}

/// Which versions are wanted; `None` leaves a filter out.
#[derive(Clone, Debug, Default)]
pub struct TariffsWanted {
    pub id: Option<i32>,
    pub service: Option<String>,
    pub network: Option<String>,
    /// Valid at this moment.
    pub valid_at: Option<DateTime<Utc>>,
    /// As was known at this moment.
    pub known_at: Option<DateTime<Utc>>,
}

/// By id.
pub async fn pending_tariffs(conn: &mut Connection) -> Stored<Vec<PendingRow>> {
    Ok(tariff_versions::table
        .inner_join(networks::table.on(networks::id.eq(tariff_versions::network_id)))
        .inner_join(services::table.on(services::id.eq(tariff_versions::service_id)))
        .inner_join(originators::table.on(originators::id.eq(tariff_versions::made_by)))
        .filter(tariff_versions::state.eq_any(["draft", "approved"]))
        .select((
            tariff_versions::id,
            networks::code,
            services::code,
            tariff_versions::valid_from,
            tariff_versions::state,
            originators::code,
        ))
        .order(tariff_versions::id)
        .load(conn)
        .await?)
}

/// The next `rows` published versions after an id.
pub async fn list_tariffs(
    conn: &mut Connection,
    wanted: &TariffsWanted,
    after: Option<i32>,
    rows: i64,
) -> Stored<Vec<TariffRow>> {
    let mut query = tariff_versions::table
        .inner_join(networks::table.on(networks::id.eq(tariff_versions::network_id)))
        .inner_join(services::table.on(services::id.eq(tariff_versions::service_id)))
        .inner_join(currency_units::table.on(currency_units::id.eq(tariff_versions::unit_id)))
        .filter(tariff_versions::state.eq("published"))
        .select((
            tariff_versions::id,
            networks::code,
            services::code,
            currency_units::code,
            tariff_versions::digest,
            tariff_versions::valid_from,
            tariff_versions::valid_until,
            tariff_versions::known_from,
            tariff_versions::known_until,
            tariff_versions::document,
        ))
        .into_boxed();
    if let Some(id) = wanted.id {
        query = query.filter(tariff_versions::id.eq(id));
    }
    if let Some(service) = &wanted.service {
        query = query.filter(services::code.eq(service.clone()));
    }
    if let Some(network) = &wanted.network {
        query = query.filter(networks::code.eq(network.clone()));
    }
    if let Some(at) = wanted.valid_at {
        let ended = tariff_versions::valid_until
            .is_null()
            .or(tariff_versions::valid_until.gt(at));
        query = query.filter(tariff_versions::valid_from.le(at)).filter(ended);
    }
    if let Some(at) = wanted.known_at {
        let unknown = tariff_versions::known_until
            .is_null()
            .or(tariff_versions::known_until.gt(at));
        query = query.filter(tariff_versions::known_from.le(at)).filter(unknown);
    }
    if let Some(id) = after {
        query = query.filter(tariff_versions::id.gt(id));
    }
    Ok(query.order(tariff_versions::id).limit(rows).load(conn).await?)
}

pub async fn terms_of(conn: &mut Connection, tariff_version_id: i32) -> Stored<Vec<TermRow>> {
    Ok(tariff_terms::table
        .inner_join(roles::table.on(roles::id.eq(tariff_terms::role_id)))
        .left_join(parties::table.on(parties::id.nullable().eq(tariff_terms::party_id)))
        .filter(tariff_terms::tariff_version_id.eq(tariff_version_id))
        .select((
            tariff_terms::ordinal,
            tariff_terms::side,
            tariff_terms::name,
            tariff_terms::kind,
            roles::code,
            parties::code.nullable(),
            tariff_terms::deposit_identifier,
            tariff_terms::refundable,
        ))
        .order(tariff_terms::ordinal)
        .load(conn)
        .await?)
}
