//! Rows of `allocations`. Never here: how an amount is split.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql, WriteTuple};
use diesel::sql_types::{Array, BigInt, Integer, Text};
use diesel_async::RunQueryDsl;

use super::prepared::prepared;
use super::schema::allocations;
use super::table_row::TableRow;
use super::{Connection, StoreFailure, Stored};

/// What a tariff answers.
const PRICED: i16 = 1;
/// What a refund or reversal takes back of one original.
const TAKES_BACK: i16 = 2;
/// No allocation has this id.
const NOT_YET: i64 = 0;

/// One question and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAllocation {
    pub tariff_version_id: i32,
    pub asked_amount: i64,
    pub quantity: i32,
    pub activity_leg: String,
    /// Ordinals and amounts.
    pub sources: Vec<(i16, i64)>,
    pub legs: Vec<(i16, i64)>,
    pub total: i64,
}

/// An allocation that is stored under an id which was spare, with the facts that it read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAnswer {
    pub id: i64,
    pub read_facts_id: i32,
    pub allocation: NewAllocation,
}

/// The part of one original that a refund or reversal takes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRefundAllocation {
    pub original_id: i64,
    pub original_ordinal: i32,
    pub read_facts_id: i32,
    pub share: NewAllocation,
}

#[derive(QueryableByName)]
struct Inserted {
    #[diesel(sql_type = BigInt)]
    original_id: i64,
    #[diesel(sql_type = Integer)]
    original_ordinal: i32,
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Ids in the order of what was asked.
#[derive(Debug, QueryableByName)]
pub struct InternedAnswers {
    #[diesel(sql_type = Array<Integer>)]
    pub facts_ids: Vec<i32>,
    #[diesel(sql_type = Array<BigInt>)]
    pub allocation_ids: Vec<i64>,
}

/// The ids of these canonical facts, and of these allocations that read the facts of a place (from 0) among them; stored now,
/// in a database transaction of their own, if they were not. Of several that are asked for at once, PostgreSQL carries out one after
/// the other.
///
/// Its commit does not wait for the disk. Whoever refers to the rows commits after it and does wait, which writes it too;
/// until then nobody may remember the ids.
pub async fn intern_answers<'n>(
    mut conn: &Connection,
    facts: &[&str],
    new: &[(&'n NewAllocation, usize)],
) -> Stored<InternedAnswers> {
    let question = |(share, place): &(&'n NewAllocation, usize)| Row {
        id: NOT_YET,
        kind: PRICED,
        read_facts_id: i32::try_from(place + 1).unwrap_or(i32::MAX),
        takes_back: None,
        share,
    };
    let interned: InternedAnswers = prepared(include_str!("allocation/intern_answers.sql"))
        .bind::<Array<Text>, _>(facts)
        .bind::<Array<TableRow>, _>(new.iter().map(question).collect::<Vec<_>>())
        .get_result(&mut conn)
        .await?;
    if interned.facts_ids.len() == facts.len() && interned.allocation_ids.len() == new.len() {
        return Ok(interned);
    }
    let told = format!(
        "{} of {} answers were stored",
        interned.allocation_ids.len(),
        new.len()
    );
    Err(StoreFailure::corrupt("allocations", "", told))
}

/// So many ids that no allocation has.
pub async fn next_allocation_ids(mut conn: &Connection, count: usize) -> Stored<Vec<i64>> {
    #[derive(QueryableByName)]
    struct Next {
        #[diesel(sql_type = BigInt)]
        id: i64,
    }
    let next: Vec<Next> = prepared("SELECT nextval('allocations_id_seq') AS id FROM generate_series(1, $1)")
        .bind::<Integer, _>(i32::try_from(count).unwrap_or(i32::MAX))
        .load(&mut conn)
        .await?;
    Ok(next.into_iter().map(|next| next.id).collect())
}

/// Inserts the allocations of refunds and returns their ids in order. The caller holds the originals' locks.
pub async fn insert_refund_allocations(
    conn: &mut Connection,
    new: &[NewRefundAllocation],
) -> Stored<Vec<i64>> {
    let inserted: Vec<Inserted> = prepared(include_str!("allocation/insert_refunds.sql"))
        .bind::<Array<TableRow>, _>(new.iter().map(NewRefundAllocation::row).collect::<Vec<_>>())
        .load(conn)
        .await?;
    let by_key: std::collections::HashMap<(i64, i32), i64> = inserted
        .into_iter()
        .map(|row| ((row.original_id, row.original_ordinal), row.id))
        .collect();
    Ok(new
        .iter()
        .map(|refund| {
            by_key
                .get(&(refund.original_id, refund.original_ordinal))
                .copied()
                .unwrap_or(0)
        })
        .collect())
}

/// A row of `allocations`.
#[derive(Debug)]
pub(super) struct Row<'a> {
    /// [`NOT_YET`] where the database gives one.
    id: i64,
    kind: i16,
    /// Of a question, whose facts have no id yet, their place, from 1, among the texts that come with it.
    read_facts_id: i32,
    /// The original that is taken back, and the ordinal.
    takes_back: Option<(i64, i32)>,
    share: &'a NewAllocation,
}

impl NewAnswer {
    pub(super) const fn row(&self) -> Row<'_> {
        Row {
            id: self.id,
            kind: PRICED,
            read_facts_id: self.read_facts_id,
            takes_back: None,
            share: &self.allocation,
        }
    }
}

impl NewRefundAllocation {
    const fn row(&self) -> Row<'_> {
        Row {
            id: NOT_YET,
            kind: TAKES_BACK,
            read_facts_id: self.read_facts_id,
            takes_back: Some((self.original_id, self.original_ordinal)),
            share: &self.share,
        }
    }
}

impl ToSql<TableRow, Pg> for Row<'_> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let terms = |side: &[(i16, i64)]| side.iter().map(|(term, _)| *term).collect::<Vec<i16>>();
        let amounts = |side: &[(i16, i64)]| side.iter().map(|(_, amount)| *amount).collect::<Vec<i64>>();
        let share = self.share;
        let columns = (
            self.id,
            self.kind,
            share.tariff_version_id,
            share.asked_amount,
            share.quantity,
            share.activity_leg.as_str(),
            self.read_facts_id,
            self.takes_back.map(|(original_id, _)| original_id),
            self.takes_back.map(|(_, ordinal)| ordinal),
            terms(&share.sources),
            amounts(&share.sources),
            terms(&share.legs),
            amounts(&share.legs),
            share.total,
        );
        WriteTuple::<allocations::SqlType>::write_tuple(&columns, &mut out.reborrow())
    }
}

/// An ordinal above every allocation that was ever stored for the original, used or not.
#[derive(Debug, QueryableByName)]
pub struct LastOrdinal {
    #[diesel(sql_type = BigInt)]
    pub original_id: i64,
    #[diesel(sql_type = Integer)]
    pub last: i32,
}

pub async fn last_refund_ordinals(conn: &mut Connection, original_ids: &[i64]) -> Stored<Vec<LastOrdinal>> {
    Ok(diesel::sql_query(
        "SELECT original_id, max(original_ordinal) AS last FROM allocations
         WHERE kind = 2 AND original_id = ANY ($1) GROUP BY original_id",
    )
    .bind::<Array<BigInt>, _>(original_ids)
    .load(conn)
    .await?)
}

/// The shares of one side, by ordinal.
pub fn shares(terms: &[i16], amounts: &[i64]) -> Vec<(i16, i64)> {
    terms.iter().copied().zip(amounts.iter().copied()).collect()
}
