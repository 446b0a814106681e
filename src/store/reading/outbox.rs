//! The outbox as people read it, newest first. Never here: claiming and sending.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::store::schema::{originators, outbox, statements};
use crate::store::{Connection, Stored};

#[derive(Clone, Debug, Queryable)]
pub struct MailRow {
    pub id: i64,
    pub kind: String,
    pub recipient: String,
    pub message_id: String,
    pub statement: Option<String>,
    pub state: String,
    pub attempts: i16,
    pub queued_at: DateTime<Utc>,
    pub next_attempt_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub last_answer: String,
    pub queued_again_at: Option<DateTime<Utc>>,
    pub queued_again_by: Option<String>,
}

/// The next `rows` mails before an id; of one state, and of one party's statements, when those are named.
pub async fn list_mail(
    conn: &mut Connection,
    state: Option<&str>,
    party_id: Option<i32>,
    before: Option<i64>,
    rows: i64,
) -> Stored<Vec<MailRow>> {
    let mut query = outbox::table
        .left_join(statements::table.on(statements::id.nullable().eq(outbox::statement_id)))
        .left_join(originators::table.on(originators::id.nullable().eq(outbox::queued_again_by)))
        .select((
            outbox::id,
            outbox::kind,
            outbox::recipient,
            outbox::message_id,
            statements::number.nullable(),
            outbox::state,
            outbox::attempts,
            outbox::queued_at,
            outbox::next_attempt_at,
            outbox::finished_at,
            outbox::last_answer,
            outbox::queued_again_at,
            originators::code.nullable(),
        ))
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(outbox::state.eq(state.to_owned()));
    }
    if let Some(party_id) = party_id {
        query = query.filter(statements::party_id.eq(party_id));
    }
    if let Some(id) = before {
        query = query.filter(outbox::id.lt(id));
    }
    Ok(query.order(outbox::id.desc()).limit(rows).load(conn).await?)
}
