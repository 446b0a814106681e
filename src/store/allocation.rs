//! Rows of `allocations`. Never here: how an amount is split.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text};
use diesel_async::RunQueryDsl;

use super::prepared::{Prepared, prepared};
use super::{Connection, StoreFailure, Stored};

/// One question and its answer, as columns.
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

/// The columns of many allocations. Arrays of unequal length do not nest in PostgreSQL: they travel as text.
#[derive(Default)]
struct Columns<'a> {
    tariff_version_ids: Vec<i32>,
    asked_amounts: Vec<i64>,
    quantities: Vec<i32>,
    activity_legs: Vec<&'a str>,
    source_terms: Vec<String>,
    source_amounts: Vec<String>,
    leg_terms: Vec<String>,
    leg_amounts: Vec<String>,
    totals: Vec<i64>,
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
/// in a database transaction of their own, if they were not.
///
/// Its commit does not wait for the disk. Whoever refers to the rows commits after it and does wait, which writes it too;
/// until then nobody may remember the ids.
pub async fn intern_answers(
    conn: &mut Connection,
    facts: &[&str],
    new: &[(&NewAllocation, usize)],
) -> Stored<InternedAnswers> {
    let columns = Columns::of(new.iter().map(|(allocation, _)| *allocation));
    let places = new
        .iter()
        .map(|(_, place)| i32::try_from(place + 1).unwrap_or(i32::MAX));
    let interned: InternedAnswers = prepared(include_str!("allocation/intern_answers.sql"))
        .bind::<Array<Text>, _>(facts)
        .bind::<Array<Integer>, _>(&columns.tariff_version_ids)
        .bind::<Array<BigInt>, _>(&columns.asked_amounts)
        .bind::<Array<Integer>, _>(&columns.quantities)
        .bind::<Array<Text>, _>(&columns.activity_legs)
        .bind::<Array<Integer>, _>(places.collect::<Vec<i32>>())
        .bind::<Array<Text>, _>(&columns.source_terms)
        .bind::<Array<Text>, _>(&columns.source_amounts)
        .bind::<Array<Text>, _>(&columns.leg_terms)
        .bind::<Array<Text>, _>(&columns.leg_amounts)
        .bind::<Array<BigInt>, _>(&columns.totals)
        .get_result(conn)
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

/// Binds new answers as columns.
pub(super) fn bind_answers<'v>(to: Prepared<'v>, new: &'v [NewAnswer]) -> Prepared<'v> {
    let columns = Columns::of(new.iter().map(|answer| &answer.allocation));
    to.bind::<Array<BigInt>, _>(new.iter().map(|answer| answer.id).collect::<Vec<i64>>())
        .bind::<Array<Integer>, _>(columns.tariff_version_ids)
        .bind::<Array<BigInt>, _>(columns.asked_amounts)
        .bind::<Array<Integer>, _>(columns.quantities)
        .bind::<Array<Text>, _>(columns.activity_legs)
        .bind::<Array<Integer>, _>(
            new.iter()
                .map(|answer| answer.read_facts_id)
                .collect::<Vec<i32>>(),
        )
        .bind::<Array<Text>, _>(columns.source_terms)
        .bind::<Array<Text>, _>(columns.source_amounts)
        .bind::<Array<Text>, _>(columns.leg_terms)
        .bind::<Array<Text>, _>(columns.leg_amounts)
        .bind::<Array<BigInt>, _>(columns.totals)
}

/// Inserts the allocations of refunds and returns their ids in order. The caller holds the originals' locks.
pub async fn insert_refund_allocations(
    conn: &mut Connection,
    new: &[NewRefundAllocation],
) -> Stored<Vec<i64>> {
    let columns = Columns::of(new.iter().map(|refund| &refund.share));
    let original_ids: Vec<i64> = new.iter().map(|refund| refund.original_id).collect();
    let ordinals: Vec<i32> = new.iter().map(|refund| refund.original_ordinal).collect();
    let read_facts_ids: Vec<i32> = new.iter().map(|refund| refund.read_facts_id).collect();
    let inserted: Vec<Inserted> = prepared(include_str!("allocation/insert_refunds.sql"))
        .bind::<Array<Integer>, _>(&columns.tariff_version_ids)
        .bind::<Array<BigInt>, _>(&columns.asked_amounts)
        .bind::<Array<Integer>, _>(&columns.quantities)
        .bind::<Array<Text>, _>(&columns.activity_legs)
        .bind::<Array<Integer>, _>(&read_facts_ids)
        .bind::<Array<Text>, _>(&columns.source_terms)
        .bind::<Array<Text>, _>(&columns.source_amounts)
        .bind::<Array<Text>, _>(&columns.leg_terms)
        .bind::<Array<Text>, _>(&columns.leg_amounts)
        .bind::<Array<BigInt>, _>(&columns.totals)
        .bind::<Array<BigInt>, _>(&original_ids)
        .bind::<Array<Integer>, _>(&ordinals)
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

impl<'a> Columns<'a> {
    fn of(rows: impl Iterator<Item = &'a NewAllocation>) -> Self {
        let mut columns = Self::default();
        for row in rows {
            columns.tariff_version_ids.push(row.tariff_version_id);
            columns.asked_amounts.push(row.asked_amount);
            columns.quantities.push(row.quantity);
            columns.activity_legs.push(&row.activity_leg);
            columns
                .source_terms
                .push(array_text(row.sources.iter().map(|(term, _)| i64::from(*term))));
            columns
                .source_amounts
                .push(array_text(row.sources.iter().map(|(_, amount)| *amount)));
            columns
                .leg_terms
                .push(array_text(row.legs.iter().map(|(term, _)| i64::from(*term))));
            columns
                .leg_amounts
                .push(array_text(row.legs.iter().map(|(_, amount)| *amount)));
            columns.totals.push(row.total);
        }
        columns
    }
}

fn array_text(numbers: impl Iterator<Item = i64>) -> String {
    use std::fmt::Write;
    let mut text = String::from("{");
    for (place, number) in numbers.enumerate() {
        let comma = if place == 0 { "" } else { "," };
        // Writing to a string does not fail.
        let _ = write!(text, "{comma}{number}");
    }
    text.push('}');
    text
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
