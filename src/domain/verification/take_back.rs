//! Whether what takes back is like its original and takes, with all that took back of it, no more than there was.
//! Never here: how a part is apportioned (see `allocation`), what a row must be in any case (see `booking`).

use std::collections::{HashMap, HashSet};

use super::booking::{BookedTransaction, Contents};
use super::{Comparison, Finding};
use crate::domain::transaction::{TransactionId, TransactionKind};

/// A transaction that others take back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Original {
    pub id: TransactionId,
    pub kind: i16,
    pub office: i32,
    pub service: i32,
    pub network: i16,
    pub binding: i32,
    pub facts: i32,
    pub allocation: i64,
    pub principal: i64,
}

/// A transaction that takes back, in whatever window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taker {
    pub id: TransactionId,
    pub original: TransactionId,
    pub allocation: i64,
    pub principal: i64,
}

/// What is left of an original by those that took back so far.
#[derive(Debug)]
struct Left {
    principal: i64,
    /// By the ordinals of their terms.
    shares: HashMap<i16, i64>,
    used_allocations: HashSet<i64>,
}

/// Those of `rows` that take back. `originals`: as far as they are there; `takers`: all that take back of them, by original and id.
/// Where together they take too much, the ones of the greatest ids are told.
pub fn check_take_backs(
    rows: &[BookedTransaction],
    originals: &[Original],
    takers: &[Taker],
    contents: &Contents,
) -> Vec<Finding> {
    let originals: HashMap<TransactionId, &Original> =
        originals.iter().map(|original| (original.id, original)).collect();
    let mut findings = Vec::new();
    for row in rows {
        if let Some(original_id) = row.original {
            let mut compared = Comparison::of("transactions", id_of(row), &mut findings);
            match originals.get(&TransactionId::from_number(original_id)) {
                Some(original) => check_likeness(row, original, contents, &mut compared),
                None => compared.differs(
                    "original_id",
                    original_id,
                    "the id of a transaction that is there",
                ),
            }
        }
    }
    let ids: HashSet<TransactionId> = rows.iter().map(id_of).collect();
    for takers in takers.chunk_by(|one, other| one.original == other.original) {
        let original = takers.first().and_then(|taker| originals.get(&taker.original));
        let Some(mut left) = original.and_then(|original| Left::of(original, contents)) else {
            continue;
        };
        for taker in takers {
            let too_much = left.take(taker, contents);
            if ids.contains(&taker.id) {
                findings.extend(too_much);
            }
        }
    }
    findings
}

fn id_of(row: &BookedTransaction) -> TransactionId {
    TransactionId::of(row.batch, row.line)
}

/// It bears what its original bore, and its allocation is the original's or one of a part of it.
fn check_likeness(
    row: &BookedTransaction,
    original: &Original,
    contents: &Contents,
    compared: &mut Comparison<'_>,
) {
    if original.kind != TransactionKind::Original.number() {
        compared.differs("original_id", original.id, "the id of an original");
    }
    compared.same("office_id", row.office, original.office);
    compared.same("service_id", row.service, original.service);
    compared.same("network_id", row.network, original.network);
    compared.same("binding_id", row.binding, original.binding);
    compared.same("facts_id", row.facts, original.facts);
    let allocation = |id: i64| contents.allocations.get(&id);
    if let Some((own, whole)) = allocation(row.allocation).zip(allocation(original.allocation)) {
        let is_part =
            own.original == Some(original.id.number()) && own.tariff_version == whole.tariff_version;
        if !is_part && row.allocation != original.allocation {
            let expected = format!("{}, or one of a part of it", original.allocation);
            compared.differs("allocation_id", row.allocation, expected);
        }
    }
}

impl Left {
    /// `None` if the original's allocation is not there, which is told with the original.
    fn of(original: &Original, contents: &Contents) -> Option<Self> {
        let whole = contents.allocations.get(&original.allocation)?;
        Some(Self {
            principal: original.principal,
            shares: whole.shares.iter().copied().collect(),
            used_allocations: HashSet::new(),
        })
    }

    /// Takes off what is taken, and tells where that is more than was left.
    fn take(&mut self, taker: &Taker, contents: &Contents) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut compared = Comparison::of("transactions", taker.id, &mut findings);
        if !self.used_allocations.insert(taker.allocation) {
            let expected = "one by which nothing else takes back";
            compared.differs("allocation_id", taker.allocation, expected);
        }
        let at_most = |left: i64| format!("{left} at most: so much is left of its original's");
        if taker.principal > self.principal {
            compared.differs("principal", taker.principal, at_most(self.principal));
        }
        self.principal = self.principal.saturating_sub(taker.principal).max(0);
        let own = contents.allocations.get(&taker.allocation);
        for (term, share) in own.into_iter().flat_map(|own| own.shares.iter()) {
            let left = self.shares.entry(*term).or_default();
            if *share > *left {
                compared.differs(&format!("its share of term {term}"), share, at_most(*left));
            }
            *left = left.saturating_sub(*share).max(0);
        }
        findings
    }
}

#[cfg(test)]
mod tests;
