//! The slots of a job: when it is to look for work, and which slots a server that was away has missed.
//! Never here: what is due at a slot (data says that), the clock.

use chrono::{DateTime, Duration, NaiveDateTime, SubsecRound, TimeZone, Utc};
use chrono_tz::Tz;
use croner::parser::{CronParser, Seconds, Year};
use croner::{Cron, JobType};
use serde::{Deserialize, Serialize};

use super::zone::instant_of;

/// The moments that a cron expression names on the local clock of a time zone.
#[derive(Clone, Debug)]
pub struct Slots {
    cron: Cron,
    zone: Tz,
}

/// What becomes of slots that nobody took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatchUp {
    /// Every missed slot is run, in order: the slot is an input of the job.
    Each,
    /// Only the latest one is run: the job does whatever is due.
    Latest,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{cron}` names no slots: {reason}")]
pub struct InvalidSlots {
    cron: String,
    reason: String,
}

/// At most so many slots are given at once; the next question gives the rest.
pub const SLOTS_MAX: usize = 1_000;
/// No clock is put back by more, so that further away local and real order agree.
const REPEATED_HOURS_MAX: i64 = 3;

impl Slots {
    /// Five fields (minute, hour, day of month, month, day of week) or six with seconds in front, and no year, which would be
    /// over some day; day of month and day of week must both agree, unlike in Vixie cron. An expression that never comes true
    /// is refused.
    pub fn parse(cron: &str, zone: Tz) -> Result<Self, InvalidSlots> {
        let refused = |reason: String| InvalidSlots {
            cron: cron.to_owned(),
            reason,
        };
        let parser = CronParser::builder()
            .seconds(Seconds::Optional)
            .year(Year::Disallowed)
            .dom_and_dow(true)
            .build();
        let parsed = parser.parse(cron).map_err(|e| refused(e.to_string()))?;
        let slots = Self { cron: parsed, zone };
        let some_moment = NaiveDateTime::default();
        if slots.next_local(some_moment).is_none() {
            return Err(refused("it never comes true".to_owned()));
        }
        Ok(slots)
    }

    pub const fn zone(&self) -> Tz {
        self.zone
    }

    /// The slots after `last` up to and including `now`, in order, at most [`SLOTS_MAX`].
    pub fn due(&self, last: DateTime<Utc>, now: DateTime<Utc>, catch_up: CatchUp) -> Vec<DateTime<Utc>> {
        match catch_up {
            CatchUp::Each => self.between(last, now),
            CatchUp::Latest => self.latest(last, now).into_iter().collect(),
        }
    }

    /// The first slot after `now`, for people who ask when it runs next.
    pub fn next(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut local = self.local(now) - Duration::hours(REPEATED_HOURS_MAX);
        let mut found: Vec<DateTime<Utc>> = Vec::new();
        while found.is_empty() || local < self.local(now) + Duration::hours(REPEATED_HOURS_MAX) {
            local = self.next_local(local)?;
            found.extend(self.instants(local).into_iter().filter(|slot| *slot > now));
        }
        found.into_iter().min()
    }

    fn between(&self, last: DateTime<Utc>, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let margin = Duration::hours(REPEATED_HOURS_MAX);
        let mut local = self.local(last) - margin;
        let end = self.local(now) + margin;
        let mut slots = Vec::new();
        while let Some(next) = self.next_local(local).filter(|next| *next <= end) {
            let instants = self.instants(next);
            // A full list is cut only where the clock runs straight, or a slot of a repeated hour would be passed over.
            if slots.len() >= SLOTS_MAX && instants.len() == 1 {
                break;
            }
            slots.extend(instants.into_iter().filter(|slot| last < *slot && *slot <= now));
            local = next;
        }
        slots.sort_unstable();
        slots.dedup();
        slots.truncate(SLOTS_MAX);
        slots
    }

    fn latest(&self, last: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let margin = Duration::hours(REPEATED_HOURS_MAX);
        let mut local = self.local(now) + margin;
        let mut found: Option<DateTime<Utc>> = None;
        while found.is_none() || local > self.local(now) - margin {
            let Some(before) = self
                .previous_local(local)
                .filter(|l| *l >= self.local(last) - margin)
            else {
                break;
            };
            let past = self
                .instants(before)
                .into_iter()
                .filter(|slot| last < *slot && *slot <= now);
            found = past.chain(found).max();
            local = before;
        }
        found
    }

    /// The instants of one local slot. A local time that the clock skips is the instant of the jump. One that it shows twice
    /// is a slot twice if the job runs many times a day, else only the first time.
    fn instants(&self, local: NaiveDateTime) -> Vec<DateTime<Utc>> {
        let first = instant_of(self.zone, local);
        let again = self
            .zone
            .from_local_datetime(&local)
            .latest()
            .map(|at| at.to_utc());
        match (self.cron.determine_job_type(), again) {
            (JobType::IntervalWildcard, Some(again)) if again != first => vec![first, again],
            (JobType::IntervalWildcard | JobType::FixedTime, _) => vec![first],
        }
    }

    /// To the second: croner hands the fraction of the moment on to the slots that it finds, and one slot would have as
    /// many names as there were looks at it.
    fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&self.zone).naive_local().trunc_subsecs(0)
    }

    /// On a clock without time zone, as croner's own way over a repeated hour goes backwards.
    fn next_local(&self, after: NaiveDateTime) -> Option<NaiveDateTime> {
        let found = self.cron.find_next_occurrence(&after.and_utc(), false).ok()?;
        Some(found.naive_utc())
    }

    fn previous_local(&self, before: NaiveDateTime) -> Option<NaiveDateTime> {
        let found = self
            .cron
            .find_previous_occurrence(&before.and_utc(), false)
            .ok()?;
        Some(found.naive_utc())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn tehran(cron: &str) -> Slots {
        Slots::parse(cron, Tz::Asia__Tehran).unwrap()
    }

    #[test]
    fn a_slot_is_the_same_whatever_the_fraction_of_a_second_in_which_it_was_looked_for() {
        let minutely = tehran("* * * * *");
        let last = utc("2026-11-24T18:44:00.25Z");
        for now in [
            "2026-11-24T18:45:00Z",
            "2026-11-24T18:45:00.000001Z",
            "2026-11-24T18:45:31.975Z",
        ] {
            for catch_up in [CatchUp::Each, CatchUp::Latest] {
                assert_eq!(
                    minutely.due(last, utc(now), catch_up),
                    [utc("2026-11-24T18:45:00Z")],
                    "{now}"
                );
            }
            assert_eq!(minutely.next(utc(now)), Some(utc("2026-11-24T18:46:00Z")));
        }
    }

    #[test]
    fn each_missed_slot_is_given_in_order_and_the_last_one_is_not_given_again() {
        let nightly = tehran("30 2 * * *");
        let last = utc("2026-11-20T23:00:00Z");
        let on_time = utc("2026-11-23T23:00:00Z");
        let each = |now| nightly.due(last, now, CatchUp::Each);
        let first_two = [utc("2026-11-21T23:00:00Z"), utc("2026-11-22T23:00:00Z")];
        assert!(each(last).is_empty());
        assert_eq!(each(on_time - Duration::seconds(1)), first_two);
        assert_eq!(each(on_time).last(), Some(&on_time));
        assert_eq!(nightly.due(last, on_time, CatchUp::Latest), [on_time]);
        assert!(nightly.due(on_time, on_time, CatchUp::Latest).is_empty());
    }

    #[test]
    fn a_slot_follows_the_local_clock_through_summer_time() {
        let nightly = tehran("0 3 * * *");
        let slots = nightly.due(
            utc("2022-03-20T12:00:00Z"),
            utc("2022-03-22T12:00:00Z"),
            CatchUp::Each,
        );
        assert_eq!(slots, [utc("2022-03-20T23:30:00Z"), utc("2022-03-21T22:30:00Z")]);
    }

    #[test]
    fn a_slot_in_a_skipped_hour_comes_once_at_the_jump() {
        let midnight = tehran("15 0 * * *");
        let slots = midnight.due(
            utc("2022-03-20T21:00:00Z"),
            utc("2022-03-22T19:45:00Z"),
            CatchUp::Each,
        );
        assert_eq!(slots, [utc("2022-03-21T20:30:00Z"), utc("2022-03-22T19:45:00Z")]);
    }

    #[test]
    fn in_a_repeated_hour_a_daily_job_runs_once_and_a_frequent_one_goes_on() {
        let (from, to) = (utc("2021-09-21T18:00:00Z"), utc("2021-09-21T21:00:00Z"));
        assert_eq!(
            tehran("30 23 * * *").due(from, to, CatchUp::Each),
            [utc("2021-09-21T19:00:00Z")]
        );
        let hours = tehran("0 * * * *").due(from, to, CatchUp::Each);
        assert_eq!(
            hours,
            [
                "2021-09-21T18:30:00Z",
                "2021-09-21T19:30:00Z",
                "2021-09-21T20:30:00Z"
            ]
            .map(utc)
        );
    }

    #[test]
    fn asking_often_gives_the_same_slots_as_asking_once() {
        let (from, to) = (utc("2021-09-20T00:00:00Z"), utc("2021-09-23T00:00:00Z"));
        for cron in ["*/10 * * * *", "0 0 * * *", "45 23 * * *", "0 */7 * * *"] {
            let slots = tehran(cron);
            let once = slots.due(from, to, CatchUp::Each);
            let mut often = Vec::new();
            let (mut last, mut now) = (from, from);
            while now < to {
                now += Duration::minutes(5);
                let due = slots.due(last, now, CatchUp::Each);
                assert_eq!(slots.due(last, now, CatchUp::Latest).last(), due.last());
                last = due.last().copied().unwrap_or(last);
                often.extend(due);
            }
            assert_eq!(often, once, "{cron}");
        }
    }

    #[test]
    fn a_long_absence_is_caught_up_in_portions() {
        let minutely = tehran("* * * * *");
        let (start, now) = (utc("2026-01-01T00:00:00Z"), utc("2026-01-02T00:00:00Z"));
        let first = minutely.due(start, now, CatchUp::Each);
        let rest = minutely.due(first[SLOTS_MAX - 1], now, CatchUp::Each);
        assert_eq!((first.len(), rest.len()), (SLOTS_MAX, 440));
        assert_eq!((first[0], rest[439]), (utc("2026-01-01T00:01:00Z"), now));
    }

    #[test]
    fn day_of_month_and_day_of_week_must_both_agree() {
        let friday_13th = tehran("0 12 13 * FRI");
        assert_eq!(
            friday_13th.next(utc("2026-11-24T00:00:00Z")),
            Some(utc("2027-08-13T08:30:00Z"))
        );
    }

    #[test]
    fn the_next_slot_lies_after_now() {
        let nightly = tehran("0 3 * * *");
        assert_eq!(
            nightly.next(utc("2026-11-23T23:30:00Z")),
            Some(utc("2026-11-24T23:30:00Z"))
        );
        assert_eq!(
            nightly.next(utc("2026-11-23T23:29:59Z")),
            Some(utc("2026-11-23T23:30:00Z"))
        );
    }

    #[test]
    fn a_wrong_expression_is_refused_with_its_reason() {
        for wrong in [
            "",
            "* * *",
            "61 * * * *",
            "0 0 30 2 *",
            "every day",
            "0 0 2 1 1 * 2020",
            "0 0 2 1 1 * 2050",
        ] {
            assert!(Slots::parse(wrong, Tz::UTC).is_err(), "{wrong}");
        }
    }
}
