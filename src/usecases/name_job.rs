//! In whose name a job acts: an originator of its own kind. Never here: what it may do (see `domain::originator`).

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use super::{Done, Failure};
use crate::domain::originator::{Originator, OriginatorKind, Scope};
use crate::domain::timetable::Job;
use crate::store::originator::{NewOriginator, insert_originator, originator_by_code};
use crate::store::{Connection, locks};

/// The job's originator, made when it is first needed. It may close, seal and propose; that it never decides is the
/// kind's doing (money rule 25: an automatic entry never bears a person's name).
pub async fn name_job(conn: &mut Connection, at: DateTime<Utc>, job: &Job) -> Done<Originator> {
    let code = job.originator_code();
    conn.transaction(async |conn| {
        locks::take_timetable(conn).await?;
        if let Some(known) = originator_by_code(conn, &code, Scope::Finance).await? {
            return of_kind_job(known);
        }
        let new = NewOriginator {
            kind: "job",
            code: code.clone(),
            name: format!("job {}", job.name),
            party_id: None,
            created_at: at,
        };
        insert_originator(conn, &new).await?;
        let made = originator_by_code(conn, &code, Scope::Finance).await?;
        of_kind_job(made.ok_or_else(|| Failure::not_found("originator", &code))?)
    })
    .await
}

fn of_kind_job(known: Originator) -> Done<Originator> {
    match known.kind {
        OriginatorKind::Job => Ok(known),
        OriginatorKind::Person | OriginatorKind::Client => Err(Failure::conflict(
            "a_job_bears_its_own_name",
            format!("{} is a person's or a client's code", known.code),
        )),
    }
}
