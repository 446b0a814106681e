//! What is running, in a few figures. Never here: money.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use crate::store::schema::{job_runs, outbox};
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

/// The newest run of a job.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = job_runs)]
pub struct NewestRunRow {
    pub job: String,
    pub state: String,
    pub claimed_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

pub async fn network_standings(conn: &mut Connection, at: DateTime<Utc>) -> Stored<Vec<NetworkStandingRow>> {
    Ok(diesel::sql_query(include_str!("overview.sql"))
        .bind::<Timestamptz, _>(at)
        .load(conn)
        .await?)
}

pub async fn newest_runs(conn: &mut Connection) -> Stored<Vec<NewestRunRow>> {
    Ok(job_runs::table
        .distinct_on(job_runs::job)
        .select(NewestRunRow::as_select())
        .order((job_runs::job, job_runs::slot.desc()))
        .load(conn)
        .await?)
}

/// How many mails stand in each state.
pub async fn mail_counts(conn: &mut Connection) -> Stored<Vec<(String, i64)>> {
    Ok(outbox::table
        .group_by(outbox::state)
        .select((outbox::state, diesel::dsl::count_star()))
        .order(outbox::state)
        .load(conn)
        .await?)
}

/// Such as `15.14`.
pub async fn database_version(conn: &mut Connection) -> Stored<String> {
    let asked = diesel::sql_query("SELECT current_setting('server_version') AS version");
    let Version { version } = asked.get_result(conn).await?;
    Ok(version.split_whitespace().next().unwrap_or_default().to_owned())
}
