//! Under which rules each row is booked and how it is split: the same question is answered once and its answer stored.
//! Never here: windows, what was booked before.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::Sent;
use super::batch::Ready;
use super::memory::Memory;
use super::rules::Snapshot;
use crate::domain::facts;
use crate::domain::money::Amount;
use crate::domain::proof::{AllocationFields, Shared, allocation_digest, facts_digest};
use crate::domain::rulebook::{Case, Found, NotBookable, TariffRules};
use crate::domain::tariff::{Question, Refusal, Share};
use crate::domain::transaction::{Reason, Submitted, TransactionKind};
use crate::store::Connection;
use crate::store::allocation::{NewAllocation, intern_answers};
use crate::usecases::{Done, Failure};

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
struct Quoted<'r> {
    rules: &'r TariffRules,
    facts: String,
    read_facts: String,
    asked_amount: Amount,
    quantity: i32,
    leg: String,
    sources: Vec<Share>,
    legs: Vec<Share>,
    total: Amount,
}

/// The verdicts in the order of the rows, and what was answered for them anew.
pub(super) struct Judged {
    pub(super) verdicts: Vec<Verdict>,
    /// To be remembered when something is booked with them.
    pub(super) answered: HashMap<Asked, Priced>,
}

/// New questions are answered, and the answers stored in a short database transaction of their own.
pub(super) async fn judge(
    conn: &mut Connection,
    memory: &Memory,
    snapshot: &Snapshot,
    at: DateTime<Utc>,
    rows: &[Sent<'_>],
) -> Done<Judged> {
    let mut verdicts: Vec<Option<Verdict>> = Vec::with_capacity(rows.len());
    let mut waiting = Vec::new();
    let mut new: HashMap<Asked, Quoted<'_>> = HashMap::new();
    for sent in rows {
        verdicts.push(match judge_one(memory, snapshot, at, sent, &mut new) {
            Ok(Decision::Verdict(verdict)) => Some(verdict),
            Ok(Decision::Waits(found, asked)) => {
                waiting.push((verdicts.len(), found, asked));
                None
            }
            Err(why) => Some(Verdict::Not {
                office_id: snapshot.book.office(sent.row).ok(),
                why,
            }),
        });
    }
    let answered = if new.is_empty() {
        HashMap::new()
    } else {
        store_answers(conn, new).await?
    };
    for (index, found, asked) in waiting {
        let answer = answered.get(&asked);
        verdicts[index] = answer.map(|answer| Verdict::Original(ready(&rows[index], &found, *answer)));
    }
    let all: Option<Vec<Verdict>> = verdicts.into_iter().collect();
    Ok(Judged {
        verdicts: all.ok_or_else(|| lost("allocation"))?,
        answered,
    })
}

enum Decision<'r> {
    Verdict(Verdict),
    /// Its answer is among the new ones.
    Waits(Found<'r>, Asked),
}

fn judge_one<'r>(
    memory: &Memory,
    snapshot: &'r Snapshot,
    at: DateTime<Utc>,
    sent: &Sent<'_>,
    new: &mut HashMap<Asked, Quoted<'r>>,
) -> Result<Decision<'r>, NotBookable> {
    if sent.row.kind != TransactionKind::Original {
        let office_id = snapshot.book.office(sent.row)?;
        return Ok(Decision::Verdict(Verdict::TakesBack { office_id }));
    }
    let case = Case {
        row: sent.row,
        received_at: sent.received_at,
        booked_at: at,
    };
    let found = snapshot.book.find(case)?;
    let tariff = &found.tariff.tariff;
    tariff
        .admits_principal(sent.row.principal)
        .map_err(|refusal| not_priced(&refusal))?;
    let asked = Asked::of(sent.row, found.tariff);
    if let Some(priced) = memory.answer(&asked) {
        return Ok(Decision::Verdict(Verdict::Original(ready(sent, &found, priced))));
    }
    if !new.contains_key(&asked) {
        let quoted = Quoted::of(sent.row, found.tariff).map_err(|refusal| not_priced(&refusal))?;
        new.insert(asked.clone(), quoted);
    }
    Ok(Decision::Waits(found, asked))
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

