//! Approving a proposed settlement: positions, holds, payouts, demands, journals, statements and mail in one database
//! transaction, which holds no lock that recorders need. Never here: rendering, sending, letting payouts leave.

use std::collections::HashMap;

use chrono::{DateTime, Days, Utc};
use diesel_async::AsyncConnection;
use serde::Serialize;
use utoipa::ToSchema;

use super::network::require_window;
use super::settling::calendar::working_days;
use super::settling::issuing::{Issuing, issue_statements};
use super::settling::stands::{QueryLimit, compute};
use super::{Done, Failure};
use crate::domain::journal::Journal;
use crate::domain::originator::Originator;
use crate::domain::posting::{Approved, Booking, PayoutOrder, settlement_journals};
use crate::domain::settlement::{Chain, SettlementState, Sheet};
use crate::domain::zone::{day_of, start_of_day};
use crate::store::approval::{
    Approval, NewDemand, OrderedPayout, insert_demands, insert_hold_movements, insert_payouts,
    insert_positions,
};
use crate::store::journal::{Posting, post_journals};
use crate::store::settlement::{
    Decision, NetworkTerms, SettlementRow, decide_settlement, network_terms_of_id, settlement_of_id,
};
use crate::store::statement::{Issue, insert_statement_mail};
use crate::store::window::WindowRow;
use crate::store::{Connection, locks};

/// What an approval came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApprovedSettlement {
    pub id: i32,
    pub network: String,
    pub window: i32,
    #[schema(example = "j1405-01")]
    pub period: String,
    pub positions: usize,
    pub payouts: usize,
    pub demands: usize,
    pub statements: usize,
    /// Statements of parties who read mail.
    pub mails: usize,
    pub approved_by: String,
    pub approved_at: DateTime<Utc>,
}

type Payouts = HashMap<Chain, OrderedPayout>;

/// # Errors
/// Conflicts `a_settlement_is_decided_by_another_than_its_maker`, `a_settlement_is_decided_once`, and
/// `a_settlement_is_approved_as_it_was_proposed` when it would come out otherwise by now.
pub async fn approve_settlement(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    id: i32,
) -> Done<ApprovedSettlement> {
    by.may_decide()?;
    conn.transaction(async |conn| {
        let asked = require_proposed(conn, by, id).await?;
        locks::share_licences(conn, asked.network_id).await?;
        locks::take_chains(conn, asked.network_id).await?;
        let proposed = require_proposed(conn, by, id).await?;
        let network = network_terms_of_id(conn, proposed.network_id).await?;
        let window = require_window(conn, proposed.window_id).await?;
        let sheet = compute(conn, &network, &window, at, QueryLimit::Long)
            .await?
            .sheet;
        require_unchanged(&proposed, &sheet)?;
        approve(conn, by, at, (&proposed, &network, &window), &sheet).await
    })
    .await
}

/// The settlement, if it is still to be decided and this originator may.
pub(super) async fn require_proposed(conn: &mut Connection, by: &Originator, id: i32) -> Done<SettlementRow> {
    let found = settlement_of_id(conn, id).await?;
    let row = found.ok_or_else(|| Failure::not_found("settlement", id))?;
    match row.state {
        SettlementState::Proposed => {}
        SettlementState::Approved | SettlementState::Rejected => {
            return Err(Failure::conflict(
                "a_settlement_is_decided_once",
                format!("settlement {id} is {}", row.state.code()),
            ));
        }
    }
    if row.proposed_by == by.id {
        return Err(Failure::conflict(
            "a_settlement_is_decided_by_another_than_its_maker",
            format!("settlement {id} was proposed by {}", row.maker),
        ));
    }
    Ok(row)
}

fn require_unchanged(proposed: &SettlementRow, sheet: &Sheet) -> Done<()> {
    if proposed.digest == sheet.digest().as_bytes() {
        return Ok(());
    }
    Err(Failure::conflict(
        "a_settlement_is_approved_as_it_was_proposed",
        format!(
            "settlement {} would come out otherwise by now: a licence changed since; reject it, and it is proposed anew",
            proposed.id
        ),
    ))
}

