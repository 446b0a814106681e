//! Moments and days as people write them in a query: RFC 3339, a Gregorian or a Jalali day. Never here: time zones.

use crate::usecases::Failure;
use crate::usecases::reading::moment::{MOMENT_TOLD, Moment};
use crate::web::{Answer, Problem};

pub fn moment(field: &str, text: Option<&str>) -> Answer<Option<Moment>> {
    text.map(|text| parse(text).ok_or_else(|| unreadable(field)))
        .transpose()
}

/// A `+` that came unescaped in a query has become a blank.
fn parse(text: &str) -> Option<Moment> {
    let text = text.trim();
    text.replace(' ', "+").parse().or_else(|_| text.parse()).ok()
}

fn unreadable(field: &str) -> Problem {
    Failure::invalid(field, "moment_is_readable", MOMENT_TOLD).into()
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
