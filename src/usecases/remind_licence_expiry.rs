//! Reminders of licences that end in 90, 30 and 7 days. Never here: sending (see `claim_mail`).

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use super::Done;
use crate::domain::originator::Originator;
use crate::store::{Connection, reminder};

/// Reminders of one database transaction.
const REMINDERS_MAX: i64 = 5_000;

/// Puts reminders into the outbox that are due at `at` and were not written before. Returns how many; the caller goes
/// on until there are none. A step that was missed is not made up for once a nearer one is due.
pub async fn remind_licence_expiry(conn: &mut Connection, by: &Originator, at: DateTime<Utc>) -> Done<usize> {
    by.may_settle()?;
    conn.transaction(async |conn| Ok(reminder::insert_licence_reminders(conn, at, REMINDERS_MAX).await?))
        .await
}
