//! Work that several do at a time, each over a connection of its own. Never here: what they do.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use tokio::task::JoinSet;

use crate::cli::acting::connected;
use crate::host::Host;
use crate::usecases::{Connection, Done, Failure};

/// So many at a time: one talks to the database while it waits for the disk on behalf of another.
const CLERKS: usize = 4;

/// Does the work for each item, in no certain order.
pub async fn each<T, W>(host: &Host, items: impl IntoIterator<Item = T>, work: W) -> Done<()>
where
    T: Send + 'static,
    W: for<'c> Fn(&'c mut Connection, T) -> BoxFuture<'c, Done<()>> + Clone + Send + 'static,
{
    let items: VecDeque<T> = items.into_iter().collect();
    if items.is_empty() {
        return Ok(());
    }
    let left = Arc::new(Mutex::new(items));
    let mut clerks = JoinSet::new();
    for _ in 0..CLERKS {
        let (left, work, mut conn) = (Arc::clone(&left), work.clone(), connected(host).await?);
        clerks.spawn(async move {
            while let Some(item) = next(&left) {
                work(&mut conn, item).await?;
            }
            Ok(())
        });
    }
    all(clerks).await
}

/// Waits for all of them.
///
/// # Errors
/// The first of theirs; the others are given up then.
pub async fn all(mut clerks: JoinSet<Done<()>>) -> Done<()> {
    while let Some(done) = clerks.join_next().await {
        done.map_err(|broken| Failure::Internal(format!("a clerk broke off: {broken}")))??;
    }
    Ok(())
}

fn next<T>(left: &Mutex<VecDeque<T>>) -> Option<T> {
    left.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}
