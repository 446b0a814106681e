//! What restricted licences mean for a settlement: which items are held, and whose last settlement it is (money rule 18).
//! Never here: the rule for one case (see `domain::licence`), holds' movements (see `domain::hold`).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::payments::{Payments, chain_of};
use crate::domain::binding::{Binding, LICENSEE, in_force};
use crate::domain::hold::{HoldCause, Holdable};
use crate::domain::licence::succession::Term;
use crate::domain::licence::{AfterRestriction, Happening, Licence, LicenceState, MoneyPolicy};
use crate::domain::money::Amount;
use crate::domain::settlement::Chain;
use crate::store::Connection;
use crate::store::hold::{HoldableItem, HoldableSum, RestrictedSpan, holdable_sums, unsettled_licences};
use crate::store::licence::LicenceRow;
use crate::store::window::WindowRow;
use crate::usecases::register::terms::terms_of_rows;
use crate::usecases::{Done, Failure};

/// What is to be held after a window, and the licensees who have no licence left.
#[derive(Clone, Debug, Default)]
pub struct Held {
    pub items: BTreeMap<(Chain, HoldCause), Amount>,
    pub ended: BTreeSet<i32>,
}

/// Licences with what befell them and to whom they are bound.
pub struct Register {
    licences: HashMap<i32, Licensed>,
}

struct Licensed {
    office_id: i32,
    network_id: i16,
    licence: Licence,
    bindings: Vec<Binding>,
}

/// Judged by what is known at `at` and by what the settlements of the windows before have paid.
pub async fn held(
    conn: &mut Connection,
    network_id: i16,
    window: &WindowRow,
    at: DateTime<Utc>,
) -> Done<Held> {
    let rows = unsettled_licences(conn, network_id).await?;
    if rows.is_empty() {
        return Ok(Held::default());
    }
    let register = Register::load(conn, rows).await?;
    let restricted = register.restricted(at);
    let mut items = BTreeMap::new();
    if !restricted.is_empty() {
        let sums = holdable_sums(conn, network_id, window.ordinal, &restricted).await?;
        let all = sums.iter().map(|sum| &sum.item);
        let payments = Payments::of_items(conn, network_id, all, window.ordinal).await?;
        items = register.held_items(&sums, &payments, at)?;
    }
    Ok(Held {
        items,
        ended: register.ended_licensees(network_id, window.ends_at, at),
    })
}

pub(super) type Causes = BTreeMap<HoldCause, Amount>;

/// A destination, and the settlements whose payments of it came back one after the other; none where nothing was paid.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub chain: Chain,
    pub came_back_from: Vec<i32>,
}

/// What would be held if all of it had come back.
#[derive(Clone, Debug, Default)]
pub(super) struct Unpaid {
    pub places: BTreeMap<Place, Causes>,
    /// What each settlement had paid of a destination, and came back.
    came_back: BTreeMap<(Chain, i32), Amount>,
}

impl Unpaid {
    /// What is held of it: of what the same settlements had paid no more than came back, for what they had set off stays paid.
    pub(super) fn capped(&self) -> Done<BTreeMap<Place, Causes>> {
        let mut capped = self.places.clone();
        for ((chain, ordinal), paid) in &self.came_back {
            let mut left = *paid;
            let paid_by_it = |place: &Place| place.chain == *chain && place.came_back_from.contains(ordinal);
            let alike = capped.iter_mut().filter(|(place, _)| paid_by_it(place));
            for amount in alike.flat_map(|(_, causes)| causes.values_mut()) {
                *amount = (*amount).min(left);
                left = left.minus((*amount).max(Amount::ZERO))?;
            }
        }
        Ok(capped)
    }

    /// What is not held of it, by place and cause.
    pub(super) fn cuts(&self) -> Done<BTreeMap<(Place, HoldCause), Amount>> {
        let capped = self.capped()?;
        let mut cuts = BTreeMap::new();
        for (place, causes) in &self.places {
            for (cause, amount) in causes {
                let held = capped[place][cause].max(Amount::ZERO);
                let cut = amount.max(&Amount::ZERO).minus(held)?;
                cuts.insert((place.clone(), cause.clone()), cut);
            }
        }
        Ok(cuts)
    }
}

