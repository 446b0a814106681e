//! The task that gathers single posts into one database transaction, and the memory that all recording of a server shares.
//! Never here: what a row means; every row bears its own sender.
//!
//! It runs on a thread of its own with connections of its own. A client that leaves drops its answer, never its row.

use std::sync::{Arc, OnceLock};
use std::thread;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use tokio::sync::{Mutex, mpsc, oneshot, watch};

use crate::domain::originator::Originator;
use crate::domain::transaction::{Outcome, Submitted};
use crate::host::database::{self, Pool};
use crate::usecases::record_transactions::{
    Course, Memory, NotRecorded, Recorded, Sent, record_transactions,
};
use crate::usecases::{Connection, Done, Failure};

/// Posts that wait for the task; more are told to come back.
const WAITING_MAX: usize = 4_096;
/// Posts that are recorded together.
const GROUP_MAX: usize = 512;
/// Groups that are recorded at once: while one waits for the disk, another is recorded.
const GROUPS_AT_ONCE: usize = 2;
/// Posts that make it worth while to record another group beside one: what a group costs is shared by its posts.
const GROUP_WORTH: usize = 8;

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
    answer: oneshot::Sender<Done<Outcome>>,
}

impl Recorder {
    pub fn new(pool: Pool, clock: Clock) -> Self {
        Self {
            memory: Arc::default(),
            pool,
            clock,
            posts: OnceLock::new(),
        }
    }

    /// Records one row together with those that others post at the same time.
    pub async fn record(&self, by: Originator, row: Submitted, received_at: DateTime<Utc>) -> Done<Outcome> {
        let (answer, answered) = oneshot::channel();
        let post = Post {
            by,
            row,
            received_at,
            answer,
        };
        let posts = self.posts.get_or_init(|| self.start());
        posts.try_send(post).map_err(|_| busy())?;
        answered.await.map_err(|_| busy())?
    }

    fn start(&self) -> mpsc::Sender<Post> {
        let (posts, waiting) = mpsc::channel(WAITING_MAX);
        let queue = Queue {
            posts: Mutex::new(waiting),
            groups: watch::Sender::new(0),
        };
        let gatherings: Vec<Gathering> = (0..GROUPS_AT_ONCE).map(|_| self.gathering()).collect();
        let work = move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => {
                let runs = gatherings.into_iter().map(|gathering| gathering.run(&queue));
                runtime.block_on(join_all(runs));
            }
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

/// What waits to be recorded, and how many groups are.
struct Queue {
    posts: Mutex<mpsc::Receiver<Post>>,
    groups: watch::Sender<usize>,
}

impl Queue {
    /// All that waits, and beside another group not only a few; nothing when the server is gone.
    async fn gather(&self, group: &mut Vec<Post>) {
        let mut posts = self.posts.lock().await;
        posts.recv_many(group, GROUP_MAX).await;
        let mut groups = self.groups.subscribe();
        while (1..GROUP_WORTH).contains(&group.len()) {
            tokio::select! {
                biased;
                _ = groups.wait_for(|groups| *groups == 0) => break,
                more = posts.recv_many(group, GROUP_MAX - group.len()) => if more == 0 { break },
            }
        }
        self.groups.send_modify(|groups| *groups += 1);
    }

    fn recorded(&self) {
        self.groups.send_modify(|groups| *groups -= 1);
    }
}

impl Gathering {
    /// Until the server is gone. While groups are recorded, the next one gathers.
    async fn run(mut self, queue: &Queue) {
        let mut group = Vec::with_capacity(GROUP_MAX);
        loop {
            queue.gather(&mut group).await;
            if group.is_empty() {
                return;
            }
            let outcomes = self.outcomes(&group).await;
            queue.recorded();
            for (post, outcome) in group.drain(..).zip(outcomes) {
                // Who has left is not told; the row is recorded all the same.
                let _left = post.answer.send(outcome);
            }
        }
    }

    async fn outcomes(&mut self, group: &[Post]) -> Vec<Done<Outcome>> {
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

    async fn record(&mut self, group: &[Post]) -> Done<Vec<Recorded>> {
        let sent: Result<Vec<Sent<'_>>, _> = group
            .iter()
            .map(|post| Sent::by(&post.by, &post.row, post.received_at))
            .collect();
        let sent = sent?;
        let (memory, at) = (Arc::clone(&self.memory), (self.clock)());
        let conn = self.connection().await?;
        let recorded = record_transactions(conn, &memory, at, &sent, Course::Singly).await;
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
