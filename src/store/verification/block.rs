//! The keys of the great tables, block by block. Never here: which of them have their turn (see `domain::verification`).

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;

use crate::domain::verification::rotation::BLOCK_KEYS;
use crate::store::schema::verifications;
use crate::store::{Connection, Stored};

/// A table whose rows are verified in ranges of its ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbered {
    Allocations,
    Batches,
    Journals,
}

impl Numbered {
    const fn table(self) -> &'static str {
        match self {
            Self::Allocations => "allocations",
            Self::Batches => "batches",
            Self::Journals => "journals",
        }
    }
}

/// The greatest ids up to which the tables were found good; none where nothing was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Queryable, QueryableByName, Selectable, Insertable)]
#[diesel(table_name = verifications)]
pub struct Seen {
    pub allocations_until: Option<i64>,
    pub batches_until: Option<i64>,
    pub journals_until: Option<i64>,
}

impl Seen {
    pub const fn until(self, table: Numbered) -> Option<i64> {
        match table {
            Numbered::Allocations => self.allocations_until,
            Numbered::Batches => self.batches_until,
            Numbered::Journals => self.journals_until,
        }
    }
}

#[derive(QueryableByName)]
struct BlockRow {
    #[diesel(sql_type = BigInt)]
    block: i64,
}

/// The ordinals of the blocks that hold a row, ascending. What lies below zero is of no block.
pub async fn blocks(conn: &mut Connection, table: Numbered) -> Stored<Vec<i64>> {
    let query = format!(include_str!("block/blocks.sql"), table = table.table());
    let rows: Vec<BlockRow> = diesel::sql_query(query)
        .bind::<BigInt, _>(BLOCK_KEYS)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.block).collect())
}

/// What there is to be seen now. A greater id than was ever handed out is none of these.
pub async fn seen_now(conn: &mut Connection) -> Stored<Seen> {
    Ok(diesel::sql_query(include_str!("block/seen_now.sql"))
        .get_result(conn)
        .await?)
}
