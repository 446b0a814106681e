//! Submissions beside the rows of theirs that were not booked. Never here: what of them was booked, which no stored row says.

use diesel::sql_types::{BigInt, Integer};
use diesel_async::RunQueryDsl;

use super::book::Oddity;
use crate::domain::verification::rotation::Part;
use crate::store::{Connection, Stored};

/// Counts of rows that were not booked which the kept rows do not make, of the submissions of a part.
pub async fn miscounted(conn: &mut Connection, part: Part, rows_max: i64) -> Stored<Vec<Oddity>> {
    Ok(diesel::sql_query(include_str!("submission/miscounted.sql"))
        .bind::<Integer, _>(part.part)
        .bind::<Integer, _>(part.parts)
        .bind::<BigInt, _>(rows_max)
        .load(conn)
        .await?)
}
