//! Letting payouts leave for which the books show the money. Never here: ordering them, the bank's file formats.

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;
use serde::Serialize;

use super::Done;
use super::settling::stopping::stopped_payouts;
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::domain::settlement::{WaitingPayout, funded};
use crate::store::network::network_code;
use crate::store::payout::{self, WaitingRow};
use crate::store::{Connection, locks};

/// Payouts that leave in one database transaction.
const LEAVING_MAX: i64 = 10_000;

/// Payouts of one network and unit that have left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Released {
    pub network: String,
    pub count: usize,
    pub amount: Amount,
}

/// Of the first network and unit in which any may leave, all that may; nothing when none may. They leave whole, in the
/// network's declared priority, and the first that lacks money holds up those behind it; one whose account is not known
/// or whose money is held since it was approved waits and holds up nobody (money rules 15 and 18).
///
/// # Errors
/// That of the first network and unit for which it is not to be said, when none of another may leave.
pub async fn release_payouts(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
) -> Done<Option<Released>> {
    by.may_settle()?;
    conn.transaction(async |conn| {
        let mut failed = None;
        for queue in payout::queues(conn).await? {
            match conn
                .transaction(async |conn| release(conn, queue, at).await)
                .await
            {
                Ok(Some(released)) => return Ok(Some(released)),
                Ok(None) => {}
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
        failed.map_or(Ok(None), Err)
    })
    .await
}

async fn release(conn: &mut Connection, queue: (i16, i16), at: DateTime<Utc>) -> Done<Option<Released>> {
    // A suspension is either on record by now, or recorded after what leaves here.
    locks::share_licences(conn, queue.0).await?;
    locks::take_payouts(conn, queue.0).await?;
    let stopped: Vec<i64> = stopped_payouts(conn, queue.0, at).await?.into_keys().collect();
    let waiting = payout::waiting_payouts(conn, queue, &stopped, at, LEAVING_MAX).await?;
    let money = Amount::from_minor(payout::money_at_hand(conn, queue).await?);
    let leaving = leaving(waiting, money);
    if leaving.is_empty() {
        return Ok(None);
    }
    let amounts = payout::release_payouts(conn, &leaving, at).await?;
    Ok(Some(Released {
        network: network_code(conn, queue.0).await?,
        count: amounts.len(),
        amount: Amount::sum(amounts.into_iter().map(Amount::from_minor))?,
    }))
}

fn leaving(waiting: Vec<WaitingRow>, money: Amount) -> Vec<WaitingRow> {
    let queue: Vec<WaitingPayout> = waiting
        .iter()
        .map(|row| WaitingPayout {
            id: row.id,
            priority: row.priority,
            amount: Amount::from_minor(row.amount),
        })
        .collect();
    let ids = funded(&queue, money);
    // A prefix of the queue, which is in the order that `funded` keeps.
    waiting.into_iter().take(ids.len()).collect()
}
