//! Rows of `originators` and `tokens`. Never here: a token's secret, only its hash.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::{originators, parties, tokens};
use super::{Connection, StoreFailure, Stored};
use crate::domain::originator::{Originator, OriginatorKind, Scope};

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = originators)]
pub struct NewOriginator {
    pub kind: &'static str,
    pub code: String,
    pub name: String,
    pub party_id: Option<i32>,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = tokens)]
pub struct NewToken {
    pub originator_id: i32,
    pub hash: Vec<u8>,
    pub scope: &'static str,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = originators)]
pub struct OriginatorRow {
    pub id: i32,
    pub kind: String,
    pub code: String,
    pub party_id: Option<i32>,
}

/// A token with whose it is.
#[derive(Clone, Debug, Queryable)]
pub struct TokenRow {
    pub id: i32,
    pub originator: String,
    pub kind: String,
    pub name: String,
    pub party: Option<String>,
    pub scope: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Which tokens are listed; `None` leaves a condition out.
#[derive(Clone, Copy, Debug)]
pub struct TokensWanted {
    pub originator_id: Option<i32>,
    /// Neither expired nor revoked at this moment.
    pub good_at: Option<DateTime<Utc>>,
    /// Only those after this one.
    pub after: Option<i32>,
}

pub async fn insert_originator(conn: &mut Connection, new: &NewOriginator) -> Stored<i32> {
    let inserted = diesel::insert_into(originators::table)
        .values(new)
        .returning(originators::id);
    Ok(inserted.get_result(conn).await?)
}

pub async fn insert_token(conn: &mut Connection, new: &NewToken) -> Stored<i32> {
    let inserted = diesel::insert_into(tokens::table)
        .values(new)
        .returning(tokens::id);
    Ok(inserted.get_result(conn).await?)
}

/// By id.
pub async fn list_tokens(
    conn: &mut Connection,
    wanted: TokensWanted,
    rows_max: i64,
) -> Stored<Vec<TokenRow>> {
    let mut query = tokens::table
        .inner_join(originators::table.on(originators::id.eq(tokens::originator_id)))
        .left_join(parties::table.on(parties::id.nullable().eq(originators::party_id)))
        .select((
            tokens::id,
            originators::code,
            originators::kind,
            originators::name,
            parties::code.nullable(),
            tokens::scope,
            tokens::created_at,
            tokens::expires_at,
            tokens::revoked_at,
        ))
        .order(tokens::id)
        .limit(rows_max)
        .into_boxed();
    if let Some(originator_id) = wanted.originator_id {
        query = query.filter(tokens::originator_id.eq(originator_id));
    }
    if let Some(at) = wanted.good_at {
        query = query
            .filter(tokens::revoked_at.is_null())
            .filter(tokens::expires_at.gt(at));
    }
    if let Some(after) = wanted.after {
        query = query.filter(tokens::id.gt(after));
    }
    Ok(query.load(conn).await?)
}

/// Whether there is such a token. One that was revoked before stays so from then.
pub async fn revoke_token(conn: &mut Connection, id: i32, at: DateTime<Utc>) -> Stored<bool> {
    let standing = tokens::table.find(id).filter(tokens::revoked_at.is_null());
    let revoked = diesel::update(standing)
        .set(tokens::revoked_at.eq(at))
        .execute(conn)
        .await?;
    let found = tokens::table
        .find(id)
        .select(tokens::id)
        .first::<i32>(conn)
        .await
        .optional()?;
    Ok(revoked == 1 || found.is_some())
}

pub async fn find_originator(conn: &mut Connection, code: &str) -> Stored<Option<OriginatorRow>> {
    Ok(originators::table
        .filter(originators::code.eq(code))
        .select(OriginatorRow::as_select())
        .first(conn)
        .await
        .optional()?)
}

/// The originator of this code, acting with `scope`: for commands on the host, which need no token.
pub async fn originator_by_code(
    conn: &mut Connection,
    code: &str,
    scope: Scope,
) -> Stored<Option<Originator>> {
    let row = find_originator(conn, code).await?;
    row.map(|row| originator(row, scope)).transpose()
}

/// The originator of this id, acting with `scope`.
pub async fn originator_of_id(conn: &mut Connection, id: i32, scope: Scope) -> Stored<Originator> {
    let row = originators::table.find(id).select(OriginatorRow::as_select());
    originator(row.first(conn).await?, scope)
}

/// Whose token has this hash, unless it is revoked or expired at `at`.
pub async fn originator_by_token(
    conn: &mut Connection,
    hash: &[u8],
    at: DateTime<Utc>,
) -> Stored<Option<Originator>> {
    let row: Option<(OriginatorRow, String)> = tokens::table
        .inner_join(originators::table.on(originators::id.eq(tokens::originator_id)))
        .filter(tokens::hash.eq(hash))
        .filter(tokens::revoked_at.is_null())
        .filter(tokens::created_at.le(at))
        .filter(tokens::expires_at.gt(at))
        .select((OriginatorRow::as_select(), tokens::scope))
        .first(conn)
        .await
        .optional()?;
    row.map(|(row, scope)| {
        let scope = parse_scope(&scope)
            .ok_or_else(|| StoreFailure::corrupt("tokens", &row.code, format!("scope {scope}")))?;
        originator(row, scope)
    })
    .transpose()
}

pub const fn kind_code(kind: OriginatorKind) -> &'static str {
    match kind {
        OriginatorKind::Person => "person",
        OriginatorKind::Client => "client",
        OriginatorKind::Job => "job",
    }
}

pub const fn scope_code(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read",
        Scope::Record => "record",
        Scope::Finance => "finance",
    }
}

fn originator(row: OriginatorRow, scope: Scope) -> Stored<Originator> {
    let kind = match row.kind.as_str() {
        "person" => OriginatorKind::Person,
        "client" => OriginatorKind::Client,
        "job" => OriginatorKind::Job,
        other => {
            return Err(StoreFailure::corrupt(
                "originators",
                row.id,
                format!("kind {other}"),
            ));
        }
    };
    Ok(Originator {
        id: row.id,
        kind,
        code: row.code,
        scope,
        party_id: row.party_id,
    })
}

fn parse_scope(code: &str) -> Option<Scope> {
    match code {
        "read" => Some(Scope::Read),
        "record" => Some(Scope::Record),
        "finance" => Some(Scope::Finance),
        _ => None,
    }
}
