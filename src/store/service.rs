//! Rows of `agencies` and `services`. Never here: what a service costs (see `tariff`).

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::{agencies, services};
use super::{Connection, ROWS_PER_STATEMENT, Stored};

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
