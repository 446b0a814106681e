//! Services and agencies as people read them. Never here: their tariffs.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::store::schema::{agencies, parties, services};
use crate::store::{Connection, Stored};

#[derive(Clone, Debug, Queryable)]
pub struct ServiceRow {
    pub code: String,
    pub name_fa: String,
    pub name_en: String,
    pub agency: String,
}

#[derive(Clone, Debug, Queryable)]
pub struct AgencyRow {
    pub code: String,
    pub name_fa: String,
    pub name_en: String,
    pub party: String,
}

/// The next `rows` services after a code, of one agency or of all.
pub async fn list_services(
    conn: &mut Connection,
    agency: Option<&str>,
    after: Option<&str>,
    rows: i64,
) -> Stored<Vec<ServiceRow>> {
    let mut query = services::table
        .inner_join(agencies::table.on(agencies::id.eq(services::agency_id)))
        .select((
            services::code,
            services::name_fa,
            services::name_en,
            agencies::code,
        ))
        .into_boxed();
    if let Some(agency) = agency {
        query = query.filter(agencies::code.eq(agency.to_owned()));
    }
    if let Some(code) = after {
        query = query.filter(services::code.gt(code.to_owned()));
    }
    Ok(query.order(services::code).limit(rows).load(conn).await?)
}

/// The next `rows` agencies after a code.
pub async fn list_agencies(conn: &mut Connection, after: Option<&str>, rows: i64) -> Stored<Vec<AgencyRow>> {
    let mut query = agencies::table
        .inner_join(parties::table.on(parties::id.eq(agencies::party_id)))
        .select((agencies::code, parties::name_fa, parties::name_en, parties::code))
        .into_boxed();
    if let Some(code) = after {
        query = query.filter(agencies::code.gt(code.to_owned()));
    }
    Ok(query.order(agencies::code).limit(rows).load(conn).await?)
}

pub async fn has_agency(conn: &mut Connection, code: &str) -> Stored<bool> {
    let found = agencies::table.filter(agencies::code.eq(code));
    Ok(diesel::select(exists(found)).get_result(conn).await?)
}

pub async fn has_service(conn: &mut Connection, code: &str) -> Stored<bool> {
    let found = services::table.filter(services::code.eq(code));
    Ok(diesel::select(exists(found)).get_result(conn).await?)
}
