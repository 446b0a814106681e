//! Rows of `verifications`: what was recomputed when. Never here: which windows are due.

use chrono::{DateTime, Utc};
use diesel::alias;
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::block::Seen;
use crate::store::schema::{job_runs, settlements, verifications};
use crate::store::{Connection, Stored};

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = verifications)]
pub struct NewVerification<'a> {
    /// The register and the books as a whole where there is none.
    pub window_id: Option<i32>,
    pub verified_at: DateTime<Utc>,
    pub agreed: bool,
    pub findings: &'a str,
    /// The approved settlement that was verified with the window.
    pub settlement_id: Option<i32>,
    /// By hand where there is none.
    pub run_id: Option<i64>,
    /// Of the register and the books; nothing with a window.
    #[diesel(embed)]
    pub seen: Seen,
}

pub async fn insert_verification(conn: &mut Connection, new: &NewVerification<'_>) -> Stored<()> {
    diesel::insert_into(verifications::table)
        .values(new)
        .execute(conn)
        .await?;
    Ok(())
}

/// The windows that were found good when they were last verified, by `at`, with all that they have come to: if settled, with the
/// settlement that was approved.
pub async fn agreed_windows(conn: &mut Connection, at: DateTime<Utc>) -> Stored<Vec<i32>> {
    let later = alias!(verifications as later_verifications);
    let unseen = settlements::table
        .filter(settlements::window_id.nullable().eq(verifications::window_id))
        .filter(settlements::state.eq("approved"))
        .filter(
            settlements::id
                .nullable()
                .is_distinct_from(verifications::settlement_id),
        );
    let (own, other) = (
        verifications::verified_at,
        later.field(verifications::verified_at),
    );
    let is_later = other.gt(own).or(other
        .eq(own)
        .and(later.field(verifications::id).gt(verifications::id)));
    let disagreed = later
        .filter(later.field(verifications::window_id).eq(verifications::window_id))
        .filter(not(later.field(verifications::agreed)))
        .filter(other.le(at))
        .filter(is_later);
    let found = verifications::table
        .filter(verifications::agreed)
        .filter(not(exists(disagreed)))
        .filter(verifications::verified_at.le(at))
        .filter(verifications::window_id.is_not_null())
        .filter(not(exists(unseen)))
        .select(verifications::window_id.assume_not_null())
        .distinct();
    Ok(found.load(conn).await?)
}

/// How far the last verification of the register and the books, by `at`, has seen.
pub async fn seen_last(conn: &mut Connection, at: DateTime<Utc>) -> Stored<Seen> {
    let last = verifications::table
        .filter(verifications::window_id.is_null())
        .filter(verifications::verified_at.le(at))
        .order((verifications::verified_at.desc(), verifications::id.desc()))
        .select(Seen::as_select());
    Ok(last.first(conn).await.optional()?.unwrap_or_default())
}

/// Whether the register and the books were found good when they were last verified, by `at`; so too if they never were.
pub async fn house_agreed(conn: &mut Connection, at: DateTime<Utc>) -> Stored<bool> {
    let last = verifications::table
        .filter(verifications::window_id.is_null())
        .filter(verifications::verified_at.le(at))
        .order((verifications::verified_at.desc(), verifications::id.desc()))
        .select(verifications::agreed);
    Ok(last.first(conn).await.optional()?.unwrap_or(true))
}

/// What a run has verified since it was claimed, whatever came of it.
pub async fn verified_in_run(
    conn: &mut Connection,
    run_id: i64,
    claimed_at: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Stored<Vec<Option<i32>>> {
    let found = verifications::table
        .filter(verifications::run_id.eq(run_id))
        .filter(verifications::verified_at.between(claimed_at, at))
        .select(verifications::window_id);
    Ok(found.load(conn).await?)
}

/// When this run of a job was claimed.
pub async fn claimed_at(conn: &mut Connection, run_id: i64) -> Stored<DateTime<Utc>> {
    let run = job_runs::table.find(run_id).select(job_runs::claimed_at);
    Ok(run.first(conn).await?)
}
