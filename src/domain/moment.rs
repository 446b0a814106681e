//! Moments as the database keeps them. Never here: asking for one (see `host::clock`), time zones.

use chrono::{DateTime, Datelike, Duration, Utc};

/// The moment cut to the microsecond, a leap second counted as the first of the next minute. One that kept its nanoseconds
/// would differ from itself when it is read again.
#[must_use]
pub fn kept(moment: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(moment.timestamp_micros()).unwrap_or(moment)
}

/// The moment, or if that does not come after another one, the next that the database tells apart from it.
#[must_use]
pub fn after(other: Option<DateTime<Utc>>, moment: DateTime<Utc>) -> DateTime<Utc> {
    other.map_or(moment, |other| moment.max(other + Duration::microseconds(1)))
}

/// The last moment before another that the database tells apart from it.
#[must_use]
pub fn before(moment: DateTime<Utc>) -> DateTime<Utc> {
    moment - Duration::microseconds(1)
}

/// Whether its year is written with four digits, as RFC 3339 writes moments.
pub fn is_within_calendars(moment: DateTime<Utc>) -> bool {
    (1..=9999).contains(&moment.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_another_moment_is_later_by_as_much_as_can_be_told() {
        let moment: DateTime<Utc> = "2026-11-24T07:30:00Z".parse().unwrap();
        let later = moment + Duration::microseconds(1);
        assert_eq!(after(None, moment), moment);
        assert_eq!(after(Some(moment), moment), later);
        assert_eq!(after(Some(moment), later), later);
        assert_eq!(after(Some(later), moment), later + Duration::microseconds(1));
    }

    #[test]
    fn nanoseconds_are_cut_off_and_never_rounded_up() {
        let moment: DateTime<Utc> = "2026-11-24T07:30:00.047383999Z".parse().unwrap();
        assert_eq!(kept(moment).to_rfc3339(), "2026-11-24T07:30:00.047383+00:00");
        assert_eq!(kept(kept(moment)), kept(moment));
    }
}
