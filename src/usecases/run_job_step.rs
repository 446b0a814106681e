//! One step of a job's work, committed only while its slot is held. Never here: which slot (see `claim_slot`), and mail,
//! whose sending lies between two transactions (see `claim_mail`, `finish_mail`).

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use super::Done;
use super::claim_slot::Lease;
use super::finish_slot::require_lease;
use super::remind_licence_expiry::remind_licence_expiry;
use crate::domain::originator::Originator;
use crate::domain::timetable::Work;
use crate::store::Connection;

/// What one step came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It did this; there may be more.
    Did(String),
    /// Nothing is due any more.
    Nothing,
}

/// One use case of the job's work together with the proof that the slot is still held, in one database transaction:
/// a worker that was frozen past its lease commits nothing.
///
/// # Errors
/// Those of the use case, and the conflict `a_lapsed_lease_commits_nothing`.
pub async fn run_job_step(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    lease: &Lease,
    work: Work,
) -> Done<Step> {
    conn.transaction(async |conn| {
        let step = step_of(conn, by, at, work).await?;
        require_lease(conn, at, lease).await?;
        Ok(step)
    })
    .await
}

async fn step_of(conn: &mut Connection, by: &Originator, at: DateTime<Utc>, work: Work) -> Done<Step> {
    match work {
        Work::RemindLicenceExpiry => {
            let count = remind_licence_expiry(conn, by, at).await?;
            Ok(counted(count, "reminders"))
        }
        Work::CloseWindows
        | Work::ProposeSettlements
        | Work::ReleasePayouts
        | Work::VerifyBooks
        | Work::SendMail => Ok(Step::Nothing),
    }
}

fn counted(count: usize, noun: &str) -> Step {
    if count == 0 {
        Step::Nothing
    } else {
        Step::Did(format!("{count} {noun}"))
    }
}
