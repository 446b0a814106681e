//! The outcome of a claimed slot, and keeping its lease. Never here: claiming (see `claim_slot`).

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use super::claim_slot::{Lease, lease_from};
use super::{Done, Failure};
use crate::store::{Connection, job};

/// How a run ended, with what is worth telling in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Succeeded(String),
    Failed(String),
    /// Its worker was told to stop, and left the rest: the slot may be taken again at once, and the attempt does not count.
    Stopped(String),
}

impl Outcome {
    fn text(&self) -> &str {
        match self {
            Self::Succeeded(text) | Self::Failed(text) | Self::Stopped(text) => text,
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Succeeded(text) => write!(f, "succeeded: {text}"),
            Self::Failed(text) => write!(f, "failed: {text}"),
            Self::Stopped(text) => write!(f, "stopped: {text}"),
        }
    }
}

/// An outcome's text is cut after so many characters.
const OUTCOME_CHARS_MAX: usize = 2_000;

/// # Errors
/// Conflict `a_lapsed_lease_commits_nothing` if another has taken the slot over.
pub async fn finish_slot(
    conn: &mut Connection,
    at: DateTime<Utc>,
    lease: &Lease,
    outcome: &Outcome,
) -> Done<()> {
    let text: String = outcome.text().chars().take(OUTCOME_CHARS_MAX).collect();
    let run = (lease.run_id, lease.fencing);
    conn.transaction(async |conn| {
        let held = match outcome {
            Outcome::Succeeded(_) => job::end_run(conn, run, "succeeded", at, &text).await?,
            Outcome::Failed(_) => job::end_run(conn, run, "failed", at, &text).await?,
            Outcome::Stopped(_) => job::give_run_back(conn, run, at, &text).await?,
        };
        if held { Ok(()) } else { Err(lapsed(lease)) }
    })
    .await
}

/// A sign of life: the lease is counted from `at` anew. To be given while the work goes on, however long a step takes.
///
/// # Errors
/// Conflict `a_lapsed_lease_commits_nothing` if another has taken the slot over.
pub async fn keep_slot(conn: &mut Connection, at: DateTime<Utc>, lease: &Lease) -> Done<()> {
    conn.transaction(async |conn| {
        let held = job::extend_lease(conn, lease.run_id, lease.fencing, lease_from(at)).await?;
        if held { Ok(()) } else { Err(lapsed(lease)) }
    })
    .await
}

/// The last thing inside every transaction of a job: refuses the whole of it when the slot was taken over meanwhile.
pub(super) async fn require_lease(conn: &mut Connection, lease: &Lease) -> Done<()> {
    let held = job::hold_run(conn, lease.run_id, lease.fencing).await?;
    if held { Ok(()) } else { Err(lapsed(lease)) }
}

fn lapsed(lease: &Lease) -> Failure {
    Failure::conflict(
        "a_lapsed_lease_commits_nothing",
        format!(
            "the slot {} of {} was taken over by another worker",
            lease.slot, lease.job
        ),
    )
}
