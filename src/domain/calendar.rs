//! The Jalali (Persian, solar Hijri) calendar beside the Gregorian one, and how dates read in each language.
//! Never here: instants, time zones (see `zone`), periods (see `period`).

use std::fmt;

use chrono::{Datelike, NaiveDate, Weekday};

use super::digits::{in_digits_of, latin_digits};
use super::language::Language;

/// A day of the Jalali calendar; it always has its Gregorian twin.
///
/// Leap years follow the 33-year rule, which agrees with the astronomical calendar for the Jalali years 1206 to 1500.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JalaliDate {
    gregorian: NaiveDate,
    year: i32,
    month: u32,
    day: u32,
}

/// There is no such day in the Jalali calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no day of the Jalali calendar")]
pub struct NoSuchJalaliDay(String);

/// A text names no day of either calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDay {
    #[error("a day is written as 2025-09-23 or 1404-07-01")]
    Unreadable,
    #[error("that month has {days} days")]
    BeyondMonth { days: u32 },
}

/// The day 0001/01/01 of the Jalali calendar, counted from the first day of the Gregorian year 1.
const FIRST_DAY: i32 = 226_895;
/// The days of 33 Jalali years, 8 of them leap.
const CYCLE_DAYS: i32 = 12_053;
/// The days of the first six months, which have 31 each.
const FIRST_HALF_DAYS: i32 = 186;

impl JalaliDate {
    /// `year` 1 to 9999, `month` and `day` from 1.
    pub fn new(year: i32, month: u32, day: u32) -> Result<Self, NoSuchJalaliDay> {
        let refused = || NoSuchJalaliDay(format!("{year:04}/{month:02}/{day:02}"));
        if !(1..=9999).contains(&year) || !(1..=month_days(year, month)).contains(&day) {
            return Err(refused());
        }
        let gregorian = new_year(year)
            .checked_add_unsigned(days_before(month) + day - 1)
            .and_then(NaiveDate::from_num_days_from_ce_opt)
            .ok_or_else(refused)?;
        Ok(Self {
            gregorian,
            year,
            month,
            day,
        })
    }

    /// Reads `1403/01/01` or `1403-01-01`, in Latin, Persian or Arabic digits.
    pub fn parse(text: &str) -> Result<Self, NoSuchJalaliDay> {
        let refused = || NoSuchJalaliDay(text.to_owned());
        let latin = latin_digits(text);
        let mut parts = latin.split(['/', '-']);
        let (Some(year), Some(month), Some(day), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(refused());
        };
        let number = |part: &str| part.parse::<u32>().map_err(|_| refused());
        let year = i32::try_from(number(year)?).map_err(|_| refused())?;
        Self::new(year, number(month)?, number(day)?)
    }

    pub fn from_gregorian(gregorian: NaiveDate) -> Self {
        let since_start = gregorian.num_days_from_ce() - FIRST_DAY;
        let (cycles, rest) = (
            since_start.div_euclid(CYCLE_DAYS),
            since_start.rem_euclid(CYCLE_DAYS),
        );
        let year = 1 + 33 * cycles + (33 * rest + 3).div_euclid(CYCLE_DAYS);
        let day_of_year = gregorian.num_days_from_ce() - new_year(year);
        let (month, day) = if day_of_year < FIRST_HALF_DAYS {
            (day_of_year.div_euclid(31), day_of_year.rem_euclid(31))
        } else {
            let rest = day_of_year - FIRST_HALF_DAYS;
            (6 + rest.div_euclid(30), rest.rem_euclid(30))
        };
        Self {
            gregorian,
            year,
            month: month.unsigned_abs() + 1,
            day: day.unsigned_abs() + 1,
        }
    }

    pub const fn to_gregorian(self) -> NaiveDate {
        self.gregorian
    }

    pub const fn year(self) -> i32 {
        self.year
    }

    /// 1 (Farvardin) to 12 (Esfand).
    pub const fn month(self) -> u32 {
        self.month
    }

    pub const fn day(self) -> u32 {
        self.day
    }

    pub fn weekday(self) -> Weekday {
        self.gregorian.weekday()
    }