async fn approve(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    (proposed, network, window): (&SettlementRow, &NetworkTerms, &WindowRow),
    sheet: &Sheet,
) -> Done<ApprovedSettlement> {
    let approval = Approval {
        settlement_id: proposed.id,
        network_id: network.id,
        window_id: window.id,
        at,
    };
    decide(conn, by, approval).await?;
    insert_positions(conn, approval, sheet.lines()).await?;
    insert_hold_movements(conn, approval, sheet.lines()).await?;
    let payouts = insert_payouts(conn, approval, sheet.lines()).await?;
    let demands = demand(conn, approval, (network, window), sheet).await?;
    post(conn, by, approval, sheet, &payouts).await?;
    let issue = Issue {
        network_id: network.id,
        settlement_id: proposed.id,
        window_id: window.id,
        at,
    };
    let issuing = Issuing::load(conn, (network, window), at, sheet, &payouts).await?;
    let statements = issue_statements(conn, &issuing, issue, sheet).await?;
    let mails = insert_statement_mail(conn, proposed.id, at).await?;
    Ok(ApprovedSettlement {
        id: proposed.id,
        network: network.code.clone(),
        window: window.id,
        period: window.period_key.clone(),
        positions: sheet.lines().len(),
        payouts: payouts.len(),
        demands,
        statements,
        mails,
        approved_by: by.code.clone(),
        approved_at: at,
    })
}

async fn decide(conn: &mut Connection, by: &Originator, approval: Approval) -> Done<()> {
    let decision = Decision {
        state: SettlementState::Approved,
        by: by.id,
        at: approval.at,
        reason: "",
    };
    if decide_settlement(conn, approval.settlement_id, decision).await? {
        return Ok(());
    }
    Err(Failure::conflict(
        "a_settlement_is_decided_once",
        format!("settlement {} was decided meanwhile", approval.settlement_id),
    ))
}

/// Asks of every party what it owes and was not asked for yet, by the end of the last day for it: if banks do not work on it, of
/// the next one on which they do. Returns of how many.
async fn demand(
    conn: &mut Connection,
    approval: Approval,
    (network, window): (&NetworkTerms, &WindowRow),
    sheet: &Sheet,
) -> Done<usize> {
    let zone = network.time_zone;
    let days = Days::new(u64::try_from(network.remittance_due_days).unwrap_or(0));
    let (today, last) = (day_of(zone, approval.at), day_of(zone, approval.at) + days);
    let due_on = working_days(conn, network, today).await?.on_or_after(last)?;
    let due_at = start_of_day(zone, due_on + Days::new(1));
    let owing = sheet
        .lines()
        .iter()
        .filter(|line| !line.position.demanded().is_zero());
    let demands: Vec<NewDemand> = owing
        .map(|line| NewDemand {
            chain: line.chain.clone(),
            amount: line.position.demanded(),
            reference: demand_reference(network, window, &line.chain),
            due_at,
        })
        .collect();
    insert_demands(conn, approval, &demands).await?;
    Ok(demands.len())
}

/// Under which a party remits: network, window and party, and the destination where it has several.
fn demand_reference(network: &NetworkTerms, window: &WindowRow, chain: &Chain) -> String {
    let reference = format!("{}-{}-R{}", network.code, window.ordinal, chain.destination.party);
    match chain.destination.deposit_identifier.as_str() {
        "" => reference,
        identifier => format!("{reference}-{identifier}"),
    }
}

async fn post(
    conn: &mut Connection,
    by: &Originator,
    approval: Approval,
    sheet: &Sheet,
    payouts: &Payouts,
) -> Done<()> {
    let posting = Posting {
        network_id: approval.network_id,
        originator_id: by.id,
        at: approval.at,
    };
    Ok(post_journals(conn, posting, &journals(approval, sheet, payouts)?).await?)
}

fn journals(approval: Approval, sheet: &Sheet, payouts: &Payouts) -> Done<Vec<Journal>> {
    let mut of_unit: HashMap<i16, Vec<Approved>> = HashMap::new();
    for line in sheet.lines() {
        let approved = Approved {
            destination: line.chain.destination.clone(),
            held_change: line.held_change()?,
            payout: payouts.get(&line.chain).map(|ordered| PayoutOrder {
                id: ordered.id,
                amount: ordered.amount,
            }),
        };
        of_unit.entry(line.chain.unit).or_default().push(approved);
    }
    let mut journals = Vec::new();
    for (unit, approved) in of_unit {
        let booking = Booking {
            unit,
            window: approval.window_id,
        };
        let posted = settlement_journals(booking, approval.settlement_id, &approved)
            .map_err(|rule| Failure::Internal(format!("settlement {}: {rule}", approval.settlement_id)))?;
        journals.extend(posted);
    }
    Ok(journals)
}
