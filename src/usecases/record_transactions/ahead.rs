//! Rows that are judged before their turn, while others are booked: it needs no database. Never here: what they are judged by (see
//! `pricing`), whether those rules still hold in the database (see `booking`).

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};

use super::Sent;
use super::booking::rounds;
use super::memory::Memory;
use super::pricing::{Decision, Judgement, judge};
use super::rules::Snapshot;

/// Rows that were judged by the rules that were remembered then. They are judged again if others hold when they are booked.
#[derive(Debug)]
pub struct JudgedAhead {
    pub(super) snapshot: Arc<Snapshot>,
    /// With whose knowledge they were judged, and are booked.
    pub(super) at: DateTime<Utc>,
    pub(super) judgement: Judgement,
    /// See [`rounds`]; each in the order of the keys, as rows are stored.
    pub(super) rounds: Vec<Vec<usize>>,
}

/// A row that was judged by itself when it came.
#[derive(Debug)]
pub struct JudgedAlone {
    snapshot: Arc<Snapshot>,
    at: DateTime<Utc>,
    judgement: Judgement,
}

/// Judges rows that are to be booked at that moment.
pub fn judge_ahead(memory: &Memory, at: DateTime<Utc>, rows: &[Sent<'_>]) -> JudgedAhead {
    let (snapshot, at) = (memory.rules(), at.trunc_subsecs(6));
    let judgement = judge(memory, &snapshot, at, rows);
    JudgedAhead::of(snapshot, at, judgement, rows)
}

/// Judges a row that will be booked later together with others.
pub fn judge_alone(memory: &Memory, at: DateTime<Utc>, row: Sent<'_>) -> JudgedAlone {
    let (snapshot, at) = (memory.rules(), at.trunc_subsecs(6));
    let judgement = judge(memory, &snapshot, at, &[row]);
    JudgedAlone {
        snapshot,
        at,
        judgement,
    }
}

/// What [`judge_ahead`] says of the rows. `alone` is what was said of each of them earlier, in their order: it is taken where
/// all of it is what would be said now, and else they are judged anew.
pub fn judge_together(
    memory: &Memory,
    at: DateTime<Utc>,
    rows: &[Sent<'_>],
    alone: Vec<JudgedAlone>,
) -> JudgedAhead {
    let (snapshot, booked_at) = (memory.rules(), at.trunc_subsecs(6));
    let holds = |(judged, row): (&JudgedAlone, &Sent<'_>)| judged.holds(&snapshot, booked_at, row);
    if alone.len() != rows.len() || !alone.iter().zip(rows).all(holds) {
        return judge_ahead(memory, at, rows);
    }
    let mut judgement = Judgement::default();
    for judged in alone {
        judgement.absorb(memory, judged.judgement);
    }
    JudgedAhead::of(snapshot, booked_at, judgement, rows)
}

impl JudgedAhead {
    fn of(snapshot: Arc<Snapshot>, at: DateTime<Utc>, judgement: Judgement, rows: &[Sent<'_>]) -> Self {
        let mut rounds = rounds(rows);
        for round in &mut rounds {
            round.sort_unstable_by_key(|index| {
                let office_id = judgement.decisions.get(*index).and_then(Decision::office_id);
                office_id.map(|office_id| rows[*index].stored_key(office_id))
            });
        }
        Self {
            snapshot,
            at,
            judgement,
            rounds,
        }
    }

    /// Judged again if the rules that are remembered by now are others.
    pub(super) fn by_present_rules(self, memory: &Memory, rows: &[Sent<'_>]) -> Self {
        if Arc::ptr_eq(&self.snapshot, &memory.rules()) {
            return self;
        }
        judge_ahead(memory, self.at, rows)
    }
}

impl JudgedAlone {
    fn holds(&self, snapshot: &Arc<Snapshot>, booked_at: DateTime<Utc>, row: &Sent<'_>) -> bool {
        let case = row.case(booked_at);
        let still = |decision: &Decision| decision.holds(&snapshot.book, self.at, case);
        Arc::ptr_eq(&self.snapshot, snapshot) && self.judgement.decisions.iter().all(still)
    }
}
