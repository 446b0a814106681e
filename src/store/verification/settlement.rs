//! Positions and statements of a settlement beside what other tables say of them. Never here: judging them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use crate::domain::verification::position::{Moved, StoredPosition};
use crate::store::hold::HeldSum;
use crate::store::schema::{hold_movements, settlements};
use crate::store::{Connection, Stored};

#[derive(QueryableByName)]
struct PositionRow {
    #[diesel(sql_type = Integer)]
    party_id: i32,
    #[diesel(sql_type = Text)]
    deposit_identifier: String,
    #[diesel(sql_type = SmallInt)]
    unit_id: i16,
    #[diesel(sql_type = Bool)]
    is_stored: bool,
    #[diesel(sql_type = BigInt)]
    opening: i64,
    #[diesel(sql_type = BigInt)]
    earned: i64,
    #[diesel(sql_type = BigInt)]
    collected: i64,
    #[diesel(sql_type = BigInt)]
    memos: i64,
    #[diesel(sql_type = BigInt)]
    remitted: i64,
    #[diesel(sql_type = BigInt)]
    returned: i64,
    #[diesel(sql_type = BigInt)]
    before: i64,
    #[diesel(sql_type = BigInt)]
    active_holds: i64,
    #[diesel(sql_type = BigInt)]
    held: i64,
    #[diesel(sql_type = BigInt)]
    payable: i64,
    #[diesel(sql_type = BigInt)]
    paid: i64,
    #[diesel(sql_type = BigInt)]
    closing: i64,
    #[diesel(sql_type = SmallInt)]
    carried_cycles: i16,
    #[diesel(sql_type = BigInt)]
    moved_opening: i64,
    #[diesel(sql_type = SmallInt)]
    carried_before: i16,
    #[diesel(sql_type = BigInt)]
    moved_earned: i64,
    #[diesel(sql_type = BigInt)]
    moved_collected: i64,
    #[diesel(sql_type = BigInt)]
    moved_remitted: i64,
    #[diesel(sql_type = BigInt)]
    moved_returned: i64,
    #[diesel(sql_type = BigInt)]
    moved_holds: i64,
    #[diesel(sql_type = BigInt)]
    ordered: i64,
    #[diesel(sql_type = BigInt)]
    demanded: i64,
    #[diesel(sql_type = Bool)]
    has_lines: bool,
}

/// One destination in one settlement.
#[derive(Clone, Debug)]
pub struct SettledDestination {
    pub party_id: i32,
    pub deposit_identifier: String,
    pub unit_id: i16,
    pub stored: Option<StoredPosition>,
    pub moved: Moved,
}

/// A statement with its place in its chain.
#[derive(Clone, Debug, QueryableByName)]
pub struct StatementRow {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Text)]
    pub number: String,
    #[diesel(sql_type = Integer)]
    pub party_id: i32,
    #[diesel(sql_type = SmallInt)]
    pub unit_id: i16,
    #[diesel(sql_type = Integer)]
    pub ordinal: i32,
    #[diesel(sql_type = Text)]
    pub language: String,
    #[diesel(sql_type = Binary)]
    pub canonical: Vec<u8>,
    #[diesel(sql_type = Binary)]
    pub digest: Vec<u8>,
    #[diesel(sql_type = Nullable<Binary>)]
    pub previous_digest: Option<Vec<u8>>,
    #[diesel(sql_type = Text)]
    pub verification_code: String,
    #[diesel(sql_type = Timestamptz)]
    pub issued_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub covers_from: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub covers_until: DateTime<Utc>,
    /// Digest of the statement with the ordinal before, if there is one.
    #[diesel(sql_type = Nullable<Binary>)]
    pub digest_before: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub covered_before: Option<DateTime<Utc>>,
}

/// A settlement that was approved, with its window.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct ApprovedRow {
    #[diesel(sql_type = Integer)]
    pub id: i32,
    #[diesel(sql_type = Integer)]
    pub window_id: i32,
}

/// Network, window and digest of a settlement.
pub type Head = (i16, i32, Vec<u8>);

/// A movement of a hold by one settlement.
#[derive(Clone, Debug, Queryable)]
pub struct MovementRow {
    pub id: i64,
    pub window_id: i32,
    pub party_id: i32,
    pub deposit_identifier: String,
    pub unit_id: i16,
    pub cause: String,
    pub amount: i64,
}

/// A hold that fell below zero.
#[derive(Clone, Debug, QueryableByName)]
pub struct NegativeHold {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = BigInt)]
    pub sum: i64,
}

