//! Reminders of licences that end, written into the outbox. Never here: their wording (see `documents`).

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::RunQueryDsl;

use super::{Connection, Stored};

/// How many reminders were written, at most `rows_max`; each licence is reminded once per step.
pub async fn insert_licence_reminders(
    conn: &mut Connection,
    at: DateTime<Utc>,
    rows_max: i64,
) -> Stored<usize> {
    let inserted = diesel::sql_query(include_str!("outbox/remind_licence_expiry.sql"))
        .bind::<Timestamptz, _>(at)
        .bind::<BigInt, _>(rows_max);
    Ok(inserted.execute(conn).await?)
}