pub(super) fn cause_of(item: &HoldableItem) -> HoldCause {
    HoldCause::Licence {
        licence: item.licence_id,
    }
}

fn add(sum: &mut Amount, amount: Amount) -> Done<()> {
    *sum = sum.plus(amount)?;
    Ok(())
}

impl Register {
    pub async fn load(conn: &mut Connection, rows: Vec<LicenceRow>) -> Done<Self> {
        let terms = terms_of_rows(conn, &rows).await?;
        let licensed = |(row, term): (&LicenceRow, Term)| Licensed {
            office_id: row.office_id,
            network_id: row.network_id,
            licence: term.licence,
            bindings: term.bindings,
        };
        let licences = rows.iter().zip(terms);
        let licences = licences
            .map(|(row, term)| (row.id, licensed((row, term))))
            .collect();
        Ok(Self { licences })
    }

    /// When the last decision was recorded.
    pub(super) fn last_recorded(&self) -> Option<DateTime<Utc>> {
        let events = self
            .licences
            .values()
            .flat_map(|licensed| licensed.licence.events());
        events.map(|event| event.recorded_at).max()
    }

    /// Where all lies that is held by what is known at a moment.
    pub(super) fn restricted(&self, at: DateTime<Utc>) -> Vec<RestrictedSpan> {
        let mut restricted: Vec<_> = self
            .licences
            .iter()
            .flat_map(|(id, licensed)| licensed.restricted(*id, at))
            .collect();
        restricted.sort_by_key(|r| r.licence_id);
        restricted
    }

    /// The same of those licences of which something was recorded since a moment.
    pub(super) fn restricted_since(&self, since: DateTime<Utc>, at: DateTime<Utc>) -> Vec<RestrictedSpan> {
        let changed = |r: &RestrictedSpan| self.licences[&r.licence_id].changed(since, at);
        self.restricted(at).into_iter().filter(changed).collect()
    }

    /// What of the sums is held, by destination and cause; of those whose payment came back no more than came back.
    pub(super) fn held_items(
        &self,
        sums: &[HoldableSum],
        payments: &Payments,
        at: DateTime<Utc>,
    ) -> Done<BTreeMap<(Chain, HoldCause), Amount>> {
        let mut items = BTreeMap::new();
        for (place, causes) in self.unpaid(sums, payments, at)?.capped()? {
            for (cause, amount) in causes {
                add(items.entry((place.chain.clone(), cause)).or_default(), amount)?;
            }
        }
        Ok(items)
    }

    /// What of the sums would be held if all of it had come back, by place and cause.
    pub(super) fn unpaid(
        &self,
        sums: &[HoldableSum],
        payments: &Payments,
        at: DateTime<Utc>,
    ) -> Done<Unpaid> {
        let mut unpaid = Unpaid::default();
        for sum in sums {
            let (item, of_chain) = (self.holdable(&sum.item)?, payments.of(&sum.item));
            if !item.is_held(of_chain, at) {
                continue;
            }
            let place = self.place(&sum.item, payments)?;
            for payment in item.came_back_from(of_chain) {
                let came_back = (place.chain.clone(), payment.ordinal);
                unpaid.came_back.insert(came_back, payment.paid);
            }
            let causes = unpaid.places.entry(place).or_default();
            let amount = Amount::from_minor(sum.amount);
            add(causes.entry(cause_of(&sum.item)).or_default(), amount)?;
        }
        Ok(unpaid)
    }

    /// Where an item that is held stands.
    pub(super) fn place(&self, item: &HoldableItem, payments: &Payments) -> Done<Place> {
        let judged = self.holdable(item)?;
        let came_back = judged.came_back_from(payments.of(item));
        Ok(Place {
            chain: chain_of(item),
            came_back_from: came_back.map(|payment| payment.ordinal).collect(),
        })
    }

    pub(super) fn holds(&self, item: &HoldableItem, payments: &Payments, at: DateTime<Utc>) -> Done<bool> {
        Ok(self.holdable(item)?.is_held(payments.of(item), at))
    }

