//! Moments and days as people write them in a query: RFC 3339, a Gregorian or a Jalali day. Never here: time zones.

use chrono::{DateTime, Utc};

use crate::domain::calendar::{JalaliDate, latin_digits};
use crate::usecases::Failure;
use crate::usecases::reading::earnings::Moment;
use crate::web::{Answer, Problem};

/// No service was given before this Gregorian year, and no Jalali year is as late: which calendar is meant is certain.
const GREGORIAN_YEAR_MIN: i32 = 1700;

pub fn moment(field: &str, text: Option<&str>) -> Answer<Option<Moment>> {
    text.map(|text| parse(text).ok_or_else(|| unreadable(field)))
        .transpose()
}

fn parse(text: &str) -> Option<Moment> {
    let text = latin_digits(text.trim());
    if let Some(instant) = instant(&text) {
        return Some(Moment::Instant(instant));
    }
    let year: i32 = text.split('-').next()?.parse().ok()?;
    if year < GREGORIAN_YEAR_MIN {
        return JalaliDate::parse(&text)
            .ok()
            .map(|day| Moment::Day(day.to_gregorian()));
    }
    text.parse().ok().map(Moment::Day)
}

/// A moment, where a day would not do.
pub fn instant_of(field: &str, text: Option<&str>) -> Answer<Option<DateTime<Utc>>> {
    text.map(|text| instant(text).ok_or_else(|| unreadable(field)))
        .transpose()
}

/// A `+` that came unescaped in a query has become a blank.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(&text.replace(' ', "+"))
        .ok()
        .map(|instant| instant.to_utc())
}

fn unreadable(field: &str) -> Problem {
    let told = "a moment as 2025-09-23T08:30:00Z, or a day as 2025-09-23 or 1404-07-01";
    Failure::invalid(field, "moment_is_readable", told).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_in_either_calendar_and_in_either_digits() {
        let day = Some(Moment::Day("2025-09-23".parse().unwrap()));
        for text in ["2025-09-23", "1404-07-01", "۱۴۰۴-۰۷-۰۱"] {
            assert_eq!(parse(text), day, "{text}");
        }
        assert_eq!(parse("1404-13-01"), None);
        assert_eq!(parse("yesterday"), None);
    }

    #[test]
    fn a_moment_keeps_its_offset_when_its_plus_came_as_a_blank() {
        assert_eq!(parse("2025-09-23T03:30:00 03:30"), parse("2025-09-23T00:00:00Z"));
    }
}
