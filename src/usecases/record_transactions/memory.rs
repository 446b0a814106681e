//! What one process remembers between calls: the rules, and the questions that were answered. Filled after commit only,
//! checked under the networks' locks. Never here: anything that a lost memory could not find again.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::pricing::{Asked, Priced};
use super::remembered::Remembered;
use super::rules::{Snapshot, read_rules};
use crate::store::Connection;
use crate::usecases::Done;

/// Of each of two generations; one takes about 250 bytes.
const ANSWERS_MAX: usize = 200_000;

#[derive(Debug)]
pub struct Memory {
    rules: RwLock<Arc<Snapshot>>,
    answers: Mutex<Remembered<Asked, Priced>>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            rules: RwLock::default(),
            answers: Mutex::new(Remembered::bounded(ANSWERS_MAX)),
        }
    }
}

impl Memory {
    /// The rules as they were last read; empty at first.
    pub(super) fn rules(&self) -> Arc<Snapshot> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the rules anew, because those that are remembered are older than the database's.
    pub(super) async fn read_rules(&self, conn: &mut Connection) -> Done<Arc<Snapshot>> {
        let snapshot = Arc::new(read_rules(conn, &self.rules()).await?);
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&snapshot);
        Ok(snapshot)
    }

    pub(super) fn answer(&self, asked: &Asked) -> Option<Priced> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.find(asked)
    }

    /// To be called after the commit that stored the answers.
    pub(super) fn remember(&self, answered: impl IntoIterator<Item = (Asked, Priced)>) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        for (asked, priced) in answered {
            answers.remember(asked, priced);
        }
    }
}
