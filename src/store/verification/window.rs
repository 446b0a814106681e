//! Windows to be verified, and what of a sealed one disagrees with its transactions. Never here: leaves (see `booking`).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, SmallInt, Text};
use diesel_async::RunQueryDsl;

use super::book::Oddity;
use crate::store::schema::windows;
use crate::store::window_total::{StoredTotal, begin_whole_passes, end_whole_passes};
use crate::store::{Connection, Stored};

/// A window with the batches that were booked in it.
#[derive(Clone, Debug, QueryableByName)]
pub struct WindowRow {
    #[diesel(sql_type = Integer)]
    pub id: i32,
    #[diesel(sql_type = Text)]
    pub network: String,
    #[diesel(sql_type = Text)]
    pub period_key: String,
    #[diesel(sql_type = Bool)]
    pub is_sealed: bool,
    #[diesel(sql_type = BigInt)]
    pub batch_count: i64,
    #[diesel(sql_type = BigInt)]
    pub row_count: i64,
}

/// The proof sheet as it was sealed beside what the batches and totals say now.
#[derive(Clone, Debug, QueryableByName)]
pub struct SheetRow {
    #[diesel(sql_type = BigInt)]
    pub transaction_count: i64,
    #[diesel(sql_type = BigInt)]
    pub batch_count: i64,
    #[diesel(sql_type = BigInt)]
    pub amount_sum: i64,
    #[diesel(sql_type = BigInt)]
    pub principal_sum: i64,
    #[diesel(sql_type = BigInt)]
    pub earned_sum: i64,
    #[diesel(sql_type = BigInt)]
    pub collected_sum: i64,
    #[diesel(sql_type = Binary)]
    pub root: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    pub counted_transactions: i64,
    #[diesel(sql_type = BigInt)]
    pub counted_batches: i64,
    #[diesel(sql_type = BigInt)]
    pub summed_amount: i64,
    #[diesel(sql_type = BigInt)]
    pub summed_principal: i64,
    #[diesel(sql_type = BigInt)]
    pub summed_earned: i64,
    #[diesel(sql_type = BigInt)]
    pub summed_collected: i64,
    /// Of the window's clearing account.
    #[diesel(sql_type = BigInt)]
    pub clearing: i64,
}

/// A line of `window_totals` that the transactions do not make, or the other way round.
#[derive(Clone, Debug, QueryableByName)]
pub struct TotalMismatch {
    #[diesel(sql_type = Nullable<Integer>)]
    pub party_id: Option<i32>,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    #[diesel(sql_type = SmallInt)]
    pub unit_id: i16,
    #[diesel(sql_type = Bool)]
    pub earlier: bool,
    #[diesel(sql_type = Integer)]
    pub service_id: i32,
    #[diesel(sql_type = SmallInt)]
    pub side: i16,
    #[diesel(sql_type = SmallInt)]
    pub transaction_kind: i16,
    #[diesel(sql_type = Text)]
    pub component_kind: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub stored_items: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub stored_amount: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub items: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub amount: Option<i64>,
}

/// All windows that have begun to book, in the order of their ids.
pub async fn windows(conn: &mut Connection) -> Stored<Vec<WindowRow>> {
    Ok(diesel::sql_query(include_str!("window/windows.sql"))
        .load(conn)
        .await?)
}

/// A window's place in time and its name.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = windows)]
pub struct IntervalRow {
    pub id: i32,
    pub period_key: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

/// All windows of a network, in order.
pub async fn window_intervals(conn: &mut Connection, network_id: i16) -> Stored<Vec<IntervalRow>> {
    Ok(windows::table
        .filter(windows::network_id.eq(network_id))
        .order(windows::id)
        .select(IntervalRow::as_select())
        .load(conn)
        .await?)
}

/// The proof sheet of a sealed window.
pub async fn sheet(conn: &mut Connection, window_id: i32) -> Stored<Option<SheetRow>> {
    Ok(diesel::sql_query(include_str!("window/sheet.sql"))
        .bind::<Integer, _>(window_id)
        .get_result(conn)
        .await
        .optional()?)
}

/// Opens the cursor over the totals of a window. It ends with the database transaction, which has
/// one such cursor at most.
pub async fn open_totals(conn: &mut Connection, window_id: i32) -> Stored<()> {
    diesel::sql_query(include_str!("window/totals.sql"))
        .bind::<Integer, _>(window_id)
        .execute(conn)
        .await?;
    Ok(())
}

/// The next rows of the totals; none when they are at their end.
pub async fn fetch_totals(conn: &mut Connection) -> Stored<Vec<StoredTotal>> {
    Ok(diesel::sql_query("FETCH FORWARD 200 FROM totals")
        .load(conn)
        .await?)
}

pub async fn close_totals(conn: &mut Connection) -> Stored<()> {
    diesel::sql_query("CLOSE totals").execute(conn).await?;
    Ok(())
}

/// Lines of the totals that are not what the transactions make, in their order.
pub async fn total_mismatches(
    conn: &mut Connection,
    window_id: i32,
    rows_max: i64,
) -> Stored<Vec<TotalMismatch>> {
    let query = concat!(
        include_str!("../window_total/lines.sql"),
        include_str!("window/total_mismatches.sql")
    );
    begin_whole_passes(conn).await?;
    let rows = diesel::sql_query(query)
        .bind::<Integer, _>(window_id)
        .bind::<BigInt, _>(rows_max)
        .load(conn)
        .await?;
    end_whole_passes(conn).await?;
    Ok(rows)
}

/// Rows of the totals that are not lines at all.
pub async fn misshapen_totals(conn: &mut Connection, window_id: i32, rows_max: i64) -> Stored<Vec<Oddity>> {
    Ok(diesel::sql_query(include_str!("window/misshapen.sql"))
        .bind::<Integer, _>(window_id)
        .bind::<BigInt, _>(rows_max)
        .load(conn)
        .await?)
}

pub async fn out_of_line(conn: &mut Connection, rows_max: i64) -> Stored<Vec<Oddity>> {
    Ok(diesel::sql_query(include_str!("window/out_of_line.sql"))
        .bind::<BigInt, _>(rows_max)
        .load(conn)
        .await?)
}
