//! Payouts with what keeps them from leaving and what the bank said of them. Never here: releasing, answering.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::money::MoneyFilter;
use crate::domain::hold::HoldCause;
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::domain::page::{Asked, Page};
use crate::domain::payout::PayoutState;
use crate::store::Connection;
use crate::store::reading::money::MoneyWanted;
use crate::store::reading::payout::{self, PayoutAnswerRow, PayoutRow};
use crate::usecases::settling::stopping::{Waiting, stopped_among};
use crate::usecases::{Done, Failure};

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PayoutView {
    pub id: i64,
    pub settlement: i32,
    pub network: String,
    pub party: String,
    /// Empty for the party's plain destination.
    pub deposit_identifier: String,
    pub unit: String,
    /// In the smallest part of the unit.
    #[schema(value_type = i64)]
    pub amount: Amount,
    /// Copied when the payout was approved. Null while none is known, and then it waits; and to a token of a scope below `finance`
    /// that acts for no party.
    pub iban: Option<String>,
    /// Its rank: the smallest leaves first.
    pub priority: i16,
    /// `waiting`, `released`, `settled` or `returned`.
    pub state: String,
    /// Of one that waits.
    pub waits_for: Option<WaitsFor>,
    /// Of one that waits for the end of a hold: its cause.
    #[schema(example = "licence:17")]
    pub hold_cause: Option<String>,
    pub made_at: DateTime<Utc>,
    pub released_at: Option<DateTime<Utc>>,
}

/// What keeps a payout from leaving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum WaitsFor {
    /// None of its destination was in force when it was ordered, and none is yet.
    Account,
    /// Its money is held by what was recorded since it was approved; it leaves when the hold is lifted.
    Hold,
    /// It leaves in its turn, once the books show the money.
    Money,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PayoutDetails {
    #[serde(flatten)]
    pub payout: PayoutView,
    /// What the bank said, in order.
    pub answers: Vec<PayoutAnswerView>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PayoutAnswerView {
    /// `settled` or `returned`.
    pub outcome: String,
    pub bank_reference: String,
    /// Why it came back.
    pub reason: String,
    pub answered_at: DateTime<Utc>,
    /// In which a return counts.
    pub window_ordinal: i32,
    pub by: String,
}

/// Newest first; one who acts for a party sees its own.
pub async fn list_payouts(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    filter: &MoneyFilter,
    asked: &Asked<i64>,
) -> Done<Page<PayoutView>> {
    let wanted = filter.wanted(conn, by).await?;
    let rows = payout::list_payouts(conn, &wanted, asked.after, asked.fetched()).await?;
    let stopped = stopped_of(conn, &rows, at).await?;
    Ok(asked.page(rows).map(|row| view(row, &stopped, by)))
}

/// One payout with what the bank said of it.
///
/// # Errors
/// `NotFound` for somebody else's.
pub async fn show_payout(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    id: i64,
) -> Done<PayoutDetails> {
    let wanted = MoneyWanted {
        id: Some(id),
        party_id: by.party_id,
        ..MoneyWanted::default()
    };
    let mut found = payout::list_payouts(conn, &wanted, None, 1).await?;
    let stopped = stopped_of(conn, &found, at).await?;
    let found = found.pop().ok_or_else(|| Failure::not_found("payout", id))?;
    let answers = payout::answers_of(conn, id).await?;
    Ok(PayoutDetails {
        payout: view(found, &stopped, by),
        answers: answers.into_iter().map(answer).collect(),
    })
}

/// What holds stop of those that wait.
async fn stopped_of(
    conn: &mut Connection,
    rows: &[PayoutRow],
    at: DateTime<Utc>,
) -> Done<BTreeMap<i64, HoldCause>> {
    let mut of_networks: BTreeMap<i16, Waiting> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.state == PayoutState::Waiting) {
        let waiting = of_networks.entry(row.network_id).or_insert_with(|| Waiting {
            party_ids: BTreeSet::new(),
            oldest: row.made_at,
        });
        waiting.party_ids.insert(row.party_id);
        waiting.oldest = waiting.oldest.min(row.made_at);
    }
    let mut stopped = BTreeMap::new();
    for (network_id, waiting) in of_networks {
        stopped.extend(stopped_among(conn, network_id, &waiting, at).await?);
    }
    Ok(stopped)
}

fn view(row: PayoutRow, stopped: &BTreeMap<i64, HoldCause>, by: &Originator) -> PayoutView {
    let cause = stopped.get(&row.id);
    PayoutView {
        waits_for: waits_for(&row, cause),
        hold_cause: cause.map(ToString::to_string),
        id: row.id,
        settlement: row.settlement_id,
        network: row.network,
        party: row.party,
        deposit_identifier: row.deposit_identifier,
        unit: row.unit,
        amount: Amount::from_minor(row.amount),
        iban: row.iban.filter(|_| by.sees_accounts_and_addresses()),
        priority: row.priority,
        state: row.state.code().to_owned(),
        made_at: row.made_at,
        released_at: row.released_at,
    }
}

fn waits_for(row: &PayoutRow, cause: Option<&HoldCause>) -> Option<WaitsFor> {
    match row.state {
        PayoutState::Waiting => Some(match (cause, &row.iban) {
            (Some(_), _) => WaitsFor::Hold,
            (None, None) => WaitsFor::Account,
            (None, Some(_)) => WaitsFor::Money,
        }),
        PayoutState::Released | PayoutState::Settled | PayoutState::Returned => None,
    }
}

fn answer(row: PayoutAnswerRow) -> PayoutAnswerView {
    PayoutAnswerView {
        outcome: row.outcome,
        bank_reference: row.bank_reference,
        reason: row.reason,
        answered_at: row.answered_at,
        window_ordinal: row.window_ordinal,
        by: row.by,
    }
}
