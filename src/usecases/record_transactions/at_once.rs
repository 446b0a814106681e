//! Originals that are booked in one round trip, because the open window and an id for the batch are remembered. Never here: a row
//! that waits, takes back or was sent twice (see `booking`).

use std::collections::{BTreeMap, BTreeSet};

use super::ahead::JudgedAhead;
use super::batch::{Assembly, Entry, Place, Purse, purses, put_in_key_order};
use super::booking::Plan;
use super::memory::Memory;
use super::pricing::Verdict;
use super::{Course, Keys, Sent, is_refused};
use crate::domain::transaction::Outcome;
use crate::store::Connection;
use crate::store::allocation::NewAnswer;
use crate::store::booking::next_batch_id;
use crate::store::transaction::{AtOnce, Booking, Footing, book_originals};
use crate::usecases::{Done, Failure};

/// Why nothing was booked at once.
#[derive(Debug)]
pub enum NotAtOnce {
    /// They have to be recorded step by step, as they were judged or anew.
    StepByStep(Keys),
    /// The database is away, or the server is at fault.
    Failed(Failure),
}

/// Books rows that were judged ahead, in their order, by one statement, and another before it where ids are lacking. Nothing is waited
/// for that was asked on the connection before, so that several of these may be on their way to the database, which takes one after the
/// other.
pub async fn record_at_once(
    conn: &Connection,
    memory: &Memory,
    rows: &[Sent<'_>],
    judged: JudgedAhead,
) -> Result<Vec<Outcome>, NotAtOnce> {
    if judged.rounds.len() != 1 || !judged.judgement.is_of_originals() {
        return Err(STANDS_OTHERWISE);
    }
    let reserved = judged.judgement.reserved(conn, memory).await?;
    let reserved = reserved.ok_or(STANDS_OTHERWISE)?;
    let verdicts = judged.judgement.with(reserved).map_err(NotAtOnce::Failed)?;
    let plan = Plan {
        snapshot: &judged.snapshot,
        at: judged.at,
        rows,
        rounds: &judged.rounds,
        verdicts: &verdicts.verdicts,
        course: Course::Singly,
        keys: Keys::PresumedNew,
    };
    let recorded = book_at_once(conn, memory, &plan, &verdicts.unstored).await?;
    memory.remember(verdicts.answered);
    Ok(recorded)
}

const STANDS_OTHERWISE: NotAtOnce = NotAtOnce::StepByStep(Keys::PresumedNew);

/// What became of the rows, whose new answers are stored with them.
async fn book_at_once(
    conn: &Connection,
    memory: &Memory,
    plan: &Plan<'_>,
    answers: &[NewAnswer],
) -> Result<Vec<Outcome>, NotAtOnce> {
    let originals = plan.all_originals().zip(plan.footings(memory));
    let (mut entries, footings) = originals.ok_or(STANDS_OTHERWISE)?;
    let places = places(conn, memory, &purses(&entries), &footings).await?;
    put_in_key_order(&mut entries);
    let mut assembly = Assembly::at(&places);
    let part = assembly.part(&entries)?;
    let booking = Booking {
        footings: &footings,
        at: plan.at,
        transactions: part.rows,
        batches: assembly.batches(plan.at)?,
        answers,
        wanted_batch_ids: memory.wanted_batch_ids(),
        wanted_allocation_ids: memory.wanted_allocation_ids(),
    };
    match book_originals(conn, booking).await.map_err(Failure::from)? {
        AtOnce::Booked(spare) => {
            memory.keep_batch_ids(spare.batch_ids);
            memory.keep_allocation_ids(spare.allocation_ids);
        }
        AtOnce::StandsOtherwise => {
            memory.forget_footings();
            return Err(STANDS_OTHERWISE);
        }
        AtOnce::KeysAreTaken => return Err(NotAtOnce::StepByStep(Keys::PerhapsBooked)),
    }
    let mut booked = part.booked;
    booked.sort_unstable_by_key(|(index, _)| *index);
    let outcomes = booked.into_iter().map(|(_, booked)| Outcome::Booked(booked));
    Ok(outcomes.collect())
}

async fn places(
    conn: &Connection,
    memory: &Memory,
    purses: &BTreeSet<Purse>,
    footings: &[Footing],
) -> Done<BTreeMap<Purse, Place>> {
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
    /// If no row is anything else.
    fn all_originals(&self) -> Option<Vec<Entry<'a>>> {
        let rows = self.rows.iter().zip(self.verdicts).enumerate();
        let entry = |(index, (sent, verdict)): (usize, (&Sent<'a>, &'a Verdict))| match verdict {
            Verdict::Original(ready) => Some(Entry {
                index,
                sent: *sent,
                ready,
            }),
            Verdict::TakesBack { .. } | Verdict::Not { .. } => None,
        };
        rows.map(entry).collect()
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

/// What the database refuses together may go in apart.
impl From<Failure> for NotAtOnce {
    fn from(failure: Failure) -> Self {
        if is_refused(&failure) {
            STANDS_OTHERWISE
        } else {
            Self::Failed(failure)
        }
    }
}
