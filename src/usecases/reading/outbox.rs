//! The mail of the outbox: to whom, how far it has come. Never here: sending it, queueing it again (see `queue_mail_again`).

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::originator::Originator;
use crate::domain::outbox::MailState;
use crate::domain::page::{Asked, Page};
use crate::store::Connection;
use crate::store::reading::outbox::{self, MailRow};
use crate::usecases::Done;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MailView {
    pub id: i64,
    /// `statement`, `licence_expiry` or `bank_account`.
    pub kind: String,
    /// Null to a token of a scope below `finance` that acts for no party.
    pub recipient: Option<String>,
    pub message_id: String,
    /// Number of the statement that it brings.
    pub statement: Option<String>,
    /// `queued`, `sending`, `accepted`, `failed` or `unknown`.
    pub state: String,
    pub attempts: i16,
    pub queued_at: DateTime<Utc>,
    pub next_attempt_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    /// What the mail server said last, or why it was not asked. Null to the same tokens: it may name the recipient.
    pub last_answer: Option<String>,
    /// When somebody last queued it again after it was given up, and who.
    pub queued_again_at: Option<DateTime<Utc>>,
    pub queued_again_by: Option<String>,
}

/// Mail, newest first; one who acts for a party sees the mail of that party's statements.
pub async fn list_mail(
    conn: &mut Connection,
    by: &Originator,
    state: Option<MailState>,
    asked: &Asked<i64>,
) -> Done<Page<MailView>> {
    let rows = outbox::list_mail(
        conn,
        state.map(MailState::code),
        by.party_id,
        asked.after,
        asked.fetched(),
    )
    .await?;
    Ok(asked.page(rows).map(|row| view(row, by)))
}

fn view(row: MailRow, by: &Originator) -> MailView {
    let told = by.sees_accounts_and_addresses();
    MailView {
        id: row.id,
        kind: row.kind,
        recipient: told.then_some(row.recipient),
        message_id: row.message_id,
        statement: row.statement,
        state: row.state,
        attempts: row.attempts,
        queued_at: row.queued_at,
        next_attempt_at: row.next_attempt_at,
        finished_at: row.finished_at,
        last_answer: told.then_some(row.last_answer),
        queued_again_at: row.queued_again_at,
        queued_again_by: row.queued_again_by,
    }
}
