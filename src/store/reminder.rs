//! Reminders of licences that end: written into the outbox, and what they are about. Never here: their wording (see
//! `documents::licence_mail`).

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use super::word::Word;
use super::{Connection, Stored};

/// What a reminder is about, with the names in both languages.
#[derive(Clone, Debug, QueryableByName)]
pub struct LicenceOfReminder {
    #[diesel(sql_type = Text)]
    pub licensee_fa: String,
    #[diesel(sql_type = Text)]
    pub licensee_en: String,
    #[diesel(sql_type = Text)]
    pub office_code: String,
    #[diesel(sql_type = Text)]
    pub office_fa: String,
    #[diesel(sql_type = Text)]
    pub office_en: String,
    #[diesel(sql_type = Text)]
    pub network_fa: String,
    #[diesel(sql_type = Text)]
    pub network_en: String,
    #[diesel(sql_type = Text, deserialize_as = Word<Tz>)]
    pub time_zone: Tz,
    #[diesel(sql_type = Timestamptz)]
    pub valid_until: DateTime<Utc>,
}

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

pub async fn licence_of_reminder(
    conn: &mut Connection,
    licence_id: i32,
    queued_at: DateTime<Utc>,
) -> Stored<Option<LicenceOfReminder>> {
    let found = diesel::sql_query(include_str!("outbox/licence_of_reminder.sql"))
        .bind::<Integer, _>(licence_id)
        .bind::<Timestamptz, _>(queued_at);
    Ok(found.get_result(conn).await.optional()?)
}
