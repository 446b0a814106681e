//! Remittances. Never here: recording, what was demanded (`demands`).

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::money::MoneyFilter;
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::domain::page::{Asked, Page};
use crate::store::Connection;
use crate::store::reading::remittance::{self, RemittanceRow};
use crate::usecases::Done;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RemittanceView {
    pub id: i64,
    pub network: String,
    pub party: String,
    pub deposit_identifier: String,
    pub unit: String,
    #[schema(value_type = i64)]
    pub amount: Amount,
    pub bank_reference: String,
    pub received_at: DateTime<Utc>,
    /// In which it counts.
    pub window_ordinal: i32,
    #[schema(example = "j1405-09")]
    pub period: String,
    pub by: String,
}

/// Newest first; one who acts for a party sees its own.
pub async fn list_remittances(
    conn: &mut Connection,
    by: &Originator,
    filter: &MoneyFilter,
    asked: &Asked<i64>,
) -> Done<Page<RemittanceView>> {
    let wanted = filter.wanted(conn, by).await?;
    let rows = remittance::list_remittances(conn, &wanted, asked.after, asked.fetched()).await?;
    Ok(asked.page(rows).map(view))
}

fn view(row: RemittanceRow) -> RemittanceView {
    RemittanceView {
        id: row.id,
        network: row.network,
        party: row.party,
        deposit_identifier: row.deposit_identifier,
        unit: row.unit,
        amount: Amount::from_minor(row.amount),
        bank_reference: row.bank_reference,
        received_at: row.received_at,
        window_ordinal: row.window_ordinal,
        period: row.period_key,
        by: row.by,
    }
}
