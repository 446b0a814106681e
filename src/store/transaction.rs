//! Rows of `transactions`: booked many at a time, found again by their key. Never here: an UPDATE, another place that knows the key.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use super::allocation::NewAnswer;
use super::booking::NewBatch;
use super::prepared::prepared;
use super::table_row::{RowBytes, TableRow};
use super::{Connection, Stored, locks};

/// The constraint on [`Key`].
const KEY: &str = "one_transaction_per_office_sender_and_reference";

/// A row of `transactions`.
#[derive(Clone, Copy, Debug)]
pub struct NewTransaction<'a> {
    pub allocation_id: i64,
    pub batch_id: i64,
    pub original_id: Option<i64>,
    pub amount: i64,
    pub principal: i64,
    pub leaf: i64,
    pub occurred_at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub office_id: i32,
    pub sender_id: i32,
    pub service_id: i32,
    pub licence_id: i32,
    pub binding_id: i32,
    pub facts_id: i32,
    pub window_id: i32,
    pub line: i16,
    pub network_id: i16,
    pub kind: i16,
    pub holder: i16,
    pub reference: &'a str,
    pub citizen: Option<&'a [u8]>,
}

/// The idempotency key, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key<'a> {
    pub office_id: i32,
    pub sender_id: i32,
    pub reference: &'a str,
}

/// A stored transaction with everything that its sender may have sent, to be compared, and what a refund needs of it.
#[derive(Clone, Debug, QueryableByName)]
pub struct StoredTransaction {
    /// Index, from 1, of the key that was asked.
    #[diesel(sql_type = BigInt)]
    pub place: i64,
    #[diesel(sql_type = BigInt)]
    pub batch_id: i64,
    #[diesel(sql_type = SmallInt)]
    pub line: i16,
    #[diesel(sql_type = SmallInt)]
    pub network_id: i16,
    #[diesel(sql_type = Integer)]
    pub office_id: i32,
    #[diesel(sql_type = Integer)]
    pub service_id: i32,
    #[diesel(sql_type = Text)]
    pub service_code: String,
    #[diesel(sql_type = Integer)]
    pub licence_id: i32,
    #[diesel(sql_type = Integer)]
    pub binding_id: i32,
    #[diesel(sql_type = Integer)]
    pub facts_id: i32,
    #[diesel(sql_type = Text)]
    pub facts: String,
    #[diesel(sql_type = SmallInt)]
    pub kind: i16,
    #[diesel(sql_type = SmallInt)]
    pub holder: i16,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    #[diesel(sql_type = BigInt)]
    pub principal: i64,
    #[diesel(sql_type = Timestamptz)]
    pub occurred_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Binary>)]
    pub citizen: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub original_id: Option<i64>,
    #[diesel(sql_type = BigInt)]
    pub allocation_id: i64,
    #[diesel(sql_type = SmallInt)]
    pub allocation_kind: i16,
    #[diesel(sql_type = Integer)]
    pub tariff_version_id: i32,
    #[diesel(sql_type = BigInt)]
    pub asked_amount: i64,
    #[diesel(sql_type = Integer)]
    pub quantity: i32,
    #[diesel(sql_type = Text)]
    pub activity_leg: String,
    #[diesel(sql_type = Integer)]
    pub read_facts_id: i32,
    #[diesel(sql_type = Text)]
    pub read_facts: String,
    #[diesel(sql_type = Array<SmallInt>)]
    pub source_terms: Vec<i16>,
    #[diesel(sql_type = Array<BigInt>)]
    pub source_amounts: Vec<i64>,
    #[diesel(sql_type = Array<SmallInt>)]
    pub leg_terms: Vec<i16>,
    #[diesel(sql_type = Array<BigInt>)]
    pub leg_amounts: Vec<i64>,
}

/// What an earlier refund or reversal took.
#[derive(Clone, Debug, QueryableByName)]
pub struct TakenBack {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = BigInt)]
    pub original_id: i64,
    #[diesel(sql_type = BigInt)]
    pub principal: i64,
    #[diesel(sql_type = BigInt)]
    pub allocation_id: i64,
    /// Of the parts of one original, in the order in which they were taken; none if the whole was.
    #[diesel(sql_type = Nullable<Integer>)]
    pub original_ordinal: Option<i32>,
    #[diesel(sql_type = Array<SmallInt>)]
    pub source_terms: Vec<i16>,
    #[diesel(sql_type = Array<BigInt>)]
    pub source_amounts: Vec<i64>,
    #[diesel(sql_type = Array<SmallInt>)]
    pub leg_terms: Vec<i16>,
    #[diesel(sql_type = Array<BigInt>)]
    pub leg_amounts: Vec<i64>,
}

/// What became of an insert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    All,
    /// Some key is in the books already: nothing went in, and the database transaction is lost.
    KeysAreTaken,
}

/// What became of a booking in one round trip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AtOnce {
    Booked(Spare),
    /// A network has other rules or another open window than was remembered, or somebody else has stored an answer;
    /// nothing was booked.
    StandsOtherwise,
    /// Some key is in the books already; nothing was booked.
    KeysAreTaken,
}

/// Ids for batches and allocations to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spare {
    pub batch_ids: Vec<i64>,
    pub allocation_ids: Vec<i64>,
}

/// What is booked in one round trip.
#[derive(Debug)]
pub struct Booking<'b> {
    pub footings: &'b [Footing],
    pub at: DateTime<Utc>,
    pub transactions: Vec<NewTransaction<'b>>,
    pub batches: Vec<NewBatch>,
    /// What some of the transactions refer to.
    pub answers: &'b [NewAnswer],
    /// How many ids for batches and for allocations to bring.
    pub wanted_batch_ids: usize,
    pub wanted_allocation_ids: usize,
}

