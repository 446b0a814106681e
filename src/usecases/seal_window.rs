//! Sealing closed windows: proof, totals, root and one journal per party, or a refusal that names what does not add up.
//! Never here: the network's lock, which sealing does not need (nothing comes into a closed window).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;
use serde::Serialize;
use utoipa::ToSchema;

use super::network::{broken, network_of_code, require_window, state_before};
use super::{Done, Failure};
use crate::domain::journal::Journal;
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::domain::posting::{Booking, TotalSide, WindowTotal, window_journals};
use crate::domain::proof::window_root;
use crate::domain::proof_sheet::{Finding, ProofSheet, SealRule};
use crate::domain::window::may_seal;
use crate::store::journal::{Posting, post_journals};
use crate::store::network::network_code;
use crate::store::network::networks_with_versions;
use crate::store::query_time::allow_long_queries;
use crate::store::window::{NewSeal, WindowRow, insert_seal, window_to_seal};
use crate::store::{Connection, locks, window_total};

/// So many rows that do not add up are named; the findings count all of them.
const NAMED_ROWS_MAX: i64 = 20;

/// The proof sheet of a sealed window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SealedWindow {
    pub id: i32,
    pub network: String,
    pub ordinal: i32,
    #[schema(example = "j1405-01")]
    pub period: String,
    pub sealed_at: DateTime<Utc>,
    pub transaction_count: i64,
    pub batch_count: i64,
    /// Signed: what takes back counts negative.
    #[schema(value_type = i64)]
    pub amount_sum: Amount,
    #[schema(value_type = i64)]
    pub principal_sum: Amount,
    #[schema(value_type = i64)]
    pub earned_sum: Amount,
    #[schema(value_type = i64)]
    pub collected_sum: Amount,
    /// Merkle root over the digests of its batches, in hexadecimal digits.
    pub root: String,
    /// One per party that earned or collected.
    pub journal_count: usize,
}

/// Proves a window and posts it.
///
/// # Errors
/// Conflict under the window rule that forbids it, or `a_sealed_window_adds_up` with every finding and the first rows of
/// each; nothing is written then.
pub async fn seal_window(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    window_id: i32,
) -> Done<SealedWindow> {
    by.may_settle()?;
    conn.transaction(async |conn| {
        let asked = require_window(conn, window_id).await?;
        locks::take_chains(conn, asked.network_id).await?;
        let row = require_window(conn, window_id).await?;
        let before = state_before(conn, &row).await?;
        may_seal(row.stored_state(), before).map_err(broken)?;
        seal(conn, by, at, row).await
    })
    .await
}

/// Seals the earliest closed window of a network; nothing when all closed ones are sealed.
pub async fn seal_next_window(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    network: &str,
) -> Done<Option<SealedWindow>> {
    by.may_settle()?;
    conn.transaction(async |conn| {
        let network = network_of_code(conn, network).await?;
        match window_to_seal(conn, network.id).await? {
            Some(window) => seal_window(conn, by, at, window.id).await.map(Some),
            None => Ok(None),
        }
    })
    .await
}

/// Of all networks, the first closed window that can be sealed; nothing when all closed ones are. A window that does not
/// add up keeps no other network's from being sealed.
///
/// # Errors
/// That of the first window that was not sealed, when no other could be.
pub async fn seal_due_window(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
) -> Done<Option<SealedWindow>> {
    by.may_settle()?;
    conn.transaction(async |conn| {
        let mut failed = None;
        for (network, _) in networks_with_versions(conn).await? {
            let Some(window) = window_to_seal(conn, network.id).await? else {
                continue;
            };
            match seal_window(conn, by, at, window.id).await {
                Ok(sealed) => return Ok(Some(sealed)),
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
        failed.map_or(Ok(None), Err)
    })
    .await
}

async fn seal(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    row: WindowRow,
) -> Done<SealedWindow> {
    allow_long_queries(conn).await?;
    let network = network_code(conn, row.network_id).await?;
    let mut sheet = window_total::insert_totals(conn, row.id).await?;
    let sums = window_total::posted_sums(conn, row.id).await?;
    sheet.earned_sum = side_sum(&sums, TotalSide::Earned)?;
    sheet.collected_sum = side_sum(&sums, TotalSide::Collected)?;
    require_findings_none(conn, &network, &row, &mut sheet).await?;
    let root = window_root(&window_total::batch_digests(conn, row.id).await?);
    let journals = journals(&row, sums)?;
    insert_seal(conn, &seal_row(&row, by, at, &sheet, root.as_bytes())).await?;
    let posting = Posting {
        network_id: row.network_id,
        originator_id: by.id,
        at,
    };
    post_journals(conn, posting, &journals).await?;
    Ok(SealedWindow {
        id: row.id,
        network,
        ordinal: row.ordinal,
        period: row.period_key,
        sealed_at: at,
        transaction_count: sheet.transaction_count,
        batch_count: sheet.batch_count,
        amount_sum: sheet.amount_sum,
        principal_sum: sheet.principal_sum,
        earned_sum: sheet.earned_sum,
        collected_sum: sheet.collected_sum,
        root: root.to_string(),
        journal_count: journals.len(),
    })
}

fn side_sum(sums: &[(i16, WindowTotal)], side: TotalSide) -> Done<Amount> {
    let of_side = sums.iter().filter(|(_, total)| total.side == side);
    Ok(Amount::sum(of_side.map(|(_, total)| total.amount))?)
}

fn journals(row: &WindowRow, sums: Vec<(i16, WindowTotal)>) -> Done<Vec<Journal>> {
    let mut of_unit: BTreeMap<i16, Vec<WindowTotal>> = BTreeMap::new();
    for (unit, total) in sums {
        of_unit.entry(unit).or_default().push(total);
    }
    let mut journals = Vec::new();
    for (unit, totals) in of_unit {
        let booking = Booking { unit, window: row.id };
        let posted = window_journals(booking, &totals)
            .map_err(|rule| Failure::conflict("a_sealed_window_adds_up", rule.to_string()))?;
        journals.extend(posted);
    }
    Ok(journals)
}

fn seal_row(row: &WindowRow, by: &Originator, at: DateTime<Utc>, sheet: &ProofSheet, root: &[u8]) -> NewSeal {
    NewSeal {
        window_id: row.id,
        sealed_at: at,
        originator_id: by.id,
        transaction_count: sheet.transaction_count,
        batch_count: sheet.batch_count,
        amount_sum: sheet.amount_sum.minor(),
        principal_sum: sheet.principal_sum.minor(),
        earned_sum: sheet.earned_sum.minor(),
        collected_sum: sheet.collected_sum.minor(),
        root: root.to_vec(),
    }
}

/// The rows are looked for only when there is something to name.
async fn require_findings_none(
    conn: &mut Connection,
    network: &str,
    row: &WindowRow,
    sheet: &mut ProofSheet,
) -> Done<()> {
    if sheet.findings().is_empty() {
        return Ok(());
    }
    let lines = window_total::lines_without_party(conn, row.id).await?;
    sheet.faults.push((SealRule::TermHasParty, lines));
    let mut told: Vec<String> = sheet.findings().iter().map(Finding::to_string).collect();
    let faulty = window_total::faulty_rows(conn, row.id, NAMED_ROWS_MAX).await?;
    told.extend(faulty.iter().map(|f| format!("{} breaks `{}`", f.row, f.rule)));
    Err(Failure::conflict(
        "a_sealed_window_adds_up",
        format!(
            "window {} ({}) of {network}: {}",
            row.id,
            row.period_key,
            told.join("; ")
        ),
    ))
}
