//! Rows of `holidays` and `weekends`, and which calendar a network follows. Never here: counting working days (see
//! `domain::working_days`).

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::{holidays, networks, weekends};
use super::{Connection, ROWS_PER_STATEMENT, Stored};

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = holidays)]
pub struct NewHoliday {
    pub calendar: String,
    pub day: NaiveDate,
    pub name_fa: String,
    pub name_en: String,
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

/// The holidays of a calendar from a day on.
pub async fn holidays_from(
    conn: &mut Connection,
    calendar: &str,
    first: NaiveDate,
) -> Stored<Vec<NaiveDate>> {
    Ok(holidays::table
        .filter(holidays::calendar.eq(calendar))
        .filter(holidays::day.ge(first))
        .select(holidays::day)
        .load(conn)
        .await?)
}

pub async fn weekends_of(conn: &mut Connection, calendar: &str) -> Stored<Vec<WeekendRow>> {
    Ok(weekends::table
        .filter(weekends::calendar.eq(calendar))
        .select(WeekendRow::as_select())
        .load(conn)
        .await?)
}
