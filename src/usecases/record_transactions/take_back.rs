//! Refunds and reversals: decided under their originals' locks, from the stored terms and what was taken back before.
//! Never here: percentages, the apportioning itself (see `domain::take_back`).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::batch::{Entry, Ready};
use super::booking::{Ground, Halt, Plan, find_stored};
use super::comparison::AskedAgain;
use super::original::{
    Left, id_of, kept_back, original_shared, refund_allocation, refund_shared, version_of,
};
use super::rules::Snapshot;
use crate::domain::money::Amount;
use crate::domain::proof::{Shared, facts_digest};
use crate::domain::rulebook::{HandedOver, NotBookable, admits_part};
use crate::domain::take_back::{AskedBack, NotTakenBack, TakenBack};
use crate::domain::transaction::{Reason, Submitted, TransactionId, TransactionKind};
use crate::store::allocation::{NewRefundAllocation, insert_refund_allocations, last_refund_ordinals};
use crate::store::party::party_codes;
use crate::store::transaction::{self, Key, StoredTransaction, taken_back};
use crate::store::{Connection, locks};
use crate::usecases::{Done, Failure};

/// A row that takes back, with the original that it names if that is in the books.
struct Claim {
    index: usize,
    office_id: i32,
    original: Option<StoredTransaction>,
    /// Why the money cannot have come out of the till that it would be booked to.
    other_till: Option<NotBookable>,
}

/// What was taken back of originals before.
type TakenBefore = HashMap<TransactionId, Vec<transaction::TakenBack>>;

/// What one row takes, and where its own allocation stands among the new ones if it needs one.
struct Taken<'c> {
    claim: &'c Claim,
    part: TakenBack,
    new_at: Option<usize>,
}

impl Ground {
    /// `rows`: indexes and offices of rows that take back.
    pub(super) async fn take_back(
        &mut self,
        conn: &mut Connection,
        plan: &Plan<'_>,
        rows: &[(usize, i32)],
    ) -> Result<(), Halt> {
        let mut claims = find_originals(conn, plan, rows).await?;
        lock_originals(conn, &claims).await?;
        look_at_tills(conn, plan, &mut claims).await?;
        let before = read_taken(conn, &claims).await?;
        self.settle_repeated(conn, plan, &claims, &before).await?;
        let mut left = read_left(conn, plan.snapshot, &claims, &before).await?;
        let (mut taken, mut new) = (Vec::new(), Vec::new());
        for claim in claims.iter().filter(|claim| self.recorded[claim.index].is_none()) {
            match self
                .must_book_of(claim)
                .and_then(|()| claim.take(plan, &mut left, &mut new))
            {
                Ok(one) => taken.push(one),
                Err(why) => self.refusals.push((claim.index, why)),
            }
        }
        let ids = insert_refund_allocations(conn, &new).await?;
        let ready = taken
            .iter()
            .map(|taken| taken.ready(plan.snapshot, &new, &ids))
            .collect::<Done<Vec<Ready>>>()?;
        let entry = |(taken, ready): (&Taken<'_>, _)| Entry {
            index: taken.claim.index,
            sent: plan.rows[taken.claim.index],
            ready,
        };
        let mut entries: Vec<Entry<'_>> = taken.iter().zip(&ready).map(|(t, r)| entry((t, r))).collect();
        self.insert(conn, plan, &mut entries).await
    }

    /// What is taken back is booked where its original's network books now.
    fn must_book_of(&self, claim: &Claim) -> Result<(), NotBookable> {
        let original = claim.original.as_ref();
        original.map_or(Ok(()), |original| self.must_book(original.network_id))
    }

