//! Proposing the settlement of a sealed window: its digest is kept, and another decides on it. Never here: approval.

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;
use serde::Serialize;
use utoipa::ToSchema;

use super::network::known_network;
use super::preview_settlement::window_asked;
use super::settling::stands::{QueryLimit, compute};
use super::{Done, Failure};
use crate::domain::originator::Originator;
use crate::store::network::networks_with_versions;
use crate::store::settlement::{
    NetworkTerms, NewSettlement, SettlementRow, insert_settlement, network_terms_of_id, settlements_of_window,
};
use crate::store::window::{WindowRow, window_to_settle};
use crate::store::{Connection, locks};

/// A settlement that waits for a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProposedSettlement {
    pub id: i32,
    pub network: String,
    pub window: i32,
    #[schema(example = "j1405-01")]
    pub period: String,
    /// Over all that approval will write.
    pub digest: String,
    pub positions: usize,
    pub proposed_by: String,
    pub proposed_at: DateTime<Utc>,
}

/// Proposes the settlement of a window, or of the network's earliest one that is not settled.
///
/// # Errors
/// Conflicts `only_a_sealed_window_is_settled`, `settlements_follow_each_other` and
/// `one_settlement_per_window_unless_rejected`.
pub async fn propose_settlement(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    network: &str,
    window_id: Option<i32>,
) -> Done<ProposedSettlement> {
    by.may_settle()?;
    conn.transaction(async |conn| {
        let network = known_network(conn, network).await?;
        let terms = network_terms_of_id(conn, network.id).await?;
        locks::take_chains(conn, terms.id).await?;
        let window = window_asked(conn, &terms, window_id).await?;
        if window.sealed_at.is_none() {
            return Err(Failure::conflict(
                "only_a_sealed_window_is_settled",
                format!("window {} ({}) is not sealed", window.id, window.period_key),
            ));
        }
        require_none_open(conn, &window).await?;
        propose(conn, by, at, &terms, &window).await
    })
    .await
}

/// Of all networks, the first sealed window that waits to be proposed; nothing when none does. What was rejected is
/// proposed anew by itself only when it would come out otherwise than what was rejected last: else the same would be rejected for
/// ever. A network that cannot be settled keeps no other from being.
///
/// # Errors
/// That of the first network for which nothing could be proposed, when nothing could for any other.
pub async fn propose_due_settlement(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
) -> Done<Option<ProposedSettlement>> {
    by.may_settle()?;
    conn.transaction(async |conn| {
        let mut failed = None;
        for (network, _) in networks_with_versions(conn).await? {
            match propose_next_settlement(conn, by, at, network.id).await {
                Ok(Some(proposed)) => return Ok(Some(proposed)),
                Ok(None) => {}
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
        failed.map_or(Ok(None), Err)
    })
    .await
}

async fn propose_next_settlement(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    network_id: i16,
) -> Done<Option<ProposedSettlement>> {
    conn.transaction(async |conn| {
        if !is_due(conn, network_id).await? {
            return Ok(None);
        }
        locks::take_chains(conn, network_id).await?;
        let terms = network_terms_of_id(conn, network_id).await?;
        propose_if_due(conn, by, at, &terms).await
    })
    .await
}

async fn is_due(conn: &mut Connection, network_id: i16) -> Done<bool> {
    let Some(window) = window_to_settle(conn, network_id).await? else {
        return Ok(false);
    };
    let settlements = settlements_of_window(conn, window.id).await?;
    Ok(window.sealed_at.is_some() && settlements.iter().all(SettlementRow::is_rejected))
}

async fn propose_if_due(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    terms: &NetworkTerms,
) -> Done<Option<ProposedSettlement>> {
    if !is_due(conn, terms.id).await? {
        return Ok(None);
    }
    let window = window_asked(conn, terms, None).await?;
    let settlements = settlements_of_window(conn, window.id).await?;
    if let Some(rejected) = settlements.first() {
        let digest = compute(conn, terms, &window, at, QueryLimit::Long)
            .await?
            .sheet
            .digest();
        if rejected.digest == digest.as_bytes() {
            return Ok(None);
        }
    }
    propose(conn, by, at, terms, &window).await.map(Some)
}

async fn require_none_open(conn: &mut Connection, window: &WindowRow) -> Done<()> {
    let settlements = settlements_of_window(conn, window.id).await?;
    match settlements.iter().find(|s| !s.is_rejected()) {
        Some(open) => Err(Failure::conflict(
            "one_settlement_per_window_unless_rejected",
            format!(
                "settlement {} of window {} was {} by {}",
                open.id,
                window.id,
                open.state.code(),
                open.maker
            ),
        )),
        None => Ok(()),
    }
}

async fn propose(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    terms: &NetworkTerms,
    window: &WindowRow,
) -> Done<ProposedSettlement> {
    let sheet = compute(conn, terms, window, at, QueryLimit::Long).await?.sheet;
    let digest = sheet.digest();
    let new = NewSettlement {
        network_id: terms.id,
        window_id: window.id,
        digest: digest.as_bytes(),
        proposed_by: by.id,
        proposed_at: at,
    };
    Ok(ProposedSettlement {
        id: insert_settlement(conn, &new).await?,
        network: terms.code.clone(),
        window: window.id,
        period: window.period_key.clone(),
        digest: digest.to_string(),
        positions: sheet.lines().len(),
        proposed_by: by.code.clone(),
        proposed_at: at,
    })
}
