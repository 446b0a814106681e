//! The half-open validity that a tariff document states about itself.
//! Never here: which version is in force (the store's columns decide that).

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::calendar::day_of_text;
use crate::domain::moment::kept;
use crate::domain::zone::start_of_day;

/// `[from, until)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    pub from: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
    /// Of dates without one.
    pub zone: Tz,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no time: write a date such as 2025-03-21 or 1404-01-01, or a moment such as 2025-03-21T00:00:00+03:30"
)]
pub struct InvalidMoment(String);

impl Validity {
    #[must_use]
    pub fn contains(&self, moment: DateTime<Utc>) -> bool {
        moment >= self.from && self.until.is_none_or(|until| moment < until)
    }
}

/// A moment with its offset, or a date in either calendar, which is its first instant in `zone`.
pub fn parse_moment(text: &str, zone: Tz) -> Result<DateTime<Utc>, InvalidMoment> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(kept(moment.to_utc()));
    }
    let date = day_of_text(text).ok_or_else(|| InvalidMoment(text.to_owned()))?;
    Ok(start_of_day(zone, date))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_begins_at_its_first_instant_even_where_midnight_is_missing() {
        let zone = chrono_tz::Asia::Tehran;
        let moment = |text| parse_moment(text, zone).unwrap().to_rfc3339();
        assert_eq!(moment("2022-03-21"), "2022-03-20T20:30:00+00:00");
        assert_eq!(moment("2022-03-22"), "2022-03-21T20:30:00+00:00");
        assert_eq!(moment("2022-03-22T10:00:00+04:30"), "2022-03-22T05:30:00+00:00");
        assert_eq!(moment("1401-01-02"), moment("2022-03-22"));
        assert!(parse_moment("1401-13-01", zone).is_err());
    }

    #[test]
    fn the_first_moment_is_inside_and_the_last_is_outside() {
        let at = |text| parse_moment(text, Tz::UTC).unwrap();
        let validity = Validity {
            from: at("2025-03-21"),
            until: Some(at("2026-03-21")),
            zone: Tz::UTC,
        };
        assert!(!validity.contains(at("2025-03-20T23:59:59Z")));
        assert!(validity.contains(at("2025-03-21")));
        assert!(!validity.contains(at("2026-03-21")));
    }
}
