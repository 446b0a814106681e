//! Which slot a job takes next, from what became of the slots before. Never here: the claim itself (see `usecases::claim_slot`).

use chrono::{DateTime, Duration, Utc};

use super::Job;
use crate::domain::slots::CatchUp;

/// A slot that was claimed and did not succeed: it runs, or it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastRun {
    pub slot: DateTime<Utc>,
    pub state: RunState,
    pub attempts: i16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    Running,
    Failed {
        at: DateTime<Utc>,
    },
    /// Its worker stopped, or gave no sign of life: nothing says that the work itself is at fault.
    Lapsed,
}

/// What a job does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// No slot is due, an earlier one must be waited for, or the job runs somewhere: it never overlaps itself.
    Wait,
    /// A slot that nobody claimed yet.
    Take(DateTime<Utc>),
    /// A slot that failed and is due to be tried again, or whose worker is gone.
    TakeAgain(DateTime<Utc>),
}

/// A job that never ran begins with its latest slot, looked for no further back than this.
const FIRST_LOOK_BACK_DAYS: i64 = 366;

impl Job {
    /// `newest` is the newest slot that was ever claimed, `unfinished` the runs that did not succeed, in order of slots.
    pub fn turn(&self, newest: Option<DateTime<Utc>>, unfinished: &[PastRun], now: DateTime<Utc>) -> Turn {
        if unfinished.iter().any(|run| run.state == RunState::Running) {
            return Turn::Wait;
        }
        let fresh = self.fresh_slot(newest, now);
        match self.catch_up {
            CatchUp::Each => match self.to_repeat(unfinished) {
                Some(run) => self.again(run, now),
                None => fresh.map_or(Turn::Wait, Turn::Take),
            },
            CatchUp::Latest => match (fresh, self.to_repeat(unfinished)) {
                (Some(slot), _) => Turn::Take(slot),
                (None, Some(run)) if Some(run.slot) == newest => self.again(run, now),
                (None, Some(_) | None) => Turn::Wait,
            },
        }
    }

    fn fresh_slot(&self, newest: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let due = match newest {
            Some(newest) => self.slots.due(newest, now, self.catch_up),
            None => self
                .slots
                .due(now - Duration::days(FIRST_LOOK_BACK_DAYS), now, CatchUp::Latest),
        };
        due.first().copied()
    }

