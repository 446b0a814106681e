//! Rows of `remittances`. Never here: what was demanded (see `approval`).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::remittances;
use super::{Connection, Stored};

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = remittances)]
pub struct RemittanceRow {
    pub id: i64,
    pub network_id: i16,
    pub party_id: i32,
    pub deposit_identifier: String,
    pub unit_id: i16,
    pub amount: i64,
    pub bank_reference: String,
    pub received_at: DateTime<Utc>,
    pub window_id: i32,
}

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = remittances)]
pub struct NewRemittance<'a> {
    pub network_id: i16,
    pub party_id: i32,
    pub deposit_identifier: &'a str,
    pub unit_id: i16,
    pub amount: i64,
    pub bank_reference: &'a str,
    pub received_at: DateTime<Utc>,
    pub window_id: i32,
    pub originator_id: i32,
}

pub async fn remittance_of_reference(
    conn: &mut Connection,
    network_id: i16,
    bank_reference: &str,
) -> Stored<Option<RemittanceRow>> {
    Ok(remittances::table
        .filter(remittances::network_id.eq(network_id))
        .filter(remittances::bank_reference.eq(bank_reference))
        .select(RemittanceRow::as_select())
        .first(conn)
        .await
        .optional()?)
}

/// Nothing if the bank's reference is recorded already.
pub async fn insert_remittance(
    conn: &mut Connection,
    new: &NewRemittance<'_>,
) -> Stored<Option<RemittanceRow>> {
    Ok(diesel::insert_into(remittances::table)
        .values(new)
        .on_conflict((remittances::network_id, remittances::bank_reference))
        .do_nothing()
        .returning(RemittanceRow::as_returning())
        .get_result(conn)
        .await
        .optional()?)
}
