//! A file with the answers of a bank: its lines, and what becomes of them. Never here: what an answer does to its payout (see
//! `answer_payout`), where the file comes from.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer_payout::{BankAnswer, BankOutcome, answer_payout};
use super::failure::Fault;
use super::{Done, Failure};
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::store::Connection;

/// What a line of the bank's answers says: id, amount and account must all be those of the payout (money rule 21).
const COLUMNS: [&str; 6] = ["payout", "amount", "iban", "outcome", "bank_reference", REASON];
/// What is not needed where no payout came back.
const REASON: &str = "reason";
/// Of a file with very many faults so many are told.
const FAULTS_MAX: usize = 100;

/// The text of a file, with the columns that its first line names.
#[derive(Debug)]
pub struct Answers<'a> {
    columns: Vec<String>,
    reader: csv::Reader<&'a [u8]>,
    text: &'a [u8],
}

/// What a line says of which payout.
#[derive(Debug)]
pub struct Line {
    number: u64,
    said: Done<(i64, BankAnswer)>,
}

/// What became of the lines of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnsweredFile {
    /// Answers that were written down.
    pub written: usize,
    /// Those that had been before, in the same words.
    pub repeated: usize,
    /// Lines that were not written down: 0, where all were.
    pub refused: usize,
}

/// Answers line by line, so that a faulty one holds up no other.
#[derive(Debug, Default)]
pub struct Answering {
    counts: AnsweredFile,
    faults: Vec<Fault>,
}

impl<'a> Answers<'a> {
    /// # Errors
    /// Forbidden for whoever may not decide; invalid `csv` where the first line does not name the columns.
    pub fn read(by: &Originator, text: &'a [u8]) -> Done<Self> {
        by.may_decide()?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text);
        let head = reader.headers();
        let unreadable = |error: csv::Error| Failure::invalid("csv", "a_file_is_readable", error.to_string());
        let columns = columns_of(head.map_err(unreadable)?)?;
        Ok(Self {
            columns,
            reader,
            text,
        })
    }

    pub fn lines(&mut self) -> impl Iterator<Item = Line> {
        let columns = &self.columns;
        let mut counted = Counted::from_the_top_of(self.text);
        self.reader.records().map(move |record| match record {
            Ok(row) => Line {
                number: counted.line_at(row.position()),
                said: said_in(columns, &row),
            },
            Err(error) => Line {
                number: counted.line_at(error.position()),
                said: Err(Failure::invalid(
                    "columns",
                    "a_line_is_readable",
                    error.to_string(),
                )),
            },
        })
    }
}

/// How many lines have ended in the part of a text that was looked at. Positions of csv count them wrongly: one begins where the
/// record before ended, be it between CR and LF or before empty lines.
struct Counted<'a> {
    rest: &'a [u8],
    bytes: usize,
    line: u64,
}

impl<'a> Counted<'a> {
    const fn from_the_top_of(text: &'a [u8]) -> Self {
        Self {
            rest: text,
            bytes: 0,
            line: 1,
        }
    }

    /// The line on which the record after a position begins; positions ascend.
    fn line_at(&mut self, position: Option<&csv::Position>) -> u64 {
        let byte = position.and_then(|position| usize::try_from(position.byte()).ok());
        let mut left = byte.map_or(0, |byte| byte.saturating_sub(self.bytes));
        while let [first, rest @ ..] = self.rest {
            if left == 0 && !matches!(first, b'\r' | b'\n') {
                break;
            }
            self.line += u64::from(*first == b'\n');
            self.rest = rest;
            self.bytes += 1;
            left = left.saturating_sub(1);
        }
        self.line
    }
}

impl Answering {
    /// Writes one line's answer down, or keeps why not. The file sent again repeats nothing.
    ///
    /// # Errors
    /// `Forbidden` and `Unavailable`, which all lines after it would meet as well.
    pub async fn answer(
        &mut self,
        conn: &mut Connection,
        by: &Originator,
        at: DateTime<Utc>,
        line: Line,
    ) -> Done<()> {
        let answered = match line.said {
            Ok((id, said)) => answer_payout(conn, by, at, id, &said).await,
            Err(failure) => Err(failure),
        };
        let place = format!("csv line {}", line.number);
        match answered.map(|answered| answered.repeated) {
            Ok(true) => self.counts.repeated += 1,
            Ok(false) => self.counts.written += 1,
            Err(Failure::Unavailable(told)) => {
                let until = self.counts;
                let told = format!("{place}: {told}; before it {until}: send the file again");
                return Err(Failure::Unavailable(told));
            }
            Err(Failure::Forbidden(told)) => return Err(Failure::Forbidden(told)),
            Err(failure) => {
                self.counts.refused += 1;
                self.faults.extend(failure.faults_of(&place));
                self.faults.truncate(FAULTS_MAX);
            }
        }
        Ok(())
    }

