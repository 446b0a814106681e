//! New answers get their ids: stored in a short database transaction of their own, or reserved, to be stored by the statement
//! that books with them. Never here: the answers themselves (see `pricing`).

use std::collections::{BTreeSet, HashMap};

use super::memory::Memory;
use super::pricing::{Asked, Decision, Judgement, Priced, Quoted, Verdict};
use crate::store::Connection;
use crate::store::allocation::{NewAnswer, intern_answers};
use crate::usecases::{Done, Failure};

/// What was answered anew, to be remembered when something is booked with it.
#[derive(Debug, Default)]
pub(super) struct Answered {
    pub(super) priced: HashMap<Asked, Priced>,
    /// The ids of canonical facts.
    pub(super) facts_ids: Vec<(String, i32)>,
}

/// The verdicts in the order of the rows, and the answers that they rest on.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) verdicts: Vec<Verdict>,
    pub(super) answered: Answered,
    /// Answers that whoever books has to store.
    pub(super) unstored: Vec<NewAnswer>,
}

impl Judgement {
    /// Stores the new answers now, but for those that were remembered since the rows were judged.
    pub(super) async fn stored(mut self, conn: &mut Connection, memory: &Memory) -> Done<Judged> {
        let mut known = HashMap::new();
        self.new.retain(|asked, _| {
            let priced = memory.answer(asked);
            known.extend(priced.map(|priced| (asked.clone(), priced)));
            priced.is_none()
        });
        let mut answered = if self.new.is_empty() {
            Answered::default()
        } else {
            store_answers(conn, &self.new).await?
        };
        answered.priced.extend(known);
        self.complete(answered, Vec::new())
    }

    /// Gives the new answers ids that are spare; `None` if there are too few, or if an answer reads facts whose id is not
    /// remembered.
    pub(super) fn reserved(&self, memory: &Memory) -> Option<Reserved> {
        let mut facts_ids = Vec::with_capacity(self.new.len());
        for quoted in self.new.values() {
            facts_ids.push((
                memory.facts_id(&quoted.facts)?,
                memory.facts_id(&quoted.read_facts)?,
            ));
        }
        let ids = memory.take_allocation_ids(self.new.len())?;
        let mut reserved = Reserved::default();
        for (((asked, quoted), (facts_id, read_facts_id)), id) in self.new.iter().zip(facts_ids).zip(ids) {
            reserved.priced.insert(asked.clone(), quoted.priced(id, facts_id));
            reserved.unstored.push(NewAnswer {
                id,
                read_facts_id,
                allocation: quoted.allocation.clone(),
            });
        }
        Some(reserved)
    }

    pub(super) fn with(self, reserved: Reserved) -> Done<Judged> {
        let answered = Answered {
            priced: reserved.priced,
            facts_ids: Vec::new(),
        };
        self.complete(answered, reserved.unstored)
    }

    fn complete(self, answered: Answered, unstored: Vec<NewAnswer>) -> Done<Judged> {
        let verdict = |decision| match decision {
            Decision::Verdict(verdict) => Ok(verdict),
            Decision::Waits(ruled, asked) => {
                let priced = answered.priced.get(&asked).ok_or_else(|| lost("allocation"))?;
                Ok(Verdict::Original(ruled.priced(*priced)))
            }
        };
        let verdicts: Done<Vec<Verdict>> = self.decisions.into_iter().map(verdict).collect();
        Ok(Judged {
            verdicts: verdicts?,
            answered,
            unstored,
        })
    }
}

/// New answers under ids that nobody else has.
#[derive(Debug, Default)]
pub(super) struct Reserved {
    priced: HashMap<Asked, Priced>,
    unstored: Vec<NewAnswer>,
}

async fn store_answers(conn: &mut Connection, new: &HashMap<Asked, Quoted>) -> Done<Answered> {
    let texts = new
        .values()
        .flat_map(|quoted| [&quoted.facts, &quoted.read_facts]);
    let texts: BTreeSet<&str> = texts.map(String::as_str).collect();
    let texts: Vec<&str> = texts.into_iter().collect();
    let place = |text: &str| texts.binary_search(&text).map_err(|_| lost("text of facts"));
    let mut allocations = Vec::with_capacity(new.len());
    let mut facts_places = Vec::with_capacity(new.len());
    for quoted in new.values() {
        allocations.push((&quoted.allocation, place(&quoted.read_facts)?));
        facts_places.push(place(&quoted.facts)?);
    }
    let interned = intern_answers(conn, &texts, &allocations).await?;
    let ids = facts_places
        .iter()
        .map(|place| interned.facts_ids[*place])
        .zip(interned.allocation_ids);
    let priced = new
        .iter()
        .zip(ids)
        .map(|((asked, quoted), (facts_id, id))| (asked.clone(), quoted.priced(id, facts_id)));
    let texts = texts.iter().map(|text| (*text).to_owned());
    Ok(Answered {
        priced: priced.collect(),
        facts_ids: texts.zip(interned.facts_ids.iter().copied()).collect(),
    })
}

fn lost(what: &str) -> Failure {
    Failure::Internal(format!("an {what} that was stored cannot be found"))
}
