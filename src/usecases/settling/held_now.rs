//! What settlements would hold if everything that is booked were settled now, for whoever reads what was earned. Never here: the
//! rule (see `holding`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::holding::Register;
use super::payments::Payments;
use crate::domain::money::Amount;
use crate::domain::settlement::Chain;
use crate::store::Connection;
use crate::store::hold::{RestrictedLicence, holdable_originals, holdable_sums, restricted_licences};
use crate::usecases::Done;

/// Those of some licences that were ever restricted.
pub struct Restrictions {
    /// All that were asked for.
    licences: BTreeSet<i32>,
    register: Register,
    networks: Vec<OfNetwork>,
    at: DateTime<Utc>,
}

/// An original whose licensee's own legs at one destination are held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldOriginal {
    pub id: i64,
    /// Empty for the plain one.
    pub deposit_identifier: String,
}

struct OfNetwork {
    id: i16,
    restricted: Vec<RestrictedLicence>,
}

impl Restrictions {
    /// As they are known at a moment.
    pub async fn among(conn: &mut Connection, licences: BTreeSet<i32>, at: DateTime<Utc>) -> Done<Self> {
        let ids: Vec<i32> = licences.iter().copied().collect();
        let rows = restricted_licences(conn, &ids).await?;
        let mut network_of: BTreeMap<i16, Vec<i32>> = BTreeMap::new();
        for row in &rows {
            network_of.entry(row.network_id).or_default().push(row.id);
        }
        let register = Register::load(conn, rows).await?;
        let mut networks = Vec::with_capacity(network_of.len());
        for (id, own) in network_of {
            let mut restricted = register.restricted(at);
            restricted.retain(|r| own.contains(&r.licence_id));
            networks.push(OfNetwork { id, restricted });
        }
        Ok(Self {
            licences,
            register,
            networks,
            at,
        })
    }

    /// Whether these licences are those that were asked for.
    pub fn are_of(&self, licences: &BTreeSet<i32>) -> bool {
        self.licences == *licences
    }

    /// The originals whose licensees' own legs are held, each at the destinations where they are; or `only` this one.
    pub async fn held_originals(&self, conn: &mut Connection, only: Option<i64>) -> Done<Vec<HeldOriginal>> {
        let mut held = Vec::new();
        for network in &self.networks {
            let originals = holdable_originals(conn, network.id, &network.restricted, only).await?;
            let items = originals.iter().map(|original| &original.item);
            let payments = Payments::of_items(conn, network.id, items, i32::MAX).await?;
            for original in &originals {
                if self.register.holds(&original.item, &payments, self.at)? {
                    held.push(HeldOriginal {
                        id: original.id,
                        deposit_identifier: original.item.deposit_identifier.clone(),
                    });
                }
            }
        }
        Ok(held)
    }

    /// What is held of each destination in each network, of what was booked up to the window of an ordinal; where none is
    /// named, of all. A cause whose refunds outweigh holds nothing.
    pub async fn held_sums(
        &self,
        conn: &mut Connection,
        ordinals: &BTreeMap<i16, i32>,
    ) -> Done<BTreeMap<(i16, Chain), Amount>> {
        let mut sums: BTreeMap<(i16, Chain), Amount> = BTreeMap::new();
        for network in &self.networks {
            let ordinal = ordinals.get(&network.id).copied().unwrap_or(i32::MAX);
            let holdable = holdable_sums(conn, network.id, ordinal, &network.restricted).await?;
            let items = holdable.iter().map(|sum| &sum.item);
            let payments = Payments::of_items(conn, network.id, items, ordinal).await?;
            let items = self.register.held_items(&holdable, &payments, self.at)?;
            for ((chain, _), amount) in items {
                let held = sums.entry((network.id, chain)).or_default();
                *held = held.plus(amount.max(Amount::ZERO))?;
            }
        }
        Ok(sums)
    }
}
