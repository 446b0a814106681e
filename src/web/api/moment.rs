//! Moments and days as people write them in a query: RFC 3339, a Gregorian or a Jalali day. Never here: time zones.

use crate::usecases::Failure;
use crate::usecases::reading::moment::{Moment, NoMoment};
use crate::web::Answer;

pub fn moment(field: &str, text: Option<&str>) -> Answer<Option<Moment>> {
    let read = text.map(parse).transpose();
    read.map_err(|told| Failure::invalid(field, "moment_is_readable", told.to_string()).into())
}

/// A `+` that came unescaped in a query has become a blank.
fn parse(text: &str) -> Result<Moment, NoMoment> {
    let text = text.trim();
    text.replace(' ', "+").parse().or_else(|_| text.parse())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_in_either_calendar_and_in_either_digits() {
        let day = Ok(Moment::Day("2025-09-23".parse().unwrap()));
        for text in ["2025-09-23", "1404-07-01", "1404/07/01", "۱۴۰۴-۰۷-۰۱"] {
            assert_eq!(parse(text), day, "{text}");
        }
        assert_eq!(parse("1404-13-01"), Err(NoMoment::Unreadable));
        assert_eq!(parse("yesterday"), Err(NoMoment::Unreadable));
    }

    #[test]
    fn a_moment_keeps_its_offset_when_its_plus_came_as_a_blank() {
        assert_eq!(parse("2025-09-23T03:30:00 03:30"), parse("2025-09-23T00:00:00Z"));
    }
}