    /// A row that is sent again is no second refund.
    async fn settle_repeated(
        &mut self,
        conn: &mut Connection,
        plan: &Plan<'_>,
        claims: &[Claim],
        before: &TakenBefore,
    ) -> Result<(), Halt> {
        let key = |(at, claim): (usize, &Claim)| (at, plan.rows[claim.index].stored_key(claim.office_id));
        let sought: Vec<(usize, Key<'_>)> = claims.iter().enumerate().map(key).collect();
        for (at, stored) in find_stored(conn, &sought).await? {
            let claim = &claims[at];
            let asked = match asked_back(plan.rows[claim.index].row) {
                AskedBack::Part { amount, principal } => (amount, principal),
                AskedBack::AllThatIsLeft => claim.left_before(before, plan.snapshot, &stored)?,
            };
            let asked = AskedAgain {
                original: claim.original.as_ref().map(id_of),
                amount: asked.0,
                principal: asked.1,
            };
            self.settle(plan, claim.index, &stored, Some(&asked));
        }
        Ok(())
    }
}

async fn find_originals(
    conn: &mut Connection,
    plan: &Plan<'_>,
    rows: &[(usize, i32)],
) -> Result<Vec<Claim>, Halt> {
    let key = |(at, (index, office_id)): (usize, &(usize, i32))| {
        let reference = plan.rows[*index].row.original.as_deref().unwrap_or_default();
        let own = plan.rows[*index].stored_key(*office_id);
        (at, Key { reference, ..own })
    };
    let sought: Vec<(usize, Key<'_>)> = rows.iter().enumerate().map(key).collect();
    let mut claims: Vec<Claim> = rows
        .iter()
        .map(|(index, office_id)| Claim {
            index: *index,
            office_id: *office_id,
            original: None,
            other_till: None,
        })
        .collect();
    for (at, stored) in find_stored(conn, &sought).await? {
        claims[at].original = Some(stored);
    }
    Ok(claims)
}

/// The locks of a later round's originals would come after those of the round before, out of their order: where there is more than one
/// round, all that are in the books by now are locked first.
pub(super) async fn lock_originals_of_rounds(conn: &mut Connection, plan: &Plan<'_>) -> Result<(), Halt> {
    if plan.rounds.len() < 2 {
        return Ok(());
    }
    let claims = find_originals(conn, plan, &plan.take_backs()).await?;
    lock_originals(conn, &claims).await
}

/// In ascending order of the networks, and of the buckets in each.
async fn lock_originals(conn: &mut Connection, claims: &[Claim]) -> Result<(), Halt> {
    let mut of_network: BTreeMap<i16, Vec<i64>> = BTreeMap::new();
    for original in claims.iter().filter_map(|claim| claim.original.as_ref()) {
        let ids = of_network.entry(original.network_id).or_default();
        ids.push(id_of(original).number());
    }
    for (network_id, ids) in of_network {
        locks::take_originals(conn, network_id, &ids).await?;
    }
    Ok(())
}

/// Names both parties where an office that gives back was handed over since.
async fn look_at_tills(conn: &mut Connection, plan: &Plan<'_>, claims: &mut [Claim]) -> Result<(), Halt> {
    let handed_over: Vec<(usize, HandedOver)> = (0..)
        .zip(&*claims)
        .filter_map(|(at, claim)| Some((at, claim.handed_over(plan)?)))
        .collect();
    if handed_over.is_empty() {
        return Ok(());
    }
    let parties = handed_over
        .iter()
        .flat_map(|(_, over)| [over.former, over.present]);
    let parties: BTreeSet<i32> = parties.collect();
    let codes = party_codes(conn, &parties.into_iter().collect::<Vec<i32>>()).await?;
    let code = |party: i32| codes.get(&party).map(String::as_str).unwrap_or_default();
    for (at, over) in handed_over {
        claims[at].other_till = Some(HandedOver::told(code(over.former), code(over.present)));
    }
    Ok(())
}

/// Each once.
fn originals(claims: &[Claim]) -> BTreeMap<TransactionId, &StoredTransaction> {
    let originals = claims.iter().filter_map(|claim| claim.original.as_ref());
    originals.map(|original| (id_of(original), original)).collect()
}

/// To be read in a statement after the originals' locks.
async fn read_taken(conn: &mut Connection, claims: &[Claim]) -> Result<TakenBefore, Halt> {
    let ids: Vec<i64> = originals(claims).keys().map(|id| id.number()).collect();
    let mut before = TakenBefore::new();
    for taken in taken_back(conn, &ids).await? {
        let id = TransactionId::from_number(taken.original_id);
        before.entry(id).or_default().push(taken);
    }
    Ok(before)
}

/// To be read in statements after the originals' locks.
async fn read_left(
    conn: &mut Connection,
    snapshot: &Snapshot,
    claims: &[Claim],
    before: &TakenBefore,
) -> Result<HashMap<TransactionId, Left>, Halt> {
    let mut left = HashMap::new();
    for (id, original) in originals(claims) {
        let mut of_one = Left::untouched(original, snapshot)?;
        for taken in before.get(&id).into_iter().flatten() {
            of_one.note_stored(taken)?;
        }
        left.insert(id, of_one);
    }
    let ids: Vec<i64> = left.keys().map(|id| id.number()).collect();
    for last in last_refund_ordinals(conn, &ids).await? {
        if let Some(left) = left.get_mut(&TransactionId::from_number(last.original_id)) {
            left.last_ordinal = last.last;
        }
    }
    Ok(left)
}

impl Claim {
    /// The amount and principal that were left of the original before a row that took back of it; nothing of no original.
    fn left_before(
        &self,
        before: &TakenBefore,
        snapshot: &Snapshot,
        stored: &StoredTransaction,
    ) -> Done<(Amount, Amount)> {
        let Some(original) = &self.original else {
            return Ok((Amount::ZERO, Amount::ZERO));
        };
        let mut left = Left::untouched(original, snapshot)?;
        let taken = before
            .get(&id_of(original))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let own = taken
            .iter()
            .find(|taken| taken.allocation_id == stored.allocation_id);
        let ordinal = own.and_then(|own| own.original_ordinal);
        // They are numbered as they were taken; what took the whole fee was the first, and has no number.
        let is_earlier = |taken: &&transaction::TakenBack| taken.original_ordinal < ordinal;
        for earlier in taken.iter().filter(is_earlier) {
            left.note_stored(earlier)?;
        }
        let all = left.original.take_back(AskedBack::AllThatIsLeft);
        Ok(all.map_or((Amount::ZERO, Amount::ZERO), |all| (all.amount, all.principal)))
    }

    /// What the row takes; a partial one gets an allocation of its own, unique for the original and its ordinal.
    fn take(
        &self,
        plan: &Plan<'_>,
        left: &mut HashMap<TransactionId, Left>,
        new: &mut Vec<NewRefundAllocation>,
    ) -> Result<Taken<'_>, NotBookable> {
        let original = self.admissible(plan)?;
        let left = left
            .get_mut(&id_of(original))
            .ok_or_else(|| missing(plan.rows[self.index].row))?;
        let taken = left
            .original
            .take_back(asked_back(plan.rows[self.index].row))
            .map_err(|why| not_taken(&why, &kept_back(original, plan.snapshot)))?;
        let row = plan.rows[self.index].row;
        let rules = version_of(original, plan.snapshot).map_err(|_| missing(row))?;
        admits_part(&rules.tariff, row, &taken)?;
        left.original
            .note(&taken)
            .map_err(|overflow| not_taken(&overflow.into(), ""))?;
        let new_at = (!taken.is_whole).then(|| {
            left.last_ordinal += 1;
            new.push(refund_allocation(original, left.last_ordinal, &taken));
            new.len() - 1
        });
        Ok(Taken {
            claim: self,
            part: taken,
            new_at,
        })
    }

    /// The original, if this row may take it back at all.
    fn admissible(&self, plan: &Plan<'_>) -> Result<&StoredTransaction, NotBookable> {
        let sent = &plan.rows[self.index];
        let refuse = |reason, told: &str| Err(NotBookable::quarantined(reason, told));
        let book = &plan.snapshot.book;
        let original = self
            .original
            .as_ref()
            .ok_or_else(|| book.unfound(sent.acts_for, sent.row, missing(sent.row)))?;
        if original.kind != TransactionKind::Original.number() {
            return refuse(Reason::OriginalIsNone, "what it names takes back another itself");
        }
        if sent.row.occurred_at < original.occurred_at {
            return refuse(Reason::BeforeItsOriginal, "it happened before its original");
        }
        let network = book.network(original.network_id);
        let network = network
            .ok_or_else(|| NotBookable::quarantined(Reason::UnknownNetwork, "its network is unknown"))?;
        let names_other =
            |sent: &Option<String>, stored: &str| sent.as_deref().is_some_and(|sent| sent != stored);
        if names_other(&sent.row.service, &original.service_code)
            || names_other(&sent.row.network, &network.code)
        {
            return refuse(
                Reason::OtherNetworkOrService,
                "its original was another service or in another network",
            );
        }
        network.timely(sent.case(plan.at))?;
        match &self.other_till {
            Some(why) => Err(why.clone()),
            None => Ok(original),
        }
    }

    fn handed_over(&self, plan: &Plan<'_>) -> Option<HandedOver> {
        let original = self.original.as_ref()?;
        let case = plan.rows[self.index].case(plan.at);
        let (office, network) = (original.office_id, original.network_id);
        plan.snapshot
            .book
            .handed_over(case, office, network, original.binding_id)
    }
}

impl Taken<'_> {
    /// It bears its original's licence, binding and facts: neither a relocation nor a transfer changes old money.
    fn ready(&self, snapshot: &Snapshot, new: &[NewRefundAllocation], ids: &[i64]) -> Done<Ready> {
        let original = self.claim.original.as_ref();
        let original = original.ok_or_else(|| Failure::Internal("an original was lost".to_owned()))?;
        let rules = version_of(original, snapshot)?;
        let own = self.new_at.and_then(|at| Some((new.get(at)?, *ids.get(at)?)));
        let allocation = match own {
            Some((new, id)) => refund_shared(new, id, original, rules.digest),
            None => original_shared(original, rules.digest),
        };
        let binding = snapshot.book.binding(original.office_id, original.binding_id);
        let binding = binding
            .ok_or_else(|| Failure::Internal(format!("binding {} is unknown", original.binding_id)))?;
        Ok(Ready {
            office_id: original.office_id,
            network_id: original.network_id,
            service_id: original.service_id,
            licence_id: original.licence_id,
            binding: Shared {
                id: i64::from(original.binding_id),
                content: binding.digest,
            },
            allocation,
            facts: Shared {
                id: i64::from(original.facts_id),
                content: facts_digest(&original.facts),
            },
            original_id: Some(id_of(original)),
            amount: self.part.amount,
            principal: self.part.principal,
            unit_id: rules.unit,
        })
    }
}

fn asked_back(row: &Submitted) -> AskedBack {
    if row.amount.is_none() && row.principal.is_none() {
        return AskedBack::AllThatIsLeft;
    }
    AskedBack::Part {
        amount: row.amount.unwrap_or_default(),
        principal: row.principal.unwrap_or_default(),
    }
}

fn missing(row: &Submitted) -> NotBookable {
    let original = row.original.as_deref().unwrap_or_default();
    let told = format!(
        "no transaction {original} of this sender is in the books of office {}",
        row.office
    );
    NotBookable::quarantined(Reason::OriginalMissing, told)
}

fn not_taken(why: &NotTakenBack, kept: &str) -> NotBookable {
    let reason = match why {
        NotTakenBack::NothingLeft => Reason::NothingLeft,
        NotTakenBack::MoreThanLeft { .. }
        | NotTakenBack::MorePrincipalThanLeft { .. }
        | NotTakenBack::Broken(_)
        | NotTakenBack::Overflow(_) => Reason::MoreThanLeft,
    };
    NotBookable::quarantined(reason, format!("{why}{kept}"))
}
