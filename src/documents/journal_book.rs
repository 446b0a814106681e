//! The books as a text of `hledger`, as CSV and as JSON, journal by journal, so that any length can be streamed.
//! Never here: which journals there are, sums.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::statement_csv::escaped;
use crate::domain::money::Amount;

/// A journal with its entries, by codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BookedJournal {
    pub id: i64,
    pub network: String,
    pub kind: String,
    /// Key of the window in which it counts.
    pub window: String,
    pub party: String,
    pub cause: i64,
    pub posted_at: DateTime<Utc>,
    /// The day in the network's time zone.
    pub posted_on: NaiveDate,
    pub originator: String,
    pub entries: Vec<BookedEntry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BookedEntry {
    /// `due`, `held`, `clearing`, `transit`, `bank`, `suspense` or `conversion`.
    pub account: String,
    /// Of `due` and `held`.
    pub party: Option<String>,
    pub deposit_identifier: String,
    /// Of `clearing`: key of its window.
    pub window: Option<String>,
    pub unit: String,
    /// Credit positive, debit negative.
    pub amount: Amount,
    pub side: String,
    /// `original`, `refund`, `reversal`, `correction`, or empty.
    pub transaction_kind: String,
    pub component_kind: String,
    /// How many transactions, or other causes, the amount sums.
    pub count: i64,
}

/// A unit that amounts are in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookedUnit {
    pub code: String,
    /// Decimal places of the smallest part.
    pub scale: u8,
}

const CSV_HEAD: [&str; 19] = [
    "journal",
    "network",
    "kind",
    "window",
    "journal_party",
    "cause",
    "posted_at",
    "originator",
    "account",
    "party",
    "deposit_identifier",
    "account_window",
    "unit",
    "debit",
    "credit",
    "side",
    "component_kind",
    "count",
    "transaction_kind",
];

/// What stands above the journals. Debits are positive in these books, as hledger has it: an account that is owed to a
/// party has a negative balance.
pub fn hledger_head(units: &[BookedUnit]) -> String {
    let mut text = String::from(
        "; Daftar's books. Debits are positive and credits negative: what the network owes is negative.\n",
    );
    for unit in units {
        let zeros = "0".repeat(usize::from(unit.scale));
        text += &format!("commodity 1000.{zeros} {}\n", commodity(&unit.code));
    }
    text.push('\n');
    text
}

/// One transaction of hledger. `scale` of a unit by its code.
pub fn hledger(journal: &BookedJournal, scale: impl Fn(&str) -> u8) -> String {
    let mut text = format!(
        "{} ({}) {} {} {}  ; cause:{}, window:{}, by:{}\n",
        journal.posted_on,
        journal.id,
        journal.network,
        journal.kind,
        journal.party,
        journal.cause,
        journal.window,
        journal.originator
    );
    for entry in &journal.entries {
        let debit = debit(entry.amount, scale(&entry.unit));
        text += &format!(
            "    {}  {debit} {}  ; side:{}, kind:{}, component:{}, count:{}\n",
            entry.path(&journal.network),
            commodity(&entry.unit),
            entry.side,
            entry.transaction_kind,
            entry.component_kind,
            entry.count
        );
    }
    text.push('\n');
    text
}

/// With a byte order mark, for spreadsheets.
pub fn csv_head() -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(CSV_HEAD)?;
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

/// A row per entry; amounts count the unit's smallest part.
pub fn csv(journal: &BookedJournal) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for entry in &journal.entries {
        let (debit, credit) = if entry.amount.is_negative() {
            (debit(entry.amount, 0), String::new())
        } else {
            (String::new(), entry.amount.to_string())
        };
        let texts = [
            journal.id.to_string(),
            journal.network.clone(),
            journal.kind.clone(),
            journal.window.clone(),
            journal.party.clone(),
            journal.cause.to_string(),
            journal.posted_at.to_rfc3339(),
            journal.originator.clone(),
            entry.account.clone(),
            entry.party.clone().unwrap_or_default(),
            entry.deposit_identifier.clone(),
            entry.window.clone().unwrap_or_default(),
            entry.unit.clone(),
            debit,
            credit,
            entry.side.clone(),
            entry.component_kind.clone(),
            entry.count.to_string(),
            entry.transaction_kind.clone(),
        ];
        writer.write_record(texts.map(|text| escaped(&text)))?;
    }
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

/// A line of JSON.
pub fn json(journal: &BookedJournal) -> String {
    serde_json::to_string(journal).unwrap_or_default() + "\n"
}

impl BookedEntry {
    /// The account's name in hledger, such as `pishkhan:due:office-1001`.
    fn path(&self, network: &str) -> String {
        let mut parts = vec![network.to_owned(), self.account.clone()];
        parts.extend(self.party.clone());
        parts.extend(self.window.clone());
        if !self.deposit_identifier.is_empty() {
            parts.push(self.deposit_identifier.clone());
        }
        let parts: Vec<String> = parts.iter().map(|part| plain(part)).collect();
        parts.join(":")
    }
}

/// Colons part accounts, and two blanks or a semicolon end them. Whatever else than letters, digits and a few marks stands in
/// a part is told by its number, so that no two accounts become one.
fn plain(part: &str) -> String {
    let mut plain = String::with_capacity(part.len());
    for c in part.chars() {
        if c.is_alphanumeric() || matches!(c, '.' | '-' | '@') {
            plain.push(c);
        } else if c == '_' {
            plain.push_str("__");
        } else {
            plain += &format!("_{:x}_", u32::from(c));
        }
    }
    plain
}

