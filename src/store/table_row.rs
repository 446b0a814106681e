//! Rows of a table as parameters of a statement. Never here: which table.

use diesel::sql_types::SqlType;

/// A row of a table, which PostgreSQL infers from where the row stands. Its columns are written in the
/// table's order, which the table's `SqlType` in `schema` asks for.
///
/// A type of a table has no identifier that is known beforehand. None is said of a parameter whose type is to be inferred, and of
/// the elements of such an array: PostgreSQL does not insist on identifiers of types that are not its own.
#[derive(Clone, Copy, Debug, SqlType)]
#[diesel(postgres_type(oid = 0, array_oid = 0))]
pub(super) struct TableRow;
