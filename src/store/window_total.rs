//! What a window's transactions come to: its proof, its rows of `window_totals`, their sums. Never here: what must agree
//! (see `domain::proof_sheet`).

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, SmallInt, Text};
use diesel_async::RunQueryDsl;

use super::schema::batches;
use super::{Connection, StoreFailure, Stored};
use crate::domain::canonical::Digest;
use crate::domain::journal::{Destination, EntryKind};
use crate::domain::money::Amount;
use crate::domain::posting::{TotalSide, WindowTotal};
use crate::domain::proof_sheet::{ProofSheet, SealRule};
use crate::domain::verification::total::StoredLine;

#[derive(QueryableByName)]
struct ProofRow {
    #[diesel(sql_type = BigInt)]
    transaction_count: i64,
    #[diesel(sql_type = BigInt)]
    batch_count: i64,
    #[diesel(sql_type = BigInt)]
    amount_sum: i64,
    #[diesel(sql_type = BigInt)]
    principal_sum: i64,
    #[diesel(sql_type = BigInt)]
    allocated_sum: i64,
    #[diesel(sql_type = BigInt)]
    without_allocation: i64,
    #[diesel(sql_type = BigInt)]
    amount_differs: i64,
    #[diesel(sql_type = BigInt)]
    without_tariff: i64,
    #[diesel(sql_type = BigInt)]
    without_binding: i64,
    #[diesel(sql_type = BigInt)]
    without_licence: i64,
    #[diesel(sql_type = BigInt)]
    without_service: i64,
    #[diesel(sql_type = BigInt)]
    without_office: i64,
    #[diesel(sql_type = BigInt)]
    of_another_network: i64,
    #[diesel(sql_type = BigInt)]
    without_batch: i64,
    #[diesel(sql_type = BigInt)]
    batches_without_rows: i64,
    #[diesel(sql_type = BigInt)]
    batch_counts_differ: i64,
    #[diesel(sql_type = BigInt)]
    batch_sums_differ: i64,
    #[diesel(sql_type = BigInt)]
    batch_units_differ: i64,
    #[diesel(sql_type = BigInt)]
    foreign_units: i64,
}

#[derive(QueryableByName)]
struct PostedSum {
    #[diesel(sql_type = Integer)]
    party_id: i32,
    #[diesel(sql_type = Text)]
    deposit_identifier: String,
    #[diesel(sql_type = SmallInt)]
    unit_id: i16,
    #[diesel(sql_type = SmallInt)]
    side: i16,
    #[diesel(sql_type = SmallInt)]
    transaction_kind: i16,
    #[diesel(sql_type = Text)]
    component_kind: String,
    #[diesel(sql_type = BigInt)]
    items: i64,
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

/// What one destination earned and collected in a window.
#[derive(Clone, Debug, QueryableByName)]
pub struct MovedSum {
    #[diesel(sql_type = Integer)]
    pub party_id: i32,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    #[diesel(sql_type = SmallInt)]
    pub unit_id: i16,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub earned: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub collected: Option<i64>,
}

/// The stored lines of one destination, in arrays.
#[derive(Clone, Debug, QueryableByName)]
pub struct StoredTotal {
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
    #[diesel(sql_type = Array<Text>)]
    pub component_kinds: Vec<String>,
    #[diesel(sql_type = Array<BigInt>)]
    pub counts: Vec<i64>,
    #[diesel(sql_type = Array<BigInt>)]
    pub sums: Vec<i64>,
}

/// A row that breaks a rule of sealing, as people find it.
#[derive(Clone, Debug, QueryableByName)]
pub struct FaultyRow {
    #[diesel(sql_type = Text)]
    pub rule: String,
    #[diesel(sql_type = Text)]
    pub row: String,
}

/// Writes the window's totals and returns its proof sheet. The caller rolls back when that has findings.
pub async fn insert_totals(conn: &mut Connection, window_id: i32) -> Stored<ProofSheet> {
    begin_whole_passes(conn).await?;
    diesel::sql_query(concat!(
        include_str!("window_total/lines.sql"),
        include_str!("window_total/insert.sql")
    ))
    .bind::<Integer, _>(window_id)
    .execute(conn)
    .await?;
    let proof: ProofRow = diesel::sql_query(include_str!("window_total/proof.sql"))
        .bind::<Integer, _>(window_id)
        .get_result(conn)
        .await?;
    end_whole_passes(conn).await?;
    Ok(proof.sheet())
}

/// The sums that the window's journals post, by destination, side, transaction kind and component kind.
pub async fn posted_sums(conn: &mut Connection, window_id: i32) -> Stored<Vec<(i16, WindowTotal)>> {
    let rows: Vec<PostedSum> = diesel::sql_query(include_str!("window_total/posted.sql"))
        .bind::<Integer, _>(window_id)
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|row| {
            let corrupt = |told| StoreFailure::corrupt("window_totals", window_id, told);
            let kind = EntryKind::from_code(row.transaction_kind)
                .ok_or_else(|| corrupt(format!("transaction kind {}", row.transaction_kind)))?;
            let side = TotalSide::from_code(row.side).ok_or_else(|| corrupt(format!("side {}", row.side)))?;
            Ok((row.unit_id, row.total(side, kind)))
        })
        .collect()
}

