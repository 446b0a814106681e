//! Journals and entries beside what their causes say that they are. Never here: balances of accounts (see `journal`).

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, SmallInt, Text};
use diesel_async::RunQueryDsl;

use crate::domain::verification::rotation::KeyRange;
use crate::store::{Connection, Stored};

/// An entry that is there and should not be, is not there and should be, or sums something else than it says.
#[derive(Clone, Debug, QueryableByName)]
pub struct EntryMismatch {
    /// With its line, the last of those that say the same.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub journal_id: Option<i64>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub line: Option<i16>,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = BigInt)]
    pub cause_id: i64,
    #[diesel(sql_type = Integer)]
    pub party_id: i32,
    /// Account, party, deposit identifier, window, unit, side, transaction kind and component kind in one.
    #[diesel(sql_type = Text)]
    pub meaning: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub stored_items: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub stored_amount: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub items: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub amount: Option<i64>,
}

/// Something about a journal, an account or an entry that is wrong by itself.
#[derive(Clone, Debug, QueryableByName)]
pub struct Oddity {
    #[diesel(sql_type = Text)]
    pub relation: String,
    #[diesel(sql_type = Text)]
    pub row_key: String,
    #[diesel(sql_type = Text)]
    pub what: String,
    #[diesel(sql_type = Text)]
    pub stored: String,
    #[diesel(sql_type = Text)]
    pub expected: String,
}

/// Of the journals that sealing a window posted, against its totals.
pub async fn window_mismatches(
    conn: &mut Connection,
    window_id: i32,
    rows_max: i64,
) -> Stored<Vec<EntryMismatch>> {
    let query = concat!(
        include_str!("book/expected_of_window.sql"),
        include_str!("book/stored_entries.sql"),
        " AND j.kind = 'window' AND j.cause_id = $1 ",
        include_str!("book/mismatches.sql")
    );
    Ok(diesel::sql_query(query)
        .bind::<BigInt, _>(i64::from(window_id))
        .bind::<BigInt, _>(rows_max)
        .load(conn)
        .await?)
}

/// Of the journals that count in a window and were not posted by sealing it, against holds, payouts, answers and remittances.
pub async fn cause_mismatches(
    conn: &mut Connection,
    window_id: i32,
    rows_max: i64,
) -> Stored<Vec<EntryMismatch>> {
    let query = concat!(
        include_str!("book/expected_of_causes.sql"),
        include_str!("book/stored_entries.sql"),
        " AND j.kind <> 'window' AND j.window_id = $1 ",
        include_str!("book/mismatches.sql")
    );
    Ok(diesel::sql_query(query)
        .bind::<Integer, _>(window_id)
        .bind::<BigInt, _>(rows_max)
        .load(conn)
        .await?)
}

/// Journals of a range of ids that do not balance or say a thing twice, lines that leave a gap, and what of both refers to nothing.
pub async fn odd_journals(conn: &mut Connection, of: KeyRange, rows_max: i64) -> Stored<Vec<Oddity>> {
    Ok(diesel::sql_query(include_str!("book/odd_journals.sql"))
        .bind::<BigInt, _>(of.first)
        .bind::<BigInt, _>(of.last)
        .bind::<BigInt, _>(rows_max)
        .load(conn)
        .await?)
}

/// Accounts that nothing was posted to, positions of no settlement, and networks without the version of their rules.
pub async fn loose_ends(conn: &mut Connection, rows_max: i64) -> Stored<Vec<Oddity>> {
    Ok(diesel::sql_query(include_str!("book/loose_ends.sql"))
        .bind::<BigInt, _>(rows_max)
        .load(conn)
        .await?)
}
