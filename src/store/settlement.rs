//! Rows of `settlements` and what is read to compute one. Never here: the computation (see `domain::settlement`), what
//! approval writes (see `approval`).

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::dsl::max;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, SmallInt, Text};
use diesel_async::RunQueryDsl;

use super::schema::{networks, originators, positions, settlements};
use super::word::Word;
use super::{Connection, Stored};
use crate::domain::settlement::SettlementState;

#[derive(Clone, Debug, Queryable)]
pub struct SettlementRow {
    pub id: i32,
    pub network_id: i16,
    pub window_id: i32,
    #[diesel(deserialize_as = Word<SettlementState>)]
    pub state: SettlementState,
    pub digest: Vec<u8>,
    pub proposed_by: i32,
    /// Code of the maker.
    pub maker: String,
}

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = settlements)]
pub struct NewSettlement<'a> {
    pub network_id: i16,
    pub window_id: i32,
    pub digest: &'a [u8],
    pub proposed_by: i32,
    pub proposed_at: DateTime<Utc>,
}

/// Who decided on a settlement, when and how.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    pub state: SettlementState,
    pub by: i32,
    pub at: DateTime<Utc>,
    pub reason: &'a str,
}

/// A network as its settlements need it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = networks)]
pub struct NetworkTerms {
    pub id: i16,
    pub code: String,
    pub name_fa: String,
    pub name_en: String,
    #[diesel(deserialize_as = Word<Tz>)]
    pub time_zone: Tz,
    pub unit_id: i16,
    pub payout_threshold: i64,
    pub carried_cycles_max: i16,
    pub remittance_due_days: i16,
    pub contact: Option<String>,
    pub verification_url: String,
    /// Without one every day is a working day.
    pub calendar: Option<String>,
}

/// A position as it was settled.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = positions)]
pub struct PositionRow {
    pub party_id: i32,
    pub deposit_identifier: String,
    pub unit_id: i16,
    pub earned: i64,
    pub collected: i64,
    pub held: i64,
    pub paid: i64,
    pub closing: i64,
    pub carried_cycles: i16,
}

/// What came in for one destination in a window.
#[derive(Clone, Debug, QueryableByName)]
pub struct IncomingSum {
    #[diesel(sql_type = Integer)]
    pub party_id: i32,
    #[diesel(sql_type = Text)]
    pub deposit_identifier: String,
    #[diesel(sql_type = SmallInt)]
    pub unit_id: i16,
    #[diesel(sql_type = BigInt)]
    pub remitted: i64,
    #[diesel(sql_type = BigInt)]
    pub returned: i64,
}

impl SettlementRow {
    /// A window whose settlements all are may have another.
    pub const fn is_rejected(&self) -> bool {
        match self.state {
            SettlementState::Rejected => true,
            SettlementState::Proposed | SettlementState::Approved => false,
        }
    }
}

pub async fn insert_settlement(conn: &mut Connection, new: &NewSettlement<'_>) -> Stored<i32> {
    let inserted = diesel::insert_into(settlements::table)
        .values(new)
        .returning(settlements::id);
    Ok(inserted.get_result(conn).await?)
}

pub async fn settlement_of_id(conn: &mut Connection, id: i32) -> Stored<Option<SettlementRow>> {
    Ok(with_makers()
        .filter(settlements::id.eq(id))
        .first(conn)
        .await
        .optional()?)
}

/// The settlements of a window, the newest first: one at most is not rejected.
pub async fn settlements_of_window(conn: &mut Connection, window_id: i32) -> Stored<Vec<SettlementRow>> {
    Ok(with_makers()
        .filter(settlements::window_id.eq(window_id))
        .order(settlements::id.desc())
        .load(conn)
        .await?)
}

/// Whether the settlement was still to be decided; if so it is now.
pub async fn decide_settlement(conn: &mut Connection, id: i32, decision: Decision<'_>) -> Stored<bool> {
    let proposed = settlements::table
        .find(id)
        .filter(settlements::state.eq(SettlementState::Proposed.code()));
    let decided = diesel::update(proposed).set((
        settlements::state.eq(decision.state.code()),
        settlements::decided_by.eq(Some(decision.by)),
        settlements::decided_at.eq(Some(decision.at)),
        settlements::reason.eq(decision.reason),
    ));
    Ok(decided.execute(conn).await? == 1)
}

/// When something was last approved in any of these networks.
pub async fn last_approval(conn: &mut Connection, network_ids: &[i16]) -> Stored<Option<DateTime<Utc>>> {
    Ok(settlements::table
        .filter(settlements::network_id.eq_any(network_ids))
        .filter(settlements::state.eq(SettlementState::Approved.code()))
        .select(max(settlements::decided_at))
        .first(conn)
        .await?)
}

pub async fn network_terms(conn: &mut Connection, code: &str) -> Stored<Option<NetworkTerms>> {
    Ok(networks::table
        .filter(networks::code.eq(code))
        .select(NetworkTerms::as_select())
        .first(conn)
        .await
        .optional()?)
}

pub async fn network_terms_of_id(conn: &mut Connection, id: i16) -> Stored<NetworkTerms> {
    let found = networks::table.find(id).select(NetworkTerms::as_select());
    Ok(found.first(conn).await?)
}

pub async fn positions_of(conn: &mut Connection, settlement_id: i32) -> Stored<Vec<PositionRow>> {
    Ok(positions::table
        .filter(positions::settlement_id.eq(settlement_id))
        .select(PositionRow::as_select())
        .load(conn)
        .await?)
}

pub async fn incoming_sums(conn: &mut Connection, window_id: i32) -> Stored<Vec<IncomingSum>> {
    Ok(diesel::sql_query(include_str!("settlement/incoming.sql"))
        .bind::<Integer, _>(window_id)
        .load(conn)
        .await?)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn with_makers() -> _ {
    settlements::table
        .inner_join(originators::table.on(originators::id.eq(settlements::proposed_by)))
        .select((
            settlements::id,
            settlements::network_id,
            settlements::window_id,
            settlements::state,
            settlements::digest,
            settlements::proposed_by,
            originators::code,
        ))
}
