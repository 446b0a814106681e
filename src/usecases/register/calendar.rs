//! Calendars: when banks work, and which networks go by it. Never here: what falls on a working day.

use chrono::{DateTime, NaiveDate, Utc, Weekday};
use diesel_async::AsyncConnection;

use super::known;
use super::text::{Text, each_within_limits, within_limits};
use crate::domain::interval::Interval;
use crate::domain::originator::Originator;
use crate::domain::working_days::{DayOff, DayOffRule, HolidayRule, HolidayState, Stated, WorkingDays};
use crate::store::calendar::{EnteredHoliday, NewHoliday, NewHolidayRevision, WeekendRow};
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
    /// Each in its turn: a day may be withdrawn and entered again.
    pub holidays: Vec<Holiday>,
}

#[derive(Clone, Debug)]
pub struct Holiday {
    pub day: NaiveDate,
    pub name_fa: String,
    pub name_en: String,
    /// What becomes of it.
    pub state: HolidayState,
}

/// A day off that stands without an end is ended by stating it again with one, and a holiday that stands is withdrawn by stating it
/// again as such. What was due by it stays as it was told.
///
/// # Errors
/// Conflicts where a day is stated that stands already, and `Invalid` where a holiday is withdrawn that does not stand.
pub async fn register_calendar(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    entry: &CalendarEntry,
) -> Done<()> {
    by.may_register()?;
    within_limits([Text::own_code(&entry.code)])?;
    each_within_limits(entry.holidays.iter().map(|holiday| {
        let texts = [
            Text::name("name_fa", &holiday.name_fa),
            Text::name("name_en", &holiday.name_en),
        ];
        (place_of(holiday.day), texts)
    }))?;
    conn.transaction(async |conn| {
        state_days_off(conn, entry).await?;
        state_holidays(conn, by, at, entry).await?;
        let networks = network::network_ids(conn).await?;
        for code in &entry.networks {
            calendar::follow_calendar(conn, known(&networks, "network", code)?, &entry.code).await?;
        }
        Ok(())
    })
    .await
}

/// A holiday is never edited: what becomes of it after it was entered is a row of its own, in the name of who stated it.
async fn state_holidays(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    entry: &CalendarEntry,
) -> Done<()> {
    let Some(first) = entry.holidays.iter().map(|holiday| holiday.day).min() else {
        return Ok(());
    };
    let mut entered = calendar::holidays_from(conn, &entry.code, first).await?;
    let (mut new, mut revised) = (Vec::new(), Vec::new());
    for holiday in &entry.holidays {
        let before = entered.get(&holiday.day).copied();
        let follows = holiday.state.follows(before.map(|before| before.state));
        follows.map_err(|rule| refused(rule, holiday.day))?;
        let revisions = before.map_or(0, |before| before.revisions.saturating_add(1));
        match before {
            None => new.push(holiday_row(&entry.code, holiday)),
            Some(_) => revised.push(revision_row(&entry.code, holiday, revisions, (by.id, at))),
        }
        let state = holiday.state;
        entered.insert(holiday.day, EnteredHoliday { revisions, state });
    }
    calendar::insert_holidays(conn, &new).await?;
    for row in &revised {
        calendar::insert_holiday_revision(conn, row).await?;
    }
    Ok(())
}

fn refused(rule: HolidayRule, day: NaiveDate) -> Failure {
    let place = place_of(day);
    match rule {
        HolidayRule::StandsAlready => Failure::conflict(rule.code(), rule.to_string()).within(&place),
        HolidayRule::NeverEntered | HolidayRule::WithdrawnAlready => {
            Failure::invalid(format!("{place}.withdrawn"), rule.code(), rule.to_string())
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

fn revision_row(
    calendar: &str,
    holiday: &Holiday,
    ordinal: i16,
    (made_by, made_at): (i32, DateTime<Utc>),
) -> NewHolidayRevision {
    NewHolidayRevision {
        calendar: calendar.to_owned(),
        day: holiday.day,
        ordinal,
        withdrawn: holiday.state == HolidayState::Withdrawn,
        name_fa: holiday.name_fa.clone(),
        name_en: holiday.name_en.clone(),
        made_by,
        made_at,
    }
}
