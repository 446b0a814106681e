//! Rows of `submissions` and of those of their rows that were not booked. Never here: recording.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::RunQueryDsl;

use super::prepared::prepared;
use super::schema::{submission_rows, submissions};
use super::{Connection, Stored};
use crate::domain::excerpt::{ROW_EXPLANATION_MAX, excerpt};
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

/// What became of lines: how many of each fate, and those that were not booked.
#[derive(Debug, Default)]
pub struct Noted<'a> {
    booked: i64,
    repeated: i64,
    quarantined: i64,
    conflicting: i64,
    refused: i64,
    malformed: i64,
    pub unbooked: Vec<Unbooked<'a>>,
}

/// A line that was not booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unbooked<'a> {
    pub line: i64,
    outcome: &'static str,
    reference: &'a str,
    pub reason: String,
    pub explanation: String,
}

impl<'a> Noted<'a> {
    pub fn enter(&mut self, line: i64, reference: &'a str, outcome: &Outcome) {
        match outcome {
            Outcome::Booked(_) => self.booked += 1,
            Outcome::Repeated(_) => self.repeated += 1,
            Outcome::Quarantined {
                reason, explanation, ..
            } => {
                self.quarantined += 1;
                self.keep(line, "quarantined", reference, reason.code(), explanation.clone());
            }
            Outcome::Refused { reason, explanation } => {
                self.refused += 1;
                self.keep(line, "refused", reference, reason.code(), explanation.clone());
            }
            Outcome::Conflict { .. } => {
                self.conflicting += 1;
                let rule = "same_reference_other_content";
                self.keep(line, "conflict", reference, rule, outcome.told());
            }
            Outcome::Malformed { faults } => self.enter_malformed(line, reference, faults),
        }
    }

    pub fn enter_unread(&mut self, line: i64, unread: &'a Unread) {
        self.enter_malformed(line, &unread.reference, &unread.faults);
    }

    fn enter_malformed(&mut self, line: i64, reference: &'a str, faults: &[RowFault]) {
        self.malformed += 1;
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let rule = faults.first().map_or("", |fault| fault.rule);
        let explanation = told.join("; ").replace('\0', "\u{fffd}");
        self.keep(line, "malformed", reference, rule, explanation);
    }

    fn keep(
        &mut self,
        line: i64,
        outcome: &'static str,
        reference: &'a str,
        reason: &str,
        explanation: String,
    ) {
        self.unbooked.push(Unbooked {
            line,
            outcome,
            reference,
            reason: reason.to_owned(),
            explanation: excerpt(explanation, ROW_EXPLANATION_MAX),
        });
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

/// Counts what became of lines and keeps those that were not booked.
pub async fn note(conn: &mut Connection, submission_id: i64, noted: &Noted<'_>) -> Stored<()> {
    prepared(include_str!("submission/count.sql"))
        .bind::<BigInt, _>(noted.booked)
        .bind::<BigInt, _>(noted.repeated)
        .bind::<BigInt, _>(noted.quarantined)
        .bind::<BigInt, _>(noted.conflicting)
        .bind::<BigInt, _>(noted.refused)
        .bind::<BigInt, _>(noted.malformed)
        .bind::<BigInt, _>(submission_id)
        .execute(conn)
        .await?;
    if noted.unbooked.is_empty() {
        return Ok(());
    }
    let unbooked = noted.unbooked.iter();
    let column = |text: fn(&Unbooked<'_>) -> String| unbooked.clone().map(text).collect::<Vec<_>>();
    diesel::sql_query(include_str!("submission/insert_rows.sql"))
        .bind::<BigInt, _>(submission_id)
        .bind::<Array<BigInt>, _>(unbooked.clone().map(|row| row.line).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(column(|row| row.outcome.to_owned()))
        .bind::<Array<Text>, _>(column(|row| row.reference.to_owned()))
        .bind::<Array<Text>, _>(column(|row| row.reason.clone()))
        .bind::<Array<Text>, _>(column(|row| row.explanation.clone()))
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
