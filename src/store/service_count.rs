//! How many transactions a party's lines of a service sum, where the totals of a window do not say it. Never here: the
//! totals themselves (see `window_total`).

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, SmallInt, Text};
use diesel_async::RunQueryDsl;

use super::window_total::{begin_whole_passes, end_whole_passes};
use super::{Connection, Stored};

/// The counts of one destination, in arrays.
#[derive(Clone, Debug, QueryableByName)]
pub struct StoredCounts {
    #[diesel(sql_type = Integer)]
    pub party_id: i32,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    #[diesel(sql_type = SmallInt)]
    pub unit_id: i16,
    #[diesel(sql_type = Bool)]
    pub earlier: bool,
    #[diesel(sql_type = Array<Integer>)]
    pub service_ids: Vec<i32>,
    #[diesel(sql_type = Array<SmallInt>)]
    pub sides: Vec<i16>,
    #[diesel(sql_type = Array<SmallInt>)]
    pub transaction_kinds: Vec<i16>,
    /// `None` counts the transactions of all the service's components, each once.
    #[diesel(sql_type = Array<Nullable<Text>>)]
    pub component_kinds: Vec<Option<String>>,
    #[diesel(sql_type = Array<BigInt>)]
    pub counts: Vec<i64>,
}

/// The counts of a sealed window, of those lines alone that may sum several terms of one transaction.
pub async fn service_counts(conn: &mut Connection, window_id: i32) -> Stored<Vec<StoredCounts>> {
    begin_whole_passes(conn).await?;
    let rows = diesel::sql_query(include_str!("service_count/counts.sql"))
        .bind::<Integer, _>(window_id)
        .load(conn)
        .await?;
    end_whole_passes(conn).await?;
    Ok(rows)
}
