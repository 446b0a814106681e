//! Which days banks work, as dated tables. Never here: a holiday or a weekend in code.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};

use super::interval::Interval;

/// The weekly days off and the holidays of one calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkingDays {
    pub days_off: Vec<DayOff>,
    pub holidays: BTreeSet<NaiveDate>,
}

/// A weekday without work, for as long as the law says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayOff {
    pub weekday: Weekday,
    pub valid: Interval<NaiveDate>,
}

/// The tables leave no working day within a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no working day within {LOOK_AHEAD_DAYS} days from {0}")]
pub struct NoWorkingDay(NaiveDate);

/// How far a working day is looked for.
const LOOK_AHEAD_DAYS: usize = 366;

impl WorkingDays {
    pub fn is_working(&self, day: NaiveDate) -> bool {
        let off = |rest: &DayOff| rest.weekday == day.weekday() && rest.valid.contains(day);
        !self.holidays.contains(&day) && !self.days_off.iter().any(off)
    }

    /// The day itself if it is a working day, else the first one after it.
    pub fn on_or_after(&self, day: NaiveDate) -> Result<NaiveDate, NoWorkingDay> {
        day.iter_days()
            .take(LOOK_AHEAD_DAYS)
            .find(|day| self.is_working(*day))
            .ok_or(NoWorkingDay(day))
    }

    /// The first working day after this day.
    pub fn next(&self, day: NaiveDate) -> Result<NaiveDate, NoWorkingDay> {
        self.on_or_after(day.succ_opt().ok_or(NoWorkingDay(day))?)
    }

    /// The day on which the given number of working days after this day is complete.
    pub fn after(&self, day: NaiveDate, working_days: u32) -> Result<NaiveDate, NoWorkingDay> {
        (0..working_days).try_fold(day, |day, _| self.next(day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Fridays, and Thursdays from 2025-06-01 on; Nowruz.
    fn iran() -> WorkingDays {
        WorkingDays {
            days_off: vec![
                DayOff {
                    weekday: Weekday::Fri,
                    valid: Interval::since(day("1979-01-01")),
                },
                DayOff {
                    weekday: Weekday::Thu,
                    valid: Interval::since(day("2025-06-01")),
                },
            ],
            holidays: ["2025-03-20", "2025-03-21", "2025-03-22", "2025-03-23"]
                .map(day)
                .into(),
        }
    }

    #[test]
    fn a_weekday_is_off_from_the_day_on_which_the_law_says_so() {
        assert!(iran().is_working(day("2025-05-29")));
        assert!(!iran().is_working(day("2025-06-05")));
        assert!(!iran().is_working(day("2025-05-30")));
    }

    #[test]
    fn the_next_working_day_skips_weekend_and_holidays() {
        assert_eq!(iran().next(day("2025-03-19")), Ok(day("2025-03-24")));
        assert_eq!(iran().on_or_after(day("2025-03-19")), Ok(day("2025-03-19")));
        assert_eq!(iran().after(day("2025-06-03"), 2), Ok(day("2025-06-07")));
        assert_eq!(iran().after(day("2025-06-03"), 0), Ok(day("2025-06-03")));
    }

    #[test]
    fn a_calendar_without_working_days_is_an_error_and_not_a_loop() {
        let never = [
            Weekday::Mon,
            Weekday::Tue,
            Weekday::Wed,
            Weekday::Thu,
            Weekday::Fri,
            Weekday::Sat,
            Weekday::Sun,
        ]
        .map(|weekday| DayOff {
            weekday,
            valid: Interval::since(day("2000-01-01")),
        });
        let calendar = WorkingDays {
            days_off: never.to_vec(),
            holidays: BTreeSet::new(),
        };
        assert_eq!(
            calendar.next(day("2025-01-01")),
            Err(NoWorkingDay(day("2025-01-02")))
        );
    }
}
