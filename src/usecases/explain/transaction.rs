//! One transaction explained: its question and what answers it, a principal that passes beside the fee, what was taken back
//! of it, and whether it is held. Never here: presenting it in a shell.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{AnswerExplained, Asked, allocation, allocation_of};
use super::refund::{RefundExplained, explain_refund};
use crate::domain::language::Language;
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::domain::tariff::{Side, Tariff};
use crate::domain::transaction::TransactionId;
use crate::store::Connection;
use crate::store::reading::explanation::asked_at;
use crate::usecases::reading::transactions::{ShareView, TransactionDetails, shares_of, show_transaction};
use crate::usecases::settling::held_now::{HeldOriginal, Restrictions};
use crate::usecases::{Done, Failure};

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TransactionExplained {
    pub transaction: TransactionDetails,
    /// By the version in force when it happened, as known when it was booked.
    #[serde(flatten)]
    pub answer: AnswerExplained,
    /// Of a bill: what passes beside the fee, whole.
    pub principal: Option<PrincipalExplained>,
    pub refund: Option<RefundExplained>,
    /// Asked again today the tariff answers exactly what is stored.
    pub agrees: bool,
    /// Since when what holds the licensee's own legs of it restricts the licence or its renewal, if they are held.
    pub held: Option<HeldSince>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PrincipalExplained {
    pub name: String,
    /// `leg`: collected, and owed to the role whole. `source`: paid out, and owed by it.
    #[schema(value_type = String)]
    pub side: Side,
    #[schema(value_type = i64)]
    pub amount: Amount,
    pub role: String,
    pub party: Option<String>,
    pub deposit_identifier: Option<String>,
    /// Key of the instrument that orders it.
    pub instrument: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct HeldSince {
    pub since: DateTime<Utc>,
    /// What releases it: `reinstatement` of the suspended licence.
    pub until: &'static str,
    /// The deposit identifiers of the destinations where it is held; empty for the plain one.
    pub destinations: Vec<String>,
}

/// # Errors
/// `NotFound` unless the originator sees all, or acts for its licensee or its agency.
pub async fn explain_transaction(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    id: i64,
    language: Language,
) -> Done<TransactionExplained> {
    let details = show_transaction(conn, by, id).await?;
    let place = TransactionId::from_number(id);
    let stored = asked_at(conn, place.batch_id(), place.line()).await?;
    let stored = stored.ok_or_else(|| Failure::not_found("transaction", id))?;
    let own = allocation(conn, stored.allocation_id).await?;
    let priced = match (stored.original_id, own.kind) {
        (Some(original), 2) => allocation_of(conn, original).await?,
        _ => own.clone(),
    };
    let asked = Asked::again(conn, &priced, language).await?;
    let refund = match stored.original_id {
        Some(original) => Some(explain_refund(conn, &asked.tariff, original, &priced, &own, language).await?),
        None => None,
    };
    // Who gives money back may be another than who took it: the original's lines name the original's parties.
    let derived = TransactionId::from_number(stored.original_id.unwrap_or(id));
    let (sources, legs) = shares_of(conn, derived).await?;
    Ok(TransactionExplained {
        held: held(conn, &details, stored.licence_id, at).await?,
        answer: asked.explained((&sources, &legs), language),
        principal: principal(&asked.tariff, &details),
        agrees: asked.agrees && refund.as_ref().is_none_or(|refund| refund.agrees),
        transaction: details,
        refund,
    })
}

fn principal(tariff: &Tariff, details: &TransactionDetails) -> Option<PrincipalExplained> {
    let term = tariff.principal_term()?;
    let share = shares_on(details, term.side)
        .iter()
        // The last: a component before it may have its name and kind.
        .rfind(|share| share.name == term.name && share.kind == term.kind.code())?;
    Some(PrincipalExplained {
        name: term.name.clone(),
        side: term.side,
        amount: share.amount,
        role: share.role.clone(),
        party: share.party.clone(),
        deposit_identifier: term.deposit_identifier.clone(),
        instrument: term.instrument.clone(),
    })
}

fn shares_on(details: &TransactionDetails, side: Side) -> &[ShareView] {
    match side {
        Side::Source => &details.sources,
        Side::Leg => &details.legs,
    }
}

async fn held(
    conn: &mut Connection,
    details: &TransactionDetails,
    licence_id: i32,
    at: DateTime<Utc>,
) -> Done<Option<HeldSince>> {
    let restrictions = Restrictions::among(conn, BTreeSet::from([licence_id]), at).await?;
    let transaction = &details.transaction;
    let original = transaction.original_id.unwrap_or(transaction.id);
    let mut held = restrictions.held_originals(conn, Some(original)).await?;
    held.retain(HeldOriginal::is_held);
    let since = held.iter().map(|held| held.since).min();
    Ok(since.map(|since| HeldSince {
        since,
        until: "reinstatement",
        destinations: held.into_iter().map(|held| held.deposit_identifier).collect(),
    }))
}
