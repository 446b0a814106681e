//! What lists of payouts, remittances and demands are asked for. Never here: the lists.

use super::naming::{network_is_known, party_is_known, settlement_is_known};
use crate::domain::originator::Originator;
use crate::domain::payout::PayoutState;
use crate::store::Connection;
use crate::store::reading::money::MoneyWanted;
use crate::usecases::Done;

/// Filters of a list of payouts, remittances or demands; `None` leaves one out.
#[derive(Clone, Debug, Default)]
pub struct MoneyFilter {
    pub network: Option<String>,
    pub party: Option<String>,
    /// Of payouts.
    pub state: Option<PayoutState>,
    /// Of payouts.
    pub settlement: Option<i32>,
}

impl MoneyFilter {
    /// Its codes are known, and one who acts for a party asks for its own.
    pub(super) async fn wanted(&self, conn: &mut Connection, by: &Originator) -> Done<MoneyWanted> {
        network_is_known(conn, self.network.as_deref()).await?;
        party_is_known(conn, by, self.party.as_deref()).await?;
        settlement_is_known(conn, by, self.settlement).await?;
        Ok(MoneyWanted {
            id: None,
            network: self.network.clone(),
            party: self.party.clone(),
            party_id: by.party_id,
            state: self.state.map(PayoutState::code),
            settlement_id: self.settlement,
        })
    }
}
