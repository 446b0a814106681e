//! Work that several do at a time, each over a connection of its own. Never here: what they do.

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::cli::acting::connected;
use crate::host::Host;
use crate::usecases::{Connection, Done};

/// So many at a time: one talks to the database while it waits for the disk on behalf of another.
const CLERKS: usize = 4;

/// Does the work for each item, in no certain order.
pub async fn each<T>(
    host: &Host,
    items: impl IntoIterator<Item = T>,
    work: impl AsyncFn(&mut Connection, T) -> Done<()>,
) -> Done<()> {
    let one = async |item| {
        let mut conn = connected(host).await?;
        work(&mut conn, item).await
    };
    stream::iter(items)
        .map(Ok)
        .try_for_each_concurrent(CLERKS, one)
        .await
}
