//! Posts that go to the database as groups. Never here: who posts, what a row means.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::stream::{FuturesOrdered, StreamExt};

use super::inbox::Inbox;
use super::{Clock, Post};
use crate::domain::transaction::Outcome;
use crate::host::database::{self, Pool};
use crate::usecases::record_transactions::{
    Course, JudgedAlone, Keys, Memory, NotAtOnce, NotRecorded, Sent, judge_ahead, judge_together,
    record_at_once, record_step_by_step,
};
use crate::usecases::{Connection, Done, Failure};

/// Posts that are recorded together.
const GROUP_MAX: usize = 512;
/// Groups that are sent: one that the database books, and the next.
const UNDER_WAY_MAX: usize = 2;

pub(super) struct Gathering {
    inbox: Arc<Inbox<Post>>,
    memory: Arc<Memory>,
    pool: Pool,
    clock: Clock,
    /// Kept, because what it has prepared serves every group.
    conn: Option<Arc<Connection>>,
    posts_under_way: usize,
    /// So many posts make a group that is sent while another is booked.
    next_from: usize,
    left: Vec<Left>,
}

/// A group that could not be booked at once. It is recorded step by step when no other is under way.
struct Left {
    group: Vec<Post>,
    keys: Keys,
}

type Attempted = (Vec<Post>, Result<Vec<Outcome>, NotAtOnce>);

impl Gathering {
    pub(super) fn new(inbox: Arc<Inbox<Post>>, memory: Arc<Memory>, pool: Pool, clock: Clock) -> Self {
        Self {
            inbox,
            memory,
            pool,
            clock,
            conn: None,
            posts_under_way: 0,
            next_from: 1,
            left: Vec::new(),
        }
    }

    /// Until the server is gone. The database books one group after the other, because what a group costs is shared by its posts.
    /// The next is sent while one is booked, so that the database never waits for what the server does between two groups: when
    /// half of the posts that are on their way have gathered, lest groups become ever smaller.
    pub(super) async fn run(mut self) {
        let mut under_way = FuturesOrdered::new();
        while !under_way.is_empty() || !self.inbox.is_done() {
            if let Some(from) = self.due_from(under_way.len())
                && let Some(group) = self.inbox.take(from, GROUP_MAX)
            {
                under_way.extend(self.sent(group).await);
                continue;
            }
            tokio::select! {
                biased;
                Some(attempted) = under_way.next() => {
                    self.settle(attempted);
                    if under_way.is_empty() {
                        self.record_what_is_left().await;
                    }
                }
                () = self.inbox.rung() => (),
            }
        }
    }

    /// How many posts make a group that is sent now; `None` while none is.
    fn due_from(&self, groups_under_way: usize) -> Option<usize> {
        match groups_under_way {
            0 => Some(1),
            UNDER_WAY_MAX.. => None,
            _ => self.left.is_empty().then_some(self.next_from),
        }
    }

    async fn sent(&mut self, group: Vec<Post>) -> Option<impl Future<Output = Attempted> + use<>> {
        if let Err(failure) = self.connect().await {
            refuse(group, &failure);
            return None;
        }
        let conn = self.conn.clone()?;
        self.posts_under_way += group.len();
        Some(attempt(conn, Arc::clone(&self.memory), (self.clock)(), group))
    }

    fn settle(&mut self, (group, recorded): Attempted) {
        self.posts_under_way -= group.len();
        self.next_from = (group.len() + self.posts_under_way + self.inbox.count()).div_ceil(2);
        match recorded {
            Ok(recorded) => tell(group, recorded),
            Err(NotAtOnce::StepByStep(keys)) => self.left.push(Left { group, keys }),
            Err(NotAtOnce::Failed(Failure::Unavailable(_))) => {
                // The database may have gone away and come back since; who was booked before is answered again.
                self.conn = None;
                self.left.push(Left {
                    group,
                    keys: Keys::PerhapsBooked,
                });
            }
            Err(NotAtOnce::Failed(failure)) => {
                self.conn = None;
                refuse(group, &failure);
            }
        }
    }

    async fn record_what_is_left(&mut self) {
        for Left { group, keys } in std::mem::take(&mut self.left) {
            match self.record_step_by_step(&group, keys).await {
                Ok(recorded) => tell(group, recorded),
                Err(failure) => {
                    self.conn = None;
                    refuse(group, &failure);
                }
            }
        }
    }

    async fn record_step_by_step(&mut self, group: &[Post], keys: Keys) -> Done<Vec<Outcome>> {
        let sent = rows(group)?;
        let at = (self.clock)();
        self.connect().await?;
        let alone = self.conn.as_mut().and_then(Arc::get_mut);
        let conn = alone.ok_or_else(|| Failure::Internal("another group is under way".to_owned()))?;
        let judged = judge_ahead(&self.memory, at, &sent);
        let recorded = record_step_by_step(conn, &self.memory, &sent, Course::Singly, judged, keys).await;
        recorded.map_err(|why| match why {
            NotRecorded::Failed(failure) => failure,
            NotRecorded::NotWhole(_) => Failure::Internal(why.to_string()),
        })
    }

    async fn connect(&mut self) -> Done<()> {
        if self.conn.is_none() {
            let connected = database::own_connection(&self.pool).await.map_err(|error| {
                tracing::warn!(%error, "no database connection");
                Failure::Unavailable("the database is away or busy".to_owned())
            });
            self.conn = Some(Arc::new(connected?));
        }
        Ok(())
    }
}

impl Drop for Gathering {
    fn drop(&mut self) {
        self.inbox.abandon();
    }
}

async fn attempt(
    conn: Arc<Connection>,
    memory: Arc<Memory>,
    at: DateTime<Utc>,
    mut group: Vec<Post>,
) -> Attempted {
    let alone: Option<Vec<JudgedAlone>> = group.iter_mut().map(|post| post.judged.take()).collect();
    let recorded = match rows(&group) {
        Ok(sent) => {
            let judged = judge_together(&memory, at, &sent, alone.unwrap_or_default());
            record_at_once(&conn, &memory, &sent, judged).await
        }
        Err(failure) => Err(NotAtOnce::Failed(failure)),
    };
    (group, recorded)
}

fn rows(group: &[Post]) -> Done<Vec<Sent<'_>>> {
    let rows = group
        .iter()
        .map(|post| Sent::by(&post.by, &post.row, post.received_at));
    Ok(rows.collect::<Result<_, _>>()?)
}

fn tell(group: Vec<Post>, recorded: Vec<Outcome>) {
    for (post, outcome) in group.into_iter().zip(recorded) {
        // Who has left is not told; the row is recorded all the same.
        let _left = post.answer.send(Ok(outcome));
    }
}

fn refuse(group: Vec<Post>, failure: &Failure) {
    tracing::warn!(%failure, posts = group.len(), "posts were not recorded");
    for post in group {
        let _left = post.answer.send(Err(again(failure)));
    }
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
