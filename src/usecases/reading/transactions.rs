//! Booked transactions: of an office by time, by their reference, and one with both sides of its allocation.
//! Never here: booking, the derivation's arithmetic.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::moment::{Moment, must_not_be_empty, network_of_office, zone_for};
use super::offices::find_office;
use crate::domain::facts;
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::domain::page::{Asked, Page};
use crate::domain::transaction::TransactionId;
use crate::store::Connection;
use crate::store::reading::licence::tenures_of;
use crate::store::reading::network::all_networks;
use crate::store::reading::office;
use crate::store::reading::transaction::{
    self, ShareRow, TransactionKey, TransactionRow, TransactionsWanted,
};
use crate::usecases::{Done, Failure};

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TransactionView {
    pub id: i64,
    pub network: String,
    pub office: String,
    pub service: String,
    pub sender: String,
    pub reference: String,
    /// `original`, `refund`, `reversal` or `correction`.
    pub kind: &'static str,
    /// What a refund or reversal takes back.
    pub original_id: Option<i64>,
    pub occurred_at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub booked_at: DateTime<Utc>,
    /// Who holds the money, or gave it back: `office`, `agency`, `central` or `split_at_source`.
    pub holder: &'static str,
    /// 1, and of a refund or reversal -1: with it every amount of this transaction counts.
    pub sign: i8,
    /// In the smallest part of the unit, never negative: a refund's counts negative by its sign.
    #[schema(value_type = i64)]
    pub amount: Amount,
    /// A bill's principal, beside the amount.
    #[schema(value_type = i64)]
    pub principal: Amount,
    pub unit: String,
    pub quantity: i32,
    pub activity_leg: String,
    /// By their names, each true, false, a whole number or a text.
    #[schema(schema_with = facts::schema)]
    pub facts: serde_json::Value,
    pub tariff_version: i32,
    pub window: String,
    pub window_ordinal: i32,
    /// It happened before its window began: an item of earlier periods.
    pub earlier: bool,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TransactionDetails {
    #[serde(flatten)]
    pub transaction: TransactionView,
    /// Who collected the money, a bill's principal included. What a terminal split was collected by whoever earned it.
    pub sources: Vec<ShareView>,
    /// Who earned it, a bill's principal included; of equal sum.
    pub legs: Vec<ShareView>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShareView {
    pub name: String,
    pub kind: String,
    pub role: String,
    pub party: Option<String>,
    pub party_name_fa: Option<String>,
    pub party_name_en: Option<String>,
    pub deposit_identifier: String,
    pub refundable: bool,
    #[schema(value_type = i64)]
    pub amount: Amount,
    /// As it counts for the party: negative of a refund or reversal.
    #[schema(value_type = i64)]
    pub signed_amount: Amount,
}

/// The stretch of event time that is listed; `None` leaves an end open.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stretch {
    pub from: Option<Moment>,
    /// Exclusive.
    pub until: Option<Moment>,
}

impl Stretch {
    /// What of an office happened in it, with days as the office counts them; one who acts for a party asks for its own.
    pub(in crate::usecases) async fn of_office(
        self,
        conn: &mut Connection,
        by: &Originator,
        office_id: i32,
    ) -> Done<TransactionsWanted> {
        let tenures = tenures_of(conn, office_id).await?;
        let networks = all_networks(conn).await?;
        let zone = zone_for(network_of_office(&networks, &tenures));
        let instant = |moment: Moment| moment.instant(zone);
        if let (Some(from), Some(until)) = (self.from, self.until) {
            must_not_be_empty(instant(from), instant(until))?;
        }
        Ok(TransactionsWanted {
            office_id,
            from: self.from.map_or(DateTime::UNIX_EPOCH, instant),
            until: self.until.map_or(DateTime::<Utc>::MAX_UTC, instant),
            licensee: by.party_id,
        })
    }
}

/// An office's transactions, newest first by the time when the service was given.
///
/// # Errors
/// `NotFound` for somebody else's office.
pub async fn list_transactions(
    conn: &mut Connection,
    by: &Originator,
    code: &str,
    stretch: Stretch,
    asked: &Asked<TransactionKey>,
) -> Done<Page<(TransactionKey, TransactionView)>> {
    let office = find_office(conn, by, code).await?;
    let wanted = stretch.of_office(conn, by, office.id).await?;
    let rows = transaction::list_transactions(conn, wanted, asked.after, asked.fetched()).await?;
    let seen: Done<Vec<_>> = rows
        .into_iter()
        .map(|row| Ok(((row.occurred_at, row.batch_id, row.line), view(row)?)))
        .collect();
    Ok(asked.page(seen?))
}

/// Those of one office under one reference: one per sender that used it, by sender's id.
pub async fn find_transactions(
    conn: &mut Connection,
    by: &Originator,
    code: &str,
    reference: &str,
    asked: &Asked<i32>,
) -> Done<Page<(i32, TransactionView)>> {
    let office = office::find_office(conn, code, None)
        .await?
        .ok_or_else(|| Failure::not_found("office", code))?;
    let (after, rows) = (asked.after, asked.fetched());
    let found = transaction::transactions_by_reference(conn, office.id, reference, by.party_id, after, rows);
    let seen: Done<Vec<_>> = found
        .await?
        .into_iter()
        .map(|row| Ok((row.sender_id, view(row)?)))
        .collect();
    Ok(asked.page(seen?))
}

/// One transaction with both sides of its allocation.
///
/// # Errors
/// `NotFound` unless the originator sees all, or acts for its licensee or its agency.
pub async fn show_transaction(conn: &mut Connection, by: &Originator, id: i64) -> Done<TransactionDetails> {
    let named = TransactionId::from_number(id);
    let (batch_id, line) = (named.batch_id(), named.line());
    let row = transaction::transaction_at(conn, batch_id, line, by.party_id)
        .await?
        .ok_or_else(|| Failure::not_found("transaction", id))?;
    let (sources, legs) = shares_of(conn, named).await?;
    Ok(TransactionDetails {
        transaction: view(row)?,
        sources,
        legs,
    })
}

/// Sources and legs of a transaction, the principal among them.
pub(in crate::usecases) async fn shares_of(
    conn: &mut Connection,
    id: TransactionId,
) -> Done<(Vec<ShareView>, Vec<ShareView>)> {
    let shares = transaction::shares_at(conn, id.batch_id(), id.line()).await?;
    let (sources, legs): (Vec<_>, Vec<_>) = shares.into_iter().partition(|share| share.side == "source");
    Ok((
        sources.into_iter().map(share).collect(),
        legs.into_iter().map(share).collect(),
    ))
}

pub(in crate::usecases) fn view(row: TransactionRow) -> Done<TransactionView> {
    Ok(TransactionView {
        sign: if matches!(row.kind, 2 | 3) { -1 } else { 1 },
        kind: named(row.id, row.kind, ["original", "refund", "reversal", "correction"])?,
        holder: named(
            row.id,
            row.holder,
            ["office", "agency", "central", "split_at_source"],
        )?,
        facts: serde_json::from_str(&row.facts).unwrap_or_default(),
        id: row.id,
        network: row.network,
        office: row.office,
        service: row.service,
        sender: row.sender,
        reference: row.reference,
        original_id: row.original_id,
        occurred_at: row.occurred_at,
        received_at: row.received_at,
        booked_at: row.booked_at,
        amount: Amount::from_minor(row.amount),
        principal: Amount::from_minor(row.principal),
        unit: row.unit,
        quantity: row.quantity,
        activity_leg: row.activity_leg,
        tariff_version: row.tariff_version_id,
        window: row.window_key,
        window_ordinal: row.window_ordinal,
        earlier: row.earlier,
    })
}

/// Codes of the table count from 1.
fn named(id: i64, code: i16, names: [&'static str; 4]) -> Done<&'static str> {
    let name = usize::try_from(code)
        .ok()
        .and_then(|code| code.checked_sub(1))
        .and_then(|i| names.get(i));
    name.copied()
        .ok_or_else(|| Failure::Internal(format!("transaction {id} bears the unknown code {code}")))
}

fn share(row: ShareRow) -> ShareView {
    ShareView {
        name: row.name,
        kind: row.kind,
        role: row.role,
        party: row.party,
        party_name_fa: row.name_fa,
        party_name_en: row.name_en,
        deposit_identifier: row.deposit_identifier,
        refundable: row.refundable,
        amount: Amount::from_minor(row.amount),
        signed_amount: Amount::from_minor(row.signed_amount),
    }
}
