//! Mail that was given up, queued again by a person once the cause is repaired. Never here: when mail is given up (see
//! `domain::outbox`).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Done, Failure};
use crate::domain::originator::Originator;
use crate::domain::outbox::MailState;
use crate::store::Connection;
use crate::store::outbox;

/// So many mails are named at once.
pub const NAMED_MAX: usize = 1_000;
/// So many of those in a state are queued at once, the newest.
const QUEUED_MAX: i64 = 10_000;

/// Which mails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// By their ids: all of them or none.
    Named(Vec<i64>),
    /// The newest that were given up in this state.
    InState(MailState),
}

/// How many mails are queued again, and how many in the asked state are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct QueuedAgain {
    pub queued: usize,
    pub left: i64,
}

/// Queues them under their own Message-ID, to be sent from `at` on with all attempts anew.
///
/// # Errors
/// `Invalid` for no or too many names and for a state in which no mail is given up; `NotFound` for an unknown one;
/// the conflict `only_mail_that_was_given_up_is_queued_again`.
pub async fn queue_mail_again(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    wanted: &Wanted,
) -> Done<QueuedAgain> {
    by.may_decide()?;
    match wanted {
        Wanted::InState(state) => {
            is_an_end(*state)?;
            conn.transaction(async |conn| {
                let newest = outbox::given_up(conn, state.code(), QUEUED_MAX).await?;
                let queued = outbox::queue_again(conn, by.id, at, &newest).await?;
                let left = outbox::count_given_up(conn, state.code()).await?;
                Ok(QueuedAgain { queued, left })
            })
            .await
        }
        Wanted::Named(ids) => {
            let mut ids = ids.clone();
            ids.sort_unstable();
            ids.dedup();
            if ids.is_empty() || ids.len() > NAMED_MAX {
                let told = format!("from one to {NAMED_MAX} mails, or a state");
                return Err(Failure::invalid("ids", "few_mails_are_named", told));
            }
            conn.transaction(async |conn| queue_named(conn, by, at, &ids).await)
                .await
        }
    }
}

async fn queue_named(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    ids: &[i64],
) -> Done<QueuedAgain> {
    let states: BTreeMap<i64, (String, bool)> = outbox::states_of(conn, ids).await?;
    for id in ids {
        let (state, is_finished) = states.get(id).ok_or_else(|| Failure::not_found("mail", id))?;
        if !is_finished || state == MailState::Accepted.code() {
            let told = if *is_finished {
                format!("mail {id} was accepted")
            } else {
                format!("mail {id} is {state} and will be tried again by itself")
            };
            return Err(Failure::conflict(
                "only_mail_that_was_given_up_is_queued_again",
                told,
            ));
        }
    }
    let queued = outbox::queue_again(conn, by.id, at, ids).await?;
    Ok(QueuedAgain { queued, left: 0 })
}

fn is_an_end(state: MailState) -> Done<()> {
    match state {
        MailState::Failed | MailState::Unknown => Ok(()),
        MailState::Queued | MailState::Sending | MailState::Accepted => Err(Failure::invalid(
            "state",
            "mail_in_the_state_was_given_up",
            format!("`failed` or `unknown`, not `{}`", state.code()),
        )),
    }
}
