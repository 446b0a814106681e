//! From local time to instants in a network's time zone. Never here: the machine's own zone, the clock.

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

/// No zone is further than this from UTC, and no clock was ever put forward by more.
const OFFSET_MAX_HOURS: i64 = 26;

/// The first instant of a local day. Where the clock jumps over midnight (Tehran on 2022-03-22) it is the instant of the jump.
pub fn start_of_day(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    instant_of(zone, day.and_time(NaiveTime::MIN))
}

/// The instant of a local time: the earlier one if the clock showed it twice, the instant of the jump if it never did.
pub fn instant_of(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&local).earliest() {
        Some(instant) => instant.to_utc(),
        None => end_of_gap(zone, local),
    }
}

/// The local day on which an instant falls.
pub fn day_of(zone: Tz, instant: DateTime<Utc>) -> NaiveDate {
    instant.with_timezone(&zone).date_naive()
}

/// The last local day that has ended when this instant, the exclusive end of a term, has come.
pub fn last_day_before(zone: Tz, until: DateTime<Utc>) -> NaiveDate {
    day_of(zone, until) - Days::new(1)
}

/// By bisection to the second: before the jump the local clock shows less than `local`, from the jump on more.
fn end_of_gap(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    let reach = Duration::hours(OFFSET_MAX_HOURS);
    let as_utc = local.and_utc();
    let mut before = as_utc
        .checked_sub_signed(reach)
        .unwrap_or(DateTime::<Utc>::MIN_UTC);
    let mut after = as_utc
        .checked_add_signed(reach)
        .unwrap_or(DateTime::<Utc>::MAX_UTC);
    while (after - before).num_seconds() > 1 {
        let middle = before + Duration::seconds((after - before).num_seconds().div_euclid(2));
        if middle.with_timezone(&zone).naive_local() < local {
            before = middle;
        } else {
            after = middle;
        }
    }
    after
}

/// A zone by its IANA name.
pub mod by_name {
    use chrono_tz::Tz;
    use serde::de::{Deserialize as _, Deserializer, Error as _};
    use serde::ser::Serializer;

    pub fn serialize<S: Serializer>(zone: &Tz, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(zone.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Tz, D::Error> {
        let name = String::deserialize(from)?;
        let zone = name.parse();
        zone.map_err(|_| D::Error::custom(format_args!("`{name}` is no IANA time zone")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_term_until_the_start_of_a_day_ends_with_the_day_before() {
        let zone = chrono_tz::Asia::Tehran;
        for text in ["2022-03-21", "2022-03-22", "2026-03-21"] {
            let due_on = day(text);
            let until = start_of_day(zone, due_on + Days::new(1));
            assert_eq!(last_day_before(zone, until), due_on);
        }
    }

    #[test]
    fn a_tehran_day_begins_three_and_a_half_hours_before_utc() {
        assert_eq!(
            start_of_day(Tz::Asia__Tehran, day("2026-11-24")),
            utc("2026-11-23T20:30:00Z")
        );
    }

    #[test]
    fn the_day_without_midnight_begins_at_one_o_clock() {
        let before = start_of_day(Tz::Asia__Tehran, day("2022-03-21"));
        let start = start_of_day(Tz::Asia__Tehran, day("2022-03-22"));
        let after = start_of_day(Tz::Asia__Tehran, day("2022-03-23"));
        assert_eq!(before, utc("2022-03-20T20:30:00Z"));
        assert_eq!(start, utc("2022-03-21T20:30:00Z"));
        assert_eq!(
            start.with_timezone(&Tz::Asia__Tehran).to_string(),
            "2022-03-22 01:00:00 +0430"
        );
        assert_eq!(after, utc("2022-03-22T19:30:00Z"));
        let in_the_gap = day("2022-03-22").and_hms_opt(0, 30, 17).unwrap();
        assert_eq!(instant_of(Tz::Asia__Tehran, in_the_gap), start);
    }

    #[test]
    fn a_time_that_the_clock_shows_twice_is_the_earlier_one() {
        let twice = day("2021-09-21").and_hms_opt(23, 30, 0).unwrap();
        assert_eq!(instant_of(Tz::Asia__Tehran, twice), utc("2021-09-21T19:00:00Z"));
    }

    #[test]
    fn a_day_that_a_country_skipped_begins_with_the_next_one() {
        let skipped = start_of_day(Tz::Pacific__Apia, day("2011-12-30"));
        assert_eq!(skipped, start_of_day(Tz::Pacific__Apia, day("2011-12-31")));
    }

    #[test]
    fn days_begin_in_order_and_their_first_instant_is_theirs() {
        for zone in [
            Tz::Asia__Tehran,
            Tz::America__Sao_Paulo,
            Tz::Asia__Kabul,
            Tz::Europe__Berlin,
        ] {
            let mut last = DateTime::<Utc>::MIN_UTC;
            for day in day("1990-01-01").iter_days().take(15_000) {
                let start = start_of_day(zone, day);
                assert!(start > last);
                assert_eq!(day_of(zone, start), day, "{zone}");
                assert!(day_of(zone, start - Duration::seconds(1)) < day, "{zone} {day}");
                last = start;
            }
        }
    }
}