    /// The earliest of `each`, the newest of `latest`: whose older failures the newer run made up for.
    fn to_repeat<'a>(&self, unfinished: &'a [PastRun]) -> Option<&'a PastRun> {
        let mut repeatable = unfinished
            .iter()
            .filter(|run| run.attempts < self.on_failure.attempts_max);
        match self.catch_up {
            CatchUp::Each => repeatable.next(),
            CatchUp::Latest => repeatable.next_back(),
        }
    }

    fn again(&self, run: &PastRun, now: DateTime<Utc>) -> Turn {
        match run.state {
            RunState::Lapsed => Turn::TakeAgain(run.slot),
            RunState::Failed { at } if at + self.on_failure.wait <= now => Turn::TakeAgain(run.slot),
            RunState::Failed { .. } | RunState::Running => Turn::Wait,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(runs: &str, cron: &str, catch_up: &str) -> Job {
        let text = format!(
            "runs = \"{runs}\"\ncron = \"{cron}\"\ntime_zone = \"UTC\"\ncatch_up = \"{catch_up}\"\n\
             [on_failure]\nattempts = 3\nwait_minutes = 10\n"
        );
        Job::parse("it", &text).unwrap()
    }

    fn nightly() -> Job {
        job("verify-books", "0 2 * * *", "each")
    }

    fn mail() -> Job {
        job("send-mail", "*/30 * * * *", "latest")
    }

    fn utc(text: &str) -> DateTime<Utc> {
        format!("2026-11-{text}:00Z").parse().unwrap()
    }

    fn failed(slot: &str, at: &str, attempts: i16) -> PastRun {
        PastRun {
            slot: utc(slot),
            state: RunState::Failed { at: utc(at) },
            attempts,
        }
    }

    #[test]
    fn a_job_that_never_ran_begins_with_its_latest_slot() {
        assert_eq!(
            nightly().turn(None, &[], utc("24T01:59")),
            Turn::Take(utc("23T02:00"))
        );
        assert_eq!(
            nightly().turn(None, &[], utc("24T02:00")),
            Turn::Take(utc("24T02:00"))
        );
    }

    #[test]
    fn each_missed_slot_is_taken_in_order_and_the_latest_alone_where_that_suffices() {
        let newest = Some(utc("20T02:00"));
        assert_eq!(
            nightly().turn(newest, &[], utc("24T12:00")),
            Turn::Take(utc("21T02:00"))
        );
        assert_eq!(
            mail().turn(newest, &[], utc("24T12:10")),
            Turn::Take(utc("24T12:00"))
        );
    }

    #[test]
    fn a_slot_is_never_taken_twice() {
        assert_eq!(
            nightly().turn(Some(utc("24T02:00")), &[], utc("24T12:00")),
            Turn::Wait
        );
        assert_eq!(
            mail().turn(Some(utc("24T12:00")), &[], utc("24T12:29")),
            Turn::Wait
        );
    }

    #[test]
    fn a_job_never_overlaps_itself() {
        let running = PastRun {
            slot: utc("24T11:30"),
            state: RunState::Running,
            attempts: 1,
        };
        assert_eq!(
            mail().turn(Some(running.slot), &[running], utc("24T12:10")),
            Turn::Wait
        );
    }

    #[test]
    fn what_failed_is_tried_again_after_the_wait_and_not_before() {
        let run = [failed("24T12:00", "24T12:05", 1)];
        let newest = Some(utc("24T12:00"));
        assert_eq!(mail().turn(newest, &run, utc("24T12:14")), Turn::Wait);
        assert_eq!(
            mail().turn(newest, &run, utc("24T12:15")),
            Turn::TakeAgain(utc("24T12:00"))
        );
    }

    #[test]
    fn the_slot_of_a_worker_that_is_gone_is_taken_again_without_a_wait_and_not_for_ever() {
        let newest = Some(utc("24T02:00"));
        let lapsed = |attempts| PastRun {
            slot: utc("24T02:00"),
            state: RunState::Lapsed,
            attempts,
        };
        assert_eq!(
            nightly().turn(newest, &[lapsed(1)], utc("24T02:01")),
            Turn::TakeAgain(utc("24T02:00"))
        );
        assert_eq!(nightly().turn(newest, &[lapsed(3)], utc("24T02:01")), Turn::Wait);
    }

    #[test]
    fn after_the_last_attempt_the_next_slot_has_its_turn() {
        let spent = [failed("23T02:00", "23T02:05", 3)];
        let newest = Some(utc("23T02:00"));
        assert_eq!(nightly().turn(newest, &spent, utc("23T12:00")), Turn::Wait);
        assert_eq!(
            nightly().turn(newest, &spent, utc("24T02:00")),
            Turn::Take(utc("24T02:00"))
        );
    }

    #[test]
    fn of_each_slot_a_later_one_waits_for_an_earlier_that_failed() {
        let run = [failed("22T02:00", "24T01:55", 1)];
        let newest = Some(utc("22T02:00"));
        assert_eq!(nightly().turn(newest, &run, utc("24T02:04")), Turn::Wait);
        assert_eq!(
            nightly().turn(newest, &run, utc("24T02:05")),
            Turn::TakeAgain(utc("22T02:00"))
        );
    }

    #[test]
    fn of_the_latest_a_newer_slot_makes_up_for_an_older_failure() {
        let old = [failed("24T11:30", "24T11:31", 1)];
        assert_eq!(
            mail().turn(Some(utc("24T12:00")), &old, utc("24T12:20")),
            Turn::Wait
        );
        assert_eq!(
            mail().turn(Some(utc("24T11:30")), &old, utc("24T12:20")),
            Turn::Take(utc("24T12:00"))
        );
    }
}
