//! Journals with their entries by codes, in the order of posting. Never here: balances.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use crate::store::schema::currency_units;
use crate::store::word::Word;
use crate::store::{Connection, Stored};

/// Which journals are wanted; `None` leaves a filter out.
#[derive(Clone, Debug, Default)]
pub struct JournalsWanted {
    pub network: Option<String>,
    /// Posted at this moment or later.
    pub from: Option<DateTime<Utc>>,
    /// Posted before this moment.
    pub until: Option<DateTime<Utc>>,
}

/// One entry with its journal.
#[derive(Clone, Debug, QueryableByName)]
pub struct EntryRow {
    #[diesel(sql_type = BigInt)]
    pub journal_id: i64,
    #[diesel(sql_type = Text)]
    pub network: String,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Text)]
    pub window: String,
    #[diesel(sql_type = Text)]
    pub party: String,
    #[diesel(sql_type = BigInt)]
    pub cause: i64,
    #[diesel(sql_type = Timestamptz)]
    pub posted_at: DateTime<Utc>,
    #[diesel(sql_type = Text, deserialize_as = Word<Tz>)]
    pub time_zone: Tz,
    #[diesel(sql_type = Text)]
    pub originator: String,
    #[diesel(sql_type = Text)]
    pub account: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub account_party: Option<String>,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub account_window: Option<String>,
    #[diesel(sql_type = Text)]
    pub unit: String,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    #[diesel(sql_type = Text)]
    pub side: String,
    #[diesel(sql_type = SmallInt)]
    pub transaction_kind: i16,
    #[diesel(sql_type = Text)]
    pub component_kind: String,
    #[diesel(sql_type = BigInt)]
    pub item_count: i64,
}

/// Code and scale of every unit.
pub async fn units(conn: &mut Connection) -> Stored<Vec<(String, i16)>> {
    let columns = (currency_units::code, currency_units::scale);
    Ok(currency_units::table
        .order(currency_units::id)
        .select(columns)
        .load(conn)
        .await?)
}

/// All entries of the next journals after an id, by journal and line.
pub async fn entries_after(
    conn: &mut Connection,
    wanted: &JournalsWanted,
    after: i64,
    journals: i64,
) -> Stored<Vec<EntryRow>> {
    Ok(diesel::sql_query(include_str!("book/entries.sql"))
        .bind::<Nullable<Text>, _>(&wanted.network)
        .bind::<Nullable<Timestamptz>, _>(wanted.from)
        .bind::<Nullable<Timestamptz>, _>(wanted.until)
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(journals)
        .load(conn)
        .await?)
}
