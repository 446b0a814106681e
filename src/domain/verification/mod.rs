//! What verification finds: a stored row that disagrees with what it should be by the transactions and tariffs.
//! Never here: loading rows, repairing them.

use std::fmt;

use serde::Serialize;

pub mod allocation;
pub mod booking;
pub mod hold;
pub mod position;
pub mod rotation;
pub mod seal;
pub mod statement;
pub mod take_back;
pub mod term;
pub mod total;
pub mod window;

/// One thing that does not agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub table: &'static str,
    /// The row's key, its columns joined by colons.
    pub row: String,
    /// The column, or the rule that it breaks.
    pub what: String,
    pub stored: String,
    pub expected: String,
}

impl Finding {
    pub fn new(
        table: &'static str,
        row: impl fmt::Display,
        what: &str,
        stored: impl fmt::Display,
        expected: impl fmt::Display,
    ) -> Self {
        Self {
            table,
            row: row.to_string(),
            what: what.to_owned(),
            stored: stored.to_string(),
            expected: expected.to_string(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            table,
            row,
            what,
            stored,
            expected,
        } = self;
        write!(f, "{table} {row}: {what} is {stored}, and should be {expected}")
    }
}

/// The columns of one row against what they should be.
#[derive(Debug)]
pub struct Comparison<'a> {
    table: &'static str,
    row: String,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Comparison<'a> {
    pub fn of(table: &'static str, row: impl fmt::Display, findings: &'a mut Vec<Finding>) -> Self {
        Self {
            table,
            row: row.to_string(),
            findings,
        }
    }

    pub fn same<T: PartialEq + fmt::Display>(&mut self, what: &str, stored: T, expected: T) {
        if stored != expected {
            self.differs(what, stored, expected);
        }
    }

    pub fn differs(&mut self, what: &str, stored: impl fmt::Display, expected: impl fmt::Display) {
        self.findings
            .push(Finding::new(self.table, &self.row, what, stored, expected));
    }
}

/// A value that may be absent, as a finding tells it.
pub fn told<T: fmt::Display>(value: Option<T>) -> String {
    value.map_or_else(|| "absent".to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_names_table_row_and_both_values() {
        let mut findings = Vec::new();
        let mut row = Comparison::of("batches", 7, &mut findings);
        row.same("row_count", 2, 2);
        row.same("amount_sum", 5, 6);
        assert_eq!(
            findings[0].to_string(),
            "batches 7: amount_sum is 5, and should be 6"
        );
        assert_eq!(findings.len(), 1);
    }
}
