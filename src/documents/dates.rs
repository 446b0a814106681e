//! Dates, intervals and period keys as people read them: Jalali in Persian, Gregorian in English.
//! Never here: the calendar rules of money (see `domain`), or what today is.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::domain::calendar::{JalaliDate, gregorian_month_name, jalali_month_name};
use crate::domain::digits::in_digits_of;
use crate::domain::language::Language;
use crate::domain::period::{PeriodKey, PeriodKind};
use crate::domain::statement::Interval;

/// Keys with a smaller year are Jalali: the two calendars are 621 years apart, so no date of this system is in doubt.
const FIRST_GREGORIAN_YEAR: u32 = 1700;

/// `۱ مهر ۱۴۰۴` or `23 September 2025`.
pub fn day(date: NaiveDate, language: Language) -> String {
    match language {
        Language::Fa => JalaliDate::from(date).label(language),
        Language::En => format!("{} {} {}", date.day(), date.format("%B"), date.year()),
    }
}

/// The moment on the wall clock of a time zone, to the minute.
pub fn moment(instant: DateTime<Utc>, time_zone: &str, language: Language) -> String {
    let local = instant.with_timezone(&zone(time_zone));
    let time = in_digits_of(language, &local.format("%H:%M").to_string());
    match language {
        Language::Fa => format!("{}، ساعت {time}", day(local.date_naive(), language)),
        Language::En => format!("{}, {time}", day(local.date_naive(), language)),
    }
}

/// A half-open interval: whole days by their first and last day, anything else by its two moments.
pub fn interval(interval: &Interval, language: Language) -> String {
    let zone = zone(&interval.time_zone);
    let (first, last) = if starts_a_day(interval.from, zone) && starts_a_day(interval.until, zone) {
        let last = interval.until.with_timezone(&zone).date_naive() - Days::new(1);
        (
            day(interval.from.with_timezone(&zone).date_naive(), language),
            day(last, language),
        )
    } else {
        let moment = |instant| moment(instant, &interval.time_zone, language);
        (moment(interval.from), moment(interval.until))
    };
    match language {
        Language::Fa => format!("{first} تا {last}"),
        Language::En => format!("{first} to {last}"),
    }
}

/// The name of a period: `مهر ۱۴۰۴` for `1404-07`, `Week 41 of 2025` for `2025-W41`; also for keys as windows bear them:
/// `j1404-07`, `g2025-10`, `w2025-10-11` for the week that begins then. Any other key is shown as it is.
pub fn period(key: &str, language: Language) -> String {
    if key == EARLIER {
        return earlier_periods(language).to_owned();
    }
    if let Some(period) = window_period(key) {
        return period.label(language);
    }
    let text = match (Key::parse(key), language) {
        (Some(Key::Month { year, .. }), _) => format!("{} {year}", period_short(key, language)),
        (Some(Key::Week { year, week }), Language::Fa) => format!("هفتهٔ {week} سال {year}"),
        (Some(Key::Week { year, week }), Language::En) => format!("Week {week} of {year}"),
        (Some(Key::Day { year, month, day }), _) => {
            format!("{day} {} {year}", month_name(year, month, language))
        }
        (None, _) => key.to_owned(),
    };
    in_digits_of(language, &text)
}

/// The same for the foot of a bar: `مهر`, `W41`, `۷/۱۹`.
pub fn period_short(key: &str, language: Language) -> String {
    if let Some(period) = window_period(key) {
        return in_digits_of(language, &window_period_short(period, language));
    }
    let text = match (Key::parse(key), language) {
        (Some(Key::Month { year, month }), _) => month_name(year, month, language).to_owned(),
        (Some(Key::Week { week, .. }), Language::Fa) => format!("ه {week}"),
        (Some(Key::Week { week, .. }), Language::En) => format!("W{week}"),
        (Some(Key::Day { month, day, .. }), _) => format!("{month}/{day}"),
        (None, _) => key.to_owned(),
    };
    in_digits_of(language, &text)
}

/// The name of a period before the statement's own, if it says which.
pub fn earlier_period(key: &str, language: Language) -> Option<String> {
    (key != EARLIER).then(|| period(key, language))
}

/// Whatever happened before the statement's interval.
const EARLIER: &str = "earlier";

const fn earlier_periods(language: Language) -> &'static str {
    match language {
        Language::Fa => "دوره‌های پیشین",
        Language::En => "earlier periods",
    }
}

/// A window's key; days of years before the Gregorian ones of this system are no such keys.
fn window_period(key: &str) -> Option<PeriodKey> {
    let year = |period: &PeriodKey| u32::try_from(period.first_day().year()).unwrap_or(0);
    let period = PeriodKey::parse(key).ok()?;
    (year(&period) >= FIRST_GREGORIAN_YEAR).then_some(period)
}

fn window_period_short(period: PeriodKey, language: Language) -> String {
    let first = period.first_day();
    match (period.kind(), language) {
        (PeriodKind::JalaliMonth, _) => {
            jalali_month_name(JalaliDate::from(first).month(), language).to_owned()
        }
        (PeriodKind::GregorianMonth, _) => gregorian_month_name(first.month(), language).to_owned(),
        (PeriodKind::Day | PeriodKind::Week { .. }, Language::Fa) => {
            let first = JalaliDate::from(first);
            format!("{}/{}", first.month(), first.day())
        }
        (PeriodKind::Day | PeriodKind::Week { .. }, Language::En) => {
            format!("{}/{}", first.month(), first.day())
        }
    }
}

