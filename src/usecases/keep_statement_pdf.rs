//! The PDF of a statement: the same bytes for ever, from its first rendering. Never here: the look of it (see `documents`).

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use super::{Done, Failure};
use crate::documents::statement_pdf::statement_pdf;
use crate::domain::statement::Statement;
use crate::store::{Connection, statement_pdf as store};

/// The stored bytes, or the statement from which they are yet to be rendered.
#[derive(Debug)]
pub enum Paper {
    Rendered(Vec<u8>),
    Unrendered(Box<Statement>),
}

/// What there is of a statement's PDF.
pub async fn load_statement_paper(conn: &mut Connection, statement_id: i64) -> Done<Paper> {
    if let Some(bytes) = store::pdf_bytes(conn, statement_id).await? {
        return Ok(Paper::Rendered(bytes));
    }
    let statement = load_statement(conn, statement_id).await?;
    Ok(Paper::Unrendered(Box::new(statement)))
}

/// A statement by its id, read from its stored bytes.
pub async fn load_statement(conn: &mut Connection, statement_id: i64) -> Done<Statement> {
    let canonical = store::canonical_bytes(conn, statement_id).await?;
    let canonical = canonical.ok_or_else(|| Failure::not_found("statement", statement_id))?;
    Statement::read(canonical)
        .map_err(|refused| Failure::Internal(format!("statement {statement_id}: {refused}")))
}

/// Tens of milliseconds of CPU: a shell calls it off its async threads, outside any transaction.
pub fn render_statement(statement: &Statement) -> Done<Vec<u8>> {
    statement_pdf(statement).map_err(|failure| Failure::Internal(failure.to_string()))
}

/// Keeps a rendering and returns the one that holds for ever: this one, or that of whoever was first.
pub async fn keep_statement_pdf(
    conn: &mut Connection,
    at: DateTime<Utc>,
    statement_id: i64,
    bytes: Vec<u8>,
) -> Done<Vec<u8>> {
    conn.transaction(async |conn| {
        store::insert_pdf(conn, statement_id, &bytes, at).await?;
        let first = store::pdf_bytes(conn, statement_id).await?;
        first.ok_or_else(|| Failure::not_found("PDF of statement", statement_id))
    })
    .await
}
