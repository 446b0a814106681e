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

/// What stating a day off comes to beside those that stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stated {
    /// It is written down.
    New,
    /// It stands without an end, and ends now.
    Ended,
}

/// Why a day off is not stated so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DayOffRule {
    #[error("{0} is a day off from {1} on already; to end it, state it from that day with its end")]
    StandsAlready(Weekday, NaiveDate),
    #[error("the day off on {0} from {1} on has an end already, {2}")]
    EndsOnce(Weekday, NaiveDate, NaiveDate),
}

impl DayOffRule {
    /// A stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::StandsAlready(..) => "a_day_off_is_stated_once",
            Self::EndsOnce(..) => "a_day_off_ends_once",
        }
    }
}

/// What became of a holiday that was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HolidayState {
    Stands,
    /// It was mistyped or called off, until it is entered again.
    Withdrawn,
}

/// Why a holiday is neither entered nor withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HolidayRule {
    #[error("it stands there already: leave it out, or withdraw it")]
    StandsAlready,
    #[error("no holiday was entered of this day")]
    NeverEntered,
    #[error("the holiday of this day was withdrawn already")]
    WithdrawnAlready,
}

impl HolidayRule {
    /// A stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::StandsAlready => "a_holiday_is_stated_once",
            Self::NeverEntered | Self::WithdrawnAlready => "only_a_holiday_that_stands_is_withdrawn",
        }
    }
}

impl HolidayState {
    /// Whether a holiday may come to this after what it was before, if it was one.
    pub const fn follows(self, before: Option<Self>) -> Result<(), HolidayRule> {
        match (before, self) {
            (None | Some(Self::Withdrawn), Self::Stands) | (Some(Self::Stands), Self::Withdrawn) => Ok(()),
            (Some(Self::Stands), Self::Stands) => Err(HolidayRule::StandsAlready),
            (None, Self::Withdrawn) => Err(HolidayRule::NeverEntered),
            (Some(Self::Withdrawn), Self::Withdrawn) => Err(HolidayRule::WithdrawnAlready),
        }
    }
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

    /// What it means to state a day off: one that stands without an end is ended by stating it again with one.
    pub fn state(&self, off: &DayOff) -> Result<Stated, DayOffRule> {
        let of_weekday = || self.days_off.iter().filter(|rest| rest.weekday == off.weekday);
        let from = off.valid.from();
        if let Some(same) = of_weekday().find(|rest| rest.valid.from() == from) {
            return match (same.valid.until(), off.valid.until()) {
                (None, Some(_)) => Ok(Stated::Ended),
                (Some(until), _) => Err(DayOffRule::EndsOnce(off.weekday, from, until)),
                (None, None) => Err(DayOffRule::StandsAlready(off.weekday, from)),
            };
        }
        match of_weekday().find(|rest| rest.valid.overlaps(&off.valid)) {
            Some(other) => Err(DayOffRule::StandsAlready(off.weekday, other.valid.from())),
            None => Ok(Stated::New),
        }
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
    fn a_day_off_without_an_end_is_ended_once_and_never_stated_twice() {
        let thursday = |from, until: Option<&str>| DayOff {
            weekday: Weekday::Thu,
            valid: Interval::new(day(from), until.map(day)).unwrap(),
        };
        let mut calendar = iran();
        let ended = thursday("2025-06-01", Some("2026-01-01"));
        assert_eq!(calendar.state(&ended), Ok(Stated::Ended));
        let stands = Err(DayOffRule::StandsAlready(Weekday::Thu, day("2025-06-01")));
        assert_eq!(calendar.state(&thursday("2025-06-01", None)), stands);
        assert_eq!(
            calendar.state(&thursday("2025-12-31", Some("2026-01-01"))),
            stands
        );
        calendar.days_off[1] = ended;
        assert!(!calendar.is_working(day("2025-12-25")) && calendar.is_working(day("2026-01-01")));
        let again = calendar.state(&thursday("2025-06-01", Some("2027-01-01")));
        assert_eq!(again.unwrap_err().code(), "a_day_off_ends_once");
        assert_eq!(calendar.state(&thursday("2026-01-01", None)), Ok(Stated::New));
    }

    #[test]
    fn a_holiday_is_entered_withdrawn_and_entered_again_in_turn() {
        let after = |steps: &[HolidayState]| {
            let step = |before: Option<HolidayState>, next: &HolidayState| {
                next.follows(before).map(|()| Some(*next))
            };
            steps.iter().try_fold(None, step).map(drop)
        };
        let (stands, withdrawn) = (HolidayState::Stands, HolidayState::Withdrawn);
        assert_eq!(after(&[stands, withdrawn, stands, withdrawn]), Ok(()));
        for (steps, rule) in [
            (&[withdrawn][..], HolidayRule::NeverEntered),
            (&[stands, stands], HolidayRule::StandsAlready),
            (&[stands, withdrawn, withdrawn], HolidayRule::WithdrawnAlready),
            (&[stands, withdrawn, stands, stands], HolidayRule::StandsAlready),
        ] {
            assert_eq!(after(steps), Err(rule), "{steps:?}");
        }
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
