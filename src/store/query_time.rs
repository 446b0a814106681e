//! How long one query may take. Never here: waiting for locks (see `locks`).

use diesel_async::SimpleAsyncConnection;

use super::{Connection, Stored};

/// Longer than a request's: what reads a whole window, or what a year has brought.
const LONG: &str = "SET LOCAL statement_timeout = '6h'";

/// For the rest of the transaction.
pub async fn allow_long_queries(conn: &mut Connection) -> Stored<()> {
    conn.batch_execute(LONG).await?;
    Ok(())
}
