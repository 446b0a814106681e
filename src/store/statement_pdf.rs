//! The stored bytes of a statement: its canonical ones, and those of its first rendering. Never here: rendering.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::{statement_pdfs, statements};
use super::{Connection, Stored};

/// The canonical bytes that every rendering is made from.
pub async fn canonical_bytes(conn: &mut Connection, statement_id: i64) -> Stored<Option<Vec<u8>>> {
    let found = statements::table.find(statement_id).select(statements::canonical);
    Ok(found.first(conn).await.optional()?)
}

pub async fn pdf_bytes(conn: &mut Connection, statement_id: i64) -> Stored<Option<Vec<u8>>> {
    let found = statement_pdfs::table
        .find(statement_id)
        .select(statement_pdfs::bytes);
    Ok(found.first(conn).await.optional()?)
}

/// Keeps these bytes unless another rendering was first.
pub async fn insert_pdf(
    conn: &mut Connection,
    statement_id: i64,
    bytes: &[u8],
    at: DateTime<Utc>,
) -> Stored<()> {
    diesel::insert_into(statement_pdfs::table)
        .values((
            statement_pdfs::statement_id.eq(statement_id),
            statement_pdfs::bytes.eq(bytes),
            statement_pdfs::rendered_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}
