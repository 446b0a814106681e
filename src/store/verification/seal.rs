//! Row seals that do not belong to their rows. Never here: the triggers that make them (see the migrations).

use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Nullable, Text};
use diesel_async::RunQueryDsl;

use crate::domain::verification::rotation::Part;
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

/// Of the keys whose hash falls into a part.
pub async fn broken_seals(
    conn: &mut Connection,
    table: &str,
    part: Part,
    rows_max: i32,
) -> Stored<Vec<BrokenSeal>> {
    let rows: Vec<SealRow> = diesel::sql_query("SELECT * FROM broken_seals($1::regclass, $2, $3, $4)")
        .bind::<Text, _>(table)
        .bind::<Integer, _>(part.part)
        .bind::<Integer, _>(part.parts)
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
