//! Exceptions of a window: what is booked rightly and may still be a mistake. Never here: undoing it (a reversal does).

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::domain::page::{Asked, Page};
use crate::store::Connection;
use crate::store::reading::exception::{self, PairRow};
use crate::usecases::Done;
use crate::usecases::network::require_window;

/// The key of a transaction begins with its office, so a sender that used one reference at two offices for the same
/// service and amount was booked twice: perhaps rightly, perhaps one case was sent under the wrong office first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PairView {
    pub sender: String,
    pub reference: String,
    pub service: String,
    #[schema(value_type = i64)]
    pub amount: Amount,
    #[schema(value_type = i64)]
    pub principal: Amount,
    /// In the order of booking, which that of their ids need not be.
    pub transactions: [PairedView; 2],
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PairedView {
    pub id: i64,
    pub office: String,
    pub occurred_at: DateTime<Utc>,
}

/// Pairs whose second transaction was booked in the window and the first there or in the window before, by the ids of
/// both, the second's first.
///
/// # Errors
/// `Forbidden` for whoever acts for a party: a pair concerns two offices.
pub async fn list_exceptions(
    conn: &mut Connection,
    by: &Originator,
    window_id: i32,
    asked: &Asked<(i64, i64)>,
) -> Done<Page<PairView>> {
    by.may_see_all("see other offices' transactions")?;
    require_window(conn, window_id).await?;
    let after = asked.after.unwrap_or_default();
    let rows = exception::pairs(conn, window_id, after, asked.fetched()).await?;
    Ok(asked.page(rows).map(view))
}

impl PairView {
    /// Where a list of pairs continues.
    pub const fn key(&self) -> (i64, i64) {
        let [first, second] = &self.transactions;
        (second.id, first.id)
    }
}

fn view(row: PairRow) -> PairView {
    let first = PairedView {
        id: row.first_id,
        office: row.first_office,
        occurred_at: row.first_occurred_at,
    };
    let second = PairedView {
        id: row.second_id,
        office: row.second_office,
        occurred_at: row.second_occurred_at,
    };
    PairView {
        sender: row.sender,
        reference: row.reference,
        service: row.service,
        amount: Amount::from_minor(row.amount),
        principal: Amount::from_minor(row.principal),
        transactions: [first, second],
    }
}
