//! Leaves and batches of one portion of a window, against the rows that they refer to. Never here: sums of parties.

use std::collections::{BTreeSet, HashMap};

use crate::domain::canonical::Digest;
use crate::domain::money::Amount;
use crate::domain::proof::{
    AllocationFields, BindingFields, allocation_digest, binding_digest, facts_digest,
};
use crate::domain::tariff::Tariff;
use crate::domain::transaction::TransactionId;
use crate::domain::verification::booking::{
    AllocationContent, BindingContent, BookedTransaction, Contents, LicenceContent, TariffContent,
    check_batch,
};
use crate::domain::verification::rotation::KeyRange;
use crate::domain::verification::total::{Fingerprint, Player, TotalTerm, Weights, made};
use crate::domain::verification::{Finding, told};
use crate::store::Connection;
use crate::store::allocation::shares;
use crate::store::verification::booking::{
    Stray, batches_between, close_portion, fetch_portion, open_portion, strays,
};
use crate::store::verification::content::{self, AllocationRow, BindingRow, TermRow};
use crate::usecases::Done;

use super::{Checked, FINDINGS_MAX, ROWS_MAX};

/// So many of the rows that transactions refer to are remembered; then it begins anew.
const REMEMBERED_MAX: usize = 50_000;

/// What one connection remembers from piece to piece: nothing in it ever changes while books are verified.
#[derive(Debug)]
pub struct Known {
    contents: Contents,
    pub(super) tariffs: HashMap<i32, Tariff>,
    pub(super) weights: Weights,
}

pub(super) async fn verify_bookings(
    conn: &mut Connection,
    known: &mut Known,
    window: i32,
    first: i64,
    last: i64,
) -> Done<Checked> {
    known.read_register(conn).await?;
    open_portion(conn, window, first, last).await?;
    let mut findings = Vec::new();
    let mut totals = Fingerprint::default();
    let mut pending: Vec<BookedTransaction> = Vec::new();
    let mut from = first;
    loop {
        let fetched = fetch_portion(conn).await?;
        let until = match fetched.last() {
            // The batch at the end may go on in the rows that come next.
            Some(row) => row.batch - 1,
            None => last,
        };
        let is_last = fetched.is_empty();
        pending.extend(fetched);
        if until >= from {
            let whole = pending.partition_point(|row| row.batch <= until);
            let rest = pending.split_off(whole);
            known.read_contents(conn, &pending).await?;
            totals = pending.iter().fold(totals, |sum, row| {
                sum.plus(made(row, &known.contents, &known.weights))
            });
            findings.extend(verify_batches(conn, known, window, (from, until), &pending).await?);
            (pending, from) = (rest, until + 1);
        }
        if is_last || findings.len() > FINDINGS_MAX {
            close_portion(conn).await?;
            return Ok(Checked {
                findings,
                totals: is_last.then_some(totals),
            });
        }
    }
}

/// `rows`: all of the window in these batches, in order.
async fn verify_batches(
    conn: &mut Connection,
    known: &Known,
    window: i32,
    (first, last): (i64, i64),
    rows: &[BookedTransaction],
) -> Done<Vec<Finding>> {
    let mut findings = Vec::new();
    for batch in batches_between(conn, window, first, last).await? {
        let from = rows.partition_point(|row| row.batch < batch.id);
        let until = rows.partition_point(|row| row.batch <= batch.id);
        let own = rows.get(from..until).unwrap_or_default();
        findings.extend(check_batch(&batch, own, &known.contents));
    }
    Ok(findings)
}

/// Transactions whose batch, of a range, is missing or of another window, and the batches that are missing.
pub(super) async fn verify_strays(conn: &mut Connection, range: KeyRange) -> Done<Vec<Finding>> {
    let strays = strays(conn, range, ROWS_MAX).await?;
    let is_gone = |stray: &&Stray| stray.window_of_batch.is_none();
    let gone: BTreeSet<i64> = strays
        .iter()
        .filter(is_gone)
        .map(|stray| stray.batch_id)
        .collect();
    let batch = |id: &i64| {
        Finding::new(
            "batches",
            id,
            "the row",
            "absent",
            "there: transactions are of it",
        )
    };
    let transaction = |stray: &Stray| {
        let id = TransactionId::of(stray.batch_id, stray.line);
        let expected = format!(
            "{}, the window of batch {}",
            told(stray.window_of_batch),
            stray.batch_id
        );
        Finding::new("transactions", id, "window_id", stray.window_id, expected)
    };
    Ok(gone
        .iter()
        .map(batch)
        .chain(strays.iter().map(transaction))
        .collect())
}

impl Known {
    /// Nothing yet; `weights` are those of the whole verification.
    pub fn new(weights: Weights) -> Self {
        Self {
            contents: Contents::default(),
            tariffs: HashMap::new(),
            weights,
        }
    }

