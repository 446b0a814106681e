//! Files and streams of rows: opened, recorded chunk by chunk or whole, finished, looked at again.
//! Never here: how bytes become rows (see `domain::submission`), how a row is booked.

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;
use serde::Serialize;
use utoipa::ToSchema;

use super::failure::Fault;
use super::record_transactions::{
    Course, JudgedAhead, Memory, NotRecorded, Passage, Sent, judge_ahead, record_judged, record_transactions,
};
use super::{Done, Failure};
use crate::domain::originator::{Originator, Scope};
use crate::domain::page::{Asked, Page};
use crate::domain::submission::{ATOMIC_ROWS_MAX, Line, Received, Unread};
use crate::domain::transaction::{Outcome, Submitted};
use crate::store::Connection;
use crate::store::submission::{self, Noted, SubmissionRow};

/// Faults that are told at once; all of them can be fetched.
const FAULTS_TOLD_MAX: usize = 100;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SubmissionView {
    pub id: i64,
    pub received_at: DateTime<Utc>,
    /// Absent while it goes on, or if it broke off: send it again whole, nothing is booked twice.
    pub finished_at: Option<DateTime<Utc>>,
    pub booked: i64,
    /// In the books already, with the same content.
    pub repeated: i64,
    pub quarantined: i64,
    /// In the books already, with other content.
    pub conflicting: i64,
    pub refused: i64,
    pub malformed: i64,
}

/// A row that was not booked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnbookedView {
    /// As an editor counts the lines of the file, from 1.
    pub line: i64,
    /// `quarantined`, `conflict`, `refused` or `malformed`.
    pub outcome: String,
    pub reference: String,
    /// The stable name of the reason.
    pub reason: String,
    pub explanation: String,
}

/// A submission that is coming in.
#[derive(Clone, Copy, Debug)]
pub struct Delivery {
    pub submission_id: i64,
}

pub async fn open_submission(conn: &mut Connection, by: &Originator, at: DateTime<Utc>) -> Done<Delivery> {
    by.may_record()?;
    conn.transaction(async |conn| {
        Ok(Delivery {
            submission_id: submission::insert_submission(conn, by.id, at).await?,
        })
    })
    .await
}

/// Lines of one chunk, judged.
#[derive(Debug)]
pub struct JudgedLines {
    chunk: Chunk,
    /// Refunds and reversals: they are not judged yet.
    take_backs: Vec<Received>,
    ahead: JudgedAhead,
}

/// Judges a chunk of lines before its turn: to be called when it was received, on another thread, while the chunk before is recorded.
pub fn judge_lines(
    memory: &Memory,
    by: &Originator,
    at: DateTime<Utc>,
    lines: Vec<Line>,
) -> Done<JudgedLines> {
    let (take_backs, others): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(Line::takes_back);
    let chunk = Chunk::of(received(others, at));
    let ahead = judge_ahead(memory, at, &chunk.sent(by)?);
    Ok(JudgedLines {
        chunk,
        take_backs: received(take_backs, at).collect(),
        ahead,
    })
}

fn received(lines: Vec<Line>, at: DateTime<Utc>) -> impl Iterator<Item = Received> {
    lines.into_iter().map(move |line| Received { line, at })
}

impl Delivery {
    /// Records a chunk of lines, but for its refunds and reversals. It returns them, to be recorded when nothing more comes: what
    /// each takes depends on those that were sent before it, and must not depend on where a chunk ends.
    pub async fn record(
        self,
        conn: &mut Connection,
        memory: &Memory,
        by: &Originator,
        judged: JudgedLines,
    ) -> Done<Vec<Received>> {
        let chunk = judged.chunk;
        if !chunk.is_empty() {
            let sent = chunk.sent(by)?;
            let course = Course::Chunk(chunk.passage(self.submission_id));
            let recorded = record_judged(conn, memory, &sent, course, judged.ahead).await;
            recorded.map_err(failed)?;
        }
        Ok(judged.take_backs)
    }

    /// Records refunds and reversals when all originals of the submission are recorded, by chunks in the order in which they were
    /// sent. `at`: when they are booked.
    pub async fn record_take_backs(
        self,
        conn: &mut Connection,
        memory: &Memory,
        by: &Originator,
        at: DateTime<Utc>,
        lines: Vec<Received>,
    ) -> Done<()> {
        let chunk = Chunk::of(lines.into_iter());
        let sent = chunk.sent(by)?;
        let course = Course::Chunk(chunk.passage(self.submission_id));
        let recorded = record_transactions(conn, memory, at, &sent, course).await;
        recorded.map_err(failed)?;
        Ok(())
    }

    /// Records all lines or none.
    ///
    /// # Errors
    /// `Invalid` names the lines that cannot be booked, the first hundred; they can be fetched like those of any
    /// submission.
    pub async fn record_wholly(
        self,
        conn: &mut Connection,
        memory: &Memory,
        by: &Originator,
        at: DateTime<Utc>,
        lines: Vec<Line>,
    ) -> Done<()> {
        may_be_whole(lines.len())?;
        let chunk = Chunk::of(received(lines, at));
        if !chunk.malformed.is_empty() {
            return Err(self.note_refused(conn, &chunk, &[]).await?);
        }
        let sent = chunk.sent(by)?;
        let course = Course::Wholly(chunk.passage(self.submission_id));
        match record_transactions(conn, memory, at, &sent, course).await {
            Ok(_) => Ok(()),
            Err(NotRecorded::NotWhole(recorded)) => Err(self.note_refused(conn, &chunk, &recorded).await?),
            Err(NotRecorded::Failed(failure)) => Err(failure),
        }
    }

