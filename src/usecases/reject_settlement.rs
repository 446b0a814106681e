//! Rejecting a proposed settlement with a reason, so that it is proposed anew. Never here: changing what it would say.

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;
use serde::Serialize;
use utoipa::ToSchema;

use super::approve_settlement::require_proposed;
use super::{Done, Failure};
use crate::domain::originator::Originator;
use crate::domain::settlement::SettlementState;
use crate::store::settlement::{Decision, decide_settlement};
use crate::store::{Connection, locks};

/// A settlement that will not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RejectedSettlement {
    pub id: i32,
    pub window: i32,
    pub reason: String,
    pub rejected_by: String,
    pub rejected_at: DateTime<Utc>,
}

const REASON_CHARS_MAX: usize = 1_000;

/// # Errors
/// Conflicts `a_settlement_is_decided_by_another_than_its_maker` and `a_settlement_is_decided_once`.
pub async fn reject_settlement(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    id: i32,
    reason: &str,
) -> Done<RejectedSettlement> {
    by.may_decide()?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        return Err(Failure::invalid(
            "reason",
            "a_rejection_has_a_reason",
            format!("1 to {REASON_CHARS_MAX} characters"),
        ));
    }
    conn.transaction(async |conn| {
        let asked = require_proposed(conn, by, id).await?;
        locks::take_chains(conn, asked.network_id).await?;
        let proposed = require_proposed(conn, by, id).await?;
        let decision = Decision {
            state: SettlementState::Rejected,
            by: by.id,
            at,
            reason,
        };
        decide_settlement(conn, id, decision).await?;
        Ok(RejectedSettlement {
            id,
            window: proposed.window_id,
            reason: reason.to_owned(),
            rejected_by: by.code.clone(),
            rejected_at: at,
        })
    })
    .await
}
