//! Under which rules each row is booked and how it is split: the same question is answered once. Pure, so that rows are judged
//! while others are booked. Never here: how answers are stored (see `answers`), windows, what was booked before.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::Sent;
use super::batch::Ready;
use super::memory::Memory;
use super::rules::Snapshot;
use crate::domain::canonical::Digest;
use crate::domain::facts;
use crate::domain::money::Amount;
use crate::domain::proof::{AllocationFields, Shared, allocation_digest, facts_digest};
use crate::domain::rulebook::{Case, Found, NotBookable, Presumption, Rulebook, TariffRules};
use crate::domain::tariff::{Question, Refusal, Share};
use crate::domain::transaction::{Reason, Submitted, TransactionKind};
use crate::store::allocation::NewAllocation;

/// A question as it was sent, of one tariff version.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    version: i32,
    amount: Option<Amount>,
    /// Only where the allocation depends on it.
    principal: Option<Amount>,
    quantity: u32,
    leg: Option<Box<str>>,
    /// Canonical text, as sent; empty for none.
    facts: Box<str>,
}

/// Its stored answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Priced {
    allocation: Shared,
    facts: Shared,
    amount: Amount,
    presumed: Presumption,
}

/// What is to become of a row, as far as the rules alone say it.
#[derive(Debug)]
pub(super) enum Verdict {
    Original(Ready),
    /// A refund or reversal: what was booked before decides.
    TakesBack {
        office_id: i32,
    },
    Not {
        office_id: Option<i32>,
        why: NotBookable,
    },
}

/// An answer that is not stored yet.
#[derive(Debug)]
pub(super) struct Quoted {
    pub(super) facts: String,
    pub(super) read_facts: String,
    pub(super) allocation: NewAllocation,
    content: Digest,
    facts_content: Digest,
    total: Amount,
    presumed: Presumption,
}

/// Under which rules a row is booked.
#[derive(Debug)]
pub(super) struct Ruled {
    office_id: i32,
    network_id: i16,
    service_id: i32,
    licence_id: i32,
    binding: Shared,
    unit_id: i16,
    principal: Amount,
}

/// The rows as the rules alone judge them, in their order, and the questions that nobody has answered before.
#[derive(Debug, Default)]
pub(super) struct Judgement {
    pub(super) decisions: Vec<Decision>,
    pub(super) new: HashMap<Asked, Quoted>,
}

#[derive(Debug)]
pub(super) enum Decision {
    Verdict(Verdict),
    /// Its answer is among the new ones.
    Waits(Ruled, Asked),
}

impl Decision {
    pub(super) const fn office_id(&self) -> Option<i32> {
        match self {
            Self::Verdict(Verdict::Original(ready)) => Some(ready.office_id),
            Self::Verdict(Verdict::TakesBack { office_id }) => Some(*office_id),
            Self::Verdict(Verdict::Not { office_id, .. }) => *office_id,
            Self::Waits(ruled, _) => Some(ruled.office_id),
        }
    }

    /// Whether the same would be decided at the moment of booking. Of what is not bookable that is never presumed.
    pub(super) fn holds(&self, book: &Rulebook, judged_at: DateTime<Utc>, case: Case<'_>) -> bool {
        match self {
            Self::Verdict(Verdict::Original(ready)) => book.still_finds(ready.network_id, judged_at, case),
            Self::Waits(ruled, _) => book.still_finds(ruled.network_id, judged_at, case),
            Self::Verdict(Verdict::TakesBack { .. }) => true,
            Self::Verdict(Verdict::Not { .. }) => false,
        }
    }
}

