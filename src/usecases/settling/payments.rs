//! Which settlements paid what may have to be held, by chain. Never here: what that means for an item (see `domain::hold`).

use std::collections::{BTreeSet, HashMap};

use crate::domain::hold::Payment;
use crate::domain::journal::Destination;
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
                of_chains.entry(chain_paid(row)).or_default().push(payment);
            }
        }
        Ok(Self { of_chains })
    }

    pub(super) fn of(&self, item: &HoldableItem) -> &[Payment] {
        self.of_chains.get(&chain_of(item)).map_or(&[], Vec::as_slice)
    }
}

pub(super) fn chain_of(item: &HoldableItem) -> Chain {
    Chain {
        destination: Destination {
            party: item.party_id,
            deposit_identifier: item.deposit_identifier.clone(),
        },
        unit: item.unit_id,
    }
}

fn chain_paid(row: PaymentRow) -> Chain {
    Chain {
        destination: Destination {
            party: row.party_id,
            deposit_identifier: row.deposit_identifier,
        },
        unit: row.unit_id,
    }
}

impl From<&PaymentRow> for Payment {
    fn from(row: &PaymentRow) -> Self {
        Self {
            ordinal: row.ordinal,
            approved_at: row.approved_at,
            returned_in: row.returned_in,
        }
    }
}
