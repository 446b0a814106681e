//! Payouts with their answers, as people read them. Never here: releasing, answering.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::money::MoneyWanted;
use crate::domain::payout::PayoutState;
use crate::store::schema::{
    currency_units, networks, originators, parties, payout_answers, payouts, windows,
};
use crate::store::word::Word;
use crate::store::{Connection, Stored};

#[derive(Clone, Debug, Queryable)]
pub struct PayoutRow {
    pub id: i64,
    pub settlement_id: i32,
    pub network_id: i16,
    pub network: String,
    pub party_id: i32,
    pub party: String,
    pub deposit_identifier: String,
    pub unit: String,
    pub amount: i64,
    pub iban: Option<String>,
    pub priority: i16,
    #[diesel(deserialize_as = Word<PayoutState>)]
    pub state: PayoutState,
    pub made_at: DateTime<Utc>,
    pub released_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Queryable)]
pub struct PayoutAnswerRow {
    pub outcome: String,
    pub bank_reference: String,
    pub reason: String,
    pub answered_at: DateTime<Utc>,
    pub window_ordinal: i32,
    pub by: String,
}

/// The next `rows` payouts before an id.
pub async fn list_payouts(
    conn: &mut Connection,
    wanted: &MoneyWanted,
    before: Option<i64>,
    rows: i64,
) -> Stored<Vec<PayoutRow>> {
    let mut query = payouts::table
        .inner_join(networks::table.on(networks::id.eq(payouts::network_id)))
        .inner_join(parties::table.on(parties::id.eq(payouts::party_id)))
        .inner_join(currency_units::table.on(currency_units::id.eq(payouts::unit_id)))
        .select((
            payouts::id,
            payouts::settlement_id,
            payouts::network_id,
            networks::code,
            payouts::party_id,
            parties::code,
            payouts::deposit_identifier,
            currency_units::code,
            payouts::amount,
            payouts::iban,
            payouts::priority,
            payouts::state,
            payouts::made_at,
            payouts::released_at,
        ))
        .into_boxed();
    if let Some(id) = wanted.id {
        query = query.filter(payouts::id.eq(id));
    }
    if let Some(network) = &wanted.network {
        query = query.filter(networks::code.eq(network.clone()));
    }
    if let Some(party) = &wanted.party {
        query = query.filter(parties::code.eq(party.clone()));
    }
    if let Some(party_id) = wanted.party_id {
        query = query.filter(payouts::party_id.eq(party_id));
    }
    if let Some(state) = &wanted.state {
        query = query.filter(payouts::state.eq(*state));
    }
    if let Some(settlement_id) = wanted.settlement_id {
        query = query.filter(payouts::settlement_id.eq(settlement_id));
    }
    if let Some(id) = before {
        query = query.filter(payouts::id.lt(id));
    }
    Ok(query.order(payouts::id.desc()).limit(rows).load(conn).await?)
}

/// What the bank said of a payout, in order.
pub async fn answers_of(conn: &mut Connection, payout_id: i64) -> Stored<Vec<PayoutAnswerRow>> {
    Ok(payout_answers::table
        .inner_join(windows::table.on(windows::id.eq(payout_answers::window_id)))
        .inner_join(originators::table.on(originators::id.eq(payout_answers::originator_id)))
        .filter(payout_answers::payout_id.eq(payout_id))
        .select((
            payout_answers::outcome,
            payout_answers::bank_reference,
            payout_answers::reason,
            payout_answers::answered_at,
            windows::ordinal,
            originators::code,
        ))
        .order(payout_answers::id)
        .load(conn)
        .await?)
}
