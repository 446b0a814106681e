//! The demo's story, day by day: what counters send, what changes, what is settled and paid. Every step is the use case
//! that production has, with the moment of the story as its argument. Never here: who and what there is (see `founding`).

use std::sync::Arc;

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use tokio::task::JoinSet;

use super::clerks::all;
use super::counters::Evening;
use super::founding::{NETWORKS, ZONE, cycle_of};
use super::geography::PlannedOffice;
use super::payments::bank_day;
use super::people::People;
use super::turns::{subscribe, turn};
use crate::cli::acting::connected;
use crate::domain::originator::Originator;
use crate::domain::page::Asked;
use crate::domain::settlement::SettlementState;
use crate::domain::transaction::Submitted;
use crate::domain::zone::start_of_day;
use crate::host::Host;
use crate::usecases::approve_settlement::approve_settlement;
use crate::usecases::close_window::close_due_window;
use crate::usecases::propose_settlement::propose_due_settlement;
use crate::usecases::reading::settlements::{SettlementFilter, list_settlements};
use crate::usecases::record_transactions::{Course, Memory, Sent, record_transactions};
use crate::usecases::seal_window::seal_due_window;
use crate::usecases::{Connection, Done, Failure};

/// Windows that ended at midnight are settled then.
const SETTLES_AT_HOUR: i64 = 1;
/// The counters' systems send the day's rows in the evening.
const SENDS_AT_HOUR: i64 = 20;
/// Rows of one call.
const ROWS_TOGETHER: usize = 5_000;
/// One may wait in each network.
const SETTLEMENTS_TOGETHER: u32 = 3;

/// The days from the first to the last, both included.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub first: NaiveDate,
    pub last: NaiveDate,
}

impl Span {
    pub fn days(self) -> impl Iterator<Item = NaiveDate> {
        self.first.iter_days().take_while(move |day| *day <= self.last)
    }

    /// From when on the offices of a network read mail: the cycle in which the story ends, on whatever day it is told to its end.
    fn reads_mail_from(self, network: &str) -> NaiveDate {
        cycle_of(network).of_day(self.last).first_day()
    }
}

/// What the story is told with.
pub struct Teller<'a> {
    host: &'a Host,
    people: &'a People,
    offices: &'a [PlannedOffice],
    memory: Arc<Memory>,
    story: Span,
    now: DateTime<Utc>,
}

impl<'a> Teller<'a> {
    pub fn new(
        host: &'a Host,
        people: &'a People,
        offices: &'a [PlannedOffice],
        story: Span,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            host,
            people,
            offices,
            memory: Arc::default(),
            story,
            now,
        }
    }

    /// One day: what is due is settled, the bank works, something changes, the counters send. Of the story's last day only the
    /// morning.
    pub async fn tell(&self, conn: &mut Connection, day: NaiveDate, evening: Evening) -> Done<()> {
        for network in NETWORKS {
            if day == self.story.reads_mail_from(network) {
                subscribe(conn, self.offices, network).await?;
            }
        }
        self.settle_due(conn, moment(day, SETTLES_AT_HOUR).min(self.now))
            .await?;
        if day == self.story.last {
            return Ok(());
        }
        bank_day(conn, self.host, self.people, day).await?;
        turn(conn, self.people, self.offices, self.story.first, day).await?;
        self.record_day(day, evening).await
    }

    /// Closes, seals, proposes and approves whatever is due, the older windows first. What waits for approval is read off the
    /// data: a story that was interrupted may have left it.
    async fn settle_due(&self, conn: &mut Connection, at: DateTime<Utc>) -> Done<()> {
        let (maker, checker) = (&self.people.maker, &self.people.checker);
        while close_due_window(conn, maker, at).await?.is_some() {}
        while seal_due_window(conn, maker, at).await?.is_some() {}
        let waiting = SettlementFilter {
            state: Some(SettlementState::Proposed),
            ..SettlementFilter::default()
        };
        loop {
            let asked = Asked::first(SETTLEMENTS_TOGETHER);
            for proposed in list_settlements(conn, checker, &waiting, &asked).await?.items {
                approve_settlement(conn, checker, at, proposed.id).await?;
            }
            if propose_due_settlement(conn, maker, at).await?.is_none() {
                return Ok(());
            }
        }
    }

    /// What the counters of all networks did on this day, each network's in a task of its own.
    async fn record_day(&self, day: NaiveDate, evening: Evening) -> Done<()> {
        let at = moment(day, SENDS_AT_HOUR);
        let mut networks = JoinSet::new();
        for rows in evening {
            let (memory, by) = (Arc::clone(&self.memory), self.people.counters.clone());
            let mut conn = connected(self.host).await?;
            networks.spawn(async move {
                for some in rows.chunks(ROWS_TOGETHER) {
                    record(&mut conn, &memory, &by, at, some).await?;
                }
                Ok(())
            });
        }
        all(networks).await
    }
}

async fn record(
    conn: &mut Connection,
    memory: &Memory,
    by: &Originator,
    at: DateTime<Utc>,
    rows: &[Submitted],
) -> Done<()> {
    let sent = rows
        .iter()
        .map(|row| Ok(Sent::by(by, row, at)?))
        .collect::<Done<Vec<_>>>()?;
    record_transactions(conn, memory, at, &sent, Course::Singly)
        .await
        .map_err(|why| Failure::Internal(why.to_string()))?;
    Ok(())
}

/// That hour of a local day.
pub fn moment(day: NaiveDate, hour: i64) -> DateTime<Utc> {
    start_of_day(ZONE, day) + Duration::hours(hour)
}

/// So many days before.
pub fn before_by(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::super::founding::first_day;
    use super::*;

    #[test]
    fn offices_read_mail_from_the_cycle_on_in_which_their_story_ends_whenever_it_is_told_to_its_end() {
        let friday = NaiveDate::from_ymd_opt(2026, 11, 27).unwrap();
        let story = Span {
            first: NaiveDate::from_ymd_opt(2026, 8, 23).unwrap(),
            last: friday,
        };
        // The day after the last one begins another week, in which the story may be gone on with.
        assert_eq!(story.reads_mail_from("police10"), before_by(friday, 6));
        assert_eq!(story.reads_mail_from("pishkhan"), before_by(friday, 5));
        for last in friday.iter_days().take(400) {
            let first = first_day(moment(last, 12)).unwrap();
            let story = Span { first, last };
            for network in NETWORKS {
                let day = story.reads_mail_from(network);
                assert!(story.days().any(|told| told == day), "{network} {last}");
            }
        }
    }
}
