//! Whether booked transactions are what their leaves, their batch and the rows they refer to say.
//! Never here: what a leaf seals (see `proof`), allocations against tariffs (see `allocation`).

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::total::TotalTerm;
use super::{Comparison, Finding};
use crate::domain::canonical::Digest;
use crate::domain::money::Amount;
use crate::domain::proof::{LeafFields, Shared, batch_digest, leaf};
use crate::domain::transaction::{TransactionId, TransactionKind};

/// A row of `transactions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookedTransaction {
    pub allocation: i64,
    pub batch: i64,
    pub original: Option<i64>,
    pub amount: i64,
    pub principal: i64,
    pub leaf: i64,
    pub occurred_at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub office: i32,
    pub sender: i32,
    pub service: i32,
    pub licence: i32,
    pub binding: i32,
    pub facts: i32,
    pub window: i32,
    pub line: i16,
    pub network: i16,
    pub kind: i16,
    pub holder: i16,
    pub reference: String,
    pub citizen: Option<Vec<u8>>,
}

/// A row of `batches`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookedBatch {
    pub id: i64,
    pub window: i32,
    pub unit: i16,
    pub booked_at: DateTime<Utc>,
    pub row_count: i32,
    pub amount_sum: i64,
    pub principal_sum: i64,
    pub digest: Vec<u8>,
}

/// What an allocation says, as far as a transaction must agree with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllocationContent {
    pub digest: Digest,
    pub total: i64,
    pub network: i16,
    pub service: i32,
    pub unit: i16,
    pub tariff_version: i32,
    /// The transaction that it takes a part of; none if the tariff answered it.
    pub original: Option<i64>,
    /// Sources and legs by the ordinals of their terms, none of zero.
    pub shares: Box<[(i16, i64)]>,
}

