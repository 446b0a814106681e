//! An owner's raw journal: every transaction of the own office with all its terms, as CSV and as JSON (money rule 25).
//! Never here: what the owner may see.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::statement_csv::escaped;
use crate::domain::money::Amount;

/// A booked transaction with both sides of its allocation, by codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JournalTransaction {
    pub id: i64,
    pub network: String,
    pub office: String,
    pub service: String,
    pub sender: String,
    pub reference: String,
    pub kind: &'static str,
    /// 1, and of what takes back -1.
    pub sign: i8,
    pub original_id: Option<i64>,
    pub occurred_at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub booked_at: DateTime<Utc>,
    pub window: String,
    pub holder: &'static str,
    pub amount: Amount,
    pub principal: Amount,
    pub unit: String,
    pub quantity: i32,
    pub activity_leg: String,
    pub facts: Value,
    pub tariff_version: i32,
    pub terms: Vec<JournalTerm>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JournalTerm {
    /// `source` is what the party collected, `leg` what it earned; both are of equal sum.
    pub side: String,
    pub name: String,
    pub kind: String,
    pub role: String,
    pub party: Option<String>,
    pub deposit_identifier: String,
    pub amount: Amount,
    /// As it counts for the party: negative of what takes back.
    pub signed_amount: Amount,
}

const HEAD: [&str; 29] = [
    "id",
    "network",
    "office",
    "service",
    "sender",
    "reference",
    "kind",
    "original_id",
    "occurred_at",
    "received_at",
    "booked_at",
    "window",
    "holder",
    "amount",
    "principal",
    "unit",
    "quantity",
    "activity_leg",
    "facts",
    "tariff_version",
    "term_side",
    "term_name",
    "term_kind",
    "term_role",
    "term_party",
    "term_deposit_identifier",
    "term_amount",
    "sign",
    "term_signed_amount",
];

/// With a byte order mark, for spreadsheets.
pub fn csv_head() -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(HEAD)?;
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

/// A row per term; amounts count the unit's smallest part, moments are UTC.
pub fn csv(transaction: &JournalTransaction) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let t = transaction;
    let own = [
        t.id.to_string(),
        t.network.clone(),
        t.office.clone(),
        t.service.clone(),
        t.sender.clone(),
        t.reference.clone(),
        t.kind.to_owned(),
        t.original_id.map(|id| id.to_string()).unwrap_or_default(),
        t.occurred_at.to_rfc3339(),
        t.received_at.to_rfc3339(),
        t.booked_at.to_rfc3339(),
        t.window.clone(),
        t.holder.to_owned(),
        t.amount.to_string(),
        t.principal.to_string(),
        t.unit.clone(),
        t.quantity.to_string(),
        t.activity_leg.clone(),
        t.facts.to_string(),
        t.tariff_version.to_string(),
    ];
    for term in &t.terms {
        let of_term = [
            term.side.clone(),
            term.name.clone(),
            term.kind.clone(),
            term.role.clone(),
            term.party.clone().unwrap_or_default(),
            term.deposit_identifier.clone(),
            term.amount.to_string(),
        ];
        // A spreadsheet takes a negative number for what it is.
        let signed = [t.sign.to_string(), term.signed_amount.to_string()];
        let told = own.iter().chain(&of_term).map(|text| escaped(text));
        writer.write_record(told.chain(signed))?;
    }
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

/// A line of JSON.
pub fn json(transaction: &JournalTransaction) -> String {
    serde_json::to_string(transaction).unwrap_or_default() + "\n"
}
