//! Books rows: one or many by the same code. What cannot be booked goes to quarantine, nothing is guessed and nothing lost.
//! Never here: how rows were sent, the clock.

use std::ops::Range;

use chrono::{DateTime, SubsecRound, Utc};

use super::Failure;
use crate::domain::originator::{NotAllowed, Originator};
use crate::domain::rulebook::{Case, NotBookable};
use crate::domain::submission::Unread;
use crate::domain::transaction::{Outcome, Reason, Submitted};
use crate::domain::window::Lateness;
use crate::store::Connection;
use crate::store::transaction::Key;

mod ahead;
mod answers;
mod at_once;
mod batch;
mod booking;
mod comparison;
mod entering;
mod memory;
mod original;
mod pricing;
mod quarantining;
mod remembered;
mod rules;
mod take_back;

pub use ahead::{JudgedAhead, JudgedAlone, judge_ahead, judge_alone, judge_together};
pub use at_once::{NotAtOnce, record_at_once};
pub use memory::Memory;

use booking::{Halt, Plan, book, rounds};
use pricing::Verdict;

/// A row with its sender and the moment when it was received.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    sender_id: i32,
    row: &'a Submitted,
    received_at: DateTime<Utc>,
    lateness: Lateness,
    /// The only party whose rows it may record.
    acts_for: Option<i32>,
}

impl<'a> Sent<'a> {
    /// The only door for what a sender sends now.
    pub fn by(
        sender: &Originator,
        row: &'a Submitted,
        received_at: DateTime<Utc>,
    ) -> Result<Self, NotAllowed> {
        sender.may_record()?;
        Ok(Self {
            sender_id: sender.id,
            row,
            received_at: received_at.trunc_subsecs(6),
            lateness: Lateness::Limited,
            acts_for: sender.party_id,
        })
    }

    /// What waited in quarantine and is released by a person: however late it came, and no less its sender's own business.
    pub(super) const fn released(
        sender: &Originator,
        row: &'a Submitted,
        received_at: DateTime<Utc>,
    ) -> Self {
        Self {
            sender_id: sender.id,
            row,
            received_at,
            lateness: Lateness::Accepted,
            acts_for: sender.party_id,
        }
    }

    /// As it is named before its office is found.
    fn key(&self) -> (&'a str, i32, &'a str) {
        (&self.row.office, self.sender_id, &self.row.reference)
    }

    fn case(&self, booked_at: DateTime<Utc>) -> Case<'a> {
        Case {
            row: self.row,
            received_at: self.received_at,
            booked_at,
            lateness: self.lateness,
        }
    }

    fn stored_key(&self, office_id: i32) -> Key<'a> {
        Key {
            office_id,
            sender_id: self.sender_id,
            reference: &self.row.reference,
        }
    }
}

/// In whose course rows are recorded.
#[derive(Clone, Copy, Debug)]
pub enum Course<'a> {
    /// Rows that have nothing to do with each other.
    Singly,
    /// Rows of a submission, other rows of which are recorded by other calls.
    Chunk(Passage<'a>),
    /// Rows of a submission that is taken whole or not at all.
    Wholly(Passage<'a>),
    /// A row of the quarantine that a person releases.
    Release { row_id: i64, by: i32, note: &'a str },
}

/// What is presumed of the keys of originals before anything is booked. A wrong presumption costs time and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// They are not looked for; if one is taken, nothing is booked.
    PresumedNew,
    /// They are looked for in the books first.
    PerhapsBooked,
}

/// The part of a submission that one call records.
#[derive(Clone, Copy, Debug)]
pub struct Passage<'a> {
    pub submission_id: i64,
    /// Where each row stood.
    pub lines: &'a [i64],
    /// Rows that could not be read.
    pub malformed: &'a [(i64, Unread)],
}

/// So often the rules may change, or others book the same keys, between a look and the booking.
const ATTEMPTS_MAX: u32 = 10;