/// A tariff version by which transactions were split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TariffContent {
    /// The agency's party.
    pub agency: i32,
    /// In the order of their ordinals.
    pub terms: Box<[TotalTerm]>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingContent {
    pub digest: Digest,
    pub office: i32,
    pub licence: i32,
    /// Who plays each role that hangs on the office, by the role's id from 1.
    pub parties: Box<[Option<i32>]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowContent {
    pub network: i16,
    pub starts_at: DateTime<Utc>,
    /// The party that collects for the network.
    pub central: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LicenceContent {
    pub office: i32,
    pub network: i16,
}

/// The rows that transactions refer to, by their ids. What is not in here does not exist.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    pub allocations: HashMap<i64, AllocationContent>,
    pub tariffs: HashMap<i32, TariffContent>,
    pub bindings: HashMap<i32, BindingContent>,
    pub facts: HashMap<i32, Digest>,
    pub licences: HashMap<i32, LicenceContent>,
    pub offices: HashSet<i32>,
    pub services: HashSet<i32>,
    pub originators: HashSet<i32>,
    pub windows: HashMap<i32, WindowContent>,
}

/// Everything about one batch: each of its rows, then its count, sums and digest. `rows` in the order of their lines.
///
/// When a row was changed the batch's own figures disagree because of it, and only the row is named.
pub fn check_batch(batch: &BookedBatch, rows: &[BookedTransaction], contents: &Contents) -> Vec<Finding> {
    let mut findings = Vec::new();
    let leaves: Vec<Digest> = rows.iter().map(|row| leaf(&row.leaf_fields(contents))).collect();
    let count = i32::try_from(rows.len()).unwrap_or(i32::MAX);
    if count != batch.row_count && batch.digest == batch_digest(batch.booked_at, &leaves).as_bytes() {
        // The digest knows no other rows than these.
        Comparison::of("batches", batch.id, &mut findings).same("row_count", batch.row_count, count);
    } else {
        check_lines(batch, rows, &mut findings);
    }
    for (row, leaf) in rows.iter().zip(&leaves) {
        check_row(batch, row, *leaf, contents, &mut findings);
    }
    if findings.is_empty() {
        check_whole(batch, rows, &leaves, contents, &mut findings);
    }
    findings
}

/// Lines count from 1 without gap up to the batch's row count.
fn check_lines(batch: &BookedBatch, rows: &[BookedTransaction], findings: &mut Vec<Finding>) {
    let mut expected = 1;
    for row in rows {
        while expected < i32::from(row.line) && expected <= batch.row_count {
            findings.push(missing(batch, expected));
            expected += 1;
        }
        let id = TransactionId::of(row.batch, row.line);
        if i32::from(row.line) == expected && expected <= batch.row_count {
            expected += 1;
        } else {
            let key = format!("{id} ({}:{}:{})", row.office, row.sender, row.reference);
            let rule = format!("absent: batch {} has {} lines", batch.id, batch.row_count);
            findings.push(Finding::new("transactions", key, "the row", "there", rule));
        }
    }
    // A few name themselves; a batch that lost everything is told once.
    if rows.is_empty() {
        findings.push(Finding::new("batches", batch.id, "row_count", batch.row_count, 0));
        return;
    }
    while expected <= batch.row_count {
        findings.push(missing(batch, expected));
        expected += 1;
    }
}

fn missing(batch: &BookedBatch, line: i32) -> Finding {
    let id = TransactionId::of(batch.id, i16::try_from(line).unwrap_or(i16::MAX));
    let rule = format!("there: batch {} has {} lines", batch.id, batch.row_count);
    Finding::new("transactions", id, "the row", "absent", rule)
}

fn check_row(
    batch: &BookedBatch,
    row: &BookedTransaction,
    leaf: Digest,
    contents: &Contents,
    findings: &mut Vec<Finding>,
) {
    let id = TransactionId::of(row.batch, row.line);
    let mut compared = Comparison::of("transactions", id, findings);
    compared.same("window_id", row.window, batch.window);
    check_references(row, contents, &mut compared);
    compared.same("leaf", row.leaf, leaf.prefix());
}

fn check_references(row: &BookedTransaction, contents: &Contents, compared: &mut Comparison<'_>) {
    let mut needs = |what: &str, id: i64, is_there: bool| {
        if !is_there {
            compared.differs(what, id, "the id of a row that is there");
        }
    };
    needs(
        "office_id",
        row.office.into(),
        contents.offices.contains(&row.office),
    );
    needs(
        "service_id",
        row.service.into(),
        contents.services.contains(&row.service),
    );
    needs(
        "sender_id",
        row.sender.into(),
        contents.originators.contains(&row.sender),
    );
    needs(
        "facts_id",
        row.facts.into(),
        contents.facts.contains_key(&row.facts),
    );
    needs(
        "window_id",
        row.window.into(),
        contents.windows.contains_key(&row.window),
    );
    needs(
        "allocation_id",
        row.allocation,
        contents.allocations.contains_key(&row.allocation),
    );
    needs(
        "binding_id",
        row.binding.into(),
        contents.bindings.contains_key(&row.binding),
    );
    needs(
        "licence_id",
        row.licence.into(),
        contents.licences.contains_key(&row.licence),
    );
    if let Some(window) = contents.windows.get(&row.window) {
        compared.same("network_id", row.network, window.network);
    }
    if let Some(allocation) = contents.allocations.get(&row.allocation) {
        compared.same("amount", row.amount, allocation.total);
        compared.same("service_id", row.service, allocation.service);
        compared.same("network_id", row.network, allocation.network);
    }
    if let Some(binding) = contents.bindings.get(&row.binding) {
        compared.same("licence_id", row.licence, binding.licence);
        compared.same("office_id", row.office, binding.office);
    }
    if let Some(licence) = contents.licences.get(&row.licence) {
        compared.same("office_id", row.office, licence.office);
        compared.same("network_id", row.network, licence.network);
    }
}

fn check_whole(
    batch: &BookedBatch,
    rows: &[BookedTransaction],
    leaves: &[Digest],
    contents: &Contents,
    findings: &mut Vec<Finding>,
) {
    let sum = |of: fn(&BookedTransaction) -> i64| {
        rows.iter()
            .map(|row| i128::from(row.sign()) * i128::from(of(row)))
            .sum::<i128>()
    };
    let mut compared = Comparison::of("batches", batch.id, findings);
    compared.same("amount_sum", i128::from(batch.amount_sum), sum(|row| row.amount));
    compared.same(
        "principal_sum",
        i128::from(batch.principal_sum),
        sum(|row| row.principal),
    );
    let units = rows
        .iter()
        .filter_map(|row| contents.allocations.get(&row.allocation));
    for allocation in units {
        compared.same("unit_id", batch.unit, allocation.unit);
    }
    compared.same(
        "digest",
        hex::encode(&batch.digest),
        batch_digest(batch.booked_at, leaves).to_string(),
    );
}

impl BookedTransaction {
    /// What takes back counts negative.
    pub(super) fn sign(&self) -> i8 {
        let takes_back = TransactionKind::from_number(self.kind).is_some_and(TransactionKind::takes_back);
        if takes_back { -1 } else { 1 }
    }

    fn leaf_fields(&self, contents: &Contents) -> LeafFields<'_> {
        let nothing = Digest::from_bytes([0; 32]);
        let shared = |id: i64, content: Option<Digest>| Shared {
            id,
            content: content.unwrap_or(nothing),
        };
        let binding = contents.bindings.get(&self.binding).map(|binding| binding.digest);
        let allocation = contents
            .allocations
            .get(&self.allocation)
            .map(|allocation| allocation.digest);
        LeafFields {
            network: self.network,
            office: self.office,
            sender: self.sender,
            reference: &self.reference,
            kind: self.kind,
            original: self.original,
            service: self.service,
            licence: self.licence,
            binding: shared(self.binding.into(), binding),
            allocation: shared(self.allocation, allocation),
            facts: shared(self.facts.into(), contents.facts.get(&self.facts).copied()),
            holder: self.holder,
            amount: Amount::from_minor(self.amount),
            principal: Amount::from_minor(self.principal),
            occurred_at: self.occurred_at,
            received_at: self.received_at,
            citizen: self.citizen.as_deref(),
            window: self.window,
            batch: self.batch,
            line: self.line,
        }
    }
}

#[cfg(test)]
mod tests;