    /// All of it or nothing: what is half read would make sound rows seem to refer to nothing.
    async fn read_register(&mut self, conn: &mut Connection) -> Done<()> {
        if !self.contents.windows.is_empty() {
            return Ok(());
        }
        let licences = content::licences(conn).await?;
        let licence = |(id, office, network)| (id, LicenceContent { office, network });
        let terms = content::terms(conn).await?;
        let versions = terms.chunk_by(|one, other| one.tariff_version_id == other.tariff_version_id);
        let tariff = |terms: &[TermRow]| tariff_content(terms, &self.weights);
        self.contents = Contents {
            windows: content::windows(conn).await?.into_iter().collect(),
            offices: content::offices(conn).await?.into_iter().collect(),
            services: content::services(conn).await?.into_iter().collect(),
            originators: content::originators(conn).await?.into_iter().collect(),
            licences: licences.into_iter().map(licence).collect(),
            tariffs: versions.filter_map(tariff).collect(),
            ..Contents::default()
        };
        Ok(())
    }

    async fn read_contents(&mut self, conn: &mut Connection, rows: &[BookedTransaction]) -> Done<()> {
        let contents = &mut self.contents;
        forget_many(&mut contents.allocations);
        forget_many(&mut contents.bindings);
        forget_many(&mut contents.facts);
        let missing = missing(rows.iter().map(|row| row.allocation), &contents.allocations);
        for row in content::allocations(conn, &missing).await? {
            if let Some(content) = allocation_content(&row) {
                contents.allocations.insert(row.id, content);
            }
        }
        let missing = self::missing(rows.iter().map(|row| row.binding), &contents.bindings);
        for row in content::bindings(conn, &missing).await? {
            contents.bindings.insert(row.id, binding_content(&row));
        }
        let missing = self::missing(rows.iter().map(|row| row.facts), &contents.facts);
        for (id, canonical) in content::facts(conn, &missing).await? {
            contents.facts.insert(id, facts_digest(&canonical));
        }
        Ok(())
    }
}

fn forget_many<K, V>(known: &mut HashMap<K, V>) {
    if known.len() > REMEMBERED_MAX {
        known.clear();
    }
}

fn missing<K: Copy + Ord + std::hash::Hash, V>(
    asked: impl Iterator<Item = K>,
    known: &HashMap<K, V>,
) -> Vec<K> {
    let mut ids: Vec<K> = asked.filter(|id| !known.contains_key(id)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// `None` if the tariff version or the facts that it refers to are gone.
fn allocation_content(row: &AllocationRow) -> Option<AllocationContent> {
    let side = |terms: &[i16], amounts: &[i64]| {
        let pairs = shares(terms, amounts).into_iter();
        pairs
            .map(|(term, minor)| (term, Amount::from_minor(minor)))
            .collect::<Vec<_>>()
    };
    let sources = side(&row.source_terms, &row.source_amounts);
    let legs = side(&row.leg_terms, &row.leg_amounts);
    let shares = sources.iter().chain(&legs).filter(|(_, share)| !share.is_zero());
    let digest = allocation_digest(&AllocationFields {
        kind: row.kind,
        tariff_version: row.tariff_version_id,
        tariff: Digest::from_slice(row.tariff_digest.as_ref()?).ok()?,
        asked_amount: Amount::from_minor(row.asked_amount),
        quantity: row.quantity,
        activity_leg: &row.activity_leg,
        read_facts: row.read_facts.as_ref()?,
        original: row.original_id,
        original_ordinal: row.original_ordinal,
        sources: &sources,
        legs: &legs,
    });
    Some(AllocationContent {
        digest,
        total: row.total,
        network: row.network_id?,
        service: row.service_id?,
        unit: row.unit_id?,
        tariff_version: row.tariff_version_id,
        shares: shares.map(|(term, share)| (*term, share.minor())).collect(),
    })
}

/// All terms of one version; `None` if there are none.
fn tariff_content(terms: &[TermRow], weights: &Weights) -> Option<(i32, TariffContent)> {
    let version = terms.first()?;
    let content = TariffContent {
        agency: version.agency_party_id,
        terms: terms.iter().map(|term| total_term(term, weights)).collect(),
    };
    Some((version.tariff_version_id, content))
}

fn total_term(row: &TermRow, weights: &Weights) -> TotalTerm {
    let article = |identifier: &str| weights.article(identifier, row.unit_id, row.service_id, &row.kind);
    TotalTerm {
        ordinal: row.ordinal,
        is_leg: row.is_leg,
        is_principal: row.kind == "principal",
        player: match row.party_id {
            Some(party) => Player::Party(party),
            None if row.is_holders => Player::Holder,
            None => Player::OfOffice(row.role_id),
        },
        own: article(&row.deposit_identifier),
        plain: article(""),
    }
}

fn binding_content(row: &BindingRow) -> BindingContent {
    let digest = binding_digest(&BindingFields {
        office: row.office_id,
        licence: row.licence_id,
        parties: &row.party_ids,
        valid_from: row.valid_from,
        valid_until: row.valid_until,
        known_from: row.known_from,
    });
    BindingContent {
        digest,
        office: row.office_id,
        licence: row.licence_id,
        parties: row.party_ids.as_slice().into(),
    }
}