/// A network as it is remembered: under which rules rows were judged, and which window was open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footing {
    pub network_id: i16,
    pub version: i64,
    pub window_id: i32,
}

/// Inserts transactions with their batches. Rows must ascend by key, so that two writers of the same keys wait for each
/// other instead of deadlocking. Of several that are asked for at once, PostgreSQL carries out one after the other.
pub async fn enter_transactions(
    mut conn: &Connection,
    new: Vec<NewTransaction<'_>>,
    batches: Vec<NewBatch>,
) -> Stored<Entered> {
    let entering = prepared(include_str!("transaction/enter.sql"))
        .bind::<Array<TableRow>, _>(new)
        .bind::<Array<TableRow>, _>(batches);
    entered(entering.execute(&mut conn).await)
}

/// Books originals in one round trip and a database transaction of its own, if every network still has the remembered rules
/// and the remembered window is still the one that is open at the moment.
pub async fn book_originals(mut conn: &Connection, booking: Booking<'_>) -> Stored<AtOnce> {
    let footings = booking.footings.iter();
    let network_ids: Vec<i16> = footings.clone().map(|footing| footing.network_id).collect();
    let versions: Vec<i64> = footings.clone().map(|footing| footing.version).collect();
    let window_ids: Vec<i32> = footings.map(|footing| footing.window_id).collect();
    let wanted = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let filled = prepared(include_str!("transaction/book_originals.sql"))
        .bind::<Integer, _>(locks::NETWORKS)
        .bind::<Array<SmallInt>, _>(network_ids)
        .bind::<Array<BigInt>, _>(versions)
        .bind::<Array<Integer>, _>(window_ids)
        .bind::<Timestamptz, _>(booking.at)
        .bind::<Array<TableRow>, _>(booking.transactions)
        .bind::<Array<TableRow>, _>(booking.batches)
        .bind::<Array<TableRow>, _>(booking.answers.iter().map(NewAnswer::row).collect::<Vec<_>>())
        .bind::<Integer, _>(wanted(booking.wanted_batch_ids))
        .bind::<Integer, _>(wanted(booking.wanted_allocation_ids));
    // All of what is told, whose end comes after the commit: a database that crashes may still tell the row before it.
    let booked: QueryResult<Vec<SpareIds>> = filled.load(&mut conn).await;
    match booked {
        Ok(mut told) => {
            let spare = told.pop().and_then(SpareIds::told);
            Ok(spare.map_or(AtOnce::StandsOtherwise, AtOnce::Booked))
        }
        Err(error) => entered(Err(error)).map(|_| AtOnce::KeysAreTaken),
    }
}

#[derive(QueryableByName)]
struct SpareIds {
    #[diesel(sql_type = Nullable<Array<BigInt>>)]
    spare_batch_ids: Option<Vec<i64>>,
    #[diesel(sql_type = Nullable<Array<BigInt>>)]
    spare_allocation_ids: Option<Vec<i64>>,
}

impl SpareIds {
    /// `None` where nothing was booked.
    fn told(self) -> Option<Spare> {
        Some(Spare {
            batch_ids: self.spare_batch_ids?,
            allocation_ids: self.spare_allocation_ids?,
        })
    }
}

fn entered(result: QueryResult<usize>) -> Stored<Entered> {
    match result {
        Ok(_) => Ok(Entered::All),
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, information))
            if information.constraint_name() == Some(KEY) =>
        {
            Ok(Entered::KeysAreTaken)
        }
        Err(error) => Err(error.into()),
    }
}

/// About as many bytes as a row takes without its reference.
const ROW_LENGTH: usize = 320;

impl ToSql<TableRow, Pg> for NewTransaction<'_> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let mut row = RowBytes::with_room_for(ROW_LENGTH + self.reference.len());
        row.bigint(self.allocation_id);
        row.bigint(self.batch_id);
        row.bigint_or_null(self.original_id);
        row.bigint(self.amount);
        row.bigint(self.principal);
        row.bigint(self.leaf);
        row.timestamptz(self.occurred_at);
        row.timestamptz(self.received_at);
        row.integer(self.office_id);
        row.integer(self.sender_id);
        row.integer(self.service_id);
        row.integer(self.licence_id);
        row.integer(self.binding_id);
        row.integer(self.facts_id);
        row.integer(self.window_id);
        row.smallint(self.line);
        row.smallint(self.network_id);
        row.smallint(self.kind);
        row.smallint(self.holder);
        row.text(self.reference);
        row.bytea_or_null(self.citizen);
        row.write_to(out)
    }
}

/// The stored transactions of these keys. A row that conflicted cannot be read back in the statement that met it.
pub async fn find_by_keys(conn: &mut Connection, keys: &[Key<'_>]) -> Stored<Vec<StoredTransaction>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let office_ids: Vec<i32> = keys.iter().map(|key| key.office_id).collect();
    let sender_ids: Vec<i32> = keys.iter().map(|key| key.sender_id).collect();
    let references: Vec<&str> = keys.iter().map(|key| key.reference).collect();
    Ok(prepared(include_str!("transaction/find_by_keys.sql"))
        .bind::<Array<Integer>, _>(&office_ids)
        .bind::<Array<Integer>, _>(&sender_ids)
        .bind::<Array<Text>, _>(&references)
        .load(conn)
        .await?)
}

/// What was taken back of these originals so far.
pub async fn taken_back(conn: &mut Connection, original_ids: &[i64]) -> Stored<Vec<TakenBack>> {
    Ok(prepared(include_str!("transaction/taken_back.sql"))
        .bind::<Array<BigInt>, _>(original_ids)
        .load(conn)
        .await?)
}
