//! A line of CSV, read into the same row as its JSON. Never here: JSON.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::Unread;
use crate::domain::excerpt::{ECHO_MAX, excerpt};
use crate::domain::facts::{Facts, NO_FACTS, Stated};
use crate::domain::json;
use crate::domain::money::Amount;
use crate::domain::tariff::FactValue;
use crate::domain::transaction::{Holder, RowFault, Submitted, TransactionKind, may_be_reference};

/// What each column of a file is called.
#[derive(Debug)]
pub(super) struct Columns(Vec<String>);

const NAMES: [&str; 14] = [
    "office",
    "service",
    "network",
    "reference",
    "kind",
    "original",
    "occurred_at",
    "amount",
    "principal",
    "quantity",
    "leg",
    "holder",
    "citizen",
    "facts",
];
/// No row is one without these.
const REQUIRED: [&str; 4] = ["office", "reference", "occurred_at", "holder"];
const FACT: &str = "fact.";

impl Columns {
    pub(super) fn read_names(record: &[u8]) -> Result<Self, String> {
        let names: Vec<String> = fields_of(record)?.iter().map(column_name).collect();
        for (at, name) in names.iter().enumerate() {
            if !NAMES.contains(&name.as_str()) && !name.starts_with(FACT) {
                let (known, name) = (NAMES.join(", "), excerpt(name, ECHO_MAX));
                return Err(format!(
                    "there is no column `{name}`; known: {known} and fact.NAME"
                ));
            }
            if names.iter().take(at).any(|earlier| earlier == name) {
                let name = excerpt(name, ECHO_MAX);
                return Err(format!("the column `{name}` stands twice"));
            }
        }
        let missing: Vec<&str> = REQUIRED
            .into_iter()
            .filter(|needed| !names.iter().any(|name| name == needed))
            .collect();
        if !missing.is_empty() {
            let (missing, needed) = (missing.join("`, `"), REQUIRED.join(", "));
            return Err(format!(
                "the first line names no column `{missing}`; needed: {needed}"
            ));
        }
        Ok(Self(names))
    }

    pub(super) fn read(&self, record: &[u8]) -> Result<Submitted, Unread> {
        let told = |explanation: String| RowFault::new("", "csv", explanation);
        let fields = fields_of(record).map_err(told)?;
        if fields.len() != self.0.len() {
            let (named, found) = (self.0.len(), fields.len());
            return Err(told(format!("{found} fields under {named} columns")).into());
        }
        let mut cells = Cells {
            stated: BTreeMap::new(),
            faults: Vec::new(),
        };
        for (name, field) in self.0.iter().zip(&fields) {
            if !field.is_empty() {
                cells.stated.insert(name, field);
            }
        }
        let reference = cells.text("reference").filter(|text| may_be_reference(text));
        cells.row().map_err(|faults| Unread::of(reference, faults))
    }
}

/// The fields that are not empty, and what was wrong with those that were looked at.
struct Cells<'a> {
    stated: BTreeMap<&'a str, &'a str>,
    faults: Vec<RowFault>,
}

