//! Claims of rows in `outbox` and their outcomes. Never here: writing a row (see the nouns that cause mail), sending.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use super::schema::outbox;
use super::{Connection, Stored};
use crate::domain::outbox::MailState;

/// A mail that is being sent by whoever claimed it, under this fencing number.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(table_name = outbox)]
pub struct ClaimedMail {
    pub id: i64,
    pub fencing: i64,
    pub attempts: i16,
    pub kind: String,
    pub recipient: String,
    pub language: String,
    pub message_id: String,
    pub statement_id: Option<i64>,
    pub licence_id: Option<i32>,
    pub queued_at: DateTime<Utc>,
}

/// The outcome of one attempt.
#[derive(Clone, Copy, Debug)]
pub struct MailOutcome<'a> {
    pub state: MailState,
    pub answer: &'a str,
    pub at: DateTime<Utc>,
    /// `None`: it is not tried again.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

pub async fn claim_mail(
    conn: &mut Connection,
    at: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    rows_max: i64,
    domain: &str,
) -> Stored<Vec<ClaimedMail>> {
    let claimed = diesel::sql_query(include_str!("outbox/claim.sql"))
        .bind::<Timestamptz, _>(at)
        .bind::<Timestamptz, _>(lease_until)
        .bind::<BigInt, _>(rows_max)
        .bind::<Text, _>(domain);
    Ok(claimed.load(conn).await?)
}

/// Whether the mail was still held under its fencing number; if so the outcome is written.
pub async fn finish_mail(
    conn: &mut Connection,
    mail: &ClaimedMail,
    outcome: &MailOutcome<'_>,
) -> Stored<bool> {
    let held = outbox::table
        .find(mail.id)
        .filter(outbox::state.eq("sending"))
        .filter(outbox::fencing.eq(mail.fencing));
    let finished_at = outcome.next_attempt_at.is_none().then_some(outcome.at);
    let written = diesel::update(held).set((
        outbox::state.eq(outcome.state.code()),
        outbox::last_answer.eq(outcome.answer),
        outbox::lease_until.eq(None::<DateTime<Utc>>),
        outbox::finished_at.eq(finished_at),
        outbox::next_attempt_at.eq(outcome.next_attempt_at.unwrap_or(outcome.at)),
    ));
    Ok(written.execute(conn).await? == 1)
}
