//! Enters people, machine clients and jobs, and gives out tokens. Never here: a stored secret.

use chrono::{DateTime, Duration, Utc};
use diesel_async::AsyncConnection;
use sha2::{Digest, Sha256};

use super::known;
use crate::domain::originator::{Originator, OriginatorKind, Scope};
use crate::store::{Connection, originator, party};
use crate::usecases::{Done, Failure};

#[derive(Clone, Debug)]
pub struct OriginatorEntry {
    pub kind: OriginatorKind,
    pub code: String,
    pub name: String,
    /// For whom it acts, if it sees only what concerns that party.
    pub party: Option<String>,
}

/// A bearer token. The secret is told once and stored only as its hash.
#[derive(Clone)]
pub struct IssuedToken {
    pub id: i32,
    pub secret: String,
    pub expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedToken")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

const TOKEN_DAYS_MAX: i64 = 366;

pub async fn register_originator(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    entry: OriginatorEntry,
) -> Done<i32> {
    by.may_register()?;
    conn.transaction(async |conn| {
        let party_id = match &entry.party {
            Some(code) => Some(known(&party::party_ids(conn, &[code]).await?, "party", code)?),
            None => None,
        };
        let row = originator::NewOriginator {
            kind: originator::kind_code(entry.kind),
            code: entry.code.clone(),
            name: entry.name.clone(),
            party_id,
            created_at: at,
        };
        Ok(originator::insert_originator(conn, &row).await?)
    })
    .await
}

/// A token for an originator that exists, good for `days` from now.
pub async fn create_token(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    code: &str,
    scope: Scope,
    days: i64,
) -> Done<IssuedToken> {
    by.may_register()?;
    if !(1..=TOKEN_DAYS_MAX).contains(&days) {
        return Err(Failure::invalid(
            "days",
            "in_range",
            format!("1 to {TOKEN_DAYS_MAX}"),
        ));
    }
    let secret = secret()?;
    let expires_at = at + Duration::days(days);
    conn.transaction(async |conn| {
        let holder = originator::originator_by_code(conn, code, scope)
            .await?
            .ok_or_else(|| Failure::not_found("originator", code))?;
        let row = originator::NewToken {
            originator_id: holder.id,
            hash: hash(&secret),
            scope: originator::scope_code(scope),
            created_at: at,
            expires_at,
        };
        let id = originator::insert_token(conn, &row).await?;
        Ok(IssuedToken {
            id,
            secret: secret.clone(),
            expires_at,
        })
    })
    .await
}

/// Whose token this is, if it is one that stands at `at`.
pub async fn originator_of_token(conn: &mut Connection, at: DateTime<Utc>, secret: &str) -> Done<Originator> {
    originator::originator_by_token(conn, &hash(secret), at)
        .await?
        .ok_or_else(|| Failure::Forbidden("the token is unknown, revoked or expired".to_owned()))
}

/// The originator of a code, for commands given on the host by whoever holds its keys.
pub async fn originator_of_code(conn: &mut Connection, code: &str, scope: Scope) -> Done<Originator> {
    originator::originator_by_code(conn, code, scope)
        .await?
        .ok_or_else(|| Failure::not_found("originator", code))
}

fn secret() -> Done<String> {
    let mut bytes = [0_u8; 24];
    getrandom::fill(&mut bytes).map_err(|error| Failure::Internal(error.to_string()))?;
    Ok(format!("daftar_{}", hex::encode(bytes)))
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
