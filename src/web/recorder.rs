//! The task that gathers single posts into one database transaction, and the memory that all recording of a server shares.
//! Never here: what a row means (every row bears its own sender), when a group is sent (see `gathering`).
//!
//! It runs on a thread of its own with a connection of its own. A client that leaves drops its answer, never its row.

mod gathering;
mod inbox;

use std::sync::{Arc, OnceLock};
use std::thread;

use chrono::{DateTime, Utc};
use tokio::sync::oneshot;

use crate::domain::originator::Originator;
use crate::domain::transaction::{Outcome, Submitted};
use crate::host::database::Pool;
use crate::usecases::record_transactions::{JudgedAlone, Memory, Sent, judge_alone};
use crate::usecases::{Done, Failure};

use gathering::Gathering;
use inbox::Inbox;

type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// One per server.
pub struct Recorder {
    pub memory: Arc<Memory>,
    pool: Pool,
    clock: Clock,
    inbox: OnceLock<Arc<Inbox<Post>>>,
}

/// A row that waits to be recorded, and who waits for its answer.
#[derive(Debug)]
struct Post {
    by: Originator,
    row: Submitted,
    received_at: DateTime<Utc>,
    /// Once; a second attempt judges anew.
    judged: Option<JudgedAlone>,
    answer: Answer,
}

type Answer = oneshot::Sender<Done<Outcome>>;

impl Recorder {
    pub fn new(pool: Pool, clock: Clock) -> Self {
        Self {
            memory: Arc::default(),
            pool,
            clock,
            inbox: OnceLock::new(),
        }
    }

    /// Records one row together with those that others post at the same time. It is judged here, beside what is being booked.
    pub async fn record(&self, by: Originator, row: Submitted, received_at: DateTime<Utc>) -> Done<Outcome> {
        let (answer, answered) = oneshot::channel();
        let judged = judge_alone(&self.memory, received_at, Sent::by(&by, &row, received_at)?);
        let post = Post {
            by,
            row,
            received_at,
            judged: Some(judged),
            answer,
        };
        let inbox = self.inbox.get_or_init(|| self.start());
        inbox.put(post).map_err(|_| busy())?;
        answered.await.map_err(|_| busy())?
    }

    fn start(&self) -> Arc<Inbox<Post>> {
        let inbox = Arc::new(Inbox::new());
        let gathering = Gathering::new(
            Arc::clone(&inbox),
            Arc::clone(&self.memory),
            self.pool.clone(),
            Arc::clone(&self.clock),
        );
        let work = move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime.block_on(gathering.run()),
            Err(error) => tracing::error!(%error, "the recorder cannot run"),
        };
        if let Err(error) = thread::Builder::new().name("recorder".to_owned()).spawn(work) {
            tracing::error!(%error, "the recorder cannot start");
        }
        inbox
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if let Some(inbox) = self.inbox.get() {
            inbox.close();
        }
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

fn busy() -> Failure {
    Failure::Unavailable("too many posts wait; the same request may go through later".to_owned())
}
