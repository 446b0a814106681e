//! What becomes of rows that were not booked, of waiting ones whose key is in the books now, and of the submission's counts.
//! Never here: why a row is not booked.

use super::booking::{Ground, Halt, Plan};
use super::{ATTEMPTS_MAX, Course, NotRecorded, Passage, Sent};
use crate::domain::quarantine::QuarantineState;
use crate::domain::rulebook::NotBookable;
use crate::domain::transaction::Outcome;
use crate::store::quarantine::{NewQuarantined, decide_row, keep_rows, supersede};
use crate::store::submission::Noted;
use crate::store::{Connection, submission};
use crate::usecases::Failure;

/// The last steps of a call, before its commit.
pub(super) async fn finish(
    conn: &mut Connection,
    plan: &Plan<'_>,
    mut ground: Ground,
) -> Result<Vec<Outcome>, Halt> {
    let kept = ground.decide_refusals(plan);
    ground.quarantine_waits |= !kept.is_empty();
    keep(conn, plan, &mut ground, kept).await?;
    let waits = ground.quarantine_waits;
    let recorded: Option<Vec<Outcome>> = ground.recorded.into_iter().collect();
    let recorded = recorded.ok_or_else(|| Failure::Internal("a row was passed over".to_owned()))?;
    match plan.course {
        Course::Wholly(_) | Course::Release { .. } if !recorded.iter().all(Outcome::is_in_the_books) => {
            return Err(Halt::NotRecorded(NotRecorded::NotWhole(recorded)));
        }
        Course::Release { row_id, by, note } => release(conn, plan, row_id, by, note).await?,
        Course::Wholly(_) | Course::Singly | Course::Chunk(_) => {}
    }
    if waits {
        supersede_recorded(conn, plan, &recorded).await?;
    }
    if let Some(passage) = plan.course.passage() {
        note(conn, passage, plan.rows, &recorded).await?;
    }
    Ok(recorded)
}

impl Ground {
    /// Answers what is not kept and returns what is.
    fn decide_refusals(&mut self, plan: &Plan<'_>) -> Vec<(usize, NotBookable)> {
        let mut kept = Vec::new();
        for (index, why) in std::mem::take(&mut self.refusals) {
            self.recorded[index] = match plan.course {
                Course::Wholly(_) | Course::Release { .. } => Some(refused(why)),
                Course::Singly | Course::Chunk(_) if why.is_refused => Some(refused(why)),
                Course::Singly | Course::Chunk(_) => {
                    kept.push((index, why));
                    None
                }
            };
        }
        kept
    }
}

fn refused(why: NotBookable) -> Outcome {
    Outcome::Refused {
        reason: why.reason,
        explanation: why.explanation,
    }
}

async fn keep(
    conn: &mut Connection,
    plan: &Plan<'_>,
    ground: &mut Ground,
    kept: Vec<(usize, NotBookable)>,
) -> Result<(), Halt> {
    if kept.is_empty() {
        return Ok(());
    }
    let rows: Vec<NewQuarantined> = kept
        .iter()
        .map(|(index, why)| waiting(&plan.rows[*index], why))
        .collect();
    let ids = keep_whole(conn, &rows).await?;
    for ((index, why), id) in kept.into_iter().zip(ids) {
        ground.recorded[index] = Some(Outcome::Quarantined {
            id,
            reason: why.reason,
            explanation: why.explanation,
        });
    }
    Ok(())
}

async fn keep_whole(conn: &mut Connection, rows: &[NewQuarantined]) -> Result<Vec<i64>, Halt> {
    for _ in 0..ATTEMPTS_MAX {
        if let Some(ids) = keep_rows(conn, rows).await? {
            return Ok(ids);
        }
    }
    Err(Failure::Unavailable("what waits in quarantine keeps changing; try again".to_owned()).into())
}

fn waiting(sent: &Sent<'_>, why: &NotBookable) -> NewQuarantined {
    NewQuarantined {
        office_code: sent.row.office.clone(),
        sender_id: sent.sender_id,
        reference: sent.row.reference.clone(),
        row: sent.row.canonical(),
        reason: why.reason.code(),
        explanation: why.explanation.clone(),
        received_at: sent.received_at,
    }
}

async fn release(
    conn: &mut Connection,
    plan: &Plan<'_>,
    row_id: i64,
    by: i32,
    note: &str,
) -> Result<(), Halt> {
    if decide_row(conn, row_id, QuarantineState::Released, by, plan.at, note).await? {
        return Ok(());
    }
    let told = format!("row {row_id} was decided already");
    Err(Failure::conflict("a_quarantined_row_is_decided_once", told).into())
}

/// Sent again, corrected or not, and in the books: whatever waits under its key is done with (money rule 16). A row that was
/// booked before closes it too, for another server may have kept the one while this one booked the other.
async fn supersede_recorded(
    conn: &mut Connection,
    plan: &Plan<'_>,
    recorded: &[Outcome],
) -> Result<(), Halt> {
    let rows = plan.rows.iter().zip(recorded);
    let keys: Vec<(&str, i32, &str)> = rows
        .filter(|(_, recorded)| recorded.is_in_the_books())
        .map(|(sent, _)| sent.key())
        .collect();
    if !keys.is_empty() {
        supersede(conn, plan.at, &keys).await?;
    }
    Ok(())
}

async fn note(
    conn: &mut Connection,
    passage: Passage<'_>,
    rows: &[Sent<'_>],
    recorded: &[Outcome],
) -> Result<(), Halt> {
    let mut noted = Noted::default();
    for (line, unread) in passage.malformed {
        noted.enter_unread(*line, unread);
    }
    for ((line, sent), outcome) in passage.lines.iter().zip(rows).zip(recorded) {
        noted.enter(*line, &sent.row.reference, outcome);
    }
    Ok(submission::note(conn, passage.submission_id, &noted).await?)
}