/// How many lines no party earns or collects, because their role is played by nobody.
pub async fn lines_without_party(conn: &mut Connection, window_id: i32) -> Stored<i64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    begin_whole_passes(conn).await?;
    let found: Count = diesel::sql_query(concat!(
        include_str!("window_total/lines.sql"),
        "SELECT count(*) FROM lines WHERE purse < 1::bigint << 32"
    ))
    .bind::<Integer, _>(window_id)
    .get_result(conn)
    .await?;
    end_whole_passes(conn).await?;
    Ok(found.count)
}

/// Which rows break the rules of sealing, at most `rows_max`.
pub async fn faulty_rows(conn: &mut Connection, window_id: i32, rows_max: i64) -> Stored<Vec<FaultyRow>> {
    begin_whole_passes(conn).await?;
    let rows = diesel::sql_query(include_str!("window_total/faulty_rows.sql"))
        .bind::<Integer, _>(window_id)
        .bind::<BigInt, _>(rows_max)
        .load(conn)
        .await?;
    end_whole_passes(conn).await?;
    Ok(rows)
}

/// The digests of a window's batches in the order of their ids.
pub async fn batch_digests(conn: &mut Connection, window_id: i32) -> Stored<Vec<Digest>> {
    let rows: Vec<(i64, Vec<u8>)> = batches::table
        .filter(batches::window_id.eq(window_id))
        .order(batches::id)
        .select((batches::id, batches::digest))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(id, bytes)| {
            Digest::from_slice(&bytes).map_err(|error| StoreFailure::corrupt("batches", id, error))
        })
        .collect()
}

/// What each destination earned and collected in a sealed window.
pub async fn sealed_sums(conn: &mut Connection, window_id: i32) -> Stored<Vec<MovedSum>> {
    Ok(diesel::sql_query(include_str!("window_total/sealed_sums.sql"))
        .bind::<Integer, _>(window_id)
        .load(conn)
        .await?)
}

/// The same from the transactions, of a window that is not sealed.
pub async fn sums_of_transactions(conn: &mut Connection, window_id: i32) -> Stored<Vec<MovedSum>> {
    begin_whole_passes(conn).await?;
    let rows = diesel::sql_query(include_str!("window_total/sums.sql"))
        .bind::<Integer, _>(window_id)
        .load(conn)
        .await?;
    end_whole_passes(conn).await?;
    Ok(rows)
}

/// The lines of these parties in a sealed window.
pub async fn totals_of(conn: &mut Connection, window_id: i32, party_ids: &[i32]) -> Stored<Vec<StoredTotal>> {
    Ok(diesel::sql_query(
        "SELECT party_id, deposit_identifier, unit_id, earlier, service_ids, sides, transaction_kinds, component_kinds, counts, sums
           FROM window_totals WHERE window_id = $1 AND party_id = ANY ($2)",
    )
    .bind::<Integer, _>(window_id)
    .bind::<Array<Integer>, _>(party_ids)
    .load(conn)
    .await?)
}

