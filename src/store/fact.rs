//! Interned facts. Never here: what a fact means.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::facts;
use super::{Connection, Stored};

/// The id of each of these canonical texts, stored now if it was not. The texts must ascend and be distinct: writers
/// that store the same ones in different orders lock each other out.
pub async fn intern_facts(conn: &mut Connection, canonical: &[&str]) -> Stored<HashMap<String, i32>> {
    debug_assert!(canonical.is_sorted());
    diesel::sql_query(
        "INSERT INTO facts (canonical) SELECT t FROM unnest($1::text[]) WITH ORDINALITY AS u(t, n) ORDER BY n
         ON CONFLICT DO NOTHING",
    )
    .bind::<diesel::sql_types::Array<diesel::sql_types::Text>, _>(canonical)
    .execute(conn)
    .await?;
    let rows: Vec<(String, i32)> = facts::table
        .filter(facts::canonical.eq_any(canonical))
        .select((facts::canonical, facts::id))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}
