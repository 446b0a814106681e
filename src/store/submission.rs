//! Rows of `submissions` and of those of their rows that were not booked. Never here: recording.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::RunQueryDsl;

use super::schema::{submission_rows, submissions};
use super::{Connection, Stored};
use crate::domain::submission::Unread;
use crate::domain::transaction::{Outcome, RowFault};

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = submissions)]
pub struct SubmissionRow {
    pub id: i64,
    pub sender_id: i32,
    pub received_at: DateTime<Utc>,
    pub booked: i64,
    pub repeated: i64,
    pub quarantined: i64,
    pub conflicting: i64,
    pub refused: i64,
    pub malformed: i64,
    pub finished_at: Option<DateTime<Utc>>,
}

/// A row that was not booked.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = submission_rows)]
pub struct UnbookedRow {
    pub line: i64,
    pub outcome: String,
    pub reference: String,
    pub reason: String,
    pub explanation: String,
}

/// What became of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted<'a> {
    pub line: i64,
    fate: Fate,
    reference: &'a str,
    pub reason: String,
    pub explanation: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Booked,
    Repeated,
    Quarantined,
    Conflict,
    Refused,
    Malformed,
}

impl<'a> Noted<'a> {
    pub fn of(line: i64, reference: &'a str, outcome: &Outcome) -> Self {
        let noted = |fate, reason: &str, explanation: String| Self {
            line,
            fate,
            reference,
            reason: reason.to_owned(),
            explanation,
        };
        match outcome {
            Outcome::Booked(_) => noted(Fate::Booked, "", String::new()),
            Outcome::Repeated(_) => noted(Fate::Repeated, "", String::new()),
            Outcome::Quarantined {
                reason, explanation, ..
            } => noted(Fate::Quarantined, reason.code(), explanation.clone()),
            Outcome::Refused { reason, explanation } => {
                noted(Fate::Refused, reason.code(), explanation.clone())
            }
            Outcome::Conflict { .. } => noted(Fate::Conflict, "same_reference_other_content", outcome.told()),
            Outcome::Malformed { faults } => Self::malformed(line, reference, faults),
        }
    }

    pub fn unread(line: i64, unread: &'a Unread) -> Self {
        Self::malformed(line, &unread.reference, &unread.faults)
    }

    fn malformed(line: i64, reference: &'a str, faults: &[RowFault]) -> Self {
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Self {
            line,
            fate: Fate::Malformed,
            reference,
            reason: faults.first().map_or("", |fault| fault.rule).to_owned(),
            explanation: told.join("; ").replace('\0', "\u{fffd}"),
        }
    }
}

impl Fate {
    /// As it is stored, for a row that was not booked.
    const fn unbooked(self) -> Option<&'static str> {
        match self {
            Self::Booked | Self::Repeated => None,
            Self::Quarantined => Some("quarantined"),
            Self::Conflict => Some("conflict"),
            Self::Refused => Some("refused"),
            Self::Malformed => Some("malformed"),
        }
    }
}

pub async fn insert_submission(conn: &mut Connection, sender_id: i32, at: DateTime<Utc>) -> Stored<i64> {
    let new = (
        submissions::sender_id.eq(sender_id),
        submissions::received_at.eq(at),
    );
    let inserted = diesel::insert_into(submissions::table)
        .values(new)
        .returning(submissions::id);
    Ok(inserted.get_result(conn).await?)
}

/// Counts what became of these lines and keeps those that were not booked.
pub async fn note(conn: &mut Connection, submission_id: i64, noted: &[Noted<'_>]) -> Stored<()> {
    let count = |fate| i64::try_from(noted.iter().filter(|n| n.fate == fate).count()).unwrap_or(i64::MAX);
    diesel::update(submissions::table.find(submission_id))
        .set((
            submissions::booked.eq(submissions::booked + count(Fate::Booked)),
            submissions::repeated.eq(submissions::repeated + count(Fate::Repeated)),
            submissions::quarantined.eq(submissions::quarantined + count(Fate::Quarantined)),
            submissions::conflicting.eq(submissions::conflicting + count(Fate::Conflict)),
            submissions::refused.eq(submissions::refused + count(Fate::Refused)),
            submissions::malformed.eq(submissions::malformed + count(Fate::Malformed)),
        ))
        .execute(conn)
        .await?;
    let unbooked: Vec<(&Noted<'_>, &str)> = noted
        .iter()
        .filter_map(|n| Some((n, n.fate.unbooked()?)))
        .collect();
    if unbooked.is_empty() {
        return Ok(());
    }
    let column = |text: fn(&Noted<'_>) -> String| unbooked.iter().map(|(n, _)| text(n)).collect::<Vec<_>>();
    diesel::sql_query(include_str!("submission/insert_rows.sql"))
        .bind::<BigInt, _>(submission_id)
        .bind::<Array<BigInt>, _>(unbooked.iter().map(|(n, _)| n.line).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(unbooked.iter().map(|(_, outcome)| *outcome).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(column(|n| n.reference.to_owned()))
        .bind::<Array<Text>, _>(column(|n| n.reason.clone()))
        .bind::<Array<Text>, _>(column(|n| n.explanation.clone()))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn set_finished(conn: &mut Connection, id: i64, at: DateTime<Utc>) -> Stored<()> {
    diesel::update(submissions::table.find(id))
        .set(submissions::finished_at.eq(at))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn find_submission(conn: &mut Connection, id: i64) -> Stored<Option<SubmissionRow>> {
    Ok(submissions::table
        .find(id)
        .select(SubmissionRow::as_select())
        .first(conn)
        .await
        .optional()?)
}

/// Rows that were not booked, by their lines, after a line.
pub async fn unbooked_rows(
    conn: &mut Connection,
    submission_id: i64,
    after_line: i64,
    limit: i64,
) -> Stored<Vec<UnbookedRow>> {
    Ok(submission_rows::table
        .filter(submission_rows::submission_id.eq(submission_id))
        .filter(submission_rows::line.gt(after_line))
        .order(submission_rows::line)
        .limit(limit)
        .select(UnbookedRow::as_select())
        .load(conn)
        .await?)
}
