//! Payouts of approved settlements that are stopped by a restriction which was recorded since: a hold placed after closing
//! stops the payout, not the settlement (money rule 18). Never here: letting the others leave (see `release_payouts`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::holding::Register;
use super::payments::Payments;
use crate::domain::hold::HoldCause;
use crate::domain::money::Amount;
use crate::store::Connection;
use crate::store::hold::{HoldableItem, holdable_sums, restricted_licences_of, unsettled_licences};
use crate::store::payout::{WaitingPayoutRow, oldest_waiting, waiting_payouts_to};
use crate::usecases::Done;

/// The waiting payouts of a network that must not leave, each with why; judged by what is known at `at`, and by what was recorded
/// before it was asked, though another clock says later. To be read after the licences' lock.
pub async fn stopped_payouts(
    conn: &mut Connection,
    network_id: i16,
    at: DateTime<Utc>,
) -> Done<BTreeMap<i64, HoldCause>> {
    let Some(oldest) = oldest_waiting(conn, network_id).await? else {
        return Ok(BTreeMap::new());
    };
    let licences = unsettled_licences(conn, network_id).await?;
    let register = Register::load(conn, licences).await?;
    let at = register.last_recorded().map_or(at, |last| last.max(at));
    stopped_by(conn, network_id, &register, (oldest, at)).await
}

/// Some payouts of a network that wait.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub party_ids: BTreeSet<i32>,
    /// When the oldest was made.
    pub oldest: DateTime<Utc>,
}

/// The same of these payouts, and maybe of others to the same parties.
pub async fn stopped_among(
    conn: &mut Connection,
    network_id: i16,
    waiting: &Waiting,
    at: DateTime<Utc>,
) -> Done<BTreeMap<i64, HoldCause>> {
    let parties: Vec<i32> = waiting.party_ids.iter().copied().collect();
    let licences = restricted_licences_of(conn, network_id, &parties).await?;
    let register = Register::load(conn, licences).await?;
    stopped_by(conn, network_id, &register, (waiting.oldest, at)).await
}

/// By what was recorded of these licences since a moment and is known at another.
async fn stopped_by(
    conn: &mut Connection,
    network_id: i16,
    register: &Register,
    (since, at): (DateTime<Utc>, DateTime<Utc>),
) -> Done<BTreeMap<i64, HoldCause>> {
    let restricted = register.restricted_since(since, at);
    if restricted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sums = holdable_sums(conn, network_id, i32::MAX, &restricted).await?;
    let items = sums.iter().map(|sum| &sum.item);
    let parties: BTreeSet<i32> = items.clone().map(|item| item.party_id).collect();
    let waiting = waiting_payouts_to(conn, network_id, &Vec::from_iter(parties)).await?;
    let payments = Payments::of_items(conn, network_id, items, i32::MAX).await?;
    let mut stopped = BTreeMap::new();
    for sum in &sums {
        let item = register.holdable(&sum.item)?;
        if !(item.would_be_held)(at) || Amount::from_minor(sum.amount) <= Amount::ZERO {
            continue;
        }
        let paid_by = item.paid_by(payments.of(&sum.item));
        let payout = waiting
            .iter()
            .find(|row| Some(row.ordinal) == paid_by && is_of_chain(row, &sum.item));
        if let Some(payout) = payout {
            let licence = sum.item.licence_id;
            stopped.insert(payout.id, HoldCause::Licence { licence });
        }
    }
    Ok(stopped)
}

fn is_of_chain(row: &WaitingPayoutRow, item: &HoldableItem) -> bool {
    row.party_id == item.party_id
        && row.deposit_identifier == item.deposit_identifier
        && row.unit_id == item.unit_id
}
