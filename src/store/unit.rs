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
    pub spoken_fa: Option<String>,
    pub spoken_en: Option<String>,
    pub spoken_digits_dropped: Option<i16>,
}

pub async fn insert_unit(conn: &mut Connection, unit: &NewUnit) -> Stored<i16> {
    let inserted = diesel::insert_into(currency_units::table)
        .values(unit)
        .returning(currency_units::id);
    Ok(inserted.get_result(conn).await?)
}

/// A unit as others name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = currency_units)]
pub struct UnitRow {
    pub id: i16,
    /// Decimal places.
    pub scale: i16,
    pub valid_from: DateTime<Utc>,
    /// Exclusive.
    pub valid_until: Option<DateTime<Utc>>,
}

/// By code.
pub async fn units(conn: &mut Connection) -> Stored<HashMap<String, UnitRow>> {
    let rows: Vec<(String, UnitRow)> = currency_units::table
        .select((currency_units::code, UnitRow::as_select()))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}
