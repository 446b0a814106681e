//! Rows of `windows` with their closings and seals. Never here: which window takes a booking (see `booking`), its totals.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::{settlements, window_closings, window_seals, windows};
use super::{Connection, Stored};
use crate::domain::window::StoredState;

#[derive(Clone, Debug, Queryable)]
pub struct WindowRow {
    pub id: i32,
    pub network_id: i16,
    pub ordinal: i32,
    pub period_key: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub sealed_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = window_seals)]
pub struct NewSeal {
    pub window_id: i32,
    pub sealed_at: DateTime<Utc>,
    pub originator_id: i32,
    pub transaction_count: i64,
    pub batch_count: i64,
    pub amount_sum: i64,
    pub principal_sum: i64,
    pub earned_sum: i64,
    pub collected_sum: i64,
    pub root: Vec<u8>,
}

impl WindowRow {
    pub const fn stored_state(&self) -> StoredState {
        StoredState::of(self.closed_at.is_some(), self.sealed_at.is_some())
    }
}

#[diesel::dsl::auto_type(no_type_alias)]
fn with_states() -> _ {
    windows::table
        .left_join(window_closings::table.on(window_closings::window_id.eq(windows::id)))
        .left_join(window_seals::table.on(window_seals::window_id.eq(windows::id)))
        .select((
            windows::id,
            windows::network_id,
            windows::ordinal,
            windows::period_key,
            windows::starts_at,
            windows::ends_at,
            window_closings::closed_at.nullable(),
            window_seals::sealed_at.nullable(),
        ))
}

pub async fn window_of_id(conn: &mut Connection, id: i32) -> Stored<Option<WindowRow>> {
    Ok(with_states()
        .filter(windows::id.eq(id))
        .first(conn)
        .await
        .optional()?)
}

pub async fn window_of_ordinal(
    conn: &mut Connection,
    network_id: i16,
    ordinal: i32,
) -> Stored<Option<WindowRow>> {
    Ok(with_states()
        .filter(windows::network_id.eq(network_id))
        .filter(windows::ordinal.eq(ordinal))
        .first(conn)
        .await
        .optional()?)
}

pub async fn last_closed_window(conn: &mut Connection, network_id: i16) -> Stored<Option<WindowRow>> {
    Ok(with_states()
        .filter(windows::network_id.eq(network_id))
        .filter(window_closings::window_id.is_not_null())
        .order(windows::ordinal.desc())
        .first(conn)
        .await
        .optional()?)
}

/// The earliest window of a network that is closed and not sealed.
pub async fn window_to_seal(conn: &mut Connection, network_id: i16) -> Stored<Option<WindowRow>> {
    Ok(with_states()
        .filter(windows::network_id.eq(network_id))
        .filter(window_closings::window_id.is_not_null())
        .filter(window_seals::window_id.is_null())
        .order(windows::ordinal)
        .first(conn)
        .await
        .optional()?)
}

/// The earliest window of a network whose settlement is not approved, whatever its state.
pub async fn window_to_settle(conn: &mut Connection, network_id: i16) -> Stored<Option<WindowRow>> {
    let approved = settlements::table
        .filter(settlements::window_id.eq(windows::id))
        .filter(settlements::state.eq("approved"));
    Ok(with_states()
        .filter(windows::network_id.eq(network_id))
        .filter(diesel::dsl::not(diesel::dsl::exists(approved)))
        .order(windows::ordinal)
        .first(conn)
        .await
        .optional()?)
}

/// The caller holds the network's exclusive lock.
pub async fn insert_closing(
    conn: &mut Connection,
    window_id: i32,
    at: DateTime<Utc>,
    originator_id: i32,
) -> Stored<()> {
    diesel::insert_into(window_closings::table)
        .values((
            window_closings::window_id.eq(window_id),
            window_closings::closed_at.eq(at),
            window_closings::originator_id.eq(originator_id),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn insert_seal(conn: &mut Connection, seal: &NewSeal) -> Stored<()> {
    diesel::insert_into(window_seals::table)
        .values(seal)
        .execute(conn)
        .await?;
    Ok(())
}

/// The periods of a network's windows between two ordinals, both inclusive, in order.
pub async fn periods_between(
    conn: &mut Connection,
    network_id: i16,
    first: i32,
    last: i32,
) -> Stored<Vec<(i32, String)>> {
    Ok(windows::table
        .filter(windows::network_id.eq(network_id))
        .filter(windows::ordinal.between(first, last))
        .order(windows::ordinal)
        .select((windows::ordinal, windows::period_key))
        .load(conn)
        .await?)
}
