//! Giving back mail that was claimed and not begun. Never here: what became of mail that was sent (see `finish_mail`).

use chrono::{DateTime, Duration, Utc};
use diesel_async::AsyncConnection;

use super::Done;
use super::claim_mail::lapsed;
use crate::domain::originator::Originator;
use crate::store::Connection;
use crate::store::outbox::{self, ClaimedMail};

/// What kept a mail from being begun may last for a while.
const LEFT_FOR_MINUTES: i64 = 1;

/// The mail is what it was before the claim, which counts as no attempt and casts no doubt: no server has seen it.
///
/// # Errors
/// Conflict `a_lapsed_lease_commits_nothing` if the mail was claimed anew meanwhile.
pub async fn leave_mail(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    claimed: &ClaimedMail,
) -> Done<()> {
    by.may_settle()?;
    let again_at = at + Duration::minutes(LEFT_FOR_MINUTES);
    conn.transaction(async |conn| {
        if outbox::leave_mail(conn, claimed, again_at).await? {
            return Ok(());
        }
        Err(lapsed(claimed))
    })
    .await
}