    pub async fn finish(
        self,
        conn: &mut Connection,
        by: &Originator,
        at: DateTime<Utc>,
    ) -> Done<SubmissionView> {
        conn.transaction(async |conn| {
            submission::set_finished(conn, self.submission_id, at).await?;
            show_submission(conn, by, self.submission_id).await
        })
        .await
    }

    /// Keeps why a submission was not taken, and says so.
    async fn note_refused(self, conn: &mut Connection, chunk: &Chunk, recorded: &[Outcome]) -> Done<Failure> {
        let mut noted = Noted::default();
        for (line, unread) in &chunk.malformed {
            noted.enter_unread(*line, unread);
        }
        for ((number, row), outcome) in chunk.numbers.iter().zip(&chunk.rows).zip(recorded) {
            if !outcome.is_in_the_books() {
                noted.enter(*number, &row.reference, outcome);
            }
        }
        let noting = async |conn: &mut Connection| submission::note(conn, self.submission_id, &noted).await;
        conn.transaction(noting).await?;
        let faults = noted.unbooked.iter().take(FAULTS_TOLD_MAX).map(|unbooked| Fault {
            field: format!("line {}", unbooked.line),
            rule: unbooked.reason.clone(),
            explanation: unbooked.explanation.clone(),
        });
        Ok(Failure::Invalid(faults.collect()))
    }
}

/// More rows than this are not taken whole.
pub fn may_be_whole(rows: usize) -> Done<()> {
    if rows <= ATOMIC_ROWS_MAX {
        return Ok(());
    }
    let told = format!("at most {ATOMIC_ROWS_MAX} rows are taken whole or not at all");
    Err(Failure::invalid("atomic", "atomic_rows_are_few", told))
}

/// Lines parted into those that could be read and the others.
#[derive(Debug, Default)]
struct Chunk {
    rows: Vec<Submitted>,
    /// Where each row stood.
    numbers: Vec<i64>,
    /// When each row was received.
    moments: Vec<DateTime<Utc>>,
    malformed: Vec<(i64, Unread)>,
}

impl Chunk {
    fn of(lines: impl Iterator<Item = Received>) -> Self {
        let (rows, _) = lines.size_hint();
        let mut chunk = Self {
            rows: Vec::with_capacity(rows),
            numbers: Vec::with_capacity(rows),
            moments: Vec::with_capacity(rows),
            malformed: Vec::new(),
        };
        for Received { line, at } in lines {
            match line.row {
                Ok(row) => chunk.enter(line.number, at, row),
                Err(unread) => chunk.malformed.push((line.number, unread)),
            }
        }
        chunk
    }

    fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.malformed.is_empty()
    }

    fn enter(&mut self, number: i64, at: DateTime<Utc>, row: Submitted) {
        self.numbers.push(number);
        self.moments.push(at);
        self.rows.push(row);
    }

    fn sent(&self, by: &Originator) -> Done<Vec<Sent<'_>>> {
        let received = self.rows.iter().zip(&self.moments);
        let sent: Result<Vec<_>, _> = received.map(|(row, at)| Sent::by(by, row, *at)).collect();
        Ok(sent?)
    }

    fn passage(&self, submission_id: i64) -> Passage<'_> {
        Passage {
            submission_id,
            lines: &self.numbers,
            malformed: &self.malformed,
        }
    }
}

fn failed(why: NotRecorded) -> Failure {
    match why {
        NotRecorded::Failed(failure) => failure,
        NotRecorded::NotWhole(_) => Failure::Internal(why.to_string()),
    }
}

/// # Errors
/// `NotFound` for somebody else's, unless the originator may settle.
pub async fn show_submission(conn: &mut Connection, by: &Originator, id: i64) -> Done<SubmissionView> {
    let row = submission::find_submission(conn, id).await?;
    let row = row.filter(|row| row.sender_id == by.id || by.scope >= Scope::Finance);
    row.map(view).ok_or_else(|| Failure::not_found("submission", id))
}

/// The rows that were not booked, by their lines.
pub async fn list_unbooked(
    conn: &mut Connection,
    by: &Originator,
    id: i64,
    asked: &Asked<i64>,
) -> Done<Page<UnbookedView>> {
    show_submission(conn, by, id).await?;
    let rows = submission::unbooked_rows(conn, id, asked.after.unwrap_or(0), asked.fetched()).await?;
    Ok(asked.page(rows).map(|row| UnbookedView {
        line: row.line,
        outcome: row.outcome,
        reference: row.reference,
        reason: row.reason,
        explanation: row.explanation,
    }))
}

fn view(row: SubmissionRow) -> SubmissionView {
    SubmissionView {
        id: row.id,
        received_at: row.received_at,
        finished_at: row.finished_at,
        booked: row.booked,
        repeated: row.repeated,
        quarantined: row.quarantined,
        conflicting: row.conflicting,
        refused: row.refused,
        malformed: row.malformed,
    }
}