    /// `۲ مرداد ۱۴۰۳` or `2 Mordad 1403`.
    pub fn label(self, language: Language) -> String {
        let month = jalali_month_name(self.month, language);
        in_digits_of(language, &format!("{} {month} {}", self.day, self.year))
    }
}

impl fmt::Display for JalaliDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}/{:02}/{:02}", self.year, self.month, self.day)
    }
}

impl From<NaiveDate> for JalaliDate {
    fn from(gregorian: NaiveDate) -> Self {
        Self::from_gregorian(gregorian)
    }
}

/// The days of a Jalali month: 31, 30, or 29 for the last one of a common year; 0 for a month that does not exist.
pub fn month_days(year: i32, month: u32) -> u32 {
    match month {
        1..=6 => 31,
        7..=11 => 30,
        12 if is_leap(year) => 30,
        12 => 29,
        _ => 0,
    }
}

pub fn is_leap(year: i32) -> bool {
    new_year(year + 1) - new_year(year) == 366
}

fn new_year(year: i32) -> i32 {
    FIRST_DAY + 365 * (year - 1) + (8 * year + 21).div_euclid(33)
}

fn days_before(month: u32) -> u32 {
    if month <= 7 {
        31 * (month - 1)
    } else {
        30 * (month - 1) + 6
    }
}

/// No service was given before this Gregorian year, and no Jalali year is as late: which calendar is meant is certain.
const GREGORIAN_YEAR_MIN: i32 = 1700;

/// A day as people write it, in either calendar and in any digits: `2025-09-23`, `1404-07-01`, `۱۴۰۴/۰۷/۰۱`.
pub fn day_of_text(text: &str) -> Result<NaiveDate, NoDay> {
    let text = latin_digits(text.trim());
    let mut parts = text.split(['-', '/']).map(str::parse::<u32>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(NoDay::Unreadable);
    };
    let year = i32::try_from(year).map_err(|_| NoDay::Unreadable)?;
    let found = if year < GREGORIAN_YEAR_MIN {
        JalaliDate::new(year, month, day)
            .ok()
            .map(JalaliDate::to_gregorian)
    } else {
        NaiveDate::from_ymd_opt(year, month, day)
    };
    found.ok_or_else(|| no_such(year, month))
}

/// Whether it is the day that is wrong, or the month, or the year.
fn no_such(year: i32, month: u32) -> NoDay {
    let days = if year < GREGORIAN_YEAR_MIN {
        month_days(year, month)
    } else {
        let first = NaiveDate::from_ymd_opt(year, month, 1);
        first.map_or(0, |first| u32::from(first.num_days_in_month()))
    };
    match days {
        0 => NoDay::Unreadable,
        days => NoDay::BeyondMonth { days },
    }
}

/// The name of a Jalali month, 1 to 12; empty for any other number.
pub fn jalali_month_name(month: u32, language: Language) -> &'static str {
    const NAMES: [(&str, &str); 12] = [
        ("فروردین", "Farvardin"),
        ("اردیبهشت", "Ordibehesht"),
        ("خرداد", "Khordad"),
        ("تیر", "Tir"),
        ("مرداد", "Mordad"),
        ("شهریور", "Shahrivar"),
        ("مهر", "Mehr"),
        ("آبان", "Aban"),
        ("آذر", "Azar"),
        ("دی", "Dey"),
        ("بهمن", "Bahman"),
        ("اسفند", "Esfand"),
    ];
    nth_name(&NAMES, month, language)
}

/// The name of a Gregorian month, 1 to 12; empty for any other number.
pub fn gregorian_month_name(month: u32, language: Language) -> &'static str {
    const NAMES: [(&str, &str); 12] = [
        ("ژانویه", "January"),
        ("فوریه", "February"),
        ("مارس", "March"),
        ("آوریل", "April"),
        ("مه", "May"),
        ("ژوئن", "June"),
        ("ژوئیه", "July"),
        ("اوت", "August"),
        ("سپتامبر", "September"),
        ("اکتبر", "October"),
        ("نوامبر", "November"),
        ("دسامبر", "December"),
    ];
    nth_name(&NAMES, month, language)
}

