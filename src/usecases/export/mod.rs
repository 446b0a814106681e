//! The books and an owner's raw journal for others to read, a page at a time so that a shell can stream any length.
//! Never here: files, HTTP.

mod books;
mod transactions;

use serde::Deserialize;
use utoipa::ToSchema;

use super::Failure;

pub use crate::store::reading::transaction::TransactionKey as PageKey;
pub use books::{BooksFormat, JournalPage, JournalsWanted, export_journals, journal_head};
pub use transactions::{TransactionPage, TransactionsFormat, export_transactions, transactions_head};

/// How a page is written, whatever it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tabular {
    Csv,
    Json,
}

fn unwritable(error: csv::Error) -> Failure {
    Failure::Internal(format!("a row could not be written as CSV: {error}"))
}
