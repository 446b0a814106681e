//! Remittances that were demanded, with what has come in of them. Never here: demanding, booking.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::payouts::{MoneyFilter, named, wanted};
use crate::domain::demand::{Demand, DemandState, Successor};
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::domain::page::{Asked, Page};
use crate::store::Connection;
use crate::store::reading::demand::{self, DemandRow};
use crate::usecases::Done;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DemandView {
    pub id: i64,
    pub settlement: i32,
    pub network: String,
    pub party: String,
    /// Empty for the party's plain destination.
    pub deposit_identifier: String,
    pub unit: String,
    /// All that the party owed after the settlement, in the smallest part of the unit.
    #[schema(value_type = i64)]
    pub amount: Amount,
    /// What has come in since, until the next settlement.
    #[schema(value_type = i64)]
    pub remitted: Amount,
    /// What is still to come in under this demand.
    #[schema(value_type = i64)]
    pub open: Amount,
    /// `due`, `partly_paid`, `overdue`, `paid` or `replaced`: a later settlement took over what was left.
    #[schema(value_type = String, example = "overdue")]
    pub state: DemandState,
    /// To be named by the remittance.
    pub reference: String,
    pub due_at: DateTime<Utc>,
    /// Of the window that was settled.
    #[schema(example = "j1404-07")]
    pub period: String,
}

/// Newest first, as they stand at a moment; one who acts for a party sees its own.
pub async fn list_demands(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    filter: &MoneyFilter,
    asked: &Asked<i64>,
) -> Done<Page<DemandView>> {
    named(conn, by, filter).await?;
    let rows = demand::list_demands(conn, &wanted(by, filter), asked.after, asked.fetched()).await?;
    let page = asked.page(rows);
    let items = page.items.into_iter().map(|row| view(row, at));
    Ok(Page {
        items: items.collect::<Done<_>>()?,
        more: page.more,
    })
}

fn view(row: DemandRow, at: DateTime<Utc>) -> Done<DemandView> {
    let demand = Demand {
        amount: Amount::from_minor(row.amount),
        due_at: row.due_at,
        remitted: Amount::from_minor(row.remitted),
        successor: if row.is_succeeded {
            Successor::Approved
        } else {
            Successor::None
        },
    };
    Ok(DemandView {
        id: row.id,
        settlement: row.settlement_id,
        network: row.network,
        party: row.party,
        deposit_identifier: row.deposit_identifier,
        unit: row.unit,
        amount: demand.amount,
        remitted: demand.remitted,
        open: demand.open()?,
        state: demand.state(at),
        reference: row.reference,
        due_at: demand.due_at,
        period: row.period_key,
    })
}