/// Quoted, because a code may have digits and hyphens.
fn commodity(code: &str) -> String {
    if code.chars().all(|c| c.is_ascii_alphabetic()) {
        code.to_owned()
    } else {
        format!("\"{code}\"")
    }
}

/// A debit counts negative in the books and positive outside, with its decimal places, made of its digits.
fn debit(amount: Amount, scale: u8) -> String {
    let places = usize::from(scale);
    let digits = format!("{:0>width$}", amount.minor().unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let minus = if amount > Amount::ZERO { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{minus}{whole}{point}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal() -> BookedJournal {
        let entry = |account: &str, party: Option<&str>, minor: i64| BookedEntry {
            account: account.to_owned(),
            party: party.map(str::to_owned),
            deposit_identifier: String::new(),
            window: None,
            unit: "IRR".to_owned(),
            amount: Amount::from_minor(minor),
            side: "remitted".to_owned(),
            transaction_kind: String::new(),
            component_kind: String::new(),
            count: 1,
        };
        BookedJournal {
            id: 7,
            network: "pishkhan".to_owned(),
            kind: "remittance".to_owned(),
            window: "j1405-01".to_owned(),
            party: "=office".to_owned(),
            cause: 3,
            posted_at: "2026-03-21T20:40:00Z".parse().unwrap(),
            posted_on: "2026-03-22".parse().unwrap(),
            originator: "maker".to_owned(),
            entries: vec![
                entry("bank", None, -1_047_500),
                entry("due", Some("=office"), 1_047_500),
            ],
        }
    }

    #[test]
    fn a_debit_is_positive_in_hledger_and_has_the_places_of_its_unit() {
        let text = hledger(&journal(), |_| 2);
        assert!(
            text.starts_with("2026-03-22 (7) pishkhan remittance =office  ; cause:3"),
            "{text}"
        );
        assert!(text.contains("\n    pishkhan:bank  10475.00 IRR  ; "), "{text}");
        assert!(
            text.contains("\n    pishkhan:due:_3d_office  -10475.00 IRR  ; "),
            "{text}"
        );
    }

    #[test]
    fn no_two_identifiers_are_one_account() {
        let identifiers = [
            "36 01", "36/01", "36_01", "36__01", "36_2f_01", "36:01", "36;01", "36  01",
        ];
        let mut paths: Vec<String> = identifiers.iter().map(|identifier| plain(identifier)).collect();
        assert!(
            paths.iter().all(|path| !path.contains([':', ';', ' '])),
            "{paths:?}"
        );
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), identifiers.len(), "{paths:?}");
    }

    #[test]
    fn a_cell_that_a_spreadsheet_takes_for_a_formula_is_escaped() {
        let text = String::from_utf8(csv(&journal()).unwrap()).unwrap();
        assert!(text.lines().all(|line| line.contains(",'=office,")), "{text}");
        assert!(text.contains(",1047500,,remitted"), "{text}");
    }

    /// What a column of an entry's row is called in JSON, and whether it is the journal's.
    fn field_of(column: &str) -> (bool, &str) {
        match column {
            "journal" => (true, "id"),
            "journal_party" => (true, "party"),
            "network" | "kind" | "window" | "cause" | "posted_at" | "originator" => (true, column),
            "account_window" => (false, "window"),
            "debit" | "credit" => (false, "amount"),
            _ => (false, column),
        }
    }

    #[test]
    fn csv_says_of_an_entry_all_that_json_does() {
        let mut refund = journal();
        for entry in &mut refund.entries {
            entry.side = "earned".to_owned();
            entry.transaction_kind = "refund".to_owned();
            entry.component_kind = "wage".to_owned();
            entry.deposit_identifier = "12".to_owned();
        }
        let told: serde_json::Value = serde_json::from_str(&json(&refund)).unwrap();
        let fields = |object: &serde_json::Value| {
            let names: Vec<String> = object.as_object().unwrap().keys().cloned().collect();
            names
        };
        let columns = CSV_HEAD.map(field_of);
        for (is_journals, object) in [(true, &told), (false, &told["entries"][0])] {
            for field in fields(object) {
                // The day is that of the moment, on the network's clock.
                let is_told = columns.contains(&(is_journals, field.as_str()));
                assert!(
                    is_told || ["entries", "posted_on"].contains(&field.as_str()),
                    "{field}"
                );
            }
        }
        let written = [csv_head().unwrap(), csv(&refund).unwrap()].concat();
        let text = String::from_utf8(written).unwrap();
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let head = reader.headers().unwrap().clone();
        let row = reader.records().next().unwrap().unwrap();
        for (column, cell) in head.iter().zip(&row) {
            let (is_journals, field) = field_of(column);
            let value = if is_journals {
                &told[field]
            } else {
                &told["entries"][0][field]
            };
            let is_exact = !["posted_at", "journal_party", "debit", "credit"].contains(&column);
            if let (true, Some(text)) = (is_exact, value.as_str()) {
                assert_eq!(cell, text, "{column}");
            }
        }
    }

    #[test]
    fn a_unit_with_digits_in_its_code_is_quoted() {
        let unit = BookedUnit {
            code: "IRR-2".to_owned(),
            scale: 0,
        };
        assert!(hledger_head(&[unit]).contains("commodity 1000. \"IRR-2\"\n"));
    }
}
