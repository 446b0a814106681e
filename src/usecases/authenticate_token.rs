//! Finds whose a bearer token is. Never here: the token itself, of which only a hash is known.

use chrono::{DateTime, Utc};

use crate::domain::originator::Originator;
use crate::store::Connection;
use crate::store::originator::originator_by_token;

use super::failure::Done;

/// The originator of a token that is neither revoked nor expired at `at`; `hash` is the token's SHA-256.
pub async fn authenticate_token(
    conn: &mut Connection,
    at: DateTime<Utc>,
    hash: &[u8; 32],
) -> Done<Option<Originator>> {
    Ok(originator_by_token(conn, hash, at).await?)
}