    /// # Errors
    /// Invalid where lines were refused: the first hundred faults and, last, what became of all lines.
    pub fn finish(self) -> Done<AnsweredFile> {
        let Self { counts, mut faults } = self;
        if counts.refused == 0 {
            return Ok(counts);
        }
        faults.push(Fault {
            field: "csv".to_owned(),
            rule: "every_line_is_an_answer".to_owned(),
            explanation: counts.to_string(),
        });
        Err(Failure::Invalid(faults))
    }
}

impl fmt::Display for AnsweredFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            written,
            repeated,
            refused,
        } = self;
        write!(
            f,
            "{written} answers written, {repeated} repeated, {refused} refused"
        )
    }
}

/// The names of the columns, in any case of their letters, each known and there once.
fn columns_of(head: &csv::StringRecord) -> Done<Vec<String>> {
    let refused = |told| Err(Failure::invalid("csv", "the_columns_are_named", told));
    let named: Vec<String> = head.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
    let known = COLUMNS.join(", ");
    for (place, name) in named.iter().enumerate() {
        if !COLUMNS.contains(&name.as_str()) {
            return refused(format!("there is no column `{name}`; known: {known}"));
        }
        if named.iter().take(place).any(|earlier| earlier == name) {
            return refused(format!("the column `{name}` stands twice"));
        }
    }
    let is_missing = |needed: &&&str| **needed != REASON && !named.iter().any(|name| name == **needed);
    if let Some(missing) = COLUMNS.iter().find(is_missing) {
        let needed = COLUMNS.iter().filter(|name| **name != REASON);
        let needed: Vec<&str> = needed.copied().collect();
        let needed = needed.join(", ");
        return refused(format!(
            "the first line names no column `{missing}`; needed: {needed}"
        ));
    }
    Ok(named)
}

fn said_in(columns: &[String], row: &csv::StringRecord) -> Done<(i64, BankAnswer)> {
    if row.len() != columns.len() {
        let told = format!("{} fields under {} columns", row.len(), columns.len());
        return Err(Failure::invalid("columns", "a_line_is_readable", told));
    }
    let field = |name: &str| {
        let mut named = columns.iter().zip(row);
        named
            .find(|(column, _)| *column == name)
            .map_or("", |(_, field)| field)
    };
    let outcome = match field("outcome") {
        "settled" => BankOutcome::Settled,
        "returned" => BankOutcome::Returned {
            reason: field(REASON).to_owned(),
        },
        other => {
            let told = format!("`{other}` is neither settled nor returned");
            return Err(Failure::invalid("outcome", "payout_outcome_is_known", told));
        }
    };
    let said = BankAnswer {
        outcome,
        bank_reference: field("bank_reference").to_owned(),
        amount: Some(Amount::from_minor(whole_number("amount", field("amount"))?)),
        iban: Some(field("iban").to_owned()),
    };
    Ok((whole_number("payout", field("payout"))?, said))
}

fn whole_number(name: &str, field: &str) -> Done<i64> {
    let number = field.parse::<i64>().ok();
    let number = number.filter(|number| number.to_string() == field);
    number.ok_or_else(|| {
        let told = format!("a whole number, written as in JSON; sent was `{field}`");
        Failure::invalid(name, "number_is_whole", told)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_counted_as_an_editor_counts_it_however_lines_end() {
        for end in ["\n", "\r\n"] {
            let text = ["payout,reason", "1,\"two", "lines\"", "", "2,", "3,", ""].join(end);
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            reader.headers().unwrap();
            let mut counted = Counted::from_the_top_of(text.as_bytes());
            let numbers = reader
                .records()
                .map(|record| counted.line_at(record.unwrap().position()));
            assert_eq!(numbers.collect::<Vec<_>>(), [2, 5, 6], "{end:?}");
        }
    }
}
