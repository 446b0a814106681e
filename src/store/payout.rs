//! Rows of `payouts` that leave and come back, and of `payout_answers`. Never here: ordering them (see `approval`), which may
//! leave (see `domain::settlement`).

use chrono::{DateTime, Utc};
use diesel::dsl::min;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, SmallInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use super::schema::{payout_answers, payouts, settlements, windows};
use super::word::Word;
use super::{Connection, Stored};
use crate::domain::payout::PayoutState;

/// One that waits and has an account to go to.
#[derive(Clone, Debug, QueryableByName)]
pub struct WaitingRow {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = SmallInt)]
    pub priority: i16,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    #[diesel(sql_type = Text)]
    pub iban: String,
}

/// One that waits, by the ordinal of its settlement's window.
#[derive(Clone, Debug, Queryable)]
pub struct WaitingPayoutRow {
    pub id: i64,
    pub party_id: i32,
    pub deposit_identifier: String,
    pub unit_id: i16,
    pub ordinal: i32,
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = payouts)]
pub struct PayoutRow {
    pub id: i64,
    pub network_id: i16,
    pub party_id: i32,
    pub deposit_identifier: String,
    pub unit_id: i16,
    pub amount: i64,
    pub iban: Option<String>,
    #[diesel(deserialize_as = Word<PayoutState>)]
    pub state: PayoutState,
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = payout_answers)]
pub struct AnswerRow {
    pub id: i64,
    pub outcome: String,
    pub bank_reference: String,
    pub reason: String,
    pub answered_at: DateTime<Utc>,
    pub window_id: i32,
}

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = payout_answers)]
pub struct NewAnswer<'a> {
    pub payout_id: i64,
    pub outcome: &'a str,
    pub bank_reference: &'a str,
    pub reason: &'a str,
    pub answered_at: DateTime<Utc>,
    pub window_id: i32,
    pub originator_id: i32,
}

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

/// Networks and units in which a payout waits, in order.
pub async fn queues(conn: &mut Connection) -> Stored<Vec<(i16, i16)>> {
    Ok(payouts::table
        .filter(payouts::state.eq(PayoutState::Waiting.code()))
        .select((payouts::network_id, payouts::unit_id))
        .distinct()
        .order((payouts::network_id, payouts::unit_id))
        .load(conn)
        .await?)
}

/// When the oldest payout was made that waits in a network.
pub async fn oldest_waiting(conn: &mut Connection, network_id: i16) -> Stored<Option<DateTime<Utc>>> {
    let waiting = payouts::table
        .filter(payouts::network_id.eq(network_id))
        .filter(payouts::state.eq("waiting"));
    Ok(waiting.select(min(payouts::made_at)).first(conn).await?)
}

/// All payouts to these parties that wait.
pub async fn waiting_payouts_to(
    conn: &mut Connection,
    network_id: i16,
    party_ids: &[i32],
) -> Stored<Vec<WaitingPayoutRow>> {
    Ok(payouts::table
        .inner_join(settlements::table.on(settlements::id.eq(payouts::settlement_id)))
        .inner_join(windows::table.on(windows::id.eq(settlements::window_id)))
        .filter(payouts::network_id.eq(network_id))
        .filter(payouts::party_id.eq_any(party_ids))
        .filter(payouts::state.eq("waiting"))
        .select((
            payouts::id,
            payouts::party_id,
            payouts::deposit_identifier,
            payouts::unit_id,
            windows::ordinal,
        ))
        .load(conn)
        .await?)
}

/// In the order in which they leave, without those that are stopped.
pub async fn waiting_payouts(
    conn: &mut Connection,
    (network_id, unit_id): (i16, i16),
    stopped: &[i64],
    at: DateTime<Utc>,
    rows_max: i64,
) -> Stored<Vec<WaitingRow>> {
    Ok(diesel::sql_query(include_str!("payout/waiting.sql"))
        .bind::<SmallInt, _>(network_id)
        .bind::<SmallInt, _>(unit_id)
        .bind::<Timestamptz, _>(at)
        .bind::<BigInt, _>(rows_max)
        .bind::<Array<BigInt>, _>(stopped)
        .load(conn)
        .await?)
}

/// The money that payouts may leave with.
pub async fn money_at_hand(conn: &mut Connection, (network_id, unit_id): (i16, i16)) -> Stored<i64> {
    let row: Sum = diesel::sql_query(include_str!("payout/money_at_hand.sql"))
        .bind::<SmallInt, _>(network_id)
        .bind::<SmallInt, _>(unit_id)
        .get_result(conn)
        .await?;
    Ok(row.amount)
}

/// The amounts of those that have left.
pub async fn release_payouts(
    conn: &mut Connection,
    leaving: &[WaitingRow],
    at: DateTime<Utc>,
) -> Stored<Vec<i64>> {
    let ids: Vec<i64> = leaving.iter().map(|row| row.id).collect();
    let ibans: Vec<&str> = leaving.iter().map(|row| row.iban.as_str()).collect();
    let released: Vec<Sum> = diesel::sql_query(include_str!("payout/release.sql"))
        .bind::<Array<BigInt>, _>(ids)
        .bind::<Array<Text>, _>(ibans)
        .bind::<Timestamptz, _>(at)
        .load(conn)
        .await?;
    Ok(released.into_iter().map(|row| row.amount).collect())
}

pub async fn payout_of_id(conn: &mut Connection, id: i64) -> Stored<Option<PayoutRow>> {
    Ok(payouts::table
        .find(id)
        .select(PayoutRow::as_select())
        .first(conn)
        .await
        .optional()?)
}

/// A payout that nobody else answers until commit.
pub async fn payout_to_answer(conn: &mut Connection, id: i64) -> Stored<Option<PayoutRow>> {
    Ok(payouts::table
        .find(id)
        .select(PayoutRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?)
}

/// What the bank said of a payout with this outcome, if it did.
pub async fn answer_of(conn: &mut Connection, payout_id: i64, outcome: &str) -> Stored<Option<AnswerRow>> {
    Ok(payout_answers::table
        .filter(payout_answers::payout_id.eq(payout_id))
        .filter(payout_answers::outcome.eq(outcome))
        .select(AnswerRow::as_select())
        .first(conn)
        .await
        .optional()?)
}

pub async fn insert_answer(conn: &mut Connection, new: &NewAnswer<'_>) -> Stored<AnswerRow> {
    Ok(diesel::insert_into(payout_answers::table)
        .values(new)
        .returning(AnswerRow::as_returning())
        .get_result(conn)
        .await?)
}

pub async fn set_state(conn: &mut Connection, id: i64, state: PayoutState) -> Stored<()> {
    diesel::update(payouts::table.find(id))
        .set(payouts::state.eq(state.code()))
        .execute(conn)
        .await?;
    Ok(())
}
