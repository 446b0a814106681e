//! Rows of `offices`. Never here: their licences (see `licence`).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::offices;
use super::{Connection, ROWS_PER_STATEMENT, Stored};

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = offices)]
pub struct NewOffice {
    pub code: String,
    pub name_fa: String,
    pub name_en: String,
    pub province: String,
    pub county: String,
    pub district: String,
    pub setting: &'static str,
    pub created_at: DateTime<Utc>,
}

pub async fn insert_offices(conn: &mut Connection, new: &[NewOffice]) -> Stored<()> {
    for rows in new.chunks(ROWS_PER_STATEMENT) {
        diesel::insert_into(offices::table)
            .values(rows)
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// The id of each of these offices that exists, by code.
pub async fn office_ids(conn: &mut Connection, codes: &[&str]) -> Stored<HashMap<String, i32>> {
    let rows: Vec<(String, i32)> = offices::table
        .filter(offices::code.eq_any(codes))
        .select((offices::code, offices::id))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Every office's id by its code: what a recorder remembers.
pub async fn all_office_ids(conn: &mut Connection) -> Stored<Vec<(String, i32)>> {
    Ok(offices::table
        .select((offices::code, offices::id))
        .load(conn)
        .await?)
}
