//! Remittances that were demanded, with what has come in of them. Never here: demanding, booking.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::money::MoneyFilter;
use crate::domain::demand::{Demand, DemandState, owed_at};
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::domain::page::{Asked, Page};
use crate::store::Connection;
use crate::store::reading::demand::{self, DemandRow, StateWanted};
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
    /// What the party owed after the settlement and was not asked for before, in the smallest part of the unit.
    #[schema(value_type = i64)]
    pub amount: Amount,
    /// What is paid of it, by what came in or was earned since: the oldest demand of a party is paid first.
    #[schema(value_type = i64)]
    pub paid: Amount,
    /// What is still to come in under this demand.
    #[schema(value_type = i64)]
    pub open: Amount,
    /// `due`, `partly_paid`, `overdue` or `paid`.
    #[schema(value_type = String, example = "overdue")]
    pub state: DemandState,
    /// To be named by the remittance.
    pub reference: String,
    pub due_at: DateTime<Utc>,
    /// Of the window that was settled.
    #[schema(example = "j1405-09")]
    pub period: String,
}

/// Filters of a list of demands; `None` leaves one out.
#[derive(Clone, Debug, Default)]
pub struct DemandFilter {
    pub money: MoneyFilter,
    pub state: Option<DemandState>,
}

/// Newest first, as they stand at a moment; one who acts for a party sees its own.
pub async fn list_demands(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    filter: &DemandFilter,
    asked: &Asked<i64>,
) -> Done<Page<DemandView>> {
    let wanted = filter.money.wanted(conn, by).await?;
    let in_state = StateWanted {
        state: filter.state,
        at,
    };
    let rows = demand::list_demands(conn, &wanted, in_state, asked.after, asked.fetched()).await?;
    let page = asked.page(rows);
    let items = page.items.into_iter().map(|row| view(row, at));
    Ok(Page {
        items: items.collect::<Done<_>>()?,
        more: page.more,
    })
}

pub(super) fn view(row: DemandRow, at: DateTime<Utc>) -> Done<DemandView> {
    let demand = Demand {
        amount: Amount::from_minor(row.amount),
        due_at: row.due_at,
        newer: Amount::from_minor(row.newer),
        owed: owed_at(Amount::from_minor(row.balance)),
    };
    let open = demand.open()?;
    Ok(DemandView {
        id: row.id,
        settlement: row.settlement_id,
        network: row.network,
        party: row.party,
        deposit_identifier: row.deposit_identifier,
        unit: row.unit,
        amount: demand.amount,
        paid: demand.amount.minus(open)?,
        open,
        state: demand.state(at)?,
        reference: row.reference,
        due_at: demand.due_at,
        period: row.period_key,
    })
}
