//! What one process remembers between calls: the rules, the questions that were answered, which windows are open, and ids
//! for batches and answers. Filled after commit only, checked under the networks' locks. Never here: anything that a lost memory could not find again.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::answers::Answered;
use super::pricing::{Asked, Priced};
use super::remembered::Remembered;
use super::rules::{Snapshot, read_rules};
use crate::store::Connection;
use crate::store::transaction::Footing;
use crate::usecases::Done;

/// Of each of two generations; one takes about 250 bytes.
const ANSWERS_MAX: usize = 50_000;
/// Of canonical facts, in each of two generations.
const FACTS_MAX: usize = 50_000;
/// Ids for answers and for batches that are held at least; more are asked for when half of them are gone.
const SPARE_ALLOCATIONS: usize = 512;
/// So often what the last rows took is held, if that is more: the next may be on their way before what these ask for has come.
const SPARE_TIMES_TAKEN: usize = 4;
const SPARE_ALLOCATIONS_MAX: usize = 4_096;
const SPARE_BATCHES: usize = 64;

#[derive(Debug)]
pub struct Memory {
    rules: RwLock<Arc<Snapshot>>,
    answers: Mutex<Remembered<Asked, Priced>>,
    facts_ids: Mutex<Remembered<String, i32>>,
    footings: Mutex<HashMap<i16, Footing>>,
    spare_batch_ids: Mutex<BTreeSet<i64>>,
    spare_allocation_ids: Mutex<Vec<i64>>,
    allocation_ids_taken: AtomicUsize,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            rules: RwLock::default(),
            answers: Mutex::new(Remembered::bounded(ANSWERS_MAX)),
            facts_ids: Mutex::new(Remembered::bounded(FACTS_MAX)),
            footings: Mutex::default(),
            spare_batch_ids: Mutex::default(),
            spare_allocation_ids: Mutex::default(),
            allocation_ids_taken: AtomicUsize::new(0),
        }
    }
}

impl Memory {
    /// The rules as they were last read; empty at first.
    pub(super) fn rules(&self) -> Arc<Snapshot> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the rules anew, because those that are remembered are older than the database's.
    pub(super) async fn read_rules(&self, conn: &mut Connection) -> Done<Arc<Snapshot>> {
        let snapshot = Arc::new(read_rules(conn, &self.rules()).await?);
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&snapshot);
        Ok(snapshot)
    }

    pub(super) fn answer(&self, asked: &Asked) -> Option<Priced> {
        held(&self.answers).find(asked)
    }

    /// To be called after a commit that waited for the disk and came after the answers were stored: an id that a crash of the
    /// database takes back must not be remembered.
    pub(super) fn remember(&self, answered: Answered) {
        let mut answers = held(&self.answers);
        for (asked, priced) in answered.priced {
            answers.remember(asked, priced);
        }
        let mut facts_ids = held(&self.facts_ids);
        for (canonical, id) in answered.facts_ids {
            facts_ids.remember(canonical, id);
        }
    }

    pub(super) fn facts_id(&self, canonical: &str) -> Option<i32> {
        held(&self.facts_ids).find(canonical)
    }

    /// The footing of each of these networks under the rules of a version; `None` if any is not remembered.
    pub(super) fn footings(&self, versions: impl Iterator<Item = (i16, i64)>) -> Option<Vec<Footing>> {
        let footings = held(&self.footings);
        let of = |(network, version)| {
            let footing = footings.get(&network).copied();
            footing.filter(|footing| footing.version == version)
        };
        versions.map(of).collect()
    }

    pub(super) fn remember_footings(&self, new: Vec<Footing>) {
        held(&self.footings).extend(new.into_iter().map(|footing| (footing.network_id, footing)));
    }

    pub(super) fn forget_footings(&self) {
        held(&self.footings).clear();
    }

    /// An id that no batch has, the least of those that are held: so ids of what is booked at once grow.
    pub(super) fn spare_batch_id(&self) -> Option<i64> {
        held(&self.spare_batch_ids).pop_first()
    }

    pub(super) fn keep_batch_ids(&self, spare: Vec<i64>) {
        held(&self.spare_batch_ids).extend(spare);
    }

    /// Ids that no answer has; `None` if there are fewer.
    pub(super) fn take_allocation_ids(&self, count: usize) -> Option<Vec<i64>> {
        self.allocation_ids_taken.store(count, Ordering::Relaxed);
        let mut spare = held(&self.spare_allocation_ids);
        let left = spare.len().checked_sub(count)?;
        Some(spare.split_off(left))
    }

    pub(super) fn keep_allocation_ids(&self, spare: Vec<i64>) {
        held(&self.spare_allocation_ids).extend(spare);
    }

    /// How many ids for batches the next booking should bring.
    pub(super) fn wanted_batch_ids(&self) -> usize {
        wanted(held(&self.spare_batch_ids).len(), SPARE_BATCHES)
    }

    /// How many ids for answers the next booking should bring.
    pub(super) fn wanted_allocation_ids(&self) -> usize {
        let taken = self.allocation_ids_taken.load(Ordering::Relaxed);
        let stock = taken.saturating_mul(SPARE_TIMES_TAKEN);
        wanted(
            held(&self.spare_allocation_ids).len(),
            stock.clamp(SPARE_ALLOCATIONS, SPARE_ALLOCATIONS_MAX),
        )
    }
}

fn wanted(spare: usize, held_max: usize) -> usize {
    if spare < held_max / 2 { held_max - spare } else { 0 }
}

/// What is remembered is whole at any moment, whoever panicked.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_of_the_spare_batch_ids_is_taken_first() {
        let memory = Memory::default();
        memory.keep_batch_ids(vec![7, 8]);
        memory.keep_batch_ids(vec![3]);
        let taken: Vec<i64> = std::iter::from_fn(|| memory.spare_batch_id()).collect();
        assert_eq!(taken, [3, 7, 8]);
        assert_eq!(memory.wanted_batch_ids(), SPARE_BATCHES);
    }
}