fn nth_name(names: &[(&'static str, &'static str)], number: u32, language: Language) -> &'static str {
    let name = (1..)
        .zip(names)
        .find(|(n, _)| *n == number)
        .map(|(_, name)| *name);
    match (name, language) {
        (Some((fa, _)), Language::Fa) => fa,
        (Some((_, en)), Language::En) => en,
        (None, _) => "",
    }
}

#[cfg(test)]
mod tests {
    use icu_calendar::{Date, cal::Persian};

    use super::*;

    fn gregorian(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_day_from_1921_to_2099_agrees_with_the_persian_calendar_of_icu() {
        let days = gregorian("1921-01-01")
            .iter_days()
            .take_while(|day| day.year() <= 2099);
        for day in days {
            let theirs = Date::try_new_iso(
                day.year(),
                u8::try_from(day.month()).unwrap(),
                u8::try_from(day.day()).unwrap(),
            )
            .unwrap()
            .to_calendar(Persian);
            let ours = JalaliDate::from_gregorian(day);
            let same = (
                theirs.year().extended_year(),
                u32::from(theirs.month().ordinal),
                u32::from(theirs.day_of_month().0),
            );
            assert_eq!((ours.year(), ours.month(), ours.day()), same, "{day}");
            assert_eq!(JalaliDate::new(ours.year(), ours.month(), ours.day()), Ok(ours));
        }
    }

    #[test]
    fn the_published_vectors_agree_both_ways() {
        for (jalali, iso) in [
            ("1403/01/01", "2024-03-20"),
            ("1403/12/30", "2025-03-20"),
            ("1404/01/01", "2025-03-21"),
            ("1403/05/02", "2024-07-23"),
        ] {
            let date = JalaliDate::parse(jalali).unwrap();
            assert_eq!(date.to_gregorian(), gregorian(iso));
            assert_eq!(JalaliDate::from(gregorian(iso)).to_string(), jalali);
        }
    }

    #[test]
    fn the_days_of_a_thousand_years_follow_each_other_without_gap() {
        let mut last = JalaliDate::from(gregorian("1500-01-01"));
        for day in gregorian("1500-01-02").iter_days().take(366_000) {
            let next = JalaliDate::from(day);
            let (y, m, d) = (last.year(), last.month(), last.day());
            let expected = if d < month_days(y, m) {
                (y, m, d + 1)
            } else if m < 12 {
                (y, m + 1, 1)
            } else {
                (y + 1, 1, 1)
            };
            assert_eq!((next.year(), next.month(), next.day()), expected, "{day}");
            last = next;
        }
    }

    #[test]
    fn the_thirtieth_of_esfand_exists_in_leap_years_only() {
        assert!(is_leap(1399) && is_leap(1403) && is_leap(1408));
        assert!(!is_leap(1404) && !is_leap(1407));
        assert!(JalaliDate::new(1403, 12, 30).is_ok());
        assert!(JalaliDate::new(1404, 12, 30).is_err());
        assert!(JalaliDate::new(1404, 13, 1).is_err());
        assert!(JalaliDate::new(1404, 0, 1).is_err());
        assert!(JalaliDate::new(1404, 7, 31).is_err());
        assert!(JalaliDate::new(0, 1, 1).is_err());
    }

    #[test]
    fn a_date_is_read_in_the_digits_that_people_type() {
        let date = JalaliDate::new(1403, 5, 2).unwrap();
        for text in ["1403/05/02", "1403-5-2", "۱۴۰۳/۰۵/۰۲", "١٤٠٣/٠٥/٠٢"] {
            assert_eq!(JalaliDate::parse(text), Ok(date));
        }
        for text in ["1403/05", "1403/05/02/01", "-1403/05/02", "x/1/1", ""] {
            assert!(JalaliDate::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_date_reads_in_persian_and_in_english() {
        let date = JalaliDate::new(1403, 5, 2).unwrap();
        assert_eq!(date.label(Language::Fa), "۲ مرداد ۱۴۰۳");
        assert_eq!(date.label(Language::En), "2 Mordad 1403");
    }
}
