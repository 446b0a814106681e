//! Rows of a table as parameters of a statement. Never here: which table.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Binary, SqlType};

/// A row of a table, which PostgreSQL infers from where the row stands. Its columns are written in the
/// table's order, which the table's `SqlType` in `schema` asks for.
///
/// A type of a table has no identifier that is known beforehand. None is said of a parameter whose type is to be inferred, and of
/// the elements of such an array: PostgreSQL does not insist on identifiers of types that are not its own.
#[derive(Clone, Copy, Debug, SqlType)]
#[diesel(postgres_type(oid = 0, array_oid = 0))]
pub(super) struct TableRow;

/// What PostgreSQL counts its instants from, in microseconds of Unix time.
const EPOCH: i64 = 946_684_800_000_000;

/// A row as PostgreSQL receives a composite: the number of its columns, then of each its type's identifier, its length and its
/// bytes. For rows that come by the million: `WriteTuple` has each column written twice, which was a sixth of what the program
/// did to record them.
pub(super) struct RowBytes {
    columns: i32,
    bytes: Vec<u8>,
}

impl RowBytes {
    pub(super) fn with_room_for(length: usize) -> Self {
        let mut bytes = Vec::with_capacity(length);
        bytes.extend(0_i32.to_be_bytes());
        Self { columns: 0, bytes }
    }

    pub(super) fn bigint(&mut self, value: i64) {
        self.column(20, &value.to_be_bytes());
    }

    pub(super) fn bigint_or_null(&mut self, value: Option<i64>) {
        match value {
            Some(value) => self.bigint(value),
            None => self.null(20),
        }
    }

    pub(super) fn integer(&mut self, value: i32) {
        self.column(23, &value.to_be_bytes());
    }

    pub(super) fn smallint(&mut self, value: i16) {
        self.column(21, &value.to_be_bytes());
    }

    pub(super) fn timestamptz(&mut self, value: DateTime<Utc>) {
        self.column(1184, &(value.timestamp_micros() - EPOCH).to_be_bytes());
    }

    pub(super) fn text(&mut self, value: &str) {
        self.column(25, value.as_bytes());
    }

    pub(super) fn bytea_or_null(&mut self, value: Option<&[u8]>) {
        match value {
            Some(value) => self.column(17, value),
            None => self.null(17),
        }
    }

    pub(super) fn write_to(mut self, out: &mut Output<'_, '_, Pg>) -> serialize::Result {
        self.bytes[..4].copy_from_slice(&self.columns.to_be_bytes());
        // A value of `bytea` is written as it is.
        ToSql::<Binary, Pg>::to_sql(self.bytes.as_slice(), &mut out.reborrow())
    }

    fn column(&mut self, oid: u32, value: &[u8]) {
        let length = i32::try_from(value.len()).unwrap_or(i32::MAX);
        self.head(oid, length);
        self.bytes.extend_from_slice(value);
    }

    fn null(&mut self, oid: u32) {
        self.head(oid, -1);
    }

    fn head(&mut self, oid: u32, length: i32) {
        self.columns += 1;
        self.bytes.extend_from_slice(&oid.to_be_bytes());
        self.bytes.extend_from_slice(&length.to_be_bytes());
    }
}
