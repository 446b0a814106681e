//! Networks and windows that a caller names: there, or refused. Never here: codes of lists and filters (see `reading::naming`).

use super::reading::naming::unknown_network;
use super::{Done, Failure};
use crate::domain::window::{StoredState, WindowRule};
use crate::store::Connection;
use crate::store::network::{NetworkRow, network_ids, networks_with_versions};
use crate::store::window::{WindowRow, window_of_id, window_of_ordinal};

pub(super) async fn network_of_code(conn: &mut Connection, code: &str) -> Done<NetworkRow> {
    let networks = networks_with_versions(conn).await?;
    let found = networks.into_iter().find(|(network, _)| network.code == code);
    found
        .map(|(network, _)| network)
        .ok_or_else(|| Failure::not_found("network", code))
}

/// The network that an input names as one of its fields.
///
/// # Errors
/// Invalid `network_is_known`, with those that are.
pub(super) async fn known_network(conn: &mut Connection, code: &str) -> Done<NetworkRow> {
    let mut networks = networks_with_versions(conn).await?;
    let Some(place) = networks.iter().position(|(network, _)| network.code == code) else {
        let known = networks.iter().map(|(network, _)| network.code.as_str());
        return Err(unknown_network(known, code));
    };
    Ok(networks.swap_remove(place).0)
}

pub(super) async fn network_of_id(conn: &mut Connection, id: i16) -> Done<NetworkRow> {
    let networks = networks_with_versions(conn).await?;
    let found = networks.into_iter().find(|(network, _)| network.id == id);
    found
        .map(|(network, _)| network)
        .ok_or_else(|| Failure::not_found("network", id))
}

/// # Errors
/// `NotFound` if there is no such network.
pub async fn require_network(conn: &mut Connection, code: &str) -> Done<()> {
    let known = network_ids(conn).await?.contains_key(code);
    if known {
        Ok(())
    } else {
        Err(Failure::not_found("network", code))
    }
}

pub(super) async fn require_window(conn: &mut Connection, id: i32) -> Done<WindowRow> {
    let found = window_of_id(conn, id).await?;
    found.ok_or_else(|| Failure::not_found("window", id))
}

/// The state of the window before; `None` for a network's first.
pub(super) async fn state_before(conn: &mut Connection, row: &WindowRow) -> Done<Option<StoredState>> {
    if row.ordinal == 1 {
        return Ok(None);
    }
    let before = window_of_ordinal(conn, row.network_id, row.ordinal - 1).await?;
    Ok(before.map(|before| before.stored_state()))
}

pub(super) fn broken(rule: WindowRule) -> Failure {
    Failure::conflict(rule.code(), rule.to_string())
}