/// What follows in this transaction joins and groups by hash. The planner takes what it works out itself (allocations used,
/// their terms) for a handful of rows: it loops over a window for each of them, or sorts a million rows, minutes or seconds
/// instead of less than a second.
pub(super) async fn begin_whole_passes(conn: &mut Connection) -> Stored<()> {
    switch_loops_and_sorts(conn, "off").await
}

pub(super) async fn end_whole_passes(conn: &mut Connection) -> Stored<()> {
    switch_loops_and_sorts(conn, "on").await
}

async fn switch_loops_and_sorts(conn: &mut Connection, to: &str) -> Stored<()> {
    diesel::sql_query("SELECT set_config('enable_nestloop', $1, true), set_config('enable_sort', $1, true)")
        .bind::<Text, _>(to)
        .execute(conn)
        .await?;
    Ok(())
}

impl ProofRow {
    fn sheet(&self) -> ProofSheet {
        let faults = [
            (SealRule::TransactionHasAllocation, self.without_allocation),
            (SealRule::AmountIsItsAllocations, self.amount_differs),
            (SealRule::TransactionHasTariff, self.without_tariff),
            (SealRule::TransactionHasBinding, self.without_binding),
            (SealRule::TransactionHasLicence, self.without_licence),
            (SealRule::TransactionHasService, self.without_service),
            (SealRule::TransactionHasOffice, self.without_office),
            (SealRule::TransactionIsOfTheNetwork, self.of_another_network),
            (SealRule::TransactionHasBatch, self.without_batch),
            (SealRule::BatchHasRows, self.batches_without_rows),
            (SealRule::BatchCountsItsRows, self.batch_counts_differ),
            (SealRule::BatchSumsItsRows, self.batch_sums_differ),
            (SealRule::BatchHasOneUnit, self.batch_units_differ),
            (SealRule::UnitIsTheNetworks, self.foreign_units),
        ];
        ProofSheet {
            transaction_count: self.transaction_count,
            batch_count: self.batch_count,
            amount_sum: Amount::from_minor(self.amount_sum),
            principal_sum: Amount::from_minor(self.principal_sum),
            allocated_sum: Amount::from_minor(self.allocated_sum),
            faults: faults.into(),
            ..ProofSheet::default()
        }
    }
}

impl StoredTotal {
    /// Its lines; nothing if its arrays are not of one length or a side is unknown.
    pub fn lines(&self) -> Option<impl Iterator<Item = StoredLine<'_>>> {
        let lengths = [
            self.sides.len(),
            self.transaction_kinds.len(),
            self.component_kinds.len(),
            self.counts.len(),
            self.sums.len(),
        ];
        let is_whole = lengths.iter().all(|length| *length == self.service_ids.len());
        let sides = self.sides.iter().map(|side| TotalSide::from_code(*side));
        let sides = sides.collect::<Option<Vec<_>>>()?;
        let lines = (self.service_ids.iter().zip(&self.component_kinds))
            .zip(sides.into_iter().zip(&self.transaction_kinds))
            .zip(self.counts.iter().zip(&self.sums))
            .map(
                |(((service, component_kind), (side, kind)), (items, amount))| StoredLine {
                    service: *service,
                    component_kind,
                    side,
                    kind: *kind,
                    items: *items,
                    amount: *amount,
                },
            );
        is_whole.then_some(lines)
    }
}

impl PostedSum {
    fn total(self, side: TotalSide, kind: EntryKind) -> WindowTotal {
        WindowTotal {
            destination: Destination {
                party: self.party_id,
                deposit_identifier: self.deposit_identifier,
            },
            side,
            kind,
            component_kind: self.component_kind,
            count: self.items,
            amount: Amount::from_minor(self.amount),
        }
    }
}
