//! Runs of scheduled jobs as people read them, newest first. Never here: claiming a slot.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;

use crate::store::schema::job_runs;
use crate::store::{Connection, Stored};

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = job_runs)]
pub struct JobRunRow {
    pub id: i64,
    pub job: String,
    pub slot: DateTime<Utc>,
    pub state: String,
    pub worker: String,
    pub attempts: i16,
    pub claimed_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub outcome: String,
    pub by_hand: bool,
}

/// The next `rows` runs before an id, of one job or of all.
pub async fn list_job_runs(
    conn: &mut Connection,
    job: Option<&str>,
    before: Option<i64>,
    rows: i64,
) -> Stored<Vec<JobRunRow>> {
    let mut query = job_runs::table.select(JobRunRow::as_select()).into_boxed();
    if let Some(job) = job {
        query = query.filter(job_runs::job.eq(job.to_owned()));
    }
    if let Some(id) = before {
        query = query.filter(job_runs::id.lt(id));
    }
    Ok(query.order(job_runs::id.desc()).limit(rows).load(conn).await?)
}

/// The names of all jobs that ever ran.
pub async fn jobs_that_ran(conn: &mut Connection) -> Stored<Vec<String>> {
    #[derive(QueryableByName)]
    struct Name {
        #[diesel(sql_type = Text)]
        job: String,
    }
    let asked = diesel::sql_query(include_str!("jobs_that_ran.sql"));
    let names: Vec<Name> = asked.load(conn).await?;
    Ok(names.into_iter().map(|name| name.job).collect())
}
