//! Moments as the database keeps them. Never here: asking for one (see `host::clock`), time zones.

use chrono::{DateTime, SubsecRound, Utc};

/// Digits of a second that a column of the database has.
const SUBSECOND_DIGITS: u16 = 6;

/// The moment cut to the microsecond. One that kept its nanoseconds would differ from itself when it is read again.
#[must_use]
pub fn kept(moment: DateTime<Utc>) -> DateTime<Utc> {
    moment.trunc_subsecs(SUBSECOND_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nanoseconds_are_cut_off_and_never_rounded_up() {
        let moment: DateTime<Utc> = "2026-11-24T07:30:00.047383999Z".parse().unwrap();
        assert_eq!(kept(moment).to_rfc3339(), "2026-11-24T07:30:00.047383+00:00");
        assert_eq!(kept(kept(moment)), kept(moment));
    }
}
