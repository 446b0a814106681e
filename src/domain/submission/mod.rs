//! A file or stream of rows: cut into records as its bytes come in, and read into what was submitted.
//! Never here: files, sockets, what becomes of a row.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::transaction::{RowFault, Submitted, may_be_reference};

mod csv_row;
mod record;

use csv_row::Columns;
use record::{RECORD_BYTES_MAX, Record, Records};

/// Rows of one call that is taken in whole or not at all.
pub const ATOMIC_ROWS_MAX: usize = 10_000;
/// Rows that are booked in one database transaction.
pub const CHUNK_ROWS: usize = 16_000;
/// After so much text the rows that it had are booked, however few they are: memory does not grow with their length.
pub const CHUNK_BYTES: usize = 16 * 1024 * 1024;
/// What is told to be wrong with one row.
const FAULTS_MAX: usize = 8;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON object a line.
    Ndjson,
    /// A line of field names, then one row a line. A fact is a column `fact.NAME`.
    Csv,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ndjson => "JSON, one object a line",
            Self::Csv => "CSV",
        })
    }
}

/// One row and where it stood: lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub number: i64,
    pub row: Result<Submitted, Unread>,
}

impl Line {
    /// What it takes depends on what stands before it.
    pub fn takes_back(&self) -> bool {
        self.row.as_ref().is_ok_and(|row| row.kind.takes_back())
    }
}

/// A line and when it was received, which it keeps while it waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    pub line: Line,
    pub at: DateTime<Utc>,
}

/// A row that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The sender's own, so that it finds the row again; empty where not even that can be read.
    pub reference: String,
    pub faults: Vec<RowFault>,
}

/// The whole cannot be read on: what follows has no meaning.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {explanation}")]
pub struct Unreadable {
    pub line: i64,
    pub explanation: String,
}

/// Takes in bytes in pieces of any size and gives out rows.
#[derive(Debug)]
pub struct Reader {
    format: Format,
    records: Records,
    columns: Option<Columns>,
}

impl Reader {
    pub fn new(format: Format) -> Self {
        let records = match format {
            Format::Ndjson => Records::by_line(),
            Format::Csv => Records::quoted(),
        };
        Self {
            format,
            records,
            columns: None,
        }
    }

    /// Appends the rows that are complete now.
    pub fn push(&mut self, bytes: &[u8], lines: &mut Vec<Line>) -> Result<(), Unreadable> {
        self.records.push(bytes);
        self.read(lines)
    }

    /// The last row may end without a line break.
    pub fn finish(mut self, lines: &mut Vec<Line>) -> Result<(), Unreadable> {
        self.records.end();
        self.read(lines)
    }

    fn read(&mut self, lines: &mut Vec<Line>) -> Result<(), Unreadable> {
        while let Some((number, record)) = self.records.next_record()? {
            let record = match record {
                Record::Whole(record) if record.iter().all(u8::is_ascii_whitespace) => continue,
                Record::Whole(record) => Ok(record),
                Record::TooLong => Err(too_long()),
            };
            let row = match (self.format, &self.columns) {
                (Format::Ndjson, _) => record.map_err(Unread::from).and_then(row_of_json),
                (Format::Csv, Some(columns)) => record
                    .map_err(Unread::from)
                    .and_then(|record| columns.read(record)),
                (Format::Csv, None) => {
                    self.columns = Some(names(number, record)?);
                    continue;
                }
            };
            lines.push(Line { number, row });
        }
        Ok(())
    }
}

fn row_of_json(record: &[u8]) -> Result<Submitted, Unread> {
    Submitted::from_line(record).map_err(|faults| Unread::of(reference_in(record), faults))
}

fn names(line: i64, record: Result<&[u8], RowFault>) -> Result<Columns, Unreadable> {
    let record = record.map_err(|fault| fault.explanation);
    let names = record.and_then(Columns::read_names);
    names.map_err(|explanation| Unreadable { line, explanation })
}

fn too_long() -> RowFault {
    let explanation = format!("a row has at most {RECORD_BYTES_MAX} bytes");
    RowFault::new("", "a_row_is_short", explanation)
}

impl Unread {
    fn of(reference: Option<String>, mut faults: Vec<RowFault>) -> Self {
        faults.truncate(FAULTS_MAX);
        faults.shrink_to_fit();
        Self {
            reference: reference.unwrap_or_default(),
            faults,
        }
    }
}

impl From<RowFault> for Unread {
    fn from(fault: RowFault) -> Self {
        Self::of(None, vec![fault])
    }
}

/// The reference that a line of JSON names, whatever else is wrong with it.
fn reference_in(json: &[u8]) -> Option<String> {
    let mut row: serde_json::Value = serde_json::from_slice(json).ok()?;
    match row.get_mut("reference").map(serde_json::Value::take) {
        Some(serde_json::Value::String(reference)) => may_be_reference(&reference).then_some(reference),
        Some(_) | None => None,
    }
}

#[cfg(test)]
mod tests;
