//! Remittances, as people read them. Never here: recording, what was demanded (`demand`).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::money::MoneyWanted;
use crate::store::schema::{currency_units, networks, originators, parties, remittances, windows};
use crate::store::{Connection, Stored};

#[derive(Clone, Debug, Queryable)]
pub struct RemittanceRow {
    pub id: i64,
    pub network: String,
    pub party: String,
    pub deposit_identifier: String,
    pub unit: String,
    pub amount: i64,
    pub bank_reference: String,
    pub received_at: DateTime<Utc>,
    pub window_ordinal: i32,
    pub period_key: String,
    pub by: String,
}

/// The next `rows` remittances before an id.
pub async fn list_remittances(
    conn: &mut Connection,
    wanted: &MoneyWanted,
    before: Option<i64>,
    rows: i64,
) -> Stored<Vec<RemittanceRow>> {
    let mut query = remittances::table
        .inner_join(networks::table.on(networks::id.eq(remittances::network_id)))
        .inner_join(parties::table.on(parties::id.eq(remittances::party_id)))
        .inner_join(currency_units::table.on(currency_units::id.eq(remittances::unit_id)))
        .inner_join(windows::table.on(windows::id.eq(remittances::window_id)))
        .inner_join(originators::table.on(originators::id.eq(remittances::originator_id)))
        .select((
            remittances::id,
            networks::code,
            parties::code,
            remittances::deposit_identifier,
            currency_units::code,
            remittances::amount,
            remittances::bank_reference,
            remittances::received_at,
            windows::ordinal,
            windows::period_key,
            originators::code,
        ))
        .into_boxed();
    if let Some(id) = wanted.id {
        query = query.filter(remittances::id.eq(id));
    }
    if let Some(network) = &wanted.network {
        query = query.filter(networks::code.eq(network.clone()));
    }
    if let Some(party) = &wanted.party {
        query = query.filter(parties::code.eq(party.clone()));
    }
    if let Some(party_id) = wanted.party_id {
        query = query.filter(remittances::party_id.eq(party_id));
    }
    if let Some(id) = before {
        query = query.filter(remittances::id.lt(id));
    }
    Ok(query.order(remittances::id.desc()).limit(rows).load(conn).await?)
}