/// Records the rows and says what became of each, in their order. All in one database transaction, except that new facts
/// and allocations are stored in a short one of their own first, unless all goes in at one stroke, and that rows which the
/// database refuses together are tried in ever smaller parts.
///
/// # Errors
/// `NotWhole` in the courses `Wholly` and `Release`; nothing is stored then.
pub async fn record_transactions(
    conn: &mut Connection,
    memory: &Memory,
    at: DateTime<Utc>,
    rows: &[Sent<'_>],
    course: Course<'_>,
) -> Result<Vec<Outcome>, NotRecorded> {
    record_judged(conn, memory, rows, course, judge_ahead(memory, at, rows)).await
}

/// The same of rows that were judged ahead, in the same order.
///
/// # Errors
/// As [`record_transactions`].
pub async fn record_judged(
    conn: &mut Connection,
    memory: &Memory,
    rows: &[Sent<'_>],
    course: Course<'_>,
    judged: JudgedAhead,
) -> Result<Vec<Outcome>, NotRecorded> {
    if !course.may_go_at_once() {
        return record_step_by_step(conn, memory, rows, course, judged, Keys::PresumedNew).await;
    }
    let at = judged.at;
    match record_at_once(conn, memory, rows, judged).await {
        Ok(recorded) => Ok(recorded),
        Err(NotAtOnce::StepByStep(keys)) => {
            let judged = judge_ahead(memory, at, rows);
            record_step_by_step(conn, memory, rows, course, judged, keys).await
        }
        Err(NotAtOnce::Failed(failure)) => Err(failure.into()),
    }
}

/// The same without an attempt at one stroke.
///
/// # Errors
/// As [`record_transactions`].
pub async fn record_step_by_step(
    conn: &mut Connection,
    memory: &Memory,
    rows: &[Sent<'_>],
    course: Course<'_>,
    judged: JudgedAhead,
    keys: Keys,
) -> Result<Vec<Outcome>, NotRecorded> {
    let at = judged.at;
    match record_together(conn, memory, rows, course, judged, keys).await {
        Err(NotRecorded::Failed(failure)) if course.may_be_parted() && is_refused(&failure) => {
            tracing::warn!(%failure, rows = rows.len(), "the database refused rows together");
            record_apart(conn, memory, at, rows, course).await
        }
        other => other,
    }
}

async fn record_together(
    conn: &mut Connection,
    memory: &Memory,
    rows: &[Sent<'_>],
    course: Course<'_>,
    judged: JudgedAhead,
    mut keys: Keys,
) -> Result<Vec<Outcome>, NotRecorded> {
    let at = judged.at;
    let mut judged = judged.by_present_rules(memory, rows);
    for _ in 0..ATTEMPTS_MAX {
        let JudgedAhead {
            snapshot,
            judgement,
            rounds,
            ..
        } = judged;
        let judged_rows = judgement.stored(conn, memory).await?;
        let plan = Plan {
            snapshot: &snapshot,
            at,
            rows,
            rounds: &rounds,
            verdicts: &judged_rows.verdicts,
            course,
            keys,
        };
        match book(conn, &plan).await {
            Ok((recorded, footings)) => {
                memory.remember_footings(footings);
                // Only then has the commit waited for the disk.
                if recorded.iter().any(Outcome::is_booked) {
                    memory.remember(judged_rows.answered);
                }
                return Ok(recorded);
            }
            Err(Halt::KeysAreTaken) => keys = Keys::PerhapsBooked,
            Err(Halt::RulesAreOlder) => {
                memory.read_rules(conn).await?;
            }
            Err(Halt::NotRecorded(why)) => return Err(why),
        }
        judged = judge_ahead(memory, at, rows);
    }
    Err(rules_keep_changing())
}

/// In halves, and those in halves: a row that is refused alone is quarantined, and the others are booked.
async fn record_apart(
    conn: &mut Connection,
    memory: &Memory,
    at: DateTime<Utc>,
    rows: &[Sent<'_>],
    course: Course<'_>,
) -> Result<Vec<Outcome>, NotRecorded> {
    let mut recorded = Vec::with_capacity(rows.len());
    let mut parts = halves(0..rows.len());
    while let Some(part) = parts.pop() {
        let (some, of_some) = (&rows[part.clone()], course.part(part.clone()));
        let judged = judge_ahead(memory, at, some);
        match record_together(conn, memory, some, of_some, judged, Keys::PresumedNew).await {
            Ok(outcomes) => recorded.extend(outcomes),
            Err(NotRecorded::Failed(failure)) if is_refused(&failure) && some.len() > 1 => {
                parts.extend(halves(part));
            }
            Err(NotRecorded::Failed(failure)) if is_refused(&failure) => {
                recorded.extend(quarantine_alone(conn, memory, at, some, of_some, &failure).await?);
            }
            Err(other) => return Err(other),
        }
    }
    Ok(recorded)
}

/// The second half first, so that the first is taken next.
fn halves(part: Range<usize>) -> Vec<Range<usize>> {
    if part.len() < 2 {
        return vec![part];
    }
    let middle = part.start.midpoint(part.end);
    vec![middle..part.end, part.start..middle]
}

async fn quarantine_alone(
    conn: &mut Connection,
    memory: &Memory,
    at: DateTime<Utc>,
    rows: &[Sent<'_>],
    course: Course<'_>,
    failure: &Failure,
) -> Result<Vec<Outcome>, NotRecorded> {
    let why = NotBookable::quarantined(Reason::RefusedByTheDatabase, failure.to_string());
    let mut snapshot = memory.rules();
    for _ in 0..ATTEMPTS_MAX {
        let plan = Plan {
            snapshot: &snapshot,
            at,
            rows,
            rounds: &rounds(rows),
            verdicts: &[Verdict::Not {
                office_id: None,
                why: why.clone(),
            }],
            course,
            keys: Keys::PresumedNew,
        };
        match book(conn, &plan).await {
            Ok((recorded, _)) => return Ok(recorded),
            Err(Halt::RulesAreOlder) => snapshot = memory.read_rules(conn).await?,
            Err(Halt::KeysAreTaken) => break,
            Err(Halt::NotRecorded(why)) => return Err(why),
        }
    }
    Err(rules_keep_changing())
}

fn rules_keep_changing() -> NotRecorded {
    Failure::Unavailable("the rules keep changing; try again".to_owned()).into()
}

/// The rows are at fault, not a database that is away.
fn is_refused(failure: &Failure) -> bool {
    match failure {
        Failure::Conflict { .. } | Failure::Internal(_) => true,
        Failure::NotFound(_) | Failure::Forbidden(_) | Failure::Invalid(_) | Failure::Unavailable(_) => false,
    }
}

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum NotRecorded {
    #[error(transparent)]
    Failed(#[from] Failure),
    /// Some of what had to be taken whole could not be booked.
    #[error("nothing was taken, because not all could be booked")]
    NotWhole(Vec<Outcome>),
}

impl Course<'_> {
    fn may_go_at_once(&self) -> bool {
        match self {
            Self::Singly => true,
            Self::Chunk(_) | Self::Wholly(_) | Self::Release { .. } => false,
        }
    }

    fn may_be_parted(&self) -> bool {
        match self {
            Self::Singly | Self::Chunk(_) => true,
            Self::Wholly(_) | Self::Release { .. } => false,
        }
    }

    fn part(self, range: Range<usize>) -> Self {
        match self {
            Self::Singly | Self::Wholly(_) | Self::Release { .. } => self,
            Self::Chunk(passage) => Self::Chunk(passage.part(range)),
        }
    }

    fn passage(&self) -> Option<Passage<'_>> {
        match self {
            Self::Singly | Self::Release { .. } => None,
            Self::Chunk(passage) | Self::Wholly(passage) => Some(*passage),
        }
    }
}

impl Passage<'_> {
    /// The rows of a range; what could not be read goes with the first.
    fn part(self, range: Range<usize>) -> Self {
        let malformed = if range.start == 0 { self.malformed } else { &[] };
        Self {
            lines: self.lines.get(range).unwrap_or_default(),
            malformed,
            ..self
        }
    }
}
