//! When the banks of a network work: what is due falls on such a day. Never here: counting the days (see
//! `domain::working_days`).

use chrono::{NaiveDate, Weekday};

use crate::domain::interval::Interval;
use crate::domain::working_days::{DayOff, HolidayState, NoWorkingDay, WorkingDays};
use crate::store::Connection;
use crate::store::calendar::{WeekendRow, holidays_from, weekends_of};
use crate::store::settlement::NetworkTerms;
use crate::usecases::{Done, Failure};

/// The working days of a network's calendar from a day on, as is known now; without a calendar every day is one.
pub async fn working_days(
    conn: &mut Connection,
    network: &NetworkTerms,
    first: NaiveDate,
) -> Done<WorkingDays> {
    let Some(calendar) = &network.calendar else {
        return Ok(WorkingDays::default());
    };
    let entered = holidays_from(conn, calendar, first).await?.into_iter();
    let standing = entered.filter(|(_, holiday)| holiday.state == HolidayState::Stands);
    Ok(WorkingDays {
        holidays: standing.map(|(day, _)| day).collect(),
        days_off: days_off(conn, calendar).await?,
    })
}

/// The weekly days off of a calendar, those that have ended too.
pub async fn days_off(conn: &mut Connection, calendar: &str) -> Done<Vec<DayOff>> {
    let weekends = weekends_of(conn, calendar).await?;
    weekends.iter().map(day_off).collect()
}

impl From<NoWorkingDay> for Failure {
    fn from(none: NoWorkingDay) -> Self {
        Self::conflict("a_calendar_has_working_days", none.to_string())
    }
}

fn day_off(row: &WeekendRow) -> Done<DayOff> {
    let broken = || Failure::Internal(format!("a weekend of {} cannot be read", row.calendar));
    let from_monday = u8::try_from(row.iso_weekday - 1).map_err(|_| broken())?;
    Ok(DayOff {
        weekday: Weekday::try_from(from_monday).map_err(|_| broken())?,
        valid: Interval::new(row.valid_from, row.valid_until).map_err(|_| broken())?,
    })
}
