//! What settlements would hold if everything that is booked were settled now, for whoever reads what was earned. Never here: the
//! rule (see `holding`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::holding::{Place, Register, cause_of};
use super::payments::Payments;
use crate::domain::hold::HoldCause;
use crate::domain::money::Amount;
use crate::domain::settlement::Chain;
use crate::store::Connection;
use crate::store::hold::{
    HoldableOriginal, RestrictedSpan, holdable_originals, holdable_sums, restricted_licences,
    restricted_licences_of,
};
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
    /// What of them is paid for good: its payout came back, and this much had been set off.
    pub not_held: Amount,
    /// When what holds it took effect.
    pub since: DateTime<Utc>,
    is_held: bool,
}

impl HeldOriginal {
    /// Whether anything of it is.
    pub const fn is_held(&self) -> bool {
        self.is_held
    }
}

struct OfNetwork {
    id: i16,
    restricted: Vec<RestrictedSpan>,
}

/// An original that would be held if all of it had come back.
struct UnpaidOriginal {
    original: HoldableOriginal,
    place: Place,
    since: DateTime<Utc>,
}

/// What is still to be handed out to the originals of a place and cause.
type Cuts = BTreeMap<(Place, HoldCause), Amount>;

impl UnpaidOriginal {
    fn came_back(&self) -> bool {
        !self.place.came_back_from.is_empty()
    }

    /// The oldest are cut first.
    fn cut_by(self, cuts: &mut Cuts) -> Done<HeldOriginal> {
        let net = Amount::from_minor(self.original.amount);
        let mut not_held = Amount::ZERO;
        let cause = cause_of(&self.original.item);
        if let Some(left) = cuts.get_mut(&(self.place, cause)) {
            not_held = net.max(Amount::ZERO).min(*left);
            *left = left.minus(not_held)?;
        }
        Ok(HeldOriginal {
            id: self.original.id,
            deposit_identifier: self.original.item.deposit_identifier,
            is_held: not_held.is_zero() || not_held < net,
            not_held,
            since: self.since,
        })
    }
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

    /// The originals whose licensees' own legs are held, each at the destinations where they are; or `only` this one. Those of all
    /// licences of a party come together to what would be held of it if everything that is booked were settled.
    pub async fn held_originals(&self, conn: &mut Connection, only: Option<i64>) -> Done<Vec<HeldOriginal>> {
        let mut held = Vec::new();
        for network in &self.networks {
            let mut own = self.held_of(conn, network, only).await?;
            let mut cuts = Cuts::new();
            if own.iter().any(UnpaidOriginal::came_back) {
                cuts = self.cuts(conn, network, &own).await?;
                if only.is_some() {
                    // What is cut of one depends on the others.
                    own = self.held_of(conn, network, None).await?;
                }
            }
            own.sort_by_key(|unpaid| (unpaid.original.item.occurred_at, unpaid.original.id));
            for unpaid in own {
                let original = unpaid.cut_by(&mut cuts)?;
                if only.is_none_or(|only| only == original.id) {
                    held.push(original);
                }
            }
        }
        Ok(held)
    }

    async fn held_of(
        &self,
        conn: &mut Connection,
        network: &OfNetwork,
        only: Option<i64>,
    ) -> Done<Vec<UnpaidOriginal>> {
        let originals = holdable_originals(conn, network.id, &network.restricted, only).await?;
        let items = originals.iter().map(|original| &original.item);
        let payments = Payments::of_items(conn, network.id, items, i32::MAX).await?;
        let mut held = Vec::new();
        for original in originals {
            let is_held = self.register.holds(&original.item, &payments, self.at)?;
            let since = self.register.held_since(&original.item, self.at)?;
            if let Some(since) = since.filter(|_| is_held) {
                let place = self.register.place(&original.item, &payments)?;
                held.push(UnpaidOriginal {
                    original,
                    place,
                    since,
                });
            }
        }
        Ok(held)
    }

    /// What is not held of what came back: of all licences of the parties of these originals, for they were paid together.
    async fn cuts(&self, conn: &mut Connection, network: &OfNetwork, own: &[UnpaidOriginal]) -> Done<Cuts> {
        let parties: BTreeSet<i32> = own.iter().map(|unpaid| unpaid.original.item.party_id).collect();
        let rows = restricted_licences_of(conn, network.id, &Vec::from_iter(parties)).await?;
        let register = Register::load(conn, rows).await?;
        let restricted = register.restricted(self.at);
        let sums = holdable_sums(conn, network.id, i32::MAX, &restricted).await?;
        let items = sums.iter().map(|sum| &sum.item);
        let payments = Payments::of_items(conn, network.id, items, i32::MAX).await?;
        register.unpaid(&sums, &payments, self.at)?.cuts()
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
