//! Rows of `parties`, and the roles they can play. Never here: where they are paid (see `bank_account`), what they are owed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::{parties, roles};
use super::{Connection, ROWS_PER_STATEMENT, Stored};

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = parties)]
pub struct NewParty {
    pub code: String,
    pub kind: &'static str,
    pub name_fa: String,
    pub name_en: String,
    pub language: String,
    pub email: Option<String>,
    pub created_at: DateTime<Utc>,
}

pub async fn insert_parties(conn: &mut Connection, new: &[NewParty]) -> Stored<()> {
    for rows in new.chunks(ROWS_PER_STATEMENT) {
        diesel::insert_into(parties::table)
            .values(rows)
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// The id of each of these parties that exists, by code.
pub async fn party_ids(conn: &mut Connection, codes: &[&str]) -> Stored<HashMap<String, i32>> {
    let rows: Vec<(String, i32)> = parties::table
        .filter(parties::code.eq_any(codes))
        .select((parties::code, parties::id))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The code of each of these parties that exists, by id.
pub async fn party_codes(conn: &mut Connection, ids: &[i32]) -> Stored<HashMap<i32, String>> {
    let rows: Vec<(i32, String)> = parties::table
        .filter(parties::id.eq_any(ids))
        .select((parties::id, parties::code))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// A role's id, and whether it hangs on the office, by code.
pub async fn role_ids(conn: &mut Connection) -> Stored<HashMap<String, (i16, bool)>> {
    let rows: Vec<(String, i16, bool)> = roles::table
        .select((roles::code, roles::id, roles::hangs_on_office))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(code, id, hangs)| (code, (id, hangs)))
        .collect())
}

/// Sets where a party reads its mail, from now on. Whether there is such a party.
pub async fn set_email(conn: &mut Connection, code: &str, email: Option<&str>) -> Stored<bool> {
    let changed = diesel::update(parties::table.filter(parties::code.eq(code)))
        .set(parties::email.eq(email))
        .execute(conn)
        .await?;
    Ok(changed == 1)
}
