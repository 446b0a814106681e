//! One step of a job's work, committed only while its slot is held. Never here: which slot (see `claim_slot`), and mail,
//! whose sending lies between two transactions (see `claim_mail`, `finish_mail`).

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use super::Done;
use super::claim_slot::Lease;
use super::close_window::close_due_window;
use super::finish_slot::require_lease;
use super::propose_settlement::propose_due_settlement;
use super::release_payouts::release_payouts;
use super::remind_licence_expiry::remind_licence_expiry;
use super::seal_window::seal_due_window;
use super::verify_books::{Turn, note, verify_due_window};
use crate::domain::originator::Originator;
use crate::domain::timetable::Work;
use crate::store::Connection;
use crate::store::query_time::allow_long_queries;
use crate::store::verification::run;

/// What one step came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It did this; there may be more.
    Did(String),
    /// It found something wrong and wrote it down; the run goes on, and fails at its end.
    Disagrees(String),
    /// Nothing is due any more.
    Nothing,
}

/// One use case of the job's work, committed together with the proof that the slot is still held: a worker that was frozen
/// past its lease commits nothing.
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
    match work {
        Work::VerifyBooks => verification_step(conn, at, lease).await,
        Work::CloseWindows
        | Work::ProposeSettlements
        | Work::ReleasePayouts
        | Work::RemindLicenceExpiry
        | Work::SendMail => {
            conn.transaction(async |conn| {
                let step = step_of(conn, by, at, work).await?;
                require_lease(conn, lease).await?;
                Ok(step)
            })
            .await
        }
    }
}

/// Reads in a transaction that sees one state of all tables, and notes what it found in another: to the first, whoever
/// renews the lease meanwhile would look like one who takes the slot over.
async fn verification_step(conn: &mut Connection, at: DateTime<Utc>, lease: &Lease) -> Done<Step> {
    let night = conn
        .build_transaction()
        .repeatable_read()
        .read_only()
        .run(async |conn| {
            allow_long_queries(conn).await?;
            let turn = Turn {
                run_id: lease.run_id,
                claimed_at: run::claimed_at(conn, lease.run_id).await?,
                slot: lease.slot,
            };
            verify_due_window(conn, at, turn).await
        })
        .await?;
    let Some(night) = night else {
        return Ok(Step::Nothing);
    };
    conn.transaction(async |conn| {
        note(conn, at, Some(lease.run_id), &night.noted).await?;
        require_lease(conn, lease).await
    })
    .await?;
    Ok(if night.noted.findings.is_empty() {
        Step::Did(night.told())
    } else {
        Step::Disagrees(night.told())
    })
}

async fn step_of(conn: &mut Connection, by: &Originator, at: DateTime<Utc>, work: Work) -> Done<Step> {
    match work {
        Work::RemindLicenceExpiry => {
            let count = remind_licence_expiry(conn, by, at).await?;
            Ok(counted(count, "reminders"))
        }
        Work::CloseWindows => close_or_seal(conn, by, at).await,
        Work::ProposeSettlements => Ok(match propose_due_settlement(conn, by, at).await? {
            Some(proposed) => Step::Did(format!("proposed {} {}", proposed.network, proposed.period)),
            None => Step::Nothing,
        }),
        Work::ReleasePayouts => Ok(match release_payouts(conn, by, at).await? {
            Some(released) => Step::Did(format!(
                "{} payouts of {} have left",
                released.count, released.network
            )),
            None => Step::Nothing,
        }),
        Work::VerifyBooks | Work::SendMail => Ok(Step::Nothing),
    }
}

/// Windows are closed as soon as they may be; proving them can wait until all are that can be.
async fn close_or_seal(conn: &mut Connection, by: &Originator, at: DateTime<Utc>) -> Done<Step> {
    let closed = close_due_window(conn, by, at).await;
    if let Ok(Some(closed)) = &closed {
        return Ok(Step::Did(format!("closed {} {}", closed.network, closed.period)));
    }
    let sealed = seal_due_window(conn, by, at).await;
    if let Ok(Some(sealed)) = &sealed {
        return Ok(Step::Did(format!("sealed {} {}", sealed.network, sealed.period)));
    }
    closed.and(sealed).map(|_| Step::Nothing)
}

fn counted(count: usize, noun: &str) -> Step {
    if count == 0 {
        Step::Nothing
    } else {
        Step::Did(format!("{count} {noun}"))
    }
}
