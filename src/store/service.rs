//! Rows of `agencies` and `services`. Never here: what a service costs (see `tariff`).

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::{agencies, services};
use super::{Connection, ROWS_PER_STATEMENT, StoreFailure, Stored};
use crate::domain::licence::AfterRestriction;

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = agencies)]
pub struct NewAgency {
    pub code: String,
    pub party_id: i32,
}

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = services)]
pub struct NewService {
    pub code: String,
    pub agency_id: i16,
    pub name_fa: String,
    pub name_en: String,
    pub after_suspension: Option<&'static str>,
}

pub async fn insert_agencies(conn: &mut Connection, new: &[NewAgency]) -> Stored<()> {
    diesel::insert_into(agencies::table)
        .values(new)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn insert_services(conn: &mut Connection, new: &[NewService]) -> Stored<()> {
    for rows in new.chunks(ROWS_PER_STATEMENT) {
        diesel::insert_into(services::table)
            .values(rows)
            .execute(conn)
            .await?;
    }
    Ok(())
}

pub async fn agency_ids(conn: &mut Connection) -> Stored<HashMap<String, i16>> {
    let rows: Vec<(String, i16)> = agencies::table
        .select((agencies::code, agencies::id))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// A service's id and its agency's party, by the service's code.
pub async fn services_with_parties(conn: &mut Connection) -> Stored<HashMap<String, (i32, i32)>> {
    let rows: Vec<(String, i32, i32)> = services::table
        .inner_join(agencies::table.on(agencies::id.eq(services::agency_id)))
        .select((services::code, services::id, agencies::party_id))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(code, id, party_id)| (code, (id, party_id)))
        .collect())
}

/// Services that say themselves what becomes of them after a restriction was recorded.
pub async fn own_after_restrictions(conn: &mut Connection) -> Stored<Vec<(i32, AfterRestriction)>> {
    let rows: Vec<(i32, Option<String>)> = services::table
        .filter(services::after_suspension.is_not_null())
        .select((services::id, services::after_suspension))
        .load(conn)
        .await?;
    let own = rows.into_iter().map(|(id, said)| {
        let said = said.unwrap_or_default();
        let after = AfterRestriction::parse(&said);
        let corrupt = || StoreFailure::corrupt("services", id, format!("after suspension {said}"));
        Ok((id, after.ok_or_else(corrupt)?))
    });
    own.collect()
}
