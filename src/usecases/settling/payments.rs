//! Which settlements paid what may have to be held, by chain. Never here: what that means for an item (see `domain::hold`).

use std::collections::{BTreeSet, HashMap};

use crate::domain::hold::Payment;
use crate::domain::money::Amount;
use crate::domain::settlement::Chain;
use crate::store::Connection;
use crate::store::hold::{HoldableItem, PaymentRow, payments_to};
use crate::usecases::Done;

/// In ascending order of their windows.
pub(super) struct Payments {
    of_chains: HashMap<Chain, Vec<Payment>>,
}

impl Payments {
    /// Those that may have paid one of the items, in windows before one of this ordinal.
    pub(super) async fn of_items<'a>(
        conn: &mut Connection,
        network_id: i16,
        items: impl Iterator<Item = &'a HoldableItem> + Clone,
        before: i32,
    ) -> Done<Self> {
        let mut of_chains: HashMap<Chain, Vec<Payment>> = HashMap::new();
        if let Some(from) = items.clone().map(|item| item.ordinal).min() {
            let parties: BTreeSet<i32> = items.map(|item| item.party_id).collect();
            for row in payments_to(conn, network_id, &Vec::from_iter(parties), (from, before)).await? {
                let payment = Payment::from(&row);
                let chain = Chain::new(row.party_id, row.deposit_identifier, row.unit_id);
                of_chains.entry(chain).or_default().push(payment);
            }
        }
        Ok(Self { of_chains })
    }

    pub(super) fn of(&self, item: &HoldableItem) -> &[Payment] {
        self.of_chains.get(&chain_of(item)).map_or(&[], Vec::as_slice)
    }
}

pub(super) fn chain_of(item: &HoldableItem) -> Chain {
    Chain::new(item.party_id, item.deposit_identifier.as_str(), item.unit_id)
}

impl From<&PaymentRow> for Payment {
    fn from(row: &PaymentRow) -> Self {
        Self {
            ordinal: row.ordinal,
            approved_at: row.approved_at,
            paid: Amount::from_minor(row.paid),
            returned_in: row.returned_in,
        }
    }
}
