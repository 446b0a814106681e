//! Where posts wait to be gathered. Never here: when a group is due (see `gathering`).

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Posts that wait; more are told to come back.
const WAITING_MAX: usize = 4_096;

/// Many put posts in, one gathers them. The one is woken when as many wait as it asked for, and not for each.
#[derive(Debug)]
pub(super) struct Inbox<T> {
    waiting: Mutex<Waiting<T>>,
    bell: Notify,
}

#[derive(Debug)]
struct Waiting<T> {
    posts: Vec<T>,
    ring_from: usize,
    is_closed: bool,
}

impl<T> Inbox<T> {
    pub(super) fn new() -> Self {
        let waiting = Waiting {
            posts: Vec::new(),
            ring_from: usize::MAX,
            is_closed: false,
        };
        Self {
            waiting: Mutex::new(waiting),
            bell: Notify::new(),
        }
    }

    /// # Errors
    /// The post, if too many wait or nobody gathers any more.
    pub(super) fn put(&self, post: T) -> Result<(), T> {
        let mut waiting = self.held();
        if waiting.is_closed || waiting.posts.len() >= WAITING_MAX {
            return Err(post);
        }
        waiting.posts.push(post);
        if waiting.posts.len() >= waiting.ring_from {
            waiting.ring_from = usize::MAX;
            drop(waiting);
            self.bell.notify_one();
        }
        Ok(())
    }

    /// Nothing is put in any more; what waits can still be taken.
    pub(super) fn close(&self) {
        self.held().is_closed = true;
        self.bell.notify_one();
    }

    /// Nobody gathers any more: who waits is told that nobody listens.
    pub(super) fn abandon(&self) {
        let mut waiting = self.held();
        waiting.is_closed = true;
        waiting.posts.clear();
    }

    pub(super) fn is_done(&self) -> bool {
        let waiting = self.held();
        waiting.is_closed && waiting.posts.is_empty()
    }

    pub(super) fn count(&self) -> usize {
        self.held().posts.len()
    }

    /// What waits, if it is at least so many; at most `max`. Else [`Self::rung`] comes once it is.
    pub(super) fn take(&self, from: usize, max: usize) -> Option<Vec<T>> {
        let mut waiting = self.held();
        let from = if waiting.is_closed { 1 } else { from.min(max) };
        let count = waiting.posts.len();
        if count < from {
            waiting.ring_from = from;
            return None;
        }
        let left = waiting.posts.split_off(count.min(max));
        Some(std::mem::replace(&mut waiting.posts, left))
    }

    pub(super) async fn rung(&self) {
        self.bell.notified().await;
    }

    /// A post is whole wherever a thread panicked.
    fn held(&self) -> MutexGuard<'_, Waiting<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use tokio::sync::oneshot::{self, error::TryRecvError};

    use super::*;

    fn has_rung(inbox: &Inbox<usize>) -> bool {
        let rung = pin!(inbox.rung());
        rung.poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn the_bell_rings_once_when_as_many_wait_as_were_asked_for() {
        let inbox = Inbox::new();
        assert_eq!(inbox.take(3, 10), None);
        for post in 0..2 {
            inbox.put(post).unwrap();
            assert!(!has_rung(&inbox));
        }
        inbox.put(2).unwrap();
        assert!(has_rung(&inbox));
        inbox.put(3).unwrap();
        assert!(!has_rung(&inbox));
        assert_eq!(inbox.take(3, 10), Some(vec![0, 1, 2, 3]));
    }

    #[test]
    fn what_is_too_much_for_one_group_is_the_next() {
        let inbox = Inbox::new();
        for post in 0..5 {
            inbox.put(post).unwrap();
        }
        assert_eq!(inbox.take(100, 3), Some(vec![0, 1, 2]));
        assert_eq!(inbox.take(1, 3), Some(vec![3, 4]));
    }

    #[test]
    fn more_than_may_wait_is_refused_and_nothing_is_lost() {
        let inbox = Inbox::new();
        for post in 0..WAITING_MAX {
            inbox.put(post).unwrap();
        }
        assert_eq!(inbox.put(7), Err(7));
        assert_eq!(inbox.take(1, usize::MAX).unwrap().len(), WAITING_MAX);
        inbox.put(7).unwrap();
    }

    #[test]
    fn what_waits_when_it_is_closed_is_still_taken_and_what_comes_later_is_refused() {
        let inbox = Inbox::new();
        inbox.put(1).unwrap();
        assert_eq!(inbox.take(5, 10), None);
        inbox.close();
        assert!(has_rung(&inbox));
        assert_eq!(inbox.put(2), Err(2));
        assert!(!inbox.is_done());
        assert_eq!(inbox.take(5, 10), Some(vec![1]));
        assert!(inbox.is_done());
    }
    #[test]
    fn who_waits_when_nobody_gathers_any_more_is_not_left_waiting() {
        let inbox = Inbox::new();
        let (answer, mut answered) = oneshot::channel::<()>();
        inbox.put(answer).unwrap();
        inbox.abandon();
        assert_eq!(answered.try_recv(), Err(TryRecvError::Closed));
        assert!(inbox.put(oneshot::channel().0).is_err());
    }
}