pub(super) fn judge(memory: &Memory, snapshot: &Snapshot, at: DateTime<Utc>, rows: &[Sent<'_>]) -> Judgement {
    let mut judgement = Judgement {
        decisions: Vec::with_capacity(rows.len()),
        new: HashMap::new(),
    };
    for sent in rows {
        let decision = judge_one(memory, snapshot, at, sent, &mut judgement.new);
        judgement.decisions.push(decision.unwrap_or_else(|why| {
            Decision::Verdict(Verdict::Not {
                office_id: snapshot.book.office(sent.row).ok(),
                why,
            })
        }));
    }
    judgement
}

impl Judgement {
    /// Whether no row takes back, or is not bookable.
    pub(super) fn is_of_originals(&self) -> bool {
        self.decisions.iter().all(|decision| match decision {
            Decision::Verdict(Verdict::Original(_)) | Decision::Waits(..) => true,
            Decision::Verdict(Verdict::TakesBack { .. } | Verdict::Not { .. }) => false,
        })
    }

    /// Takes in rows that were judged before.
    pub(super) fn absorb(&mut self, memory: &Memory, mut earlier: Self) {
        for decision in earlier.decisions {
            let decision = match decision {
                Decision::Verdict(verdict) => Decision::Verdict(verdict),
                Decision::Waits(ruled, asked) => self.asked_before(memory, ruled, asked, &mut earlier.new),
            };
            self.decisions.push(decision);
        }
    }

    /// What others have answered since is no question any more.
    fn asked_before(
        &mut self,
        memory: &Memory,
        ruled: Ruled,
        asked: Asked,
        new: &mut HashMap<Asked, Quoted>,
    ) -> Decision {
        if let Some(priced) = memory.answer(&asked) {
            return Decision::Verdict(Verdict::Original(ruled.priced(priced)));
        }
        if let Some(quoted) = new.remove(&asked) {
            self.new.insert(asked.clone(), quoted);
        }
        Decision::Waits(ruled, asked)
    }
}

fn judge_one(
    memory: &Memory,
    snapshot: &Snapshot,
    at: DateTime<Utc>,
    sent: &Sent<'_>,
    new: &mut HashMap<Asked, Quoted>,
) -> Result<Decision, NotBookable> {
    if sent.row.kind != TransactionKind::Original {
        let office_id = snapshot.book.office(sent.row)?;
        return Ok(Decision::Verdict(Verdict::TakesBack { office_id }));
    }
    let found = snapshot.book.find(sent.case(at));
    let found = found.map_err(|why| snapshot.book.unfound(sent.acts_for, sent.row, why))?;
    snapshot.book.concerns(sent.acts_for, &found)?;
    let tariff = &found.tariff.tariff;
    tariff
        .admits_principal(sent.row.principal)
        .map_err(|refusal| not_priced(&refusal))?;
    let (asked, ruled) = (Asked::of(sent.row, found.tariff), Ruled::of(sent.row, &found));
    if let Some(priced) = memory.answer(&asked) {
        found.admits(sent.row, priced.presumed)?;
        return Ok(Decision::Verdict(Verdict::Original(ruled.priced(priced))));
    }
    if let Some(quoted) = new.get(&asked) {
        found.admits(sent.row, quoted.presumed)?;
        return Ok(Decision::Waits(ruled, asked));
    }
    let quoted = Quoted::of(sent.row, found.tariff).map_err(|refusal| not_priced(&refusal))?;
    found.admits(sent.row, quoted.presumed)?;
    new.insert(asked.clone(), quoted);
    Ok(Decision::Waits(ruled, asked))
}

impl Asked {
    fn of(row: &Submitted, rules: &TariffRules) -> Self {
        let facts = if row.facts.is_empty() {
            Box::default()
        } else {
            facts::canonical(&row.facts).into_boxed_str()
        };
        Self {
            version: rules.id,
            amount: row.amount,
            principal: row.principal.filter(|_| rules.tariff.reads_principal()),
            quantity: row.quantity.unwrap_or(1),
            leg: row.leg.as_deref().map(Into::into),
            facts,
        }
    }
}

impl Quoted {
    fn of(row: &Submitted, rules: &TariffRules) -> Result<Self, Refusal> {
        let question = Question {
            amount: row.amount,
            principal: row.principal,
            quantity: row.quantity.unwrap_or(1),
            leg: row.leg.clone(),
            facts: rules.tariff.read_facts(&row.facts)?,
        };
        let quote = rules.tariff.quote(&question)?;
        let shares = |side: &[Share]| -> Vec<_> { side.iter().map(|s| (s.ordinal, s.amount)).collect() };
        let (sources, legs) = (
            shares(quote.allocation.sources()),
            shares(quote.allocation.legs()),
        );
        let fields = AllocationFields {
            kind: 1,
            tariff_version: rules.id,
            tariff: rules.digest,
            asked_amount: question.amount.unwrap_or(quote.price),
            quantity: i32::try_from(question.quantity).unwrap_or(i32::MAX),
            activity_leg: question.leg.as_deref().unwrap_or_default(),
            read_facts: &rules.tariff.key_facts(&question),
            original: None,
            original_ordinal: None,
            sources: &sources,
            legs: &legs,
        };
        let facts = facts::canonical(&question.facts);
        let total = quote.allocation.total();
        Ok(Self {
            content: allocation_digest(&fields),
            facts_content: facts_digest(&facts),
            read_facts: fields.read_facts.to_owned(),
            allocation: new_allocation(&fields, total),
            facts,
            total,
            presumed: Presumption::of(&rules.tariff, &quote.allocation),
        })
    }

    pub(super) fn priced(&self, allocation_id: i64, facts_id: i32) -> Priced {
        Priced {
            allocation: Shared {
                id: allocation_id,
                content: self.content,
            },
            facts: Shared {
                id: i64::from(facts_id),
                content: self.facts_content,
            },
            amount: self.total,
            presumed: self.presumed,
        }
    }
}

fn new_allocation(fields: &AllocationFields<'_>, total: Amount) -> NewAllocation {
    let columns = |side: &[(i16, Amount)]| {
        side.iter()
            .map(|(term, amount)| (*term, amount.minor()))
            .collect()
    };
    NewAllocation {
        tariff_version_id: fields.tariff_version,
        asked_amount: fields.asked_amount.minor(),
        quantity: fields.quantity,
        activity_leg: fields.activity_leg.to_owned(),
        sources: columns(fields.sources),
        legs: columns(fields.legs),
        total: total.minor(),
    }
}

impl Ruled {
    fn of(row: &Submitted, found: &Found<'_>) -> Self {
        Self {
            office_id: found.office,
            network_id: found.network.id,
            service_id: found.service,
            licence_id: found.licence,
            binding: Shared {
                id: i64::from(found.binding.binding.id),
                content: found.binding.digest,
            },
            unit_id: found.tariff.unit,
            principal: row.principal.unwrap_or_default(),
        }
    }

    pub(super) fn priced(self, priced: Priced) -> Ready {
        Ready {
            office_id: self.office_id,
            network_id: self.network_id,
            service_id: self.service_id,
            licence_id: self.licence_id,
            binding: self.binding,
            allocation: priced.allocation,
            facts: priced.facts,
            original_id: None,
            amount: priced.amount,
            principal: self.principal,
            unit_id: self.unit_id,
        }
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other refusal is the tariff's own word"
)]
fn not_priced(refusal: &Refusal) -> NotBookable {
    let reason = match refusal {
        Refusal::AmountDiffers { .. } => Reason::PriceDiffers,
        Refusal::FactUnknown { .. } => Reason::UnknownFact,
        _ => Reason::TariffRefuses,
    };
    NotBookable::quarantined(reason, refusal.to_string())
}
