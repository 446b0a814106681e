//! A file with the answers of a bank, line by line. Never here: what an answer does to its payout.

use std::fs::File;
use std::path::Path;

use crate::domain::money::Amount;
use crate::usecases::answer_payout::{BankAnswer, BankOutcome};
use crate::usecases::{Done, Failure};

/// What a line of the bank's answers says: id, amount and account must all be those of the payout (money rule 21).
const COLUMNS: [&str; 6] = ["payout", "amount", "iban", "outcome", "bank_reference", REASON];
/// What is not needed where no payout came back.
const REASON: &str = "reason";

/// A file that is open, with the columns that its first line names.
pub(super) struct Answers {
    columns: Vec<String>,
    reader: csv::Reader<File>,
}

/// What a line says of which payout.
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) said: Done<(i64, BankAnswer)>,
}

impl Answers {
    /// # Errors
    /// Invalid `csv` where the file cannot be read or its first line does not name the columns.
    pub(super) fn open(file: &Path) -> Done<Self> {
        let unreadable = |error: csv::Error| Failure::invalid("csv", "a_file_is_readable", error.to_string());
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_path(file)
            .map_err(unreadable)?;
        let columns = columns_of(reader.headers().map_err(unreadable)?)?;
        Ok(Self { columns, reader })
    }

    pub(super) fn lines(&mut self) -> impl Iterator<Item = Line> + use<'_> {
        let columns = &self.columns;
        self.reader.records().map(|record| match record {
            Ok(row) => Line {
                number: row.position().map_or(0, csv::Position::line),
                said: said_in(columns, &row),
            },
            Err(error) => Line {
                number: error.position().map_or(0, csv::Position::line),
                said: Err(Failure::invalid(
                    "columns",
                    "a_line_is_readable",
                    error.to_string(),
                )),
            },
        })
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
