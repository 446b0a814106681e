//! Tokens by their hashes. Never here: a token in clear.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::originator::{Originator, Scope};

use super::schema::{originators, tokens};
use super::{Connection, StoreFailure, Stored};

type Row = (i32, String, String, Option<i32>, String);

/// The originator of the token with this hash, if it is valid at `at`.
pub async fn find_originator(
    conn: &mut Connection,
    hash: &[u8; 32],
    at: DateTime<Utc>,
) -> Stored<Option<Originator>> {
    let row: Option<Row> = tokens::table
        .inner_join(originators::table.on(originators::id.eq(tokens::originator_id)))
        .filter(tokens::hash.eq(hash.as_slice()))
        .filter(tokens::created_at.le(at).and(tokens::expires_at.gt(at)))
        .filter(tokens::revoked_at.is_null().or(tokens::revoked_at.gt(at)))
        .select((
            originators::id,
            originators::kind,
            originators::code,
            originators::party_id,
            tokens::scope,
        ))
        .first(conn)
        .await
        .optional()?;
    row.map(originator).transpose()
}

fn originator((id, kind, code, party_id, scope): Row) -> Stored<Originator> {
    Ok(Originator {
        kind: parsed(&kind, &code)?,
        scope: parsed::<Scope>(&scope, &code)?,
        id,
        code,
        party_id,
    })
}

fn parsed<T: serde::de::DeserializeOwned>(word: &str, code: &str) -> Stored<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned()))
        .map_err(|error| StoreFailure::corrupt("originators", code, error))
}
