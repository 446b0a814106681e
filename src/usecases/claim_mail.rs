//! Taking mail out of the outbox for sending. Never here: sending it (a shell does, between this and `finish_mail`).

use chrono::{DateTime, Duration, Utc};
use diesel_async::AsyncConnection;

use super::{Done, Failure};
use crate::domain::originator::Originator;
use crate::store::{Connection, outbox};

pub use crate::store::outbox::ClaimedMail;

/// Whoever claims a mail says within so long what became of it, or it is sent again.
pub const MAIL_LEASE_MINUTES: i64 = 15;
/// More mails than this are not claimed at once: all must be sent within the lease, slow servers included.
pub const MAILS_MAX: i64 = 40;

/// Due mails, now `sending` and nobody else's; none when the outbox has nothing that is due. `domain` is the sender's: the
/// Message-ID of a mail that is claimed for the first time ends in it.
pub async fn claim_mail(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    domain: &str,
) -> Done<Vec<ClaimedMail>> {
    by.may_settle()?;
    let lease_until = at + Duration::minutes(MAIL_LEASE_MINUTES);
    conn.transaction(async |conn| Ok(outbox::claim_mail(conn, at, lease_until, MAILS_MAX, domain).await?))
        .await
}

pub(super) fn lapsed(claimed: &ClaimedMail) -> Failure {
    Failure::conflict(
        "a_lapsed_lease_commits_nothing",
        format!("the mail {} was claimed by another worker", claimed.id),
    )
}
