//! Enters currency units. Never here: conversion between them.

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use super::text::{Text, within_limits};
use crate::domain::money::UnitCode;
use crate::domain::originator::Originator;
use crate::store::{Connection, unit};
use crate::usecases::Done;

#[derive(Clone, Debug)]
pub struct UnitEntry {
    pub code: UnitCode,
    pub iso_code: String,
    pub name_fa: String,
    pub name_en: String,
    /// Decimal digits between the smallest part and the displayed unit.
    pub scale: i16,
    pub valid_from: DateTime<Utc>,
    /// Exclusive.
    pub valid_until: Option<DateTime<Utc>>,
}

pub async fn register_unit(conn: &mut Connection, by: &Originator, entry: UnitEntry) -> Done<i16> {
    by.may_register()?;
    within_limits([
        Text::name("name_fa", &entry.name_fa),
        Text::name("name_en", &entry.name_en),
        Text::code("iso_code", &entry.iso_code),
    ])?;
    let row = unit::NewUnit {
        code: entry.code.to_string(),
        iso_code: entry.iso_code,
        name_fa: entry.name_fa,
        name_en: entry.name_en,
        scale: entry.scale,
        valid_from: entry.valid_from,
        valid_until: entry.valid_until,
    };
    conn.transaction(async |conn| Ok(unit::insert_unit(conn, &row).await?))
        .await
}
