//! What a recorder reads under the networks' locks, the windows it makes, and its batches. Never here: other locks.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql, WriteTuple};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, SmallInt, Timestamptz};
use diesel_async::RunQueryDsl;
use futures_util::future::try_join;

use super::prepared::prepared;
use super::schema::{batches, window_closings, windows};
use super::table_row::TableRow;
use super::{Connection, ROWS_PER_STATEMENT, Stored, locks};

/// A network as it stands under its lock: which rules hold, and which window contains the moment.
#[derive(Clone, Debug, QueryableByName)]
pub struct NetworkStanding {
    #[diesel(sql_type = SmallInt)]
    pub network_id: i16,
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    /// An id for the batch that will be booked here.
    #[diesel(sql_type = BigInt)]
    pub batch_id: i64,
    #[diesel(sql_type = Nullable<Integer>)]
    pub window_id: Option<i32>,
    #[diesel(sql_type = Bool)]
    pub is_closed: bool,
    /// Whether any row waits in quarantine that a booked one might supersede.
    #[diesel(sql_type = Bool)]
    pub quarantine_waits: bool,
}

#[derive(Clone, Debug, Queryable)]
pub struct StoredWindow {
    pub id: i32,
    pub ordinal: i32,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub is_closed: bool,
}

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = windows)]
pub struct NewWindow {
    pub network_id: i16,
    pub ordinal: i32,
    pub period_key: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBatch {
    pub id: i64,
    pub window_id: i32,
    pub unit_id: i16,
    pub booked_at: DateTime<Utc>,
    pub row_count: i32,
    pub amount_sum: i64,
    pub principal_sum: i64,
    pub digest: Vec<u8>,
}

/// Takes the networks' locks, shared, until commit, and reads how they stand. `network_ids` must ascend.
///
/// Two statements in one flush: PostgreSQL carries them out one after the other, and only the second, which begins after
/// the wait, sees what whoever held the lock has written.
pub async fn enter_networks(
    conn: &mut Connection,
    network_ids: &[i16],
    at: DateTime<Utc>,
) -> Stored<Vec<NetworkStanding>> {
    let shared = &*conn;
    let ((), standings) = try_join(
        locks::share_networks(shared, network_ids),
        standing_of_networks(shared, network_ids, at),
    )
    .await?;
    Ok(standings)
}

async fn standing_of_networks(
    mut conn: &Connection,
    network_ids: &[i16],
    at: DateTime<Utc>,
) -> Stored<Vec<NetworkStanding>> {
    Ok(prepared(include_str!("booking/standing.sql"))
        .bind::<Timestamptz, _>(at)
        .bind::<Array<SmallInt>, _>(network_ids)
        .load(&mut conn)
        .await?)
}

pub async fn next_batch_id(mut conn: &Connection) -> Stored<i64> {
    #[derive(QueryableByName)]
    struct Next {
        #[diesel(sql_type = BigInt)]
        id: i64,
    }
    let next: Next = prepared("SELECT nextval('batch_ids') AS id")
        .get_result(&mut conn)
        .await?;
    Ok(next.id)
}

/// When these networks last booked anything, if that was not before `since`.
pub async fn last_booking_since(
    conn: &mut Connection,
    network_ids: &[i16],
    since: DateTime<Utc>,
) -> Stored<Option<DateTime<Utc>>> {
    Ok(batches::table
        .inner_join(windows::table.on(windows::id.eq(batches::window_id)))
        .filter(windows::network_id.eq_any(network_ids))
        .filter(batches::booked_at.ge(since))
        .select(diesel::dsl::max(batches::booked_at))
        .first(conn)
        .await?)
}

/// The windows of a network from the last that began before `at` on, in order.
pub async fn windows_around(
    conn: &mut Connection,
    network_id: i16,
    at: DateTime<Utc>,
) -> Stored<Vec<StoredWindow>> {
    let before = windows::table
        .filter(windows::network_id.eq(network_id))
        .filter(windows::starts_at.le(at))
        .select(diesel::dsl::max(windows::starts_at));
    let last: Option<DateTime<Utc>> = before.get_result(conn).await?;
    Ok(windows::table
        .left_join(window_closings::table.on(window_closings::window_id.eq(windows::id)))
        .filter(windows::network_id.eq(network_id))
        .filter(windows::starts_at.ge(last.unwrap_or(at)))
        .order(windows::starts_at)
        .select((
            windows::id,
            windows::ordinal,
            windows::starts_at,
            windows::ends_at,
            window_closings::window_id.nullable().is_not_null(),
        ))
        .load(conn)
        .await?)
}

/// The last window that there is of a network.
pub async fn last_window(conn: &mut Connection, network_id: i16) -> Stored<Option<StoredWindow>> {
    Ok(windows::table
        .left_join(window_closings::table.on(window_closings::window_id.eq(windows::id)))
        .filter(windows::network_id.eq(network_id))
        .order(windows::starts_at.desc())
        .select((
            windows::id,
            windows::ordinal,
            windows::starts_at,
            windows::ends_at,
            window_closings::window_id.nullable().is_not_null(),
        ))
        .first(conn)
        .await
        .optional()?)
}

/// A window that another recorder made meanwhile is left as it is.
pub async fn insert_windows(conn: &mut Connection, new: &[NewWindow]) -> Stored<()> {
    for rows in new.chunks(ROWS_PER_STATEMENT) {
        diesel::insert_into(windows::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
    }
    Ok(())
}

impl ToSql<TableRow, Pg> for NewBatch {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let columns = (
            self.id,
            self.window_id,
            self.unit_id,
            self.booked_at,
            self.row_count,
            self.amount_sum,
            self.principal_sum,
            self.digest.as_slice(),
        );
        WriteTuple::<batches::SqlType>::write_tuple(&columns, &mut out.reborrow())
    }
}