/// The approved settlements, in the order of their windows.
pub async fn approved(conn: &mut Connection) -> Stored<Vec<ApprovedRow>> {
    Ok(
        diesel::sql_query(
            "SELECT id, window_id FROM settlements WHERE state = 'approved' ORDER BY window_id",
        )
        .load(conn)
        .await?,
    )
}

pub async fn head(conn: &mut Connection, settlement_id: i32) -> Stored<Head> {
    let columns = (
        settlements::network_id,
        settlements::window_id,
        settlements::digest,
    );
    Ok(settlements::table
        .find(settlement_id)
        .select(columns)
        .first(conn)
        .await?)
}

/// When an approved settlement was approved.
pub async fn decided_at(conn: &mut Connection, settlement_id: i32) -> Stored<DateTime<Utc>> {
    let decided_at = settlements::decided_at.assume_not_null();
    Ok(settlements::table
        .find(settlement_id)
        .select(decided_at)
        .first(conn)
        .await?)
}

/// The active holds of a network before the settlement of the window of this ordinal.
pub async fn held_before(conn: &mut Connection, network_id: i16, ordinal: i32) -> Stored<Vec<HeldSum>> {
    Ok(diesel::sql_query(
        "SELECT m.party_id, m.deposit_identifier, m.unit_id, m.cause, sum(m.amount)::bigint AS amount
           FROM hold_movements m JOIN settlements s ON s.id = m.settlement_id JOIN windows w ON w.id = s.window_id
          WHERE s.network_id = $1 AND w.ordinal < $2
          GROUP BY 1, 2, 3, 4
         HAVING sum(m.amount) <> 0",
    )
    .bind::<SmallInt, _>(network_id)
    .bind::<Integer, _>(ordinal)
    .load(conn)
    .await?)
}

pub async fn hold_movements(conn: &mut Connection, settlement_id: i32) -> Stored<Vec<MovementRow>> {
    Ok(hold_movements::table
        .filter(hold_movements::settlement_id.eq(settlement_id))
        .select((
            hold_movements::id,
            hold_movements::window_id,
            hold_movements::party_id,
            hold_movements::deposit_identifier,
            hold_movements::unit_id,
            hold_movements::cause,
            hold_movements::amount,
        ))
        .load(conn)
        .await?)
}

/// Every destination that has a position or should have one.
pub async fn destinations(conn: &mut Connection, settlement_id: i32) -> Stored<Vec<SettledDestination>> {
    let rows: Vec<PositionRow> = diesel::sql_query(include_str!("settlement/destinations.sql"))
        .bind::<Integer, _>(settlement_id)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(PositionRow::settled).collect())
}

/// The next statements of a settlement after an id.
pub async fn statements(
    conn: &mut Connection,
    settlement_id: i32,
    after: i64,
    rows: i64,
) -> Stored<Vec<StatementRow>> {
    Ok(diesel::sql_query(include_str!("settlement/statements.sql"))
        .bind::<Integer, _>(settlement_id)
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(rows)
        .load(conn)
        .await?)
}

/// Movements after which a cause's hold is negative.
pub async fn negative_holds(conn: &mut Connection, rows_max: i64) -> Stored<Vec<NegativeHold>> {
    Ok(diesel::sql_query(
        "SELECT id, sum FROM (
             SELECT m.id, (sum(m.amount) OVER (PARTITION BY s.network_id, m.party_id, m.deposit_identifier, m.unit_id, m.cause
                                              ORDER BY m.id))::bigint AS sum
               FROM hold_movements m JOIN settlements s ON s.id = m.settlement_id) moved
          WHERE sum < 0 ORDER BY id LIMIT $1",
    )
    .bind::<BigInt, _>(rows_max)
    .load(conn)
    .await?)
}

impl PositionRow {
    fn settled(self) -> SettledDestination {
        let stored = StoredPosition {
            opening: self.opening,
            earned: self.earned,
            collected: self.collected,
            memos: self.memos,
            remitted: self.remitted,
            returned: self.returned,
            before: self.before,
            active_holds: self.active_holds,
            held: self.held,
            payable: self.payable,
            paid: self.paid,
            closing: self.closing,
            carried_cycles: self.carried_cycles,
        };
        SettledDestination {
            party_id: self.party_id,
            deposit_identifier: self.deposit_identifier,
            unit_id: self.unit_id,
            stored: self.is_stored.then_some(stored),
            moved: Moved {
                opening: self.moved_opening,
                carried_before: self.carried_before,
                earned: self.moved_earned,
                collected: self.moved_collected,
                remitted: self.moved_remitted,
                returned: self.moved_returned,
                active_holds: self.moved_holds,
                ordered: self.ordered,
                demanded: self.demanded,
                has_lines: self.has_lines,
            },
        }
    }
}
