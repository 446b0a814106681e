//! The only place that asks what time it is. Never here: calendars, periods, time zones (see `domain`).

use chrono::{DateTime, Utc};

/// The present moment. Shells ask once a request or run and hand the moment inwards.
#[expect(clippy::disallowed_methods, reason = "this is the one door to the clock")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}
