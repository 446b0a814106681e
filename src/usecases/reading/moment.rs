//! Moments as people ask for them, and in whose time zone a day is meant. Never here: how they are written.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

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

impl Moment {
    pub fn instant(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Instant(instant) => instant,
            Self::Day(day) => start_of_day(zone, day),
        }
    }
}

pub(super) fn zone_of(network: Option<&NetworkRow>) -> Done<Tz> {
    let Some(network) = network else {
        return Ok(ZONE_WITHOUT_NETWORK);
    };
    network
        .time_zone
        .parse()
        .map_err(|_| Failure::Internal(format!("network {} has no known time zone", network.code)))
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
