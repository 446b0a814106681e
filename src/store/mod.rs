//! SQL: free functions that take the connection first. Never here: a transaction opened, a rule decided, the time asked.

pub mod allocation;
pub mod approval;
pub mod bank_account;
pub mod booking;
pub mod calendar;
pub mod failure;
pub mod health;
pub mod hold;
pub mod instrument;
pub mod job;
pub mod journal;
pub mod licence;
pub mod locks;
pub mod network;
pub mod office;
pub mod originator;
pub mod outbox;
pub mod party;
pub mod payout;
mod prepared;
pub mod quarantine;
pub mod query_time;
pub mod reading;
pub mod reminder;
pub mod remittance;
#[rustfmt::skip]
pub mod schema;
pub mod service;
pub mod service_count;
pub mod settlement;
pub mod statement;
pub mod statement_pdf;
pub mod submission;
mod table_row;
pub mod tariff;
pub mod transaction;
pub mod unit;
pub mod verification;
pub mod window;
pub mod window_total;
mod word;
pub mod worker;

pub use failure::StoreFailure;

/// The one kind of connection that the store speaks to.
pub type Connection = diesel_async::AsyncPgConnection;

/// What a store function returns.
pub type Stored<T> = Result<T, StoreFailure>;

/// Rows of one multi-row insert of the register: ten columns of them stay below PostgreSQL's 65,535 parameters.
const ROWS_PER_STATEMENT: usize = 2_000;
