//! Enters currency units. Never here: conversion between them.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use super::text::{Text, within_limits};
use crate::domain::money::UnitCode;
use crate::domain::originator::Originator;
use crate::domain::statement::SpokenUnit;
use crate::store::{Connection, unit};
use crate::usecases::{Done, Failure};

/// As the database has it too.
const SPOKEN_DIGITS_DROPPED: RangeInclusive<u8> = 1..=6;

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
    /// How people say its amounts, for display alone (money rule 1).
    pub spoken: Option<SpokenUnit>,
}

pub async fn register_unit(conn: &mut Connection, by: &Originator, entry: UnitEntry) -> Done<i16> {
    by.may_register()?;
    within_limits([
        Text::name("name_fa", &entry.name_fa),
        Text::name("name_en", &entry.name_en),
        Text::code("iso_code", &entry.iso_code),
    ])?;
    drops_few_digits(&entry)?;
    let spoken = entry.spoken.as_ref();
    let row = unit::NewUnit {
        code: entry.code.to_string(),
        iso_code: entry.iso_code,
        name_fa: entry.name_fa,
        name_en: entry.name_en,
        scale: entry.scale,
        valid_from: entry.valid_from,
        valid_until: entry.valid_until,
        spoken_fa: spoken.map(|spoken| spoken.names.fa.clone()),
        spoken_en: spoken.map(|spoken| spoken.names.en.clone()),
        spoken_digits_dropped: spoken.map(|spoken| i16::from(spoken.digits_dropped)),
    };
    conn.transaction(async |conn| Ok(unit::insert_unit(conn, &row).await?))
        .await
}

fn drops_few_digits(entry: &UnitEntry) -> Done<()> {
    let Some(spoken) = &entry.spoken else {
        return Ok(());
    };
    within_limits([
        Text::name("spoken.name_fa", &spoken.names.fa),
        Text::name("spoken.name_en", &spoken.names.en),
    ])?;
    if SPOKEN_DIGITS_DROPPED.contains(&spoken.digits_dropped) {
        return Ok(());
    }
    let told = format!(
        "1 to 6 digits; {} are dropped where one says the amount in {}",
        spoken.digits_dropped, spoken.names.en
    );
    Err(Failure::invalid(
        "spoken.digits_dropped",
        "a_spoken_unit_drops_few_digits",
        told,
    ))
}
