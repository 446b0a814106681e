//! The outbox and the history of jobs: how the machine goes. Never here: running a job, sending a mail.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::naming::job_is_known;
use crate::domain::originator::Originator;
use crate::domain::outbox::MailState;
use crate::domain::page::{Asked, Page};
use crate::store::Connection;
use crate::store::reading::job::{self, JobRunRow};
use crate::store::reading::mail::{self, MailRow};
use crate::store::reading::stock;
pub use crate::store::reading::stock::Stock;
use crate::usecases::{Done, Failure};

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MailView {
    pub id: i64,
    /// `statement` or `licence_expiry`.
    pub kind: String,
    pub recipient: String,
    pub message_id: String,
    /// Number of the statement that it brings.
    pub statement: Option<String>,
    /// `queued`, `sending`, `accepted`, `failed` or `unknown`.
    pub state: String,
    pub attempts: i16,
    pub queued_at: DateTime<Utc>,
    pub next_attempt_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub last_answer: String,
    /// When somebody last queued it again after it was given up, and who.
    pub queued_again_at: Option<DateTime<Utc>>,
    pub queued_again_by: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct JobRunView {
    pub id: i64,
    #[schema(example = "close-windows")]
    pub job: String,
    pub slot: DateTime<Utc>,
    /// `running`, `succeeded`, `failed` or `lapsed`: its server gave no sign of life.
    pub state: String,
    pub worker: String,
    pub attempts: i16,
    pub claimed_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub outcome: String,
    /// Somebody asked for it: `slot` is that moment, not one of the timetable.
    pub by_hand: bool,
}

/// How much there is of everything, for whoever sees all.
pub async fn count_stock(conn: &mut Connection, by: &Originator) -> Done<Stock> {
    if by.party_id.is_some() {
        return Err(Failure::Forbidden(format!("{} sees only its own", by.code)));
    }
    Ok(stock::count_stock(conn).await?)
}

/// Mail, newest first; one who acts for a party sees the mail of that party's statements.
pub async fn list_mail(
    conn: &mut Connection,
    by: &Originator,
    state: Option<MailState>,
    asked: &Asked<i64>,
) -> Done<Page<MailView>> {
    let rows = mail::list_mail(
        conn,
        state.map(MailState::code),
        by.party_id,
        asked.after,
        asked.fetched(),
    )
    .await?;
    Ok(asked.page(rows).map(mail_view))
}

/// Filters of the history of jobs.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    pub job: Option<String>,
    /// The jobs of the timetable that whoever asks has: they are known before they have run.
    pub own_jobs: Vec<String>,
}

/// Runs of jobs, newest first.
///
/// # Errors
/// `Forbidden` for one who acts for a party: jobs concern the whole house.
pub async fn list_job_runs(
    conn: &mut Connection,
    by: &Originator,
    filter: &JobFilter,
    asked: &Asked<i64>,
) -> Done<Page<JobRunView>> {
    if by.party_id.is_some() {
        return Err(Failure::Forbidden(format!("{} may not see the jobs", by.code)));
    }
    let job = filter.job.as_deref();
    job_is_known(conn, job, &filter.own_jobs).await?;
    let rows = job::list_job_runs(conn, job, asked.after, asked.fetched()).await?;
    Ok(asked.page(rows).map(run_view))
}

fn mail_view(row: MailRow) -> MailView {
    MailView {
        id: row.id,
        kind: row.kind,
        recipient: row.recipient,
        message_id: row.message_id,
        statement: row.statement,
        state: row.state,
        attempts: row.attempts,
        queued_at: row.queued_at,
        next_attempt_at: row.next_attempt_at,
        finished_at: row.finished_at,
        last_answer: row.last_answer,
        queued_again_at: row.queued_again_at,
        queued_again_by: row.queued_again_by,
    }
}

fn run_view(row: JobRunRow) -> JobRunView {
    JobRunView {
        id: row.id,
        job: row.job,
        slot: row.slot,
        state: row.state,
        worker: row.worker,
        attempts: row.attempts,
        claimed_at: row.claimed_at,
        finished_at: row.finished_at,
        outcome: row.outcome,
        by_hand: row.by_hand,
    }
}
