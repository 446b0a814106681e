//! An original that is taken back: what is left of it and what is never given back, its allocation as it is shared, the allocation of
//! a part of it.
//! Never here: which rows take back (see `take_back`), locks.

use std::collections::BTreeSet;

use crate::domain::canonical::Digest;
use crate::domain::money::Amount;
use crate::domain::proof::{AllocationFields, Shared, allocation_digest};
use crate::domain::refund::RefundTerm;
use crate::domain::rulebook::TariffRules;
use crate::domain::take_back::{Original, OriginalTerm, StoredShare, TakenBack};
use crate::domain::transaction::TransactionId;
use crate::store::allocation::{NewAllocation, NewRefundAllocation};
use crate::store::transaction::{self, StoredTransaction};
use crate::usecases::{Done, Failure};

use super::rules::Snapshot;

/// An original as it is left by everything that was taken back so far.
pub(super) struct Left {
    pub(super) original: Original,
    pub(super) last_ordinal: i32,
}

impl Left {
    pub(super) fn untouched(original: &StoredTransaction, snapshot: &Snapshot) -> Done<Self> {
        let rules = version_of(original, snapshot)?;
        let terms = |ordinals: &[i16], amounts: &[i64]| {
            let term = |(ordinal, amount): StoredShare| OriginalTerm {
                ordinal,
                term: RefundTerm {
                    amount,
                    reversed: Amount::ZERO,
                    refundable: rules.tariff.term(ordinal).is_some_and(|term| term.refundable),
                },
            };
            shares(ordinals, amounts).into_iter().map(term).collect()
        };
        let principal = Amount::from_minor(original.principal);
        let gives_principal_back = rules.tariff.principal_term().is_some_and(|term| term.refundable);
        Ok(Self {
            original: Original {
                sources: terms(&original.source_terms, &original.source_amounts),
                legs: terms(&original.leg_terms, &original.leg_amounts),
                principal,
                principal_left: if gives_principal_back {
                    principal
                } else {
                    Amount::ZERO
                },
                was_touched: false,
            },
            last_ordinal: 0,
        })
    }

    /// Notes what a stored row took.
    pub(super) fn note_stored(&mut self, taken: &transaction::TakenBack) -> Done<()> {
        let legs = shares(&taken.leg_terms, &taken.leg_amounts);
        let taken = TakenBack {
            amount: Amount::sum(legs.iter().map(|share| share.1))?,
            principal: Amount::from_minor(taken.principal),
            sources: shares(&taken.source_terms, &taken.source_amounts),
            legs,
            is_whole: false,
        };
        Ok(self.original.note(&taken)?)
    }
}

pub(super) fn refund_allocation(
    original: &StoredTransaction,
    ordinal: i32,
    taken: &TakenBack,
) -> NewRefundAllocation {
    let columns = |side: &[StoredShare]| {
        side.iter()
            .map(|(term, amount)| (*term, amount.minor()))
            .collect()
    };
    NewRefundAllocation {
        original_id: id_of(original).number(),
        original_ordinal: ordinal,
        read_facts_id: original.read_facts_id,
        share: NewAllocation {
            tariff_version_id: original.tariff_version_id,
            asked_amount: taken.amount.minor(),
            quantity: original.quantity,
            activity_leg: original.activity_leg.clone(),
            sources: columns(&taken.sources),
            legs: columns(&taken.legs),
            total: taken.amount.minor(),
        },
    }
}

pub(super) fn refund_shared(
    new: &NewRefundAllocation,
    id: i64,
    original: &StoredTransaction,
    tariff: Digest,
) -> Shared {
    let amounts = |side: &[(i16, i64)]| -> Vec<StoredShare> {
        side.iter()
            .map(|(term, amount)| (*term, Amount::from_minor(*amount)))
            .collect()
    };
    let content = allocation_digest(&AllocationFields {
        kind: 2,
        tariff_version: new.share.tariff_version_id,
        tariff,
        asked_amount: Amount::from_minor(new.share.asked_amount),
        quantity: new.share.quantity,
        activity_leg: &new.share.activity_leg,
        read_facts: &original.read_facts,
        original: Some(new.original_id),
        original_ordinal: Some(new.original_ordinal),
        sources: &amounts(&new.share.sources),
        legs: &amounts(&new.share.legs),
    });
    Shared { id, content }
}

pub(super) fn original_shared(original: &StoredTransaction, tariff: Digest) -> Shared {
    let content = allocation_digest(&AllocationFields {
        kind: original.allocation_kind,
        tariff_version: original.tariff_version_id,
        tariff,
        asked_amount: Amount::from_minor(original.asked_amount),
        quantity: original.quantity,
        activity_leg: &original.activity_leg,
        read_facts: &original.read_facts,
        original: None,
        original_ordinal: None,
        sources: &shares(&original.source_terms, &original.source_amounts),
        legs: &shares(&original.leg_terms, &original.leg_amounts),
    });
    Shared {
        id: original.allocation_id,
        content,
    }
}

pub(super) fn id_of(stored: &StoredTransaction) -> TransactionId {
    TransactionId::of(stored.batch_id, stored.line)
}

pub(super) fn version_of<'s>(original: &StoredTransaction, snapshot: &'s Snapshot) -> Done<&'s TariffRules> {
    let id = original.tariff_version_id;
    let rules = snapshot.book.versions.get(&id);
    rules
        .map(AsRef::as_ref)
        .ok_or_else(|| Failure::Internal(format!("tariff version {id} is unknown")))
}

/// What of an original is never given back, as a clause; empty where all may be.
pub(super) fn kept_back(original: &StoredTransaction, snapshot: &Snapshot) -> String {
    let Ok(rules) = version_of(original, snapshot) else {
        return String::new();
    };
    let sources = original.source_terms.iter().zip(&original.source_amounts);
    let legs = original.leg_terms.iter().zip(&original.leg_amounts);
    let shares = sources.chain(legs);
    let shares = shares.filter_map(|(ordinal, minor)| Some((rules.tariff.term(*ordinal)?, *minor)));
    let principal = rules.tariff.principal_term();
    let kept: BTreeSet<String> = shares
        .chain(principal.map(|term| (term, original.principal)))
        .filter(|(term, minor)| !term.refundable && *minor > 0)
        .map(|(term, minor)| format!("{} {minor}", term.name))
        .collect();
    if kept.is_empty() {
        return String::new();
    }
    let kept: Vec<String> = kept.into_iter().collect();
    format!(
        "; by its tariff these parts are not refundable: {}",
        kept.join(", ")
    )
}

fn shares(terms: &[i16], amounts: &[i64]) -> Vec<StoredShare> {
    terms
        .iter()
        .zip(amounts)
        .map(|(term, amount)| (*term, Amount::from_minor(*amount)))
        .collect()
}
