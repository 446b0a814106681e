//! A line of CSV, read into the same row as its JSON. Never here: JSON.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Unread;
use crate::domain::facts::Facts;
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
const FACT: &str = "fact.";

impl Columns {
    pub(super) fn read_names(record: &[u8]) -> Result<Self, String> {
        let names: Vec<String> = fields_of(record)?
            .iter()
            .map(|name| name.trim().to_ascii_lowercase())
            .collect();
        for (at, name) in names.iter().enumerate() {
            if !NAMES.contains(&name.as_str()) && !name.starts_with(FACT) {
                let known = NAMES.join(", ");
                return Err(format!(
                    "there is no column `{name}`; known: {known} and fact.NAME"
                ));
            }
            if names.iter().take(at).any(|earlier| earlier == name) {
                return Err(format!("the column `{name}` stands twice"));
            }
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
            let field = field.trim();
            if !field.is_empty() {
                cells.stated.insert(name, field);
            }
        }
        let reference = cells.text("reference").filter(|text| may_be_reference(text));
        cells.row().map_err(|faults| Unread {
            reference: reference.unwrap_or_default(),
            faults,
        })
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

    fn number<N: std::str::FromStr>(&mut self, name: &'static str) -> Option<N> {
        let field = *self.stated.get(name)?;
        let read = field.parse().ok();
        if read.is_none() {
            self.fault(name, format!("`{field}` is no whole number of this size"));
        }
        read
    }

    fn occurred_at(&mut self) -> DateTime<Utc> {
        let field = self.stated.get("occurred_at").copied().unwrap_or_default();
        let read = DateTime::parse_from_rfc3339(field);
        if read.is_err() {
            self.fault(
                "occurred_at",
                format!("`{field}` is no moment such as 2026-11-24T07:30:00+03:30"),
            );
        }
        read.map(|at| at.to_utc()).unwrap_or_default()
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

    /// Of columns `fact.NAME`, or of one column `facts` that holds JSON.
    fn facts(&mut self) -> Facts {
        let mut facts = match self
            .stated
            .get("facts")
            .map(|facts| json::object(facts.as_bytes()))
        {
            None => Facts::new(),
            Some(Ok(facts)) => facts,
            Some(Err(misread)) => {
                self.fault("facts", misread.explanation);
                Facts::new()
            }
        };
        for (name, field) in &self.stated {
            if let Some(name) = name.strip_prefix(FACT) {
                facts.insert(name.to_owned(), fact(field));
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
        _ => match field.parse::<i64>() {
            Ok(number) if number.to_string() == field => FactValue::Integer(number),
            Ok(_) | Err(_) => FactValue::Text(field.to_owned()),
        },
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
