//! Originals that are booked in one round trip, because the open window and an id for the batch are remembered. Never here: a row
//! that waits, takes back or was sent twice (see `booking`).

use std::collections::{BTreeMap, BTreeSet};

use super::batch::{Assembly, Entry, Place, Purse, purses, put_in_key_order};
use super::booking::{Halt, Plan};
use super::memory::Memory;
use super::pricing::Verdict;
use super::{Recorded, Sent};
use crate::domain::transaction::Outcome;
use crate::store::Connection;
use crate::store::allocation::NewAnswer;
use crate::store::booking::next_batch_id;
use crate::store::transaction::{AtOnce, Booking, Footing, book_originals};
use crate::usecases::Failure;

/// What became of the rows, whose new answers are stored with them; `None`, and nothing is booked, if they have to be booked
/// step by step.
pub(super) async fn book_at_once(
    conn: &mut Connection,
    memory: &Memory,
    plan: &Plan<'_>,
    answers: &[NewAnswer],
) -> Result<Option<Vec<Recorded>>, Halt> {
    let Some((mut entries, footings)) = plan.all_originals().zip(plan.footings(memory)) else {
        return Ok(None);
    };
    let places = places(conn, memory, &purses(&entries), &footings).await?;
    put_in_key_order(&mut entries);
    let mut assembly = Assembly::at(&places);
    let part = assembly.part(&entries)?;
    let booking = Booking {
        footings: &footings,
        at: plan.at,
        transactions: part.columns,
        batches: assembly.batches(plan.at)?,
        answers,
        wanted_allocation_ids: memory.wanted_allocation_ids(),
    };
    match book_originals(conn, booking).await? {
        AtOnce::Booked(spare) => {
            memory.keep_batch_ids(spare.batch_ids);
            memory.keep_allocation_ids(spare.allocation_ids);
        }
        AtOnce::StandsOtherwise => {
            memory.forget_footings();
            return Ok(None);
        }
        AtOnce::KeysAreTaken => return Err(Halt::KeysAreTaken),
    }
    let mut booked = part.booked;
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
        if self.looks_first || !self.course.may_go_at_once() {
            return None;
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
        entries.filter(|_| self.rounds.len() == 1)
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
