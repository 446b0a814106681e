//! Rows of `holidays`, `holiday_revisions` and `weekends`, and which calendar a network follows. Never here: counting working days
//! (see `domain::working_days`).

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::{holiday_revisions, holidays, networks, weekends};
use super::{Connection, ROWS_PER_STATEMENT, Stored};
use crate::domain::working_days::HolidayState;

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = holidays)]
pub struct NewHoliday {
    pub calendar: String,
    pub day: NaiveDate,
    pub name_fa: String,
    pub name_en: String,
}

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = holiday_revisions)]
pub struct NewHolidayRevision {
    pub calendar: String,
    pub day: NaiveDate,
    /// From 1, of this day.
    pub ordinal: i16,
    /// Else it is entered again.
    pub withdrawn: bool,
    pub name_fa: String,
    pub name_en: String,
    pub made_by: i32,
    pub made_at: DateTime<Utc>,
}

/// A holiday that was entered, and what became of it.
#[derive(Clone, Copy, Debug)]
pub struct EnteredHoliday {
    /// How often it was withdrawn or entered again.
    pub revisions: i16,
    pub state: HolidayState,
}

#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = weekends)]
pub struct WeekendRow {
    pub calendar: String,
    /// 1 is Monday.
    pub iso_weekday: i16,
    pub valid_from: NaiveDate,
    /// Exclusive.
    pub valid_until: Option<NaiveDate>,
}

pub async fn insert_holidays(conn: &mut Connection, new: &[NewHoliday]) -> Stored<()> {
    for rows in new.chunks(ROWS_PER_STATEMENT) {
        diesel::insert_into(holidays::table)
            .values(rows)
            .execute(conn)
            .await?;
    }
    Ok(())
}

pub async fn insert_holiday_revision(conn: &mut Connection, new: &NewHolidayRevision) -> Stored<()> {
    diesel::insert_into(holiday_revisions::table)
        .values(new)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn insert_weekend(conn: &mut Connection, new: &WeekendRow) -> Stored<()> {
    diesel::insert_into(weekends::table)
        .values(new)
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether there was such a day off without an end.
pub async fn end_weekend(conn: &mut Connection, ended: &WeekendRow) -> Stored<bool> {
    let key = (ended.calendar.as_str(), ended.iso_weekday, ended.valid_from);
    let open = weekends::table.find(key).filter(weekends::valid_until.is_null());
    let changed = diesel::update(open)
        .set(weekends::valid_until.eq(ended.valid_until))
        .execute(conn)
        .await?;
    Ok(changed == 1)
}

/// From now on the network follows this calendar.
pub async fn follow_calendar(conn: &mut Connection, network_id: i16, calendar: &str) -> Stored<()> {
    diesel::update(networks::table.find(network_id))
        .set(networks::calendar.eq(calendar))
        .execute(conn)
        .await?;
    Ok(())
}

/// The holidays of a calendar from a day on, those that were withdrawn too, as is known now.
pub async fn holidays_from(
    conn: &mut Connection,
    calendar: &str,
    first: NaiveDate,
) -> Stored<BTreeMap<NaiveDate, EnteredHoliday>> {
    let of_day = holiday_revisions::calendar
        .eq(holidays::calendar)
        .and(holiday_revisions::day.eq(holidays::day));
    let rows: Vec<(NaiveDate, Option<i16>, Option<bool>)> = holidays::table
        .left_join(holiday_revisions::table.on(of_day))
        .filter(holidays::calendar.eq(calendar))
        .filter(holidays::day.ge(first))
        .select((
            holidays::day,
            holiday_revisions::ordinal.nullable(),
            holiday_revisions::withdrawn.nullable(),
        ))
        .load(conn)
        .await?;
    let mut entered = BTreeMap::new();
    for (day, ordinal, withdrawn) in rows {
        let row = EnteredHoliday {
            revisions: ordinal.unwrap_or(0),
            state: match withdrawn {
                Some(true) => HolidayState::Withdrawn,
                Some(false) | None => HolidayState::Stands,
            },
        };
        let last = entered.entry(day).or_insert(row);
        if last.revisions < row.revisions {
            *last = row;
        }
    }
    Ok(entered)
}

pub async fn weekends_of(conn: &mut Connection, calendar: &str) -> Stored<Vec<WeekendRow>> {
    Ok(weekends::table
        .filter(weekends::calendar.eq(calendar))
        .select(WeekendRow::as_select())
        .load(conn)
        .await?)
}