impl<'r> Quoted<'r> {
    fn of(row: &Submitted, rules: &'r TariffRules) -> Result<Self, Refusal> {
        let question = Question {
            amount: row.amount,
            principal: row.principal,
            quantity: row.quantity.unwrap_or(1),
            leg: row.leg.clone(),
            facts: rules.tariff.read_facts(&row.facts)?,
        };
        let quote = rules.tariff.quote(&question)?;
        Ok(Self {
            rules,
            read_facts: rules.tariff.key_facts(&question),
            facts: facts::canonical(&question.facts),
            asked_amount: question.amount.unwrap_or(quote.price),
            quantity: i32::try_from(question.quantity).unwrap_or(i32::MAX),
            leg: question.leg.unwrap_or_default(),
            sources: quote.allocation.sources().to_vec(),
            legs: quote.allocation.legs().to_vec(),
            total: quote.allocation.total(),
        })
    }

    fn new_allocation(&self) -> NewAllocation {
        let shares = |side: &[Share]| side.iter().map(|s| (s.ordinal, s.amount.minor())).collect();
        NewAllocation {
            tariff_version_id: self.rules.id,
            asked_amount: self.asked_amount.minor(),
            quantity: self.quantity,
            activity_leg: self.leg.clone(),
            sources: shares(&self.sources),
            legs: shares(&self.legs),
            total: self.total.minor(),
        }
    }

    fn priced(&self, allocation_id: i64, facts_id: i32) -> Priced {
        let shares = |side: &[Share]| -> Vec<_> { side.iter().map(|s| (s.ordinal, s.amount)).collect() };
        let content = allocation_digest(&AllocationFields {
            kind: 1,
            tariff_version: self.rules.id,
            tariff: self.rules.digest,
            asked_amount: self.asked_amount,
            quantity: self.quantity,
            activity_leg: &self.leg,
            read_facts: &self.read_facts,
            original: None,
            original_ordinal: None,
            sources: &shares(&self.sources),
            legs: &shares(&self.legs),
        });
        Priced {
            allocation: Shared {
                id: allocation_id,
                content,
            },
            facts: Shared {
                id: i64::from(facts_id),
                content: facts_digest(&self.facts),
            },
            amount: self.total,
        }
    }
}

async fn store_answers(
    conn: &mut Connection,
    new: HashMap<Asked, Quoted<'_>>,
) -> Done<HashMap<Asked, Priced>> {
    let texts = new
        .values()
        .flat_map(|quoted| [&quoted.facts, &quoted.read_facts]);
    let texts: BTreeSet<&str> = texts.map(String::as_str).collect();
    let texts: Vec<&str> = texts.into_iter().collect();
    let place = |text: &str| texts.binary_search(&text).map_err(|_| lost("text of facts"));
    let mut allocations = Vec::with_capacity(new.len());
    let mut facts_places = Vec::with_capacity(new.len());
    for quoted in new.values() {
        allocations.push((quoted.new_allocation(), place(&quoted.read_facts)?));
        facts_places.push(place(&quoted.facts)?);
    }
    let interned = intern_answers(conn, &texts, &allocations).await?;
    let ids = facts_places
        .iter()
        .map(|place| interned.facts_ids[*place])
        .zip(interned.allocation_ids);
    let priced: Vec<Priced> = new
        .values()
        .zip(ids)
        .map(|(quoted, (facts_id, id))| quoted.priced(id, facts_id))
        .collect();
    Ok(new.into_keys().zip(priced).collect())
}

fn ready(sent: &Sent<'_>, found: &Found<'_>, priced: Priced) -> Ready {
    Ready {
        office_id: found.office,
        network_id: found.network.id,
        service_id: found.service,
        licence_id: found.licence,
        binding: Shared {
            id: i64::from(found.binding.binding.id),
            content: found.binding.digest,
        },
        allocation: priced.allocation,
        facts: priced.facts,
        original_id: None,
        amount: priced.amount,
        principal: sent.row.principal.unwrap_or_default(),
        unit_id: found.tariff.unit,
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

fn lost(what: &str) -> Failure {
    Failure::Internal(format!("an {what} that was stored cannot be found"))
}
