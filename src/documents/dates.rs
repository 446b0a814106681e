//! Dates, intervals and period keys as people read them: Jalali in Persian, Gregorian in English.
//! Never here: the calendar rules of money (see `domain`), or what today is.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::domain::calendar::{JalaliDate, gregorian_month_name, jalali_month_name};
use crate::domain::digits::in_digits_of;
use crate::domain::language::Language;
use crate::domain::period::{PeriodKey, PeriodKind};
use crate::domain::statement::{EARLIER, Interval};

/// `۱ مهر ۱۴۰۴` or `23 September 2025`.
pub fn day(date: NaiveDate, language: Language) -> String {
    match language {
        Language::Fa => JalaliDate::from(date).label(language),
        Language::En => format!("{} {} {}", date.day(), date.format("%B"), date.year()),
    }
}

/// The moment on the wall clock of a time zone, to the minute.
pub fn moment(instant: DateTime<Utc>, zone: Tz, language: Language) -> String {
    let local = instant.with_timezone(&zone);
    let time = in_digits_of(language, &local.format("%H:%M").to_string());
    match language {
        Language::Fa => format!("{}، ساعت {time}", day(local.date_naive(), language)),
        Language::En => format!("{}, {time}", day(local.date_naive(), language)),
    }
}

/// The local day before the one that begins at the instant.
pub fn day_before(instant: DateTime<Utc>, zone: Tz, language: Language) -> String {
    day(instant.with_timezone(&zone).date_naive() - Days::new(1), language)
}

/// A half-open interval: whole days by their first and last day, anything else by its two moments.
pub fn interval(interval: &Interval, language: Language) -> String {
    let zone = interval.time_zone;
    let (first, last) = if starts_a_day(interval.from, zone) && starts_a_day(interval.until, zone) {
        (
            day(interval.from.with_timezone(&zone).date_naive(), language),
            day_before(interval.until, zone, language),
        )
    } else {
        let moment = |instant| moment(instant, zone, language);
        (moment(interval.from), moment(interval.until))
    };
    match language {
        Language::Fa => format!("{first} تا {last}"),
        Language::En => format!("{first} to {last}"),
    }
}

/// The name of a period by its key: `مهر ۱۴۰۴` for `j1404-07`, `October 2025` for `g2025-10`, the week that begins then for
/// `w2025-10-11`, the day for `2025-10-11`. Any other key is shown as it is.
pub fn period(key: &str, language: Language) -> String {
    if key == EARLIER {
        return earlier_periods(language).to_owned();
    }
    PeriodKey::parse(key).map_or_else(|_| key.to_owned(), |period| period.label(language))
}

/// The same for the foot of a bar: `مهر`, `۷/۱۹`.
pub fn period_short(key: &str, language: Language) -> String {
    let short = |period| in_digits_of(language, &short(period, language));
    PeriodKey::parse(key).map_or_else(|_| key.to_owned(), short)
}

/// The name of a period before the statement's own, if it says which.
pub fn earlier_period(key: &str, language: Language) -> Option<String> {
    (key != EARLIER).then(|| period(key, language))
}

const fn earlier_periods(language: Language) -> &'static str {
    match language {
        Language::Fa => "دوره‌های پیشین",
        Language::En => "earlier periods",
    }
}

fn short(period: PeriodKey, language: Language) -> String {
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

/// True for the first instant of a local day, also where that is not midnight (Tehran, 22 March 2022).
pub fn starts_a_day(instant: DateTime<Utc>, zone: Tz) -> bool {
    let before = instant - TimeDelta::milliseconds(1);
    instant.with_timezone(&zone).date_naive() != before.with_timezone(&zone).date_naive()
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    fn tehran(from: DateTime<Utc>, until: DateTime<Utc>) -> Interval {
        Interval {
            from,
            until,
            time_zone: Tz::Asia__Tehran,
            period: "j1404-07".to_owned(),
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
    fn a_period_key_is_named_in_its_own_calendar() {
        assert_eq!(period("j1404-07", Language::Fa), "مهر ۱۴۰۴");
        assert_eq!(period("j1404-07", Language::En), "Mehr 1404");
        assert_eq!(period("g2025-10", Language::En), "October 2025");
        assert_eq!(period("w2026-03-21", Language::Fa), "هفتهٔ ۱ فروردین ۱۴۰۵");
        assert_eq!(period("w2025-10-11", Language::En), "week from 11 October 2025");
        assert_eq!(period("2025-10-11", Language::Fa), "۱۹ مهر ۱۴۰۴");
        assert_eq!(period("2026-03-21", Language::En), "21 March 2026");
        assert_eq!(period("earlier", Language::En), "earlier periods");
        assert_eq!(period("final", Language::En), "final");
        let short = |key| period_short(key, Language::Fa);
        assert_eq!(
            ["j1404-07", "w2025-10-11", "2025-10-11"].map(short),
            ["مهر", "۷/۱۹", "۷/۱۹"]
        );
        assert_eq!(period_short("w2025-10-11", Language::En), "10/11");
    }
}
