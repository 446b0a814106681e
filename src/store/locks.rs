//! Every advisory lock of the system and their order, beside that of migrations, which come before all else (see
//! `host::migrations`). Never here: a session-level lock, or one outside a transaction.
//!
//! Order, so that nobody deadlocks: licences of networks in ascending id, then networks in ascending id (shared by
//! recorders, exclusive by whoever closes a window or changes rules), then originals of refunds in ascending bucket, then
//! statement chains of a network, then payouts of networks in ascending id. A release of payouts takes of one network after the
//! other first a share of its licences, then its payouts: nobody but another release, which goes the same way, holds licences and
//! waits for payouts. The timetable's lock comes before all of them and is held by workers alone, while they register, name their
//! jobs or claim a slot.
//! A recorder reads the windows in the statement *after* the lock: in the same one it would see the state before the wait.

use diesel::sql_types::{Array, Integer, Text};
use diesel_async::RunQueryDsl;

use super::prepared::prepared;
use super::{Connection, Stored};

pub(super) const NETWORKS: i32 = 0x0DAF_0001;
const ORIGINALS: i32 = 0x0DAF_0002;
const CHAINS: i32 = 0x0DAF_0003;
const TIMETABLE: i32 = 0x0DAF_0004;
const LICENCES: i32 = 0x0DAF_0005;
const PAYOUTS: i32 = 0x0DAF_0006;
/// Refund locks per network: one lock per original would overflow the lock table.
const ORIGINAL_BUCKETS: i64 = 256;

/// Held by an approval or a release of payouts until commit, so that each change of a licence is either seen by it or recorded
/// after it.
pub async fn share_licences(conn: &mut Connection, network_id: i16) -> Stored<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock_shared($1, $2)")
        .bind::<Integer, _>(LICENCES)
        .bind::<Integer, _>(i32::from(network_id))
        .execute(conn)
        .await?;
    Ok(())
}

/// How long whoever changes licences waits at a time for approvals and releases, which queue behind who waits.
const LICENCES_WAIT_MS: u32 = 2_000;
/// So often it waits: ten minutes in all, because an approval may read a whole window.
pub const LICENCES_WAITS_MAX: u32 = 300;

/// Held by whoever changes licences or bindings. Recorders need it not. `network_ids` must ascend.
///
/// # Errors
/// `lock_not_available` when an approval or a release did not finish in time: the caller lets go of all that it took here, and waits
/// again up to [`LICENCES_WAITS_MAX`] times.
pub async fn take_licences(conn: &mut Connection, network_ids: &[i16]) -> Stored<()> {
    debug_assert!(network_ids.is_sorted());
    wait_at_most(conn, LICENCES_WAIT_MS).await?;
    for network_id in network_ids {
        lock_exclusive(conn, LICENCES, i32::from(*network_id)).await?;
    }
    Ok(())
}

/// Held by recorders until commit. `network_ids` must ascend.
pub async fn share_networks(mut conn: &Connection, network_ids: &[i16]) -> Stored<()> {
    debug_assert!(network_ids.is_sorted());
    let ascending: Vec<i32> = network_ids.iter().map(|id| i32::from(*id)).collect();
    prepared(
        "SELECT pg_advisory_xact_lock_shared($1, id)
         FROM (SELECT id FROM unnest($2::integer[]) WITH ORDINALITY AS n(id, place) ORDER BY place) ascending",
    )
    .bind::<Integer, _>(NETWORKS)
    .bind::<Array<Integer>, _>(ascending)
    .execute(&mut conn)
    .await?;
    Ok(())
}

/// How long whoever changes rules waits for the recorders; later the caller tries again.
pub const RULES_WAIT_MS: u32 = 5_000;

/// Held for an instant by whoever closes a window or publishes a rule; waits at most `wait_ms` for the recorders.
///
/// # Errors
/// `lock_not_available` when recorders did not finish in time: the caller tries again, because a waiting
/// exclusive lock makes every recorder queue behind it.
pub async fn take_network(conn: &mut Connection, network_id: i16, wait_ms: u32) -> Stored<()> {
    wait_at_most(conn, wait_ms).await?;
    lock_exclusive(conn, NETWORKS, i32::from(network_id)).await
}

/// Serialises the refunds of each original. The ids are those of transactions in one network.
pub async fn take_originals(conn: &mut Connection, network_id: i16, original_ids: &[i64]) -> Stored<()> {
    let mut buckets: Vec<i64> = original_ids.iter().map(|id| bucket_of(*id)).collect();
    buckets.sort_unstable();
    buckets.dedup();
    for bucket in buckets {
        let key = i64::from(network_id) * ORIGINAL_BUCKETS + bucket;
        lock_exclusive(conn, ORIGINALS, i32::try_from(key).unwrap_or(i32::MAX)).await?;
    }
    Ok(())
}

/// Serialises what appends to the statement chains and positions of a network.
pub async fn take_chains(conn: &mut Connection, network_id: i16) -> Stored<()> {
    lock_exclusive(conn, CHAINS, i32::from(network_id)).await
}

/// Serialises releases of payouts, each of which reads what the one before has left of the money. Not the chains' lock: sealing
/// holds that for as long as it takes, and an approval in between only adds to the queue.
pub async fn take_payouts(conn: &mut Connection, network_id: i16) -> Stored<()> {
    lock_exclusive(conn, PAYOUTS, i32::from(network_id)).await
}

/// Serialises workers that register or claim a slot.
pub async fn take_timetable(conn: &mut Connection) -> Stored<()> {
    lock_exclusive(conn, TIMETABLE, 0).await
}

/// Neighbouring ids fall into different buckets, because a file's refunds often take back neighbours.
fn bucket_of(original_id: i64) -> i64 {
    (original_id ^ (original_id >> 14)).rem_euclid(ORIGINAL_BUCKETS)
}

/// For the rest of the transaction.
async fn wait_at_most(conn: &mut Connection, wait_ms: u32) -> Stored<()> {
    diesel::sql_query("SELECT set_config('lock_timeout', $1, true)")
        .bind::<Text, _>(format!("{wait_ms}ms"))
        .execute(conn)
        .await?;
    Ok(())
}

async fn lock_exclusive(conn: &mut Connection, class: i32, key: i32) -> Stored<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock($1, $2)")
        .bind::<Integer, _>(class)
        .bind::<Integer, _>(key)
        .execute(conn)
        .await?;
    Ok(())
}
