//! Moments as people ask for them: how they are written, and in whose time zone a day is meant. Never here: the clock.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

use crate::domain::calendar::{NoDay, day_of_text};
use crate::domain::digits::latin_digits;
use crate::domain::json::moment_of_text;
use crate::domain::moment::is_within_calendars;
use crate::domain::zone::start_of_day;
use crate::store::reading::licence::Tenure;
use crate::store::reading::network::NetworkRow;
use crate::usecases::{Done, Failure};

const ZONE_WITHOUT_NETWORK: Tz = Tz::UTC;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Instant(DateTime<Utc>),
    /// The beginning of a local day of the network.
    Day(NaiveDate),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoMoment {
    /// It is neither a moment nor a day, or of a year that is not written with four digits.
    #[error("{MOMENT_TOLD}")]
    Unreadable,
    #[error("{MOMENT_TOLD}; that month has {days} days")]
    BeyondMonth { days: u32 },
}

/// How a moment is written.
const MOMENT_TOLD: &str = "a moment as 2025-09-23T08:30:00Z, or a day as 2025-09-23 or 1404-07-01";

impl FromStr for Moment {
    type Err = NoMoment;

    fn from_str(text: &str) -> Result<Self, NoMoment> {
        if let Some(instant) = moment_of_text(&latin_digits(text.trim())) {
            return is_within_calendars(instant)
                .then_some(Self::Instant(instant))
                .ok_or(NoMoment::Unreadable);
        }
        match day_of_text(text) {
            Ok(day) if (1..=9999).contains(&day.year()) => Ok(Self::Day(day)),
            Ok(_) | Err(NoDay::Unreadable) => Err(NoMoment::Unreadable),
            Err(NoDay::BeyondMonth { days }) => Err(NoMoment::BeyondMonth { days }),
        }
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Written;
        impl Visitor<'_> for Written {
            type Value = Moment;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(MOMENT_TOLD)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Moment, E> {
                text.parse().map_err(|told: NoMoment| {
                    E::invalid_value(Unexpected::Str(text), &told.to_string().as_str())
                })
            }
        }
        from.deserialize_str(Written)
    }
}

impl From<DateTime<Utc>> for Moment {
    fn from(instant: DateTime<Utc>) -> Self {
        Self::Instant(instant)
    }
}

impl Moment {
    pub fn instant(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Instant(instant) => instant,
            Self::Day(day) => start_of_day(zone, day),
        }
    }
}

/// `until` is exclusive.
pub(in crate::usecases) fn must_not_be_empty(from: DateTime<Utc>, until: DateTime<Utc>) -> Done<()> {
    if from < until {
        return Ok(());
    }
    Err(Failure::invalid(
        "until",
        "until_is_after_from",
        "the stretch is empty",
    ))
}

/// The zone in which a day is meant: the network's, and UTC where there is no network whose it could be.
pub(super) fn zone_for(network: Option<&NetworkRow>) -> Tz {
    network.map_or(ZONE_WITHOUT_NETWORK, |network| network.time_zone)
}

/// The first network in which an office has a licence: a day of the office is a day there.
pub(super) fn network_of_office<'a>(
    networks: &'a [NetworkRow],
    tenures: &[Tenure],
) -> Option<&'a NetworkRow> {
    networks
        .iter()
        .find(|network| tenures.iter().any(|tenure| tenure.network == network.code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_of_a_year_that_is_written_with_four_digits() {
        for text in [
            "9999-12-31",
            "9999-12-31T23:59:59Z",
            "0001-01-01T00:00:00Z",
            "1404-07-01",
        ] {
            assert!(text.parse::<Moment>().is_ok(), "{text}");
        }
        for text in [
            "+10000-01-01",
            "10000-01-01",
            "9999-12-31T23:59:59-01:00",
            "0000-01-01T00:00:00Z",
            "",
        ] {
            assert_eq!(text.parse::<Moment>(), Err(NoMoment::Unreadable), "{text}");
        }
        let beyond = |days| Err(NoMoment::BeyondMonth { days });
        assert_eq!("1405-08-31".parse::<Moment>(), beyond(30));
        assert_eq!("1404/12/30".parse::<Moment>(), beyond(29));
        assert_eq!("2025-02-29".parse::<Moment>(), beyond(28));
    }
}
