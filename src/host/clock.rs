//! The only place that asks what time it is. Never here: calendars, periods, time zones (see `domain`).

use std::time::Instant;

use chrono::{DateTime, Utc};

use crate::domain::moment::kept;

/// The present moment, to the microsecond. Shells ask once a request or run and hand the moment inwards.
#[expect(clippy::disallowed_methods, reason = "this is the one door to the clock")]
pub fn now() -> DateTime<Utc> {
    kept(Utc::now())
}

/// A reading of the clock that only goes forward: for deadlines and for how long something took, never for a date.
pub fn reading() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_present_is_a_moment_that_the_database_keeps() {
        for _ in 0..1_000 {
            let moment = now();
            assert_eq!(moment, kept(moment));
        }
    }
}
