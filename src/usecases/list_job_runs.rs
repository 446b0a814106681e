//! What jobs ran and how it ended. Never here: when they run next (see `domain::timetable`).

use super::Done;
use crate::domain::originator::Originator;
use crate::store::Connection;
use crate::store::job::{JobRun, history};

pub const RUNS_MAX: i64 = 200;

/// Newest first, those before the run `before_id`; of one job or of all.
pub async fn list_job_runs(
    conn: &mut Connection,
    _by: &Originator,
    job: Option<&str>,
    before_id: Option<i64>,
    rows_max: i64,
) -> Done<Vec<JobRun>> {
    let rows = history(
        conn,
        job,
        before_id.unwrap_or(i64::MAX),
        rows_max.clamp(1, RUNS_MAX),
    )
    .await?;
    Ok(rows)
}
