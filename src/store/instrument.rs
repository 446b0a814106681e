//! Rows of `instruments`: what tariffs and decisions rest on. Never here: mandates.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::instruments;
use super::{Connection, Stored};

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = instruments)]
pub struct NewInstrument {
    pub code: String,
    pub title: String,
    pub number: String,
    pub issued_on: NaiveDate,
    pub clause: String,
}

pub async fn insert_instruments(conn: &mut Connection, new: &[NewInstrument]) -> Stored<()> {
    diesel::insert_into(instruments::table)
        .values(new)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn instrument_ids(conn: &mut Connection) -> Stored<HashMap<String, i32>> {
    let rows: Vec<(String, i32)> = instruments::table
        .select((instruments::code, instruments::id))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}
