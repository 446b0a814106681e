//! Allocations asked again of their tariffs, and those of refunds worked again from their originals.
//! Never here: which transactions use them.

use std::collections::HashMap;

use crate::domain::money::Amount;
use crate::domain::refund::RefundTerm;
use crate::domain::tariff::Tariff;
use crate::domain::verification::Finding;
use crate::domain::verification::allocation::{
    AllocationKind, Original, Side, StoredAllocation, check_priced, check_refund,
};
use crate::domain::verification::rotation::KeyRange;
use crate::store::allocation::shares;
use crate::store::verification::allocation::{OriginalRow, RefundRow, allocations_of, originals, refunds};
use crate::store::verification::content::AllocationRow;
use crate::store::{Connection, tariff};
use crate::usecases::Done;

use super::Known;

pub(super) async fn verify_allocations(
    conn: &mut Connection,
    known: &mut Known,
    range: KeyRange,
) -> Done<Vec<Finding>> {
    let rows = allocations_of(conn, range).await?;
    read_tariffs(conn, known, rows.iter().map(|row| row.tariff_version_id)).await?;
    let mut original_ids: Vec<i64> = rows.iter().filter_map(|row| row.original_id).collect();
    original_ids.sort_unstable();
    original_ids.dedup();
    let taken_back = TakenBack::read(conn, &original_ids).await?;
    let mut findings = Vec::new();
    for row in rows {
        let Some(tariff) = known.tariffs.get(&row.tariff_version_id) else {
            let version = row.tariff_version_id;
            let expected = "the id of a tariff version that can be read";
            findings.push(Finding::new(
                "allocations",
                row.id,
                "tariff_version_id",
                version,
                expected,
            ));
            continue;
        };
        let stored = stored(row);
        findings.extend(match stored.kind {
            AllocationKind::Priced => check_priced(tariff, &stored),
            AllocationKind::Refund { original, ordinal } => {
                match taken_back.before(tariff, original, ordinal) {
                    Some(original) => check_refund(&original, &stored),
                    None => vec![Finding::new(
                        "allocations",
                        stored.id,
                        "original_id",
                        original,
                        "the id of a transaction that is there",
                    )],
                }
            }
        });
    }
    Ok(findings)
}

async fn read_tariffs(
    conn: &mut Connection,
    known: &mut Known,
    version_ids: impl Iterator<Item = i32>,
) -> Done<()> {
    let mut missing: Vec<i32> = version_ids.filter(|id| !known.tariffs.contains_key(id)).collect();
    missing.sort_unstable();
    missing.dedup();
    for id in missing {
        let version = tariff::tariff_version(conn, id).await?;
        let document = version.map(|version| version.document).unwrap_or_default();
        if let Ok(tariff) = Tariff::from_published(&document) {
            known.tariffs.insert(id, tariff);
        }
    }
    Ok(())
}

/// The originals of a page's refunds and everything that was taken back of them.
struct TakenBack {
    originals: HashMap<i64, OriginalRow>,
    refunds: Vec<RefundRow>,
}

impl TakenBack {
    async fn read(conn: &mut Connection, original_ids: &[i64]) -> Done<Self> {
        let originals = originals(conn, original_ids).await?;
        Ok(Self {
            originals: originals.into_iter().map(|row| (row.original_id, row)).collect(),
            refunds: refunds(conn, original_ids).await?,
        })
    }

    /// The original as it stood before the refund of an ordinal: the ones before it that were booked have taken their part.
    fn before(&self, tariff: &Tariff, original: i64, ordinal: i32) -> Option<Original> {
        let row = self.originals.get(&original)?;
        let term = |(ordinal, amount): (i16, Amount)| {
            let refundable = tariff.term(ordinal).is_some_and(|term| term.refundable);
            let reversed = Amount::ZERO;
            let term = RefundTerm {
                amount,
                reversed,
                refundable,
            };
            (ordinal, term)
        };
        let terms = |terms: &[i16], amounts: &[i64]| side(terms, amounts).into_iter().map(term).collect();
        let mut standing = Original {
            sources: terms(&row.source_terms, &row.source_amounts),
            legs: terms(&row.leg_terms, &row.leg_amounts),
        };
        let earlier = |refund: &&RefundRow| {
            refund.original_id == original && refund.is_used && refund.original_ordinal < ordinal
        };
        for refund in self.refunds.iter().filter(earlier) {
            standing.take_back(
                &side(&refund.source_terms, &refund.source_amounts),
                &side(&refund.leg_terms, &refund.leg_amounts),
            );
        }
        Some(standing)
    }
}

fn stored(row: AllocationRow) -> StoredAllocation {
    StoredAllocation {
        id: row.id,
        tariff_version: row.tariff_version_id,
        asked_amount: Amount::from_minor(row.asked_amount),
        quantity: row.quantity,
        activity_leg: row.activity_leg,
        read_facts: row.read_facts,
        kind: match row.original_id.zip(row.original_ordinal) {
            Some((original, ordinal)) => AllocationKind::Refund { original, ordinal },
            None => AllocationKind::Priced,
        },
        sources: side(&row.source_terms, &row.source_amounts),
        legs: side(&row.leg_terms, &row.leg_amounts),
        total: Amount::from_minor(row.total),
    }
}

fn side(terms: &[i16], amounts: &[i64]) -> Side {
    let pairs = shares(terms, amounts).into_iter();
    pairs
        .map(|(term, minor)| (term, Amount::from_minor(minor)))
        .collect()
}
