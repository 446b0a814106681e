//! Calendars: when banks work, and which networks go by it. Never here: what falls on a working day.

use std::collections::HashSet;

use chrono::{NaiveDate, Weekday};
use diesel_async::AsyncConnection;

use super::known;
use super::text::{Text, each_within_limits, within_limits};
use crate::domain::interval::Interval;
use crate::domain::originator::Originator;
use crate::domain::working_days::{DayOff, DayOffRule, Stated, WorkingDays};
use crate::store::calendar::{NewHoliday, WeekendRow};
use crate::store::{Connection, calendar, network};
use crate::usecases::settling::calendar::days_off;
use crate::usecases::{Done, Failure};

/// Days on which banks do not work. A calendar is stated again and again: each year has its own holidays.
#[derive(Clone, Debug, Default)]
pub struct CalendarEntry {
    pub code: String,
    /// Networks that follow it from now on.
    pub networks: Vec<String>,
    pub days_off: Vec<DayOff>,
    pub holidays: Vec<Holiday>,
}

#[derive(Clone, Debug)]
pub struct Holiday {
    pub day: NaiveDate,
    pub name_fa: String,
    pub name_en: String,
}

/// A day off that stands without an end is ended by stating it again with one.
///
/// # Errors
/// Conflicts where a day is stated that stands already: nothing else of the tables of days is ever edited.
pub async fn register_calendar(conn: &mut Connection, by: &Originator, entry: &CalendarEntry) -> Done<()> {
    by.may_register()?;
    within_limits([Text::code("code", &entry.code)])?;
    each_within_limits(entry.holidays.iter().map(|holiday| {
        let texts = [
            Text::name("name_fa", &holiday.name_fa),
            Text::name("name_en", &holiday.name_en),
        ];
        (place_of(holiday.day), texts)
    }))?;
    let holidays = entry
        .holidays
        .iter()
        .map(|holiday| holiday_row(&entry.code, holiday));
    let holidays: Vec<NewHoliday> = holidays.collect();
    conn.transaction(async |conn| {
        state_days_off(conn, entry).await?;
        states_holidays_once(conn, entry).await?;
        calendar::insert_holidays(conn, &holidays).await?;
        let networks = network::network_ids(conn).await?;
        for code in &entry.networks {
            calendar::follow_calendar(conn, known(&networks, "network", code)?, &entry.code).await?;
        }
        Ok(())
    })
    .await
}

/// A holiday is never edited, so that stating it again would change nothing.
async fn states_holidays_once(conn: &mut Connection, entry: &CalendarEntry) -> Done<()> {
    let Some(first) = entry.holidays.iter().map(|holiday| holiday.day).min() else {
        return Ok(());
    };
    let standing = calendar::holidays_from(conn, &entry.code, first).await?;
    let mut stated: HashSet<NaiveDate> = standing.into_iter().collect();
    match entry.holidays.iter().find(|holiday| !stated.insert(holiday.day)) {
        None => Ok(()),
        Some(again) => {
            let told = "it stands there already: leave it out";
            Err(Failure::conflict("a_holiday_is_stated_once", told).within(&place_of(again.day)))
        }
    }
}

fn place_of(day: NaiveDate) -> String {
    format!("holidays.{day}")
}

async fn state_days_off(conn: &mut Connection, entry: &CalendarEntry) -> Done<()> {
    let mut standing = WorkingDays {
        days_off: days_off(conn, &entry.code).await?,
        ..WorkingDays::default()
    };
    for off in &entry.days_off {
        let row = weekend_row(&entry.code, off);
        match standing.state(off).map_err(broken)? {
            Stated::New => calendar::insert_weekend(conn, &row).await?,
            Stated::Ended if calendar::end_weekend(conn, &row).await? => {}
            Stated::Ended => {
                return Err(Failure::Unavailable(
                    "it was ended meanwhile; look again".to_owned(),
                ));
            }
        }
        standing
            .days_off
            .retain(|rest| (rest.weekday, rest.valid.from()) != (off.weekday, off.valid.from()));
        standing.days_off.push(*off);
    }
    Ok(())
}

fn broken(rule: DayOffRule) -> Failure {
    Failure::conflict(rule.code(), rule.to_string())
}

/// A weekday off from a day on, until another one or for good.
pub fn day_off(weekday: Weekday, from: NaiveDate, until: Option<NaiveDate>) -> Done<DayOff> {
    let valid = Interval::new(from, until).map_err(|rule| {
        let field = "days_off.valid_until";
        Failure::invalid(field, "an_interval_ends_after_it_begins", rule.to_string())
    })?;
    Ok(DayOff { weekday, valid })
}

fn weekend_row(calendar: &str, off: &DayOff) -> WeekendRow {
    WeekendRow {
        calendar: calendar.to_owned(),
        iso_weekday: i16::try_from(off.weekday.number_from_monday()).unwrap_or_default(),
        valid_from: off.valid.from(),
        valid_until: off.valid.until(),
    }
}

fn holiday_row(calendar: &str, holiday: &Holiday) -> NewHoliday {
    NewHoliday {
        calendar: calendar.to_owned(),
        day: holiday.day,
        name_fa: holiday.name_fa.clone(),
        name_en: holiday.name_en.clone(),
    }
}