impl Cells<'_> {
    fn row(mut self) -> Result<Submitted, Vec<RowFault>> {
        let facts = self.facts();
        let row = Submitted {
            office: self.text("office").unwrap_or_default(),
            service: self.text("service"),
            network: self.text("network"),
            reference: self.text("reference").unwrap_or_default(),
            kind: self.kind(),
            original: self.text("original"),
            occurred_at: self.occurred_at(),
            amount: self.number("amount").map(Amount::from_minor),
            principal: self.number("principal").map(Amount::from_minor),
            quantity: self.number("quantity"),
            leg: self.text("leg"),
            facts,
            holder: self.holder(),
            citizen: self.citizen(),
        };
        if self.faults.is_empty() {
            row.checked()
        } else {
            Err(self.faults)
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        self.stated.get(name).map(|field| (*field).to_owned())
    }

    fn number<N: FromStr + ToString>(&mut self, name: &'static str) -> Option<N> {
        let field = *self.stated.get(name)?;
        let read = whole_number(field);
        if read.is_none() {
            let sent = excerpt(field, ECHO_MAX);
            let told = format!("a whole number of this size, written as in JSON; sent was `{sent}`");
            self.fault(name, told);
        }
        read
    }

    fn occurred_at(&mut self) -> DateTime<Utc> {
        let field = self.stated.get("occurred_at").copied().unwrap_or_default();
        let read = json::moment_of_text(field);
        if read.is_none() {
            let told = format!("{}; sent was `{}`", json::A_MOMENT, excerpt(field, ECHO_MAX));
            self.fault("occurred_at", told);
        }
        read.unwrap_or_default()
    }

    fn kind(&mut self) -> TransactionKind {
        self.word("kind").unwrap_or_default()
    }

    fn holder(&mut self) -> Holder {
        if !self.stated.contains_key("holder") {
            self.fault("holder", "office, agency, central or split_at_source".to_owned());
        }
        self.word("holder").unwrap_or(Holder::Office)
    }

    /// A word as JSON knows it.
    fn word<W: serde::de::DeserializeOwned>(&mut self, name: &'static str) -> Option<W> {
        let field = *self.stated.get(name)?;
        match json::word(field) {
            Ok(word) => Some(word),
            Err(told) => {
                self.fault(name, told);
                None
            }
        }
    }

    fn citizen(&mut self) -> Option<Vec<u8>> {
        let field = *self.stated.get("citizen")?;
        let read = hex::decode(field).ok();
        if read.is_none() {
            self.fault("citizen", "hexadecimal digits, two a byte".to_owned());
        }
        read
    }

    /// Of columns `fact.NAME`, and of one column `facts` that holds JSON.
    fn facts(&mut self) -> Facts {
        let stated = self.stated.get("facts").copied().unwrap_or(NO_FACTS);
        let mut facts = match json::object::<Stated>(stated.as_bytes()) {
            Ok(stated) => stated.facts,
            Err(misread) => {
                let field = match misread.field.as_str() {
                    "" => "facts".to_owned(),
                    name => format!("facts.{name}"),
                };
                self.faults
                    .push(RowFault::new(field, misread.rule, misread.explanation));
                return Facts::new();
            }
        };
        for (name, field) in &self.stated {
            if let Some(name) = name.strip_prefix(FACT)
                && facts.insert(name.to_owned(), fact(field)).is_some()
            {
                let column = excerpt(name, ECHO_MAX);
                let told = format!("it stands in the column `facts` and in `{FACT}{column}`");
                self.faults
                    .push(RowFault::new(format!("facts.{name}"), json::ONCE, told));
            }
        }
        facts
    }

    fn fault(&mut self, field: &str, explanation: String) {
        self.faults.push(RowFault::new(field, "shape", explanation));
    }
}

/// A number or a truth value if it is written as JSON would write it, else a text: the tariff decides what it is.
fn fact(field: &str) -> FactValue {
    match field {
        "true" => FactValue::Bool(true),
        "false" => FactValue::Bool(false),
        _ => match whole_number(field) {
            Some(number) => FactValue::Integer(number),
            None => FactValue::Text(field.to_owned()),
        },
    }
}

/// Written as JSON writes it: without a plus sign, leading zeros or a negative nothing.
fn whole_number<N: FromStr + ToString>(field: &str) -> Option<N> {
    let number = field.parse::<N>().ok()?;
    (number.to_string() == field).then_some(number)
}

/// The columns are known in any case of their letters; facts are named as their tariff names them.
fn column_name(field: &str) -> String {
    let name = field.trim();
    let lower = name.to_ascii_lowercase();
    match (lower.starts_with(FACT), name.get(FACT.len()..)) {
        (true, Some(fact)) => format!("{FACT}{fact}"),
        _ => lower,
    }
}

/// # Errors
/// Unless the record is one row, and no more.
pub(super) fn fields_of(record: &[u8]) -> Result<csv::StringRecord, String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(record);
    let (mut fields, mut more) = (csv::StringRecord::new(), csv::StringRecord::new());
    let read = reader.read_record(&mut fields);
    match read.and_then(|_| reader.read_record(&mut more)) {
        Ok(false) => Ok(fields),
        Ok(true) => Err("this is more than one row".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