    /// When what holds an item took effect, by what is known at a moment.
    pub(super) fn held_since(&self, item: &HoldableItem, at: DateTime<Utc>) -> Done<Option<DateTime<Utc>>> {
        let licensed = self.licensed(item.licence_id)?;
        Ok(licensed.licence.held_since(Happening {
            happened_at: item.occurred_at,
            received_at: item.received_at,
            known_at: at,
        }))
    }

    pub(super) fn holdable(&self, item: &HoldableItem) -> Done<Holdable<impl Fn(DateTime<Utc>) -> bool>> {
        let licensed = self.licensed(item.licence_id)?;
        let (happened_at, received_at) = (item.occurred_at, item.received_at);
        Ok(Holdable {
            ordinal: item.ordinal,
            would_be_held: move |known_at| licensed.holds(happened_at, received_at, known_at),
        })
    }

    fn licensed(&self, licence_id: i32) -> Done<&Licensed> {
        let found = self.licences.get(&licence_id);
        found.ok_or_else(|| Failure::Internal(format!("the licence {licence_id} was not loaded")))
    }

    /// Whoever was a licensee in a network and, at the end of the window, is bound to no licence there that stands or may stand
    /// again.
    pub fn ended_licensees(
        &self,
        network_id: i16,
        ends_at: DateTime<Utc>,
        known_at: DateTime<Utc>,
    ) -> BTreeSet<i32> {
        let mut terms: Vec<&Licensed> = self.licences.values().collect();
        terms.retain(|licensed| {
            licensed.network_id == network_id && licensed.licence.term().from() <= ends_at
        });
        terms.sort_unstable_by_key(|licensed| licensed.licence.term().from());
        let licensees = terms
            .iter()
            .flat_map(|licensed| licensed.licensees(ends_at, known_at));
        let mut ended: BTreeSet<i32> = licensees.collect();
        // An office's last term may be renewed; one that another followed, its licensee's or a stranger's, is over.
        let last: BTreeMap<i32, &Licensed> = terms.into_iter().map(|term| (term.office_id, term)).collect();
        for licensed in last.into_values() {
            if let Some(standing) = licensed.standing_licensee(ends_at, known_at) {
                ended.remove(&standing);
            }
        }
        ended
    }
}

impl Licensed {
    /// Whether something was recorded of it after a moment that is known at another.
    fn changed(&self, since: DateTime<Utc>, at: DateTime<Utc>) -> bool {
        let events = self.licence.events();
        events
            .iter()
            .any(|event| since < event.recorded_at && event.recorded_at <= at)
    }

    fn restricted(&self, licence_id: i32, at: DateTime<Utc>) -> impl Iterator<Item = RestrictedSpan> {
        let office_id = self.office_id;
        let spans = self.licence.held_spans(at).into_iter();
        spans.map(move |span| RestrictedSpan {
            licence_id,
            office_id,
            span,
        })
    }

    fn holds(&self, happened_at: DateTime<Utc>, received_at: DateTime<Utc>, known_at: DateTime<Utc>) -> bool {
        let case = Happening {
            happened_at,
            received_at,
            known_at,
        };
        match self.licence.money_policy(case, AfterRestriction::Quarantine) {
            MoneyPolicy::Held(_) => true,
            MoneyPolicy::Earns | MoneyPolicy::Refused(_) | MoneyPolicy::Quarantined(_) => false,
        }
    }

    /// Whoever it was bound to until a moment, as known at another.
    fn licensees(&self, at: DateTime<Utc>, known_at: DateTime<Utc>) -> impl Iterator<Item = i32> {
        let bound = move |binding: &&Binding| binding.valid.from() <= at && binding.known_from <= known_at;
        self.bindings
            .iter()
            .filter(bound)
            .filter_map(|b| b.party(LICENSEE))
    }

    fn standing_licensee(&self, at: DateTime<Utc>, known_at: DateTime<Utc>) -> Option<i32> {
        let stands = match self.licence.state(at, known_at) {
            None | Some(LicenceState::Active | LicenceState::Suspended | LicenceState::Expired) => true,
            Some(LicenceState::Revoked | LicenceState::Surrendered) => false,
        };
        let binding = in_force(&self.bindings, at, known_at).filter(|_| stands)?;
        binding.party(LICENSEE)
    }
}
