//! The task that gathers single posts into one database transaction, and the memory that all recording of a server shares.
//! Never here: what a row means; every row bears its own sender.
//!
//! It runs on a thread of its own with a connection of its own. A client that leaves drops its answer, never its row.

use std::sync::{Arc, OnceLock};
use std::thread;

use chrono::{DateTime, Utc};
use futures_util::future::join;
use tokio::sync::{mpsc, oneshot};

use crate::domain::originator::Originator;
use crate::domain::transaction::{Outcome, Submitted};
use crate::host::database::{self, Pool};
use crate::usecases::record_transactions::{
    Course, JudgedAlone, Memory, NotRecorded, Recorded, Sent, judge_alone, judge_together, record_judged,
};
use crate::usecases::{Connection, Done, Failure};

/// Posts that wait for the task; more are told to come back.
const WAITING_MAX: usize = 4_096;
/// Posts that are recorded together.
const GROUP_MAX: usize = 512;

type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// One per server.
pub struct Recorder {
    pub memory: Arc<Memory>,
    pool: Pool,
    clock: Clock,
    posts: OnceLock<mpsc::Sender<Post>>,
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
            posts: OnceLock::new(),
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
        let posts = self.posts.get_or_init(|| self.start());
        posts.try_send(post).map_err(|_| busy())?;
        answered.await.map_err(|_| busy())?
    }

    fn start(&self) -> mpsc::Sender<Post> {
        let (posts, waiting) = mpsc::channel(WAITING_MAX);
        let gathering = self.gathering();
        let work = move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime.block_on(gathering.run(waiting)),
            Err(error) => tracing::error!(%error, "the recorder cannot run"),
        };
        if let Err(error) = thread::Builder::new().name("recorder".to_owned()).spawn(work) {
            tracing::error!(%error, "the recorder cannot start");
        }
        posts
    }

    fn gathering(&self) -> Gathering {
        Gathering {
            memory: Arc::clone(&self.memory),
            pool: self.pool.clone(),
            clock: Arc::clone(&self.clock),
            conn: None,
        }
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

struct Gathering {
    memory: Arc<Memory>,
    pool: Pool,
    clock: Clock,
    conn: Option<Connection>,
}

impl Gathering {
    /// Until the server is gone. While a group is recorded the next one gathers: a second one beside it would only make both
    /// smaller, and what a group costs is shared by its posts.
    async fn run(mut self, mut waiting: mpsc::Receiver<Post>) {
        let mut group = Vec::with_capacity(GROUP_MAX);
        let mut answers = Vec::new();
        while waiting.recv_many(&mut group, GROUP_MAX).await > 0 {
            let (outcomes, ()) = join(self.outcomes(&mut group), tell(answers)).await;
            answers = group.drain(..).map(|post| post.answer).zip(outcomes).collect();
            if waiting.is_empty() {
                tell(std::mem::take(&mut answers)).await;
            }
        }
    }

    async fn outcomes(&mut self, group: &mut [Post]) -> Vec<Done<Outcome>> {
        let kept = self.conn.is_some();
        let mut recorded = self.record(group).await;
        if kept && matches!(recorded, Err(Failure::Unavailable(_))) {
            // The database may have gone away and come back since; who was booked before is answered again.
            self.conn = None;
            recorded = self.record(group).await;
        }
        match recorded {
            Ok(recorded) => recorded.into_iter().map(decided).collect(),
            Err(failure) => {
                tracing::warn!(%failure, posts = group.len(), "posts were not recorded");
                self.conn = None;
                group.iter().map(|_| Err(again(&failure))).collect()
            }
        }
    }

    async fn record(&mut self, group: &mut [Post]) -> Done<Vec<Recorded>> {
        let alone: Option<Vec<JudgedAlone>> = group.iter_mut().map(|post| post.judged.take()).collect();
        let sent: Result<Vec<Sent<'_>>, _> = group
            .iter()
            .map(|post| Sent::by(&post.by, &post.row, post.received_at))
            .collect();
        let sent = sent?;
        let (memory, at) = (Arc::clone(&self.memory), (self.clock)());
        let conn = self.connection().await?;
        let judged = judge_together(&memory, at, &sent, alone.unwrap_or_default());
        let recorded = record_judged(conn, &memory, &sent, Course::Singly, judged).await;
        recorded.map_err(|why| match why {
            NotRecorded::Failed(failure) => failure,
            NotRecorded::NotWhole(_) => Failure::Internal(why.to_string()),
        })
    }

    /// Kept, because what it has prepared serves every group.
    async fn connection(&mut self) -> Done<&mut Connection> {
        let conn = match self.conn.take() {
            Some(conn) => conn,
            None => database::own_connection(&self.pool).await.map_err(|error| {
                tracing::warn!(%error, "no database connection");
                Failure::Unavailable("the database is away or busy".to_owned())
            })?,
        };
        Ok(self.conn.insert(conn))
    }
}

/// Tells those who wait what became of their posts, once the next group is on its way to the database.
async fn tell(answers: Vec<(Answer, Done<Outcome>)>) {
    tokio::task::yield_now().await;
    for (answer, outcome) in answers {
        // Who has left is not told; the row is recorded all the same.
        let _left = answer.send(outcome);
    }
}

fn decided(recorded: Recorded) -> Done<Outcome> {
    match recorded {
        Recorded::Decided(outcome) => Ok(outcome),
        Recorded::Early => Err(Failure::Internal("a single row came back early".to_owned())),
    }
}

fn busy() -> Failure {
    Failure::Unavailable("too many posts wait; the same request may go through later".to_owned())
}

/// The same for each of a group.
fn again(failure: &Failure) -> Failure {
    match failure {
        Failure::Unavailable(told) => Failure::Unavailable(told.clone()),
        Failure::NotFound(_)
        | Failure::Forbidden(_)
        | Failure::Invalid(_)
        | Failure::Conflict { .. }
        | Failure::Internal(_) => Failure::Internal(failure.to_string()),
    }
}
