//! What verification reads, in great pieces and with what rows refer to beside them. Never here: judging (see
//! `domain::verification`).

pub mod allocation;
pub mod book;
pub mod booking;
pub mod content;
pub mod run;
pub mod seal;
pub mod settlement;
pub mod tariff;
pub mod window;

use diesel_async::SimpleAsyncConnection;

use super::{Connection, Stored};

/// Longer than a request's: a statement of a verification reads what a year has brought.
const PATIENT: &str = "SET LOCAL statement_timeout = '6h'";

/// For the rest of the transaction.
pub async fn begin_long_reads(conn: &mut Connection) -> Stored<()> {
    conn.batch_execute(PATIENT).await?;
    Ok(())
}
