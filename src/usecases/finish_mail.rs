//! What became of a mail that was sent. Never here: how often it is tried (see `domain::outbox`).

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use super::Done;
use super::claim_mail::lapsed;
use crate::domain::originator::Originator;
use crate::domain::outbox::{Answer, MailState};
use crate::store::Connection;
use crate::store::outbox::{self, ClaimedMail, MailOutcome};

/// An answer is kept up to so many characters.
const ANSWER_CHARS_MAX: usize = 500;

/// Writes the answer down and returns the mail's state.
///
/// # Errors
/// Conflict `a_lapsed_lease_commits_nothing` if the mail was claimed anew meanwhile.
pub async fn finish_mail(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    claimed: &ClaimedMail,
    answer: &Answer,
) -> Done<MailState> {
    by.may_settle()?;
    let after = answer.after(claimed.attempt());
    let text: String = answer.text().chars().take(ANSWER_CHARS_MAX).collect();
    let outcome = MailOutcome {
        state: after.state,
        answer: &text,
        at,
        next_attempt_at: after.again_in.map(|wait| at + wait),
    };
    conn.transaction(async |conn| {
        if outbox::finish_mail(conn, claimed, &outcome).await? {
            return Ok(after.state);
        }
        Err(lapsed(claimed))
    })
    .await
}
