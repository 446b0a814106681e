//! One database transaction: locks, what was booked before, what is booked now, what waits, what becomes of the submission.
//! Never here: prices and rules (see `pricing`).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use super::batch::{Entry, Place, Purse, purses};
use super::comparison::{AskedAgain, compare};
use super::entering::enter;
use super::pricing::Verdict;
use super::rules::Snapshot;
use super::take_back::lock_originals_of_rounds;
use super::{Course, Keys, NotRecorded, Sent, quarantining};
use crate::domain::rulebook::NotBookable;
use crate::domain::transaction::{Outcome, Reason, Submitted};
use crate::store::booking::{NetworkStanding, enter_networks, next_batch_id};
use crate::store::transaction::{Footing, Key, StoredTransaction, find_by_keys};
use crate::store::{Connection, StoreFailure, network};
use crate::usecases::Failure;
use crate::usecases::booking::{NO_WINDOW_IS_OPEN, window_for_booking};

/// What one call is to book.
pub(super) struct Plan<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) at: DateTime<Utc>,
    pub(super) rows: &'a [Sent<'a>],
    /// See [`rounds`].
    pub(super) rounds: &'a [Vec<usize>],
    /// In the order of the rows.
    pub(super) verdicts: &'a [Verdict],
    pub(super) course: Course<'a>,
    pub(super) keys: Keys,
}

/// Why a transaction was rolled back.
#[derive(Debug)]
pub(super) enum Halt {
    RulesAreOlder,
    KeysAreTaken,
    NotRecorded(NotRecorded),
}

/// The networks under their locks, and what became of the rows so far.
pub(super) struct Ground {
    sites: BTreeMap<i16, Site>,
    pub(super) quarantine_waits: bool,
    pub(super) recorded: Vec<Option<Outcome>>,
    pub(super) refusals: Vec<(usize, NotBookable)>,
}

/// How a network stands, where it books at the moment (or why nowhere), and a batch id that is not used yet.
struct Site {
    standing: NetworkStanding,
    window_id: Result<i32, NotBookable>,
    batch_id: Option<i64>,
}

/// What became of the rows, and how their networks stood.
pub(super) async fn book(
    conn: &mut Connection,
    plan: &Plan<'_>,
) -> Result<(Vec<Outcome>, Vec<Footing>), Halt> {
    conn.transaction(async |conn| {
        let mut ground = Ground::enter(conn, plan).await?;
        lock_originals_of_rounds(conn, plan).await?;
        for (nth, round) in plan.rounds.iter().enumerate() {
            // The keys of a later round were in the one before.
            let keys = if nth > 0 { Keys::PerhapsBooked } else { plan.keys };
            ground.book_round(conn, plan, round, keys).await?;
        }
        let footings = ground.sites.values().filter_map(Site::footing).collect();
        Ok((quarantining::finish(conn, plan, ground).await?, footings))
    })
    .await
}

/// The round of a row, and what it says.
type Turn<'a> = (usize, &'a Submitted);

