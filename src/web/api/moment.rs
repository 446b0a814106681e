//! Moments and days as people write them in a query: RFC 3339, a Gregorian or a Jalali day. Never here: time zones.

use chrono::{DateTime, Utc};

use crate::domain::calendar::day_of_text;
use crate::domain::digits::latin_digits;
use crate::usecases::Failure;
use crate::usecases::reading::moment::Moment;
use crate::web::{Answer, Problem};

pub fn moment(field: &str, text: Option<&str>) -> Answer<Option<Moment>> {
    text.map(|text| parse(text).ok_or_else(|| unreadable(field)))
        .transpose()
}

fn parse(text: &str) -> Option<Moment> {
    match instant(&latin_digits(text.trim())) {
        Some(instant) => Some(Moment::Instant(instant)),
        None => day_of_text(text).map(Moment::Day),
    }
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
        for text in ["2025-09-23", "1404-07-01", "1404/07/01", "۱۴۰۴-۰۷-۰۱"] {
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
