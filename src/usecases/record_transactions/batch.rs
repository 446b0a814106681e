//! Rows that are booked together: their lines and leaves, and their batches with exact counts, sums and digests.
//! Never here: what is booked, SQL.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::Sent;
use crate::domain::canonical::Digest;
use crate::domain::money::Amount;
use crate::domain::proof::{LeafFields, Shared, batch_digest, leaf};
use crate::domain::transaction::{Booked, LINES_MAX, TransactionId};
use crate::store::booking::NewBatch;
use crate::store::transaction::NewTransaction;
use crate::usecases::{Done, Failure};

/// A row that can be booked, with the shared rows that it refers to.
#[derive(Clone, Debug)]
pub(super) struct Ready {
    pub(super) office_id: i32,
    pub(super) network_id: i16,
    pub(super) service_id: i32,
    pub(super) licence_id: i32,
    pub(super) binding: Shared,
    pub(super) allocation: Shared,
    pub(super) facts: Shared,
    pub(super) original_id: Option<TransactionId>,
    pub(super) amount: Amount,
    pub(super) principal: Amount,
    pub(super) unit_id: i16,
}

/// A row on its way into a batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    /// Among the rows of the call.
    pub(super) index: usize,
    pub(super) sent: Sent<'a>,
    pub(super) ready: &'a Ready,
}

/// Where a batch is booked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) batch_id: i64,
    pub(super) window_id: i32,
}

/// Network and unit: rows of one place and time that sum to one figure.
pub(super) type Purse = (i16, i16);

/// Rows that are inserted together.
#[derive(Debug, Default)]
pub(super) struct Part<'a> {
    pub(super) rows: Vec<NewTransaction<'a>>,
    /// By the rows' indexes.
    pub(super) booked: Vec<(usize, Booked)>,
}

/// One batch per purse, which grow as rows come, part by part.
#[derive(Debug)]
pub(super) struct Assembly<'p> {
    places: &'p BTreeMap<Purse, Place>,
    tallies: BTreeMap<Purse, Tally>,
}

#[derive(Debug, Default)]
struct Tally {
    leaves: Vec<Digest>,
    amount_sum: i128,
    principal_sum: i128,
}

impl Entry<'_> {
    fn purse(&self) -> Purse {
        (self.ready.network_id, self.ready.unit_id)
    }

    pub(super) fn key(&self) -> (i32, i32, &str) {
        (
            self.ready.office_id,
            self.sent.sender_id,
            self.sent.row.reference.as_str(),
        )
    }
}

pub(super) fn purses(entries: &[Entry<'_>]) -> BTreeSet<Purse> {
    let mut purses: Vec<Purse> = entries.iter().map(Entry::purse).collect();
    purses.dedup();
    purses.into_iter().collect()
}

/// So that two writers of the same keys wait for each other instead of locking each other out.
pub(super) fn put_in_key_order(entries: &mut [Entry<'_>]) {
    entries.sort_unstable_by(|one, other| one.key().cmp(&other.key()));
}

impl<'p> Assembly<'p> {
    pub(super) const fn at(places: &'p BTreeMap<Purse, Place>) -> Self {
        Self {
            places,
            tallies: BTreeMap::new(),
        }
    }

    /// The next rows of the batches.
    pub(super) fn part<'a>(&mut self, entries: &[Entry<'a>]) -> Done<Part<'a>> {
        let mut part = Part::default();
        for entry in entries {
            let purse = entry.purse();
            let place = *self.places.get(&purse).ok_or_else(not_opened)?;
            part.enter(entry, place, self.tallies.entry(purse).or_default())?;
        }
        Ok(part)
    }

    /// The batches of all rows that were.
    pub(super) fn batches(&self, at: DateTime<Utc>) -> Done<Vec<NewBatch>> {
        let batch = |(purse, tally): (&Purse, &Tally)| {
            let place = self.places.get(purse).ok_or_else(not_opened)?;
            tally.batch(*place, purse.1, at)
        };
        self.tallies.iter().map(batch).collect()
    }
}