/// The rows' indexes, each key once in a round: a key that is sent twice is looked at twice, in order. What takes back comes in no
/// earlier round than what took back before it, lest a corrected row take what is left behind the back of those that follow it; a
/// row that says the same again takes nothing, whenever it comes.
pub(super) fn rounds(rows: &[Sent<'_>]) -> Vec<Vec<usize>> {
    let mut before: HashMap<(&str, i32, &str), Option<Turn<'_>>> = HashMap::with_capacity(rows.len());
    let mut rounds: Vec<Vec<usize>> = Vec::new();
    let mut take_backs_from = 0;
    for (index, sent) in rows.iter().enumerate() {
        let last = before.entry(sent.key()).or_default();
        let mut nth = last.map_or(0, |(nth, _)| nth + 1);
        let says_the_same = last.is_some_and(|(_, row)| row == sent.row);
        if sent.row.kind.takes_back() && !says_the_same {
            nth = nth.max(take_backs_from);
            take_backs_from = nth;
        }
        if rounds.len() == nth {
            rounds.push(Vec::new());
        }
        if let Some(round) = rounds.get_mut(nth) {
            round.push(index);
        }
        *last = Some((nth, sent.row));
    }
    rounds
}

impl Ground {
    async fn enter(conn: &mut Connection, plan: &Plan<'_>) -> Result<Self, Halt> {
        let network_ids = plan.network_ids();
        let mut ground = Self {
            sites: BTreeMap::new(),
            quarantine_waits: false,
            recorded: vec![None; plan.rows.len()],
            refusals: Vec::new(),
        };
        if plan.may_be_of_older_rules() {
            let versions = network::rules_versions(conn).await?;
            must_be_current(plan.snapshot.book.has_versions(versions))?;
        }
        if network_ids.is_empty() {
            return Ok(ground);
        }
        let standings = enter_networks(conn, &network_ids, plan.at).await?;
        must_be_current(standings.len() == network_ids.len())?;
        for standing in standings {
            let remembered = plan.snapshot.book.network(standing.network_id);
            must_be_current(remembered.is_some_and(|rules| rules.version == standing.version))?;
            ground.quarantine_waits |= standing.quarantine_waits;
            let site = Site::of(conn, plan, standing).await?;
            ground.sites.insert(site.standing.network_id, site);
        }
        Ok(ground)
    }

    async fn book_round(
        &mut self,
        conn: &mut Connection,
        plan: &Plan<'_>,
        round: &[usize],
        keys: Keys,
    ) -> Result<(), Halt> {
        let sought: Vec<(usize, Key<'_>)> = round
            .iter()
            .filter_map(|index| {
                let is_shut = self.is_shut_to(&plan.verdicts[*index]);
                plan.sought(*index, if is_shut { Keys::PerhapsBooked } else { keys })
            })
            .collect();
        for (index, stored) in find_stored(conn, &sought).await? {
            self.settle(plan, index, &stored, None);
        }
        let (mut originals, mut take_backs) = (Vec::new(), Vec::new());
        for &index in round.iter().filter(|index| self.recorded[**index].is_none()) {
            match &plan.verdicts[index] {
                Verdict::Original(ready) => match self.must_book(ready.network_id) {
                    Ok(()) => originals.push(Entry {
                        index,
                        sent: plan.rows[index],
                        ready,
                    }),
                    Err(why) => self.refusals.push((index, why)),
                },
                Verdict::TakesBack { office_id } => take_backs.push((index, *office_id)),
                Verdict::Not { why, .. } => self.refusals.push((index, why.clone())),
            }
        }
        self.insert(conn, plan, &mut originals).await?;
        if take_backs.is_empty() {
            return Ok(());
        }
        // What is left for one depends on who came before: in the order in which they were sent, not in that of their keys.
        take_backs.sort_unstable();
        self.take_back(conn, plan, &take_backs).await
    }

    /// Whether a window of the network takes bookings.
    pub(super) fn must_book(&self, network_id: i16) -> Result<(), NotBookable> {
        match self.sites.get(&network_id).map(|site| &site.window_id) {
            Some(Err(why)) => Err(why.clone()),
            Some(Ok(_)) | None => Ok(()),
        }
    }

    /// What is not booked now may be in the books already.
    fn is_shut_to(&self, verdict: &Verdict) -> bool {
        match verdict {
            Verdict::Original(ready) => self.must_book(ready.network_id).is_err(),
            Verdict::TakesBack { .. } | Verdict::Not { .. } => false,
        }
    }

    /// Answers a row whose key is in the books: the first answer again, or what differs.
    pub(super) fn settle(
        &mut self,
        plan: &Plan<'_>,
        index: usize,
        stored: &StoredTransaction,
        again: Option<&AskedAgain>,
    ) {
        let outcome = compare(plan.rows[index].row, stored, &plan.snapshot.book, again);
        self.recorded[index] = Some(outcome);
    }

    /// Books the entries, or none if any of their keys is in the books.
    pub(super) async fn insert(
        &mut self,
        conn: &mut Connection,
        plan: &Plan<'_>,
        entries: &mut [Entry<'_>],
    ) -> Result<(), Halt> {
        if entries.is_empty() {
            return Ok(());
        }
        let places = self.open_batches(conn, &purses(entries)).await?;
        for (index, booked) in enter(conn, entries, &places, plan.at).await? {
            self.recorded[index] = Some(Outcome::Booked(booked));
        }
        Ok(())
    }

    async fn open_batches(
        &mut self,
        conn: &mut Connection,
        purses: &BTreeSet<Purse>,
    ) -> Result<BTreeMap<Purse, Place>, Halt> {
        let mut places = BTreeMap::new();
        for &purse in purses {
            let site = self
                .sites
                .get_mut(&purse.0)
                .ok_or_else(|| Failure::Internal(format!("network {} is not locked", purse.0)))?;
            places.insert(purse, site.open_batch(conn).await?);
        }
        Ok(places)
    }
}

impl Site {
    /// If its window is the one that is open at the moment.
    fn footing(&self) -> Option<Footing> {
        let window_id = self.standing.window_id.filter(|_| !self.standing.is_closed)?;
        Some(Footing {
            network_id: self.standing.network_id,
            version: self.standing.version,
            window_id,
        })
    }

    /// It books in the one window that contains the moment or, if that is closed, the earliest open one (money rule 10).
    async fn of(conn: &mut Connection, plan: &Plan<'_>, standing: NetworkStanding) -> Result<Self, Halt> {
        let window_id = match standing.window_id {
            Some(window_id) if !standing.is_closed => Ok(window_id),
            Some(_) | None => {
                let network = plan.snapshot.network_row(standing.network_id)?;
                match window_for_booking(conn, network, plan.at).await {
                    Ok(window) => Ok(window.id),
                    Err(Failure::Conflict { rule, explanation }) if rule == NO_WINDOW_IS_OPEN => {
                        Err(NotBookable::quarantined(Reason::NoWindowOpen, explanation))
                    }
                    Err(failure) => return Err(failure.into()),
                }
            }
        };
        Ok(Self {
            batch_id: Some(standing.batch_id),
            standing,
            window_id,
        })
    }

    async fn open_batch(&mut self, conn: &mut Connection) -> Result<Place, Halt> {
        let window_id = match &self.window_id {
            Ok(window_id) => *window_id,
            Err(why) => return Err(Failure::Internal(why.explanation.clone()).into()),
        };
        let batch_id = match self.batch_id.take() {
            Some(batch_id) => batch_id,
            None => next_batch_id(conn).await?,
        };
        Ok(Place { batch_id, window_id })
    }
}

impl Plan<'_> {
    /// All networks that a row may be booked in, ascending. What is taken back was booked under a licence of its office.
    pub(super) fn network_ids(&self) -> Vec<i16> {
        let mut ids = Vec::new();
        for verdict in self.verdicts {
            match verdict {
                Verdict::Original(ready) => {
                    if ids.last() != Some(&ready.network_id) {
                        ids.push(ready.network_id);
                    }
                }
                Verdict::TakesBack { office_id } => {
                    let licences = self.snapshot.book.licences.get(office_id);
                    ids.extend(licences.into_iter().flatten().map(|licence| licence.network));
                }
                Verdict::Not { .. } => {}
            }
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The indexes and offices of all rows that take back.
    pub(super) fn take_backs(&self) -> Vec<(usize, i32)> {
        let office = |(index, verdict): (usize, &Verdict)| match verdict {
            Verdict::TakesBack { office_id } => Some((index, *office_id)),
            Verdict::Original(_) | Verdict::Not { .. } => None,
        };
        self.verdicts.iter().enumerate().filter_map(office).collect()
    }

    /// Whether any row is refused, or takes back at an office that had no licence: newer rules of any network may say otherwise.
    fn may_be_of_older_rules(&self) -> bool {
        self.verdicts.iter().any(|verdict| match verdict {
            Verdict::Not { .. } => true,
            Verdict::TakesBack { office_id } => !self.snapshot.book.licences.contains_key(office_id),
            Verdict::Original(_) => false,
        })
    }

    /// The key of a row that is looked for in the books before anything is booked. What takes back is looked for later,
    /// under its original's lock.
    fn sought(&self, index: usize, keys: Keys) -> Option<(usize, Key<'_>)> {
        let office_id = match &self.verdicts[index] {
            Verdict::Original(ready) => match keys {
                Keys::PresumedNew => None,
                Keys::PerhapsBooked => Some(ready.office_id),
            },
            Verdict::Not { office_id, .. } => *office_id,
            Verdict::TakesBack { .. } => None,
        };
        Some((index, self.rows[index].stored_key(office_id?)))
    }
}

/// The stored transactions of these keys, each with the index beside its key.
pub(super) async fn find_stored(
    conn: &mut Connection,
    sought: &[(usize, Key<'_>)],
) -> Result<Vec<(usize, StoredTransaction)>, Halt> {
    let keys: Vec<Key<'_>> = sought.iter().map(|(_, key)| *key).collect();
    let found = find_by_keys(conn, &keys).await?;
    let of_row = |stored: StoredTransaction| {
        let place = usize::try_from(stored.place).ok()?.checked_sub(1)?;
        sought.get(place).map(|(index, _)| (*index, stored))
    };
    Ok(found.into_iter().filter_map(of_row).collect())
}

fn must_be_current(is_current: bool) -> Result<(), Halt> {
    if is_current {
        Ok(())
    } else {
        Err(Halt::RulesAreOlder)
    }
}

impl From<diesel::result::Error> for Halt {
    fn from(error: diesel::result::Error) -> Self {
        Failure::from(error).into()
    }
}

impl From<StoreFailure> for Halt {
    fn from(failure: StoreFailure) -> Self {
        Failure::from(failure).into()
    }
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Self {
        Self::NotRecorded(failure.into())
    }
}
