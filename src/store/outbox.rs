//! Claims of rows in `outbox` and their outcomes. Never here: writing a row (see the nouns that cause mail), sending.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use super::schema::outbox;
use super::word::Word;
use super::{Connection, Stored};
use crate::domain::outbox::{Attempt, MailState};

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
    pub bank_account_id: Option<i32>,
    pub queued_at: DateTime<Utc>,
    #[diesel(sql_type = Text, deserialize_as = Word<MailState>)]
    pub claimed_from: MailState,
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

impl ClaimedMail {
    pub const fn attempt(&self) -> Attempt {
        Attempt {
            number: self.attempts,
            claimed_from: self.claimed_from,
        }
    }
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

/// The newest mails that are not tried again and did not arrive for sure, in one state; locked until the transaction ends.
pub async fn given_up(conn: &mut Connection, state: &str, rows_max: i64) -> Stored<Vec<i64>> {
    Ok(outbox::table
        .filter(outbox::finished_at.is_not_null())
        .filter(outbox::state.eq(state))
        .order(outbox::id.desc())
        .limit(rows_max)
        .select(outbox::id)
        .for_update()
        .load(conn)
        .await?)
}

pub async fn count_given_up(conn: &mut Connection, state: &str) -> Stored<i64> {
    Ok(outbox::table
        .filter(outbox::finished_at.is_not_null())
        .filter(outbox::state.eq(state))
        .count()
        .get_result(conn)
        .await?)
}

/// Queues these again in somebody's name and returns how many there were.
pub async fn queue_again(conn: &mut Connection, by_id: i32, at: DateTime<Utc>, ids: &[i64]) -> Stored<usize> {
    let queued = diesel::update(outbox::table.filter(outbox::id.eq_any(ids))).set((
        outbox::state.eq(MailState::Queued.code()),
        outbox::attempts.eq(0),
        outbox::next_attempt_at.eq(at),
        outbox::finished_at.eq(None::<DateTime<Utc>>),
        outbox::queued_again_at.eq(at),
        outbox::queued_again_by.eq(by_id),
    ));
    Ok(queued.execute(conn).await?)
}

/// The states of these mails, and whether each has come to its end; locked until the transaction ends, in the
/// order of `given_up`, so that two who queue never lock each other out.
pub async fn states_of(conn: &mut Connection, ids: &[i64]) -> Stored<BTreeMap<i64, (String, bool)>> {
    let rows: Vec<(i64, String, Option<DateTime<Utc>>)> = outbox::table
        .filter(outbox::id.eq_any(ids))
        .order(outbox::id.desc())
        .select((outbox::id, outbox::state, outbox::finished_at))
        .for_update()
        .load(conn)
        .await?;
    let state =
        |(id, state, finished_at): (i64, String, Option<DateTime<Utc>>)| (id, (state, finished_at.is_some()));
    Ok(rows.into_iter().map(state).collect())
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

/// Whether the mail was still held under its fencing number; if so it is as it was before the claim, and due from `again_at` on.
pub async fn leave_mail(conn: &mut Connection, mail: &ClaimedMail, again_at: DateTime<Utc>) -> Stored<bool> {
    let held = outbox::table
        .find(mail.id)
        .filter(outbox::state.eq("sending"))
        .filter(outbox::fencing.eq(mail.fencing));
    let has_lapsed = mail.claimed_from == MailState::Sending;
    let left = diesel::update(held).set((
        outbox::state.eq(mail.claimed_from.code()),
        outbox::attempts.eq(mail.attempts - 1),
        outbox::lease_until.eq(has_lapsed.then_some(again_at)),
        outbox::next_attempt_at.eq(again_at),
    ));
    Ok(left.execute(conn).await? == 1)
}
