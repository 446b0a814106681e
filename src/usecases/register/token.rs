//! Bearer tokens: given out, listed, taken back. Never here: a stored secret, only its hash.

use chrono::{DateTime, Duration, Utc};
use diesel_async::AsyncConnection;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::known;
use super::originator::has_its_form;
use crate::domain::originator::{Originator, OriginatorKind, Scope};
use crate::domain::page::{Asked, Page};
use crate::store::originator::{self, NewOriginator, NewToken, OriginatorRow, TokenRow, TokensWanted};
use crate::store::{Connection, party};
use crate::usecases::{Done, Failure};

/// To whom a token is given.
#[derive(Clone, Debug)]
pub struct TokenHolder {
    pub code: String,
    pub kind: OriginatorKind,
    /// Needed where the originator is made by this.
    pub name: Option<String>,
    /// Code of the party for whom it acts, if it sees only what concerns that party.
    pub party: Option<String>,
}

/// A bearer token. The secret is told once and stored only as its hash.
#[derive(Clone)]
pub struct IssuedToken {
    pub id: i32,
    pub secret: String,
    pub expires_at: DateTime<Utc>,
}

/// A token as operators see it.
#[derive(Clone, Debug, Serialize)]
pub struct TokenView {
    pub id: i32,
    pub originator: String,
    /// `person`, `client` or `job`.
    pub kind: String,
    pub name: String,
    pub party: Option<String>,
    /// `read`, `record` or `finance`.
    pub scope: String,
    pub created_at: DateTime<Utc>,
    /// Exclusive.
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedToken")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

pub const TOKEN_DAYS_MAX: i64 = 366;

/// Which tokens are listed.
#[derive(Clone, Debug, Default)]
pub struct TokenFilter {
    /// Code of whom they were given to; `None` for everybody's.
    pub holder: Option<String>,
    /// Whether those that are expired or revoked are listed too.
    pub with_ended: bool,
}

/// A token good for `days` from `at`; the originator is made if there is none of this code.
///
/// # Errors
/// Conflict `an_originator_keeps_its_kind_and_party` where the code is known as something else.
pub async fn issue_token(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    holder: &TokenHolder,
    scope: Scope,
    days: i64,
) -> Done<IssuedToken> {
    by.may_register()?;
    check(holder, scope, days)?;
    let secret = secret()?;
    let expires_at = at + Duration::days(days);
    conn.transaction(async |conn| {
        let row = NewToken {
            originator_id: holder_id(conn, at, holder).await?,
            hash: Sha256::digest(secret.as_bytes()).to_vec(),
            scope: originator::scope_code(scope),
            created_at: at,
            expires_at,
        };
        let id = originator::insert_token(conn, &row).await?;
        Ok(IssuedToken {
            id,
            secret,
            expires_at,
        })
    })
    .await
}

/// A page of tokens, the oldest first.
///
/// # Errors
/// `NotFound` where nobody has the code that is asked for.
pub async fn list_tokens(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    filter: &TokenFilter,
    asked: &Asked<i32>,
) -> Done<Page<TokenView>> {
    by.may_register()?;
    let holder_id = match &filter.holder {
        Some(code) => {
            let found = originator::find_originator(conn, code).await?;
            Some(found.ok_or_else(|| Failure::not_found("originator", code))?.id)
        }
        None => None,
    };
    let wanted = TokensWanted {
        originator_id: holder_id,
        good_at: (!filter.with_ended).then_some(at),
        after: asked.after,
    };
    let rows = originator::list_tokens(conn, wanted, asked.fetched()).await?;
    Ok(asked.page(rows).map(view))
}

/// Takes a token back. One that was taken back before stays so from then.
pub async fn revoke_token(conn: &mut Connection, by: &Originator, at: DateTime<Utc>, id: i32) -> Done<()> {
    by.may_register()?;
    conn.transaction(async |conn| {
        if originator::revoke_token(conn, id, at).await? {
            Ok(())
        } else {
            Err(Failure::not_found("token", id))
        }
    })
    .await
}

fn check(holder: &TokenHolder, scope: Scope, days: i64) -> Done<()> {
    has_its_form(&holder.code)?;
    if !(1..=TOKEN_DAYS_MAX).contains(&days) {
        let told = format!("from 1 to {TOKEN_DAYS_MAX}");
        return Err(Failure::invalid("days", "days_are_in_range", told));
    }
    if holder.party.is_some() && scope == Scope::Finance {
        let told = "who acts for one party cannot settle for all: `read` or `record`";
        return Err(Failure::invalid("scope", "a_party_never_settles", told));
    }
    Ok(())
}

async fn holder_id(conn: &mut Connection, at: DateTime<Utc>, holder: &TokenHolder) -> Done<i32> {
    let party_id = match &holder.party {
        Some(code) => Some(known(&party::party_ids(conn, &[code]).await?, "party", code)?),
        None => None,
    };
    match originator::find_originator(conn, &holder.code).await? {
        Some(found) => same(&found, holder, party_id).map(|()| found.id),
        None => make(conn, at, holder, party_id).await,
    }
}

fn same(found: &OriginatorRow, holder: &TokenHolder, party_id: Option<i32>) -> Done<()> {
    let kind = originator::kind_code(holder.kind);
    if found.kind == kind && found.party_id == party_id {
        return Ok(());
    }
    let acting = if found.party_id.is_some() {
        "for a party"
    } else {
        "for itself"
    };
    Err(Failure::conflict(
        "an_originator_keeps_its_kind_and_party",
        format!("{} is a {} that acts {acting}", found.code, found.kind),
    ))
}

async fn make(
    conn: &mut Connection,
    at: DateTime<Utc>,
    holder: &TokenHolder,
    party_id: Option<i32>,
) -> Done<i32> {
    let name = holder.name.clone().ok_or_else(|| {
        let told = format!("{} is new here: give its name", holder.code);
        Failure::invalid("name", "a_new_originator_has_a_name", told)
    })?;
    let row = NewOriginator {
        kind: originator::kind_code(holder.kind),
        code: holder.code.clone(),
        name,
        party_id,
        created_at: at,
    };
    Ok(originator::insert_originator(conn, &row).await?)
}

fn secret() -> Done<String> {
    let mut bytes = [0_u8; 24];
    getrandom::fill(&mut bytes).map_err(|error| Failure::Internal(error.to_string()))?;
    Ok(format!("daftar_{}", hex::encode(bytes)))
}

fn view(row: TokenRow) -> TokenView {
    TokenView {
        id: row.id,
        originator: row.originator,
        kind: row.kind,
        name: row.name,
        party: row.party,
        scope: row.scope,
        created_at: row.created_at,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
    }
}
