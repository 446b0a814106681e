//! Money that a party sent to the network's account, booked and posted. Never here: what was demanded of it.

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer_payout::check_bank_reference;
use super::booking::window_for_booking;
use super::network::known_network;
use super::reading::moment::Moment;
use super::reading::naming::party_is_known;
use super::register::known;
use super::{Done, Failure};
use crate::domain::journal::Destination;
use crate::domain::moment::kept;
use crate::domain::money::{AMOUNT_MAX, Amount};
use crate::domain::originator::Originator;
use crate::domain::posting::{Booking, remittance_journal};
use crate::store::journal::{Posting, deposit_identifiers_of, post_journals};
use crate::store::network::NetworkRow;
use crate::store::party::party_ids;
use crate::store::remittance::{NewRemittance, RemittanceRow, insert_remittance, remittance_of_reference};
use crate::store::{Connection, locks};

/// A credit on the network's bank statement, with whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemittanceEntry {
    pub network: String,
    pub party: String,
    /// Empty for the party's plain destination.
    pub deposit_identifier: String,
    /// In the smallest part of the network's unit.
    pub amount: Amount,
    /// The bank's own reference: once in a network, for ever, by its exact letters.
    pub bank_reference: String,
    /// When the bank received it; now when left out.
    pub received_at: Option<Moment>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecordedRemittance {
    pub id: i64,
    pub network: String,
    pub party: String,
    #[schema(value_type = i64)]
    pub amount: Amount,
    pub bank_reference: String,
    pub received_at: DateTime<Utc>,
    /// In which it counts.
    pub window: i32,
    /// It had been recorded so before; nothing was written.
    pub repeated: bool,
}

/// Books a remittance in the window that takes bookings now.
///
/// # Errors
/// Invalid `a_remittance_is_for_a_known_destination`: no account of the party bears the deposit identifier, and what is credited
/// there would be owed back. Conflict `a_bank_reference_is_recorded_once` when the reference stands for another remittance.
pub async fn record_remittance(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    entry: &RemittanceEntry,
) -> Done<RecordedRemittance> {
    by.may_receive()?;
    check(entry)?;
    conn.transaction(async |conn| {
        let network = known_network(conn, &entry.network).await?;
        party_is_known(conn, by, Some(&entry.party)).await?;
        let received_at = entry.received_at.map(|moment| moment.instant(network.time_zone));
        check_receipt(&network, received_at, at)?;
        let parties = party_ids(conn, &[entry.party.as_str()]).await?;
        let party_id = known(&parties, "party", &entry.party)?;
        locks::share_networks(conn, &[network.id]).await?;
        if let Some(before) = remittance_of_reference(conn, network.id, &entry.bank_reference).await? {
            return repeated(before, party_id, entry, received_at);
        }
        must_be_known(conn, &network, party_id, entry).await?;
        let window = window_for_booking(conn, &network, at).await?;
        let new = NewRemittance {
            network_id: network.id,
            party_id,
            deposit_identifier: &entry.deposit_identifier,
            unit_id: network.unit_id,
            amount: entry.amount.minor(),
            bank_reference: &entry.bank_reference,
            received_at: kept(received_at.unwrap_or(at)),
            window_id: window.id,
            originator_id: by.id,
        };
        match insert_remittance(conn, &new).await? {
            Some(row) => {
                post(conn, by, at, &row).await?;
                Ok(recorded(row, entry, Novelty::Written))
            }
            None => Err(Failure::Unavailable(format!(
                "{} is being recorded by another at this moment",
                entry.bank_reference
            ))),
        }
    })
    .await
}

async fn post(conn: &mut Connection, by: &Originator, at: DateTime<Utc>, row: &RemittanceRow) -> Done<()> {
    let booking = Booking {
        unit: row.unit_id,
        window: row.window_id,
    };
    let destination = Destination {
        party: row.party_id,
        deposit_identifier: row.deposit_identifier.clone(),
    };
    let journal = remittance_journal(booking, row.id, &destination, Amount::from_minor(row.amount))
        .map_err(|rule| Failure::Internal(format!("remittance {}: {rule}", row.id)))?;
    let posting = Posting {
        network_id: row.network_id,
        originator_id: by.id,
        at,
    };
    Ok(post_journals(conn, posting, &[journal]).await?)
}

fn check(entry: &RemittanceEntry) -> Done<()> {
    if entry.amount <= Amount::ZERO {
        return Err(Failure::invalid(
            "amount",
            "a_remittance_is_positive",
            "more than zero",
        ));
    }
    if entry.amount.is_above_limit() {
        return Err(Failure::invalid(
            "amount",
            "a_remittance_has_a_limit",
            format!("at most {AMOUNT_MAX}"),
        ));
    }
    check_bank_reference(&entry.bank_reference, "a_remittance_has_the_banks_reference")
}

/// Before its first window a network had no account that money could come into.
fn check_receipt(network: &NetworkRow, received_at: Option<DateTime<Utc>>, at: DateTime<Utc>) -> Done<()> {
    let Some(received_at) = received_at else {
        return Ok(());
    };
    if received_at > at {
        return Err(Failure::invalid(
            "received_at",
            "money_was_received_by_now",
            "not later than now",
        ));
    }
    let began = network.first_window_starts_at;
    if received_at < began {
        return Err(Failure::invalid(
            "received_at",
            "money_was_received_since_the_first_window",
            format!("not before the first window of {}, {began}", network.code),
        ));
    }
    Ok(())
}

async fn must_be_known(
    conn: &mut Connection,
    network: &NetworkRow,
    party_id: i32,
    entry: &RemittanceEntry,
) -> Done<()> {
    if entry.deposit_identifier.is_empty() {
        return Ok(());
    }
    let known = deposit_identifiers_of(conn, network.id, party_id).await?;
    if known.contains(&entry.deposit_identifier) {
        return Ok(());
    }
    let told = if known.is_empty() {
        format!("{} has none in {}: leave it empty", entry.party, entry.network)
    } else {
        format!("of {} in {}: {}", entry.party, entry.network, known.join(", "))
    };
    Err(Failure::invalid(
        "deposit_identifier",
        "a_remittance_is_for_a_known_destination",
        told,
    ))
}

fn repeated(
    before: RemittanceRow,
    party_id: i32,
    entry: &RemittanceEntry,
    received_at: Option<DateTime<Utc>>,
) -> Done<RecordedRemittance> {
    let same = before.party_id == party_id
        && before.amount == entry.amount.minor()
        && before.deposit_identifier == entry.deposit_identifier
        && received_at.is_none_or(|received_at| kept(received_at) == before.received_at);
    if same {
        return Ok(recorded(before, entry, Novelty::Repeated));
    }
    Err(Failure::conflict(
        "a_bank_reference_is_recorded_once",
        format!("{} stands for another remittance", entry.bank_reference),
    ))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Novelty {
    Written,
    Repeated,
}

fn recorded(row: RemittanceRow, entry: &RemittanceEntry, novelty: Novelty) -> RecordedRemittance {
    RecordedRemittance {
        id: row.id,
        network: entry.network.clone(),
        party: entry.party.clone(),
        amount: Amount::from_minor(row.amount),
        bank_reference: row.bank_reference,
        received_at: row.received_at,
        window: row.window_id,
        repeated: novelty == Novelty::Repeated,
    }
}
