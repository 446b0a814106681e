//! Payouts of approved settlements that are stopped by a restriction which was recorded since: a hold placed after closing
//! stops the payout, not the settlement (money rule 18). Never here: letting the others leave (see `release_payouts`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::holding::Register;
use crate::domain::hold::{HoldCause, Holdable};
use crate::domain::money::Amount;
use crate::store::Connection;
use crate::store::hold::{HoldableSum, holdable_sums, unsettled_licences};
use crate::store::payout::{PayingRow, oldest_waiting, paying_payouts};
use crate::store::settlement::approvals;
use crate::usecases::Done;

/// The waiting payouts of a network that must not leave, each with why; judged by what is known at `at`.
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
    let restricted = register.restricted_since(oldest, at);
    if restricted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sums = holdable_sums(conn, network_id, i32::MAX, &restricted).await?;
    let parties: BTreeSet<i32> = sums.iter().map(|sum| sum.party_id).collect();
    let paying = paying_payouts(conn, network_id, &Vec::from_iter(parties)).await?;
    let approvals = approvals(conn, network_id).await?;
    let mut stopped = BTreeMap::new();
    for sum in &sums {
        let is_held = register.judges_held(sum)?;
        if !is_held(at) || Amount::from_minor(sum.amount) <= Amount::ZERO {
            continue;
        }
        let (ordinal, licence) = (sum.ordinal, sum.licence_id);
        let of_chain: Vec<&PayingRow> = paying.iter().filter(|row| is_of_chain(row, sum)).collect();
        if let Some(payout) = waiting_for(&Holdable { ordinal, is_held }, &approvals, &of_chain) {
            stopped.insert(payout, HoldCause::Licence { licence });
        }
    }
    Ok(stopped)
}

/// The payout that pays the item, if it waits.
fn waiting_for<F: Fn(DateTime<Utc>) -> bool>(
    item: &Holdable<F>,
    approvals: &[(i32, DateTime<Utc>)],
    of_chain: &[&PayingRow],
) -> Option<i64> {
    let ordinals: Vec<i32> = of_chain.iter().map(|row| row.ordinal).collect();
    let paid_by = item.paid_by(approvals, &ordinals)?;
    let payout = of_chain.iter().find(|row| row.ordinal == paid_by)?;
    (payout.state == "waiting").then_some(payout.id)
}

fn is_of_chain(row: &PayingRow, sum: &HoldableSum) -> bool {
    row.party_id == sum.party_id
        && row.deposit_identifier == sum.deposit_identifier
        && row.unit_id == sum.unit_id
}
