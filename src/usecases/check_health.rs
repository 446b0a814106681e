//! Asks the database for a sign of life. Never here: what to do without one.

use crate::store::Connection;
use crate::store::health::answer;

use super::failure::Done;

/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn check_health(conn: &mut Connection) -> Done<()> {
    answer(conn).await.map_err(Into::into)
}
