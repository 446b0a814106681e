//! Originals that are booked in one round trip, because the open window and an id for the batch are remembered. Never here: a row
//! that waits, takes back or was sent twice (see `booking`).

use std::collections::{BTreeMap, BTreeSet};

use super::batch::{Entry, Place, Purse, assemble, purses};
use super::booking::{Halt, Plan, rounds};
use super::memory::Memory;
use super::pricing::Verdict;
use super::{Course, Recorded, Sent};
use crate::domain::transaction::Outcome;
use crate::store::Connection;
use crate::store::booking::next_batch_id;
use crate::store::transaction::{AtOnce, Footing, book_originals};
use crate::usecases::Failure;

/// What became of the rows; `None`, and nothing is booked, if they have to be booked step by step.
pub(super) async fn book_at_once(
    conn: &mut Connection,
    memory: &Memory,
    plan: &Plan<'_>,
) -> Result<Option<Vec<Recorded>>, Halt> {
    let Some((mut entries, footings)) = plan.all_originals().zip(plan.footings(memory)) else {
        return Ok(None);
    };
    let places = places(conn, memory, &purses(&entries), &footings).await?;
    let assembled = assemble(&mut entries, &places, plan.at)?;
    let (columns, batches) = (&assembled.columns, &assembled.batches);
    match book_originals(conn, &footings, plan.at, columns, batches).await? {
        AtOnce::Booked(batch_ids) => memory.keep_batch_ids(batch_ids),
        AtOnce::StandsOtherwise => {
            memory.forget_footings();
            return Ok(None);
        }
        AtOnce::KeysAreTaken => return Err(Halt::KeysAreTaken),
    }
    let mut booked = assembled.booked;
    booked.sort_unstable_by_key(|(index, _)| *index);
    let decided = booked
        .into_iter()
        .map(|(_, booked)| Recorded::Decided(Outcome::Booked(booked)));
    Ok(Some(decided.collect()))
}

async fn places(
    conn: &mut Connection,
    memory: &Memory,
    purses: &BTreeSet<Purse>,
    footings: &[Footing],
) -> Result<BTreeMap<Purse, Place>, Halt> {
    let mut places = BTreeMap::new();
    for &purse in purses {
        let footing = footings.iter().find(|footing| footing.network_id == purse.0);
        let footing =
            footing.ok_or_else(|| Failure::Internal(format!("network {} is not remembered", purse.0)))?;
        let batch_id = match memory.spare_batch_id() {
            Some(batch_id) => batch_id,
            None => next_batch_id(conn).await?,
        };
        let window_id = footing.window_id;
        places.insert(purse, Place { batch_id, window_id });
    }
    Ok(places)
}

impl<'a> Plan<'a> {
    /// If no row is anything else, and none stands here twice.
    fn all_originals(&self) -> Option<Vec<Entry<'a>>> {
        match self.course {
            Course::Singly if !self.looks_first => {}
            Course::Singly
            | Course::Chunk(_)
            | Course::LastChunk(_)
            | Course::Wholly(_)
            | Course::Release { .. } => return None,
        }
        let rows = self.rows.iter().zip(self.verdicts).enumerate();
        let entry = |(index, (sent, verdict)): (usize, (&Sent<'a>, &'a Verdict))| match verdict {
            Verdict::Original(ready) => Some(Entry {
                index,
                sent: *sent,
                ready,
            }),
            Verdict::TakesBack { .. } | Verdict::Not { .. } => None,
        };
        let entries: Option<Vec<Entry<'a>>> = rows.map(entry).collect();
        entries.filter(|_| rounds(self.rows).len() == 1)
    }

    fn footings(&self, memory: &Memory) -> Option<Vec<Footing>> {
        let networks = self.network_ids();
        let rules: Option<Vec<_>> = networks
            .iter()
            .map(|id| self.snapshot.book.network(*id))
            .collect();
        memory.footings(rules?.iter().map(|rules| (rules.id, rules.version)))
    }
}
