//! The history of jobs: which slots ran, where and how it ended. Never here: running one (see `run_job_step`), the timetable.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::naming::job_is_known;
use crate::domain::originator::Originator;
use crate::domain::page::{Asked, Page};
use crate::store::Connection;
use crate::store::reading::job::{self, JobRunRow};
use crate::usecases::Done;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct JobRunView {
    pub id: i64,
    #[schema(example = "close-windows")]
    pub job: String,
    pub slot: DateTime<Utc>,
    /// `running`, `succeeded`, `failed` or `lapsed`: its server stopped, or gave no sign of life.
    pub state: String,
    pub worker: String,
    pub attempts: i16,
    pub claimed_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub outcome: String,
    /// Somebody asked for it: `slot` is that moment, not one of the timetable.
    pub by_hand: bool,
}

/// Filters of the history of jobs.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    pub job: Option<String>,
    /// The jobs of the timetable that whoever asks has: they are known before they have run.
    pub own_jobs: Vec<String>,
}

/// Runs of jobs, newest first.
///
/// # Errors
/// `Forbidden` for one who acts for a party: jobs concern the whole house.
pub async fn list_job_runs(
    conn: &mut Connection,
    by: &Originator,
    filter: &JobFilter,
    asked: &Asked<i64>,
) -> Done<Page<JobRunView>> {
    by.may_see_all("see the jobs")?;
    let job = filter.job.as_deref();
    job_is_known(conn, job, &filter.own_jobs).await?;
    let rows = job::list_job_runs(conn, job, asked.after, asked.fetched()).await?;
    Ok(asked.page(rows).map(view))
}

fn view(row: JobRunRow) -> JobRunView {
    JobRunView {
        id: row.id,
        job: row.job,
        slot: row.slot,
        state: row.state,
        worker: row.worker,
        attempts: row.attempts,
        claimed_at: row.claimed_at,
        finished_at: row.finished_at,
        outcome: row.outcome,
        by_hand: row.by_hand,
    }
}
