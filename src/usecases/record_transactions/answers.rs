//! New answers get their ids: stored in a short database transaction of their own, or reserved, to be stored by the statement
//! that books with them. Never here: the answers themselves (see `pricing`).

use std::collections::{BTreeSet, HashMap};
use std::task::Poll;

use futures_util::StreamExt;
use futures_util::poll;
use futures_util::stream::FuturesOrdered;

use super::memory::Memory;
use super::pricing::{Asked, Decision, Judgement, Priced, Quoted, Verdict};
use crate::store::Connection;
use crate::store::allocation::{InternedAnswers, NewAnswer, intern_answers, next_allocation_ids};
use crate::usecases::{Done, Failure};

/// Answers that are stored together first: so few that the database soon has something to do. Each part after it is twice as large.
const FIRST_PART_ANSWERS: usize = 64;
/// So many at most: what a call costs by itself is little beside storing them.
const PART_ANSWERS_MAX: usize = 512;

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
            store_answers(conn, std::mem::take(&mut self.new)).await?
        };
        answered.priced.extend(known);
        self.complete(answered, Vec::new())
    }

    /// Gives the new answers ids that are spare, or asks the database where there are too few; `None` if an answer reads facts whose
    /// id is not remembered.
    pub(super) async fn reserved(&self, conn: &Connection, memory: &Memory) -> Done<Option<Reserved>> {
        let known = |quoted: &Quoted| {
            let facts_id = memory.facts_id(&quoted.facts)?;
            Some((facts_id, memory.facts_id(&quoted.read_facts)?))
        };
        let Some(facts_ids) = self.new.values().map(known).collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        let ids = match memory.take_allocation_ids(self.new.len()) {
            Some(ids) => ids,
            None => next_allocation_ids(conn, self.new.len()).await?,
        };
        let mut reserved = Reserved::default();
        for (((asked, quoted), (facts_id, read_facts_id)), id) in self.new.iter().zip(facts_ids).zip(ids) {
            reserved.priced.insert(asked.clone(), quoted.priced(id, facts_id));
            reserved.unstored.push(NewAnswer {
                id,
                read_facts_id,
                allocation: quoted.allocation.clone(),
            });
        }
        Ok(Some(reserved))
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

/// New answers that are stored by one call, and the texts of facts among which they name theirs by place.
struct Part<'n> {
    answers: &'n [(Asked, Quoted)],
    texts: Vec<&'n str>,
}

/// The ids of answers, in their order: of the facts, and of the allocation.
#[derive(Default)]
struct Ids {
    of_answers: Vec<(i32, i64)>,
    of_facts: Vec<(String, i32)>,
}

/// In parts: while the database stores one, the next is made.
async fn store_answers(conn: &Connection, new: HashMap<Asked, Quoted>) -> Done<Answered> {
    let new: Vec<(Asked, Quoted)> = new.into_iter().collect();
    let mut ids = Ids::default();
    let mut storing = FuturesOrdered::new();
    let (mut rest, mut part_answers) = (&*new, FIRST_PART_ANSWERS);
    while !rest.is_empty() {
        let (answers, others) = rest.split_at(part_answers.min(rest.len()));
        (rest, part_answers) = (others, PART_ANSWERS_MAX.min(part_answers * 2));
        storing.push_back(Part::of(answers).stored(conn));
        while let Poll::Ready(Some(stored)) = poll!(storing.next()) {
            ids.enter(stored?)?;
        }
    }
    while let Some(stored) = storing.next().await {
        ids.enter(stored?)?;
    }
    drop(storing);
    let priced = new.into_iter().zip(ids.of_answers);
    Ok(Answered {
        priced: priced
            .map(|((asked, quoted), (facts_id, id))| (asked, quoted.priced(id, facts_id)))
            .collect(),
        facts_ids: ids.of_facts,
    })
}

impl<'n> Part<'n> {
    fn of(answers: &'n [(Asked, Quoted)]) -> Self {
        let texts = answers
            .iter()
            .flat_map(|(_, quoted)| [quoted.facts.as_str(), quoted.read_facts.as_str()]);
        let texts: BTreeSet<&str> = texts.collect();
        Self {
            answers,
            texts: texts.into_iter().collect(),
        }
    }

    fn place(&self, text: &str) -> Done<usize> {
        self.texts.binary_search(&text).map_err(|_| lost("text of facts"))
    }

    async fn stored(self, conn: &Connection) -> Done<(Self, InternedAnswers)> {
        let mut questions = Vec::with_capacity(self.answers.len());
        for (_, quoted) in self.answers {
            questions.push((&quoted.allocation, self.place(&quoted.read_facts)?));
        }
        let interned = intern_answers(conn, &self.texts, &questions).await?;
        Ok((self, interned))
    }
}

impl Ids {
    fn enter(&mut self, (part, interned): (Part<'_>, InternedAnswers)) -> Done<()> {
        for ((_, quoted), id) in part.answers.iter().zip(interned.allocation_ids) {
            let facts_id = interned.facts_ids[part.place(&quoted.facts)?];
            self.of_answers.push((facts_id, id));
        }
        let texts = part.texts.iter().map(|text| (*text).to_owned());
        self.of_facts.extend(texts.zip(interned.facts_ids));
        Ok(())
    }
}

fn lost(what: &str) -> Failure {
    Failure::Internal(format!("an {what} that was stored cannot be found"))
}
