//! What is running, in a few figures. Never here: money.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use crate::store::{Connection, Stored};

#[derive(Clone, Debug, QueryableByName)]
pub struct NetworkStandingRow {
    #[diesel(sql_type = SmallInt)]
    pub id: i16,
    #[diesel(sql_type = Text)]
    pub name_fa: String,
    #[diesel(sql_type = Text)]
    pub name_en: String,
    #[diesel(sql_type = Text)]
    pub cycle: String,
    /// Offices with a licence whose term runs.
    #[diesel(sql_type = BigInt)]
    pub offices: i64,
    /// Windows that have ended and whose settlement is not approved.
    #[diesel(sql_type = BigInt)]
    pub unsettled: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub settled_period: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub settled_at: Option<DateTime<Utc>>,
}

/// A job that some worker follows.
#[derive(Clone, Debug, QueryableByName)]
pub struct FollowedJobRow {
    #[diesel(sql_type = Text)]
    pub job: String,
    /// Nothing while it has not run.
    #[diesel(embed)]
    pub newest: Option<NewestRunRow>,
}

/// The newest run of a job.
#[derive(Clone, Debug, QueryableByName)]
pub struct NewestRunRow {
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Timestamptz)]
    pub claimed_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub finished_at: Option<DateTime<Utc>>,
}

/// How many mails stand in a state.
#[derive(Clone, Debug, QueryableByName)]
pub struct MailCountRow {
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = BigInt)]
    pub mails: i64,
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

pub async fn network_standings(conn: &mut Connection, at: DateTime<Utc>) -> Stored<Vec<NetworkStandingRow>> {
    Ok(diesel::sql_query(include_str!("overview/networks.sql"))
        .bind::<Timestamptz, _>(at)
        .load(conn)
        .await?)
}

/// Those of workers that were seen since, by job.
pub async fn followed_jobs(conn: &mut Connection, since: DateTime<Utc>) -> Stored<Vec<FollowedJobRow>> {
    Ok(diesel::sql_query(include_str!("overview/jobs.sql"))
        .bind::<Timestamptz, _>(since)
        .load(conn)
        .await?)
}

/// By state; of those that were accepted no more than `accepted_max` are counted.
pub async fn mail_counts(conn: &mut Connection, accepted_max: i64) -> Stored<Vec<MailCountRow>> {
    Ok(diesel::sql_query(include_str!("overview/mails.sql"))
        .bind::<BigInt, _>(accepted_max)
        .load(conn)
        .await?)
}

/// Such as `15.14`.
pub async fn database_version(conn: &mut Connection) -> Stored<String> {
    let asked = diesel::sql_query("SELECT current_setting('server_version') AS version");
    let Version { version } = asked.get_result(conn).await?;
    Ok(version.split_whitespace().next().unwrap_or_default().to_owned())
}
