//! Row seals that do not belong to their rows. Never here: the triggers that make them (see the migrations).

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
use diesel_async::RunQueryDsl;

use crate::domain::verification::seal::BrokenSeal;
use crate::store::{Connection, Stored};

#[derive(QueryableByName)]
struct SealRow {
    #[diesel(sql_type = Text)]
    row_key: String,
    #[diesel(sql_type = Bool)]
    is_there: bool,
    #[diesel(sql_type = Bool)]
    is_sealed: bool,
    #[diesel(sql_type = Nullable<Text>)]
    login: Option<String>,
}

/// Which rows of a table, and which of its seals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Whole,
    /// With these keys, both included.
    Keys {
        first: i64,
        last: i64,
    },
    /// Sealed by these seals, both included.
    Seals {
        first: i64,
        last: i64,
    },
    /// With a key above this one, or below zero.
    Above {
        key: i64,
    },
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = Nullable<BigInt>)]
    number: Option<i64>,
}

/// Scopes but the whole are of tables with one whole number as their key.
pub async fn broken_seals(
    conn: &mut Connection,
    table: &str,
    scope: Scope,
    rows_max: i32,
) -> Stored<Vec<BrokenSeal>> {
    let (query, first, last) = match scope {
        Scope::Whole => ("SELECT * FROM broken_seals($1::regclass, 0, 1, $4)", 0, 0),
        Scope::Keys { first, last } => (
            "SELECT * FROM broken_seals_between($1::regclass, $2, $3, $4)",
            first,
            last,
        ),
        Scope::Seals { first, last } => (
            "SELECT * FROM broken_seals_since($1::regclass, $2, $3, $4)",
            first,
            last,
        ),
        Scope::Above { key } => ("SELECT * FROM broken_seals_above($1::regclass, $2, $4)", key, 0),
    };
    let rows: Vec<SealRow> = diesel::sql_query(query)
        .bind::<Text, _>(table)
        .bind::<BigInt, _>(first)
        .bind::<BigInt, _>(last)
        .bind::<Integer, _>(rows_max)
        .load(conn)
        .await?;
    let broken = |row: SealRow| BrokenSeal {
        row: row.row_key,
        is_there: row.is_there,
        is_sealed: row.is_sealed,
        superuser: row.login,
    };
    Ok(rows.into_iter().map(broken).collect())
}

/// The id of the newest seal, or zero.
pub async fn newest_seal(conn: &mut Connection) -> Stored<i64> {
    let newest: Number = diesel::sql_query("SELECT max(id) AS number FROM row_seals")
        .get_result(conn)
        .await?;
    Ok(newest.number.unwrap_or_default())
}

/// Of a table with one whole number as its key.
pub async fn greatest_sealed_key(conn: &mut Connection, table: &str) -> Stored<i64> {
    let greatest: Number = diesel::sql_query("SELECT greatest_sealed_key($1::regclass) AS number")
        .bind::<Text, _>(table)
        .get_result(conn)
        .await?;
    Ok(greatest.number.unwrap_or_default())
}

/// The least key of such a table that was sealed after a seal.
pub async fn least_key_sealed_after(conn: &mut Connection, table: &str, seal: i64) -> Stored<Option<i64>> {
    let least: Number = diesel::sql_query(
        "SELECT min(u.key::bigint) AS number FROM row_seals r CROSS JOIN unnest(r.keys) AS u (key)
          WHERE r.relation = $1 AND r.id > $2",
    )
    .bind::<Text, _>(table)
    .bind::<BigInt, _>(seal)
    .get_result(conn)
    .await?;
    Ok(least.number)
}