fn not_opened() -> Failure {
    Failure::Internal("no batch was opened".to_owned())
}

impl<'a> Part<'a> {
    fn enter(&mut self, entry: &Entry<'a>, place: Place, tally: &mut Tally) -> Done<()> {
        let line = i16::try_from(tally.leaves.len() + 1)
            .ok()
            .filter(|line| *line <= LINES_MAX)
            .ok_or_else(|| Failure::Internal("a batch has too many lines".to_owned()))?;
        let leaf = leaf_of(entry, place, line);
        tally.enter(entry, leaf);
        self.rows.push(row(entry, place, line, leaf));
        let booked = Booked {
            id: TransactionId::of(place.batch_id, line),
            amount: entry.ready.amount,
            principal: entry.ready.principal,
        };
        self.booked.push((entry.index, booked));
        Ok(())
    }
}

impl Tally {
    /// What takes back counts negative.
    fn enter(&mut self, entry: &Entry<'_>, leaf: Digest) {
        let sign = if entry.sent.row.kind.takes_back() { -1 } else { 1 };
        self.leaves.push(leaf);
        self.amount_sum += sign * i128::from(entry.ready.amount.minor());
        self.principal_sum += sign * i128::from(entry.ready.principal.minor());
    }

    fn batch(&self, place: Place, unit_id: i16, at: DateTime<Utc>) -> Done<NewBatch> {
        let fits = |sum: i128| {
            i64::try_from(sum).map_err(|_| {
                Failure::conflict("a_sum_fits_in_64_bits", "the amounts of one batch are too large")
            })
        };
        Ok(NewBatch {
            id: place.batch_id,
            window_id: place.window_id,
            unit_id,
            booked_at: at,
            row_count: i32::try_from(self.leaves.len()).unwrap_or(i32::MAX),
            amount_sum: fits(self.amount_sum)?,
            principal_sum: fits(self.principal_sum)?,
            digest: batch_digest(at, &self.leaves).as_bytes().to_vec(),
        })
    }
}

fn leaf_of(entry: &Entry<'_>, place: Place, line: i16) -> Digest {
    let Entry { sent, ready, .. } = entry;
    leaf(&LeafFields {
        network: ready.network_id,
        office: ready.office_id,
        sender: sent.sender_id,
        reference: &sent.row.reference,
        kind: sent.row.kind.number(),
        original: ready.original_id.map(TransactionId::number),
        service: ready.service_id,
        licence: ready.licence_id,
        binding: ready.binding,
        allocation: ready.allocation,
        facts: ready.facts,
        holder: sent.row.holder.number(),
        amount: ready.amount,
        principal: ready.principal,
        occurred_at: sent.row.occurred_at,
        received_at: sent.received_at,
        citizen: sent.row.citizen.as_deref(),
        window: place.window_id,
        batch: place.batch_id,
        line,
    })
}

fn row<'a>(entry: &Entry<'a>, place: Place, line: i16, leaf: Digest) -> NewTransaction<'a> {
    let Entry { sent, ready, .. } = *entry;
    NewTransaction {
        allocation_id: ready.allocation.id,
        batch_id: place.batch_id,
        original_id: ready.original_id.map(TransactionId::number),
        amount: ready.amount.minor(),
        principal: ready.principal.minor(),
        leaf: leaf.prefix(),
        occurred_at: sent.row.occurred_at,
        received_at: sent.received_at,
        office_id: ready.office_id,
        sender_id: sent.sender_id,
        service_id: ready.service_id,
        licence_id: ready.licence_id,
        binding_id: small(ready.binding.id),
        facts_id: small(ready.facts.id),
        window_id: place.window_id,
        line,
        network_id: ready.network_id,
        kind: sent.row.kind.number(),
        holder: sent.row.holder.number(),
        reference: &sent.row.reference,
        citizen: sent.row.citizen.as_deref(),
    }
}

/// Ids of these tables have 32 bits.
fn small(id: i64) -> i32 {
    i32::try_from(id).unwrap_or(i32::MAX)
}