enum Key {
    Month { year: u32, month: u32 },
    Week { year: u32, week: u32 },
    Day { year: u32, month: u32, day: u32 },
}

impl Key {
    fn parse(key: &str) -> Option<Self> {
        let mut parts = key.split('-');
        let year = parts.next()?.parse().ok()?;
        let second = parts.next()?;
        if let Some(week) = second.strip_prefix('W') {
            return Some(Self::Week {
                year,
                week: week.parse().ok()?,
            });
        }
        let month = second.parse().ok().filter(|month| (1..=12).contains(month))?;
        match parts.next() {
            Some(day) => Some(Self::Day {
                year,
                month,
                day: day.parse().ok()?,
            }),
            None => Some(Self::Month { year, month }),
        }
    }
}

fn month_name(year: u32, month: u32, language: Language) -> &'static str {
    if year < FIRST_GREGORIAN_YEAR {
        jalali_month_name(month, language)
    } else {
        gregorian_month_name(month, language)
    }
}

/// True for the first instant of a local day, also where that is not midnight (Tehran, 22 March 2022).
fn starts_a_day(instant: DateTime<Utc>, zone: Tz) -> bool {
    let before = instant - TimeDelta::milliseconds(1);
    instant.with_timezone(&zone).date_naive() != before.with_timezone(&zone).date_naive()
}

/// A statement's zone was checked when it was sealed; an unknown name falls back to UTC rather than to no document.
fn zone(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    fn tehran(from: DateTime<Utc>, until: DateTime<Utc>) -> Interval {
        Interval {
            from,
            until,
            time_zone: "Asia/Tehran".to_owned(),
            period: "1404-07".to_owned(),
        }
    }

    #[test]
    fn a_persian_reader_sees_jalali_dates() {
        let date = NaiveDate::from_ymd_opt(2025, 9, 23).unwrap();
        assert_eq!(day(date, Language::Fa), "۱ مهر ۱۴۰۴");
        assert_eq!(day(date, Language::En), "23 September 2025");
        assert_eq!(
            day(NaiveDate::from_ymd_opt(2025, 3, 20).unwrap(), Language::Fa),
            "۳۰ اسفند ۱۴۰۳"
        );
    }

    #[test]
    fn an_interval_of_whole_days_names_its_last_day() {
        let at = |month, day| Utc.with_ymd_and_hms(2025, month, day, 20, 30, 0).unwrap();
        let mehr = tehran(at(9, 22), at(10, 22));
        assert_eq!(interval(&mehr, Language::Fa), "۱ مهر ۱۴۰۴ تا ۳۰ مهر ۱۴۰۴");
        assert_eq!(
            interval(&mehr, Language::En),
            "23 September 2025 to 22 October 2025"
        );
    }

    #[test]
    fn a_day_that_begins_at_one_o_clock_is_still_a_whole_day() {
        let from = Utc.with_ymd_and_hms(2022, 3, 21, 20, 30, 0).unwrap();
        let until = Utc.with_ymd_and_hms(2022, 3, 22, 19, 30, 0).unwrap();
        assert_eq!(
            interval(&tehran(from, until), Language::Fa),
            "۲ فروردین ۱۴۰۱ تا ۲ فروردین ۱۴۰۱"
        );
    }

    #[test]
    fn an_interval_that_cuts_a_day_names_its_moments() {
        let from = Utc.with_ymd_and_hms(2025, 9, 22, 20, 30, 0).unwrap();
        let until = Utc.with_ymd_and_hms(2025, 9, 23, 8, 0, 0).unwrap();
        let text = interval(&tehran(from, until), Language::En);
        assert_eq!(text, "23 September 2025, 00:00 to 23 September 2025, 11:30");
    }

    #[test]
    fn period_keys_are_named_in_their_own_calendar() {
        assert_eq!(period("1404-07", Language::Fa), "مهر ۱۴۰۴");
        assert_eq!(period("1404-07", Language::En), "Mehr 1404");
        assert_eq!(period("2025-10", Language::En), "October 2025");
        assert_eq!(period("2025-W41", Language::Fa), "هفتهٔ ۴۱ سال ۲۰۲۵");
        assert_eq!(period("1404-07-19", Language::Fa), "۱۹ مهر ۱۴۰۴");
        assert_eq!(period("j1404-07", Language::Fa), "مهر ۱۴۰۴");
        assert_eq!(period("w2026-03-21", Language::Fa), "هفتهٔ ۱ فروردین ۱۴۰۵");
        assert_eq!(period("2026-03-21", Language::Fa), "۱ فروردین ۱۴۰۵");
        assert_eq!(period("2026-03-21", Language::En), "21 March 2026");
        assert_eq!(period_short("1404-07", Language::Fa), "مهر");
        assert_eq!(period("final", Language::En), "final");
    }

    #[test]
    fn the_key_of_a_window_is_named_as_its_period() {
        assert_eq!(period("j1404-07", Language::Fa), "مهر ۱۴۰۴");
        assert_eq!(period("w2025-10-11", Language::En), "week from 11 October 2025");
        assert_eq!(period("2025-10-11", Language::Fa), "۱۹ مهر ۱۴۰۴");
        assert_eq!(period("earlier", Language::En), "earlier periods");
        let short = |key| period_short(key, Language::Fa);
        assert_eq!(
            ["j1404-07", "w2025-10-11", "2025-10-11"].map(short),
            ["مهر", "۷/۱۹", "۷/۱۹"]
        );
        assert_eq!(period_short("w2025-10-11", Language::En), "10/11");
    }
}
