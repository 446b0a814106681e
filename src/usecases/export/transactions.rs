//! An owner's raw journal: the transactions of one office with all their terms, for any stretch of time (money rule 25).
//! Never here: other parties' offices.

use std::collections::HashMap;

use super::{Tabular, unwritable};
use crate::documents::transaction_journal::{self, JournalTerm, JournalTransaction};
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::store::Connection;
use crate::store::reading::transaction::{
    ShareRow, TransactionKey, TransactionRow, shares_of_office, transactions_in_order,
};
use crate::usecases::reading::offices::find_office;
use crate::usecases::reading::transactions::{Stretch, view};
use crate::usecases::{Done, Failure};

pub type TransactionsFormat = Tabular;

const TRANSACTIONS_AT_ONCE: i64 = 1_000;

/// Some transactions as text, and after which key the next ones begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionPage {
    pub text: Vec<u8>,
    pub transactions: usize,
    pub next_after: Option<TransactionKey>,
}

/// What stands above all pages.
pub fn transactions_head(format: TransactionsFormat) -> Done<Vec<u8>> {
    match format {
        Tabular::Csv => transaction_journal::csv_head().map_err(unwritable),
        Tabular::Json => Ok(Vec::new()),
    }
}

/// The next transactions of an office after a key, oldest first by the time when the service was given; for a licensee
/// those of the time that the office was its own.
///
/// # Errors
/// `NotFound` for somebody else's office.
pub async fn export_transactions(
    conn: &mut Connection,
    by: &Originator,
    office: &str,
    stretch: Stretch,
    format: TransactionsFormat,
    after: Option<TransactionKey>,
) -> Done<TransactionPage> {
    let office = find_office(conn, by, office).await?;
    let wanted = stretch.of_office(conn, by, office.id).await?;
    let rows = transactions_in_order(conn, wanted, after, TRANSACTIONS_AT_ONCE).await?;
    let is_full = i64::try_from(rows.len()).unwrap_or(i64::MAX) == TRANSACTIONS_AT_ONCE;
    let key = |row: &TransactionRow| (row.occurred_at, row.batch_id, row.line);
    let next_after = rows.last().filter(|_| is_full).map(key);
    let mut terms = terms(conn, office.id, &rows).await?;
    let mut text = Vec::new();
    let transactions = rows.len();
    for row in rows {
        let own = terms.remove(&row.id).unwrap_or_default();
        let transaction = journal_transaction(row, own)?;
        match format {
            Tabular::Csv => text.extend(transaction_journal::csv(&transaction).map_err(unwritable)?),
            Tabular::Json => text.extend(transaction_journal::json(&transaction).into_bytes()),
        }
    }
    Ok(TransactionPage {
        text,
        transactions,
        next_after,
    })
}

async fn terms(
    conn: &mut Connection,
    office_id: i32,
    rows: &[TransactionRow],
) -> Done<HashMap<i64, Vec<ShareRow>>> {
    let mut of_transaction: HashMap<i64, Vec<ShareRow>> = HashMap::new();
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return Ok(of_transaction);
    };
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let between = (first.occurred_at, last.occurred_at);
    for term in shares_of_office(conn, office_id, between, &ids).await? {
        of_transaction.entry(term.id).or_default().push(term);
    }
    Ok(of_transaction)
}

fn journal_transaction(row: TransactionRow, terms: Vec<ShareRow>) -> Result<JournalTransaction, Failure> {
    let seen = view(row)?;
    let term = |row: ShareRow| JournalTerm {
        side: row.side,
        name: row.name,
        kind: row.kind,
        role: row.role,
        party: row.party,
        deposit_identifier: row.deposit_identifier,
        amount: Amount::from_minor(row.amount),
        signed_amount: Amount::from_minor(row.signed_amount),
    };
    Ok(JournalTransaction {
        id: seen.id,
        network: seen.network,
        office: seen.office,
        service: seen.service,
        sender: seen.sender,
        reference: seen.reference,
        kind: seen.kind,
        sign: seen.sign,
        original_id: seen.original_id,
        occurred_at: seen.occurred_at,
        received_at: seen.received_at,
        booked_at: seen.booked_at,
        window: seen.window,
        holder: seen.holder,
        amount: seen.amount,
        principal: seen.principal,
        unit: seen.unit,
        quantity: seen.quantity,
        activity_leg: seen.activity_leg,
        facts: seen.facts,
        tariff_version: seen.tariff_version,
        terms: terms.into_iter().map(term).collect(),
    })
}
