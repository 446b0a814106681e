//! Rows that could not be booked: looked at, released after repair, rejected. Never here: why they wait (see
//! `record_transactions`).

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;
use serde::Serialize;
use utoipa::ToSchema;

use super::record_transactions::{Course, Memory, NotRecorded, Sent, record_transactions};
use super::{Done, Failure};
use crate::domain::originator::{Originator, Scope};
use crate::domain::page::{Asked, Page};
use crate::domain::quarantine::QuarantineState;
use crate::domain::statement::Names;
use crate::domain::transaction::{Booked, Outcome, Reason, Submitted};
use crate::store::Connection;
use crate::store::originator::originator_of_id;
use crate::store::quarantine::{self, Concerned, QuarantinedRow};

const NOTE_CHARACTERS_MAX: usize = 500;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QuarantinedView {
    pub id: i64,
    pub office: String,
    pub sender: String,
    pub reference: String,
    /// The row as it was sent.
    #[schema(value_type = Submitted)]
    pub row: serde_json::Value,
    /// The stable name of the reason.
    pub reason: String,
    /// The reason in a few words.
    pub reason_names: Option<Names>,
    pub explanation: String,
    pub received_at: DateTime<Utc>,
    /// `waiting`, `released`, `rejected` or `superseded`.
    pub state: String,
    pub decided_at: Option<DateTime<Utc>>,
    pub note: String,
}

/// The oldest first. Who may not settle sees the own ones, and who acts for a party also those of offices whose licensee it was
/// when they are said to have happened.
pub async fn list_quarantine(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    state: QuarantineState,
    asked: &Asked<i64>,
) -> Done<Page<QuarantinedView>> {
    let (after, rows_max) = (asked.after.unwrap_or(0), asked.fetched());
    let rows = if by.party_id.is_some() || by.scope < Scope::Finance {
        let whose = Concerned {
            sender_id: by.id,
            party_id: by.party_id,
            at,
        };
        quarantine::rows_concerning(conn, state, whose, after, rows_max).await?
    } else {
        quarantine::rows_in_state(conn, state, after, rows_max).await?
    };
    Ok(asked.page(rows).map(view))
}

/// Tries a waiting row again, now that its cause is repaired. It is judged as received when it first came; that it came too
/// late is accepted by whoever releases it.
///
/// # Errors
/// A conflict under the name of the reason if it cannot be booked yet: it waits on, and tells that reason.
pub async fn release_quarantined(
    conn: &mut Connection,
    memory: &Memory,
    by: &Originator,
    at: DateTime<Utc>,
    id: i64,
    note: &str,
) -> Done<Booked> {
    by.may_decide()?;
    is_short(note)?;
    let waiting = waiting_row(conn, id).await?;
    let row = Submitted::from_json(waiting.row.as_bytes()).map_err(|faults| {
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let told = format!(
            "row {id} is not taken as it was sent: {}; have it sent anew",
            told.join("; ")
        );
        Failure::conflict("rows_are_readable", told)
    })?;
    let sender = originator_of_id(conn, waiting.sender_id, Scope::Record).await?;
    let sent = [Sent::released(&sender, &row, waiting.received_at)];
    let course = Course::Release {
        row_id: id,
        by: by.id,
        note,
    };
    match record_transactions(conn, memory, at, &sent, course).await {
        Ok(recorded) => booked(recorded),
        Err(NotRecorded::NotWhole(recorded)) => {
            tell_last_reason(conn, id, &recorded).await?;
            booked(recorded)
        }
        Err(NotRecorded::Failed(failure)) => Err(failure),
    }
}

async fn tell_last_reason(conn: &mut Connection, id: i64, recorded: &[Outcome]) -> Done<()> {
    let Some(
        Outcome::Quarantined {
            reason, explanation, ..
        }
        | Outcome::Refused { reason, explanation },
    ) = recorded.first()
    else {
        return Ok(());
    };
    conn.transaction(async |conn| Ok(quarantine::set_reason(conn, id, reason.code(), explanation).await?))
        .await
}

/// Decides that a row is never booked. It stays on record.
pub async fn reject_quarantined(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    id: i64,
    note: &str,
) -> Done<()> {
    by.may_decide()?;
    is_short(note)?;
    if note.trim().is_empty() {
        return Err(Failure::invalid("note", "a_rejection_has_a_reason", "say why"));
    }
    conn.transaction(async |conn| {
        waiting_row(conn, id).await?;
        if quarantine::decide_row(conn, id, QuarantineState::Rejected, by.id, at, note).await? {
            return Ok(());
        }
        Err(decided(id))
    })
    .await
}

async fn waiting_row(conn: &mut Connection, id: i64) -> Done<QuarantinedRow> {
    let row = quarantine::find_row(conn, id).await?;
    let row = row.ok_or_else(|| Failure::not_found("quarantined row", id))?;
    match row.state {
        QuarantineState::Waiting => Ok(row),
        QuarantineState::Released | QuarantineState::Rejected | QuarantineState::Superseded => {
            Err(decided(id))
        }
    }
}

fn decided(id: i64) -> Failure {
    let told = format!("quarantined row {id} was decided already");
    Failure::conflict("a_quarantined_row_is_decided_once", told)
}

fn is_short(note: &str) -> Done<()> {
    if note.chars().count() <= NOTE_CHARACTERS_MAX && !note.contains('\0') {
        return Ok(());
    }
    let told = format!("at most {NOTE_CHARACTERS_MAX} characters");
    Err(Failure::invalid("note", "note_is_short", told))
}

fn booked(recorded: Vec<Outcome>) -> Done<Booked> {
    match recorded.into_iter().next() {
        Some(Outcome::Booked(booked) | Outcome::Repeated(booked)) => Ok(booked),
        Some(
            Outcome::Quarantined {
                reason, explanation, ..
            }
            | Outcome::Refused { reason, explanation },
        ) => Err(Failure::conflict(reason.code(), explanation)),
        Some(outcome @ Outcome::Conflict { .. }) => {
            Err(Failure::conflict("same_reference_other_content", outcome.told()))
        }
        Some(Outcome::Malformed { .. }) | None => {
            Err(Failure::Internal("a released row was passed over".to_owned()))
        }
    }
}

fn view((row, sender): (QuarantinedRow, String)) -> QuarantinedView {
    QuarantinedView {
        id: row.id,
        office: row.office_code,
        sender,
        reference: row.reference,
        row: serde_json::from_str(&row.row).unwrap_or_default(),
        reason_names: Reason::parse(&row.reason).map(Reason::names),
        reason: row.reason,
        explanation: row.explanation,
        received_at: row.received_at,
        state: row.state.code().to_owned(),
        decided_at: row.decided_at,
        note: row.note,
    }
}
