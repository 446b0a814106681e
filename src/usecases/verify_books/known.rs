//! What transactions refer to, as one connection remembers it from piece to piece. Never here: judging by it.

use std::collections::HashMap;

use crate::domain::canonical::Digest;
use crate::domain::money::Amount;
use crate::domain::proof::{
    AllocationFields, BindingFields, allocation_digest, binding_digest, facts_digest,
};
use crate::domain::tariff::Tariff;
use crate::domain::verification::booking::{
    AllocationContent, BindingContent, BookedTransaction, Contents, LicenceContent, TariffContent,
};
use crate::domain::verification::total::{Player, TotalTerm, Weights};
use crate::store::Connection;
use crate::store::allocation::shares;
use crate::store::verification::content::{self, AllocationRow, BindingRow, TermRow};
use crate::usecases::Done;

/// So many of the rows that transactions refer to are remembered; then it begins anew.
const REMEMBERED_MAX: usize = 50_000;

/// What one connection remembers from piece to piece: nothing in it ever changes, but while books are verified more may be
/// registered.
#[derive(Debug)]
pub struct Known {
    pub(super) contents: Contents,
    /// How large the register was when it was read, if it was.
    register_rows: Option<i64>,
    pub(super) tariffs: HashMap<i32, Tariff>,
    pub(super) weights: Weights,
}

impl Known {
    /// Nothing yet; `weights` are those of the whole verification.
    pub fn new(weights: Weights) -> Self {
        Self {
            contents: Contents::default(),
            register_rows: None,
            tariffs: HashMap::new(),
            weights,
        }
    }

    /// As it is in the database transaction of the piece. All of it or nothing: what is half read would make sound rows seem to
    /// refer to nothing.
    pub(super) async fn read_register(&mut self, conn: &mut Connection) -> Done<()> {
        let rows = Some(content::register_rows(conn).await?);
        if self.register_rows == rows {
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
        self.register_rows = rows;
        Ok(())
    }

    pub(super) async fn read_contents(
        &mut self,
        conn: &mut Connection,
        rows: &[BookedTransaction],
    ) -> Done<()> {
        self.read_allocations(conn, rows.iter().map(|row| row.allocation))
            .await?;
        let contents = &mut self.contents;
        forget_many(&mut contents.bindings);
        forget_many(&mut contents.facts);
        let missing = missing(rows.iter().map(|row| row.binding), &contents.bindings);
        for row in content::bindings(conn, &missing).await? {
            contents.bindings.insert(row.id, binding_content(&row));
        }
        let missing = self::missing(rows.iter().map(|row| row.facts), &contents.facts);
        for (id, canonical) in content::facts(conn, &missing).await? {
            contents.facts.insert(id, facts_digest(&canonical));
        }
        Ok(())
    }

    pub(super) async fn read_allocations(
        &mut self,
        conn: &mut Connection,
        ids: impl Iterator<Item = i64>,
    ) -> Done<()> {
        let allocations = &mut self.contents.allocations;
        forget_many(allocations);
        let missing = missing(ids, allocations);
        for row in content::allocations(conn, &missing).await? {
            if let Some(content) = allocation_content(&row) {
                allocations.insert(row.id, content);
            }
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
        original: row.original_id,
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
