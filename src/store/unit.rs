//! Rows of `currency_units`. Never here: amounts.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::currency_units;
use super::{Connection, Stored};

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = currency_units)]
pub struct NewUnit {
    pub code: String,
    pub iso_code: String,
    pub name_fa: String,
    pub name_en: String,
    pub scale: i16,
    pub valid_from: DateTime<Utc>,
    pub valid_until: Option<DateTime<Utc>>,
}

pub async fn insert_unit(conn: &mut Connection, unit: &NewUnit) -> Stored<i16> {
    let inserted = diesel::insert_into(currency_units::table)
        .values(unit)
        .returning(currency_units::id);
    Ok(inserted.get_result(conn).await?)
}

/// A unit as others name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitRow {
    pub id: i16,
    /// Decimal places.
    pub scale: i16,
}

/// By code.
pub async fn units(conn: &mut Connection) -> Stored<HashMap<String, UnitRow>> {
    let rows: Vec<(String, i16, i16)> = currency_units::table
        .select((currency_units::code, currency_units::id, currency_units::scale))
        .load(conn)
        .await?;
    let by_code = rows
        .into_iter()
        .map(|(code, id, scale)| (code, UnitRow { id, scale }));
    Ok(by_code.collect())
}
