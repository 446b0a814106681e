//! What there is to verify, cut into pieces that any number of connections can take. Never here: verifying them.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use super::may_verify;
use crate::domain::originator::Originator;
use crate::domain::verification::Finding;
use crate::domain::verification::seal::sealed_tables;
use crate::store::Connection;
use crate::store::network::network_ids;
use crate::store::verification::run::{NewVerification, agreed_windows, insert_verification};
use crate::store::verification::seal::Part;
use crate::store::verification::settlement::approved;
use crate::store::verification::window::{self, WindowRow};
use crate::store::verification::{allocation, booking};
use crate::usecases::{Done, Failure};

/// A portion is scanned and sorted as a whole.
const PORTION_ROWS: i64 = 250_000;
/// A great window is cut into so many portions and no more, for each scans the table where its index is not yet summed up.
const PORTIONS_MAX: i64 = 8;
const ALLOCATIONS_AT_ONCE: i64 = 10_000;
/// Without being told to verify everything, windows that were found good before are taken in up to so many transactions.
const TRANSACTIONS_AT_ONCE: i64 = 2_000_000;
/// How a row of a small piece counts in the progress of the whole.
pub(super) const SMALL: i64 = 1_000;

/// How much is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    All,
    /// What was never found good, and of the rest as much as takes a moment.
    Fresh,
}

/// One thing to verify, independent of all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// The row seals of a table, of the keys whose hash falls into a part.
    Seals {
        table: &'static str,
        part: i32,
        parts: i32,
    },
    /// Published versions with their documents and terms.
    Tariffs,
    /// Those with these ids, asked again.
    Allocations { first: i64, last: i64 },
    /// Transactions that no window's portions meet.
    Strays,
    /// Leaves and batches of a window, in a range of batches.
    Bookings { window: i32, first: i64, last: i64 },
    /// Proof sheet, root and journals of a sealed window, and what its stored totals weigh.
    Window { window: i32 },
    /// Totals of a sealed window, line by line: only where their sum is in doubt (see `doubts`). `is_unexplained`: it
    /// differs, and nothing else is wrong.
    Totals { window: i32, is_unexplained: bool },
    /// The line of windows and their schedules, all journals and accounts, and the holds' sums.
    Books,
    /// Positions, holds, demands and statements of an approved settlement.
    Settlement { settlement: i32 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedPiece {
    pub piece: Piece,
    /// The window that it belongs to, if it does to one alone.
    pub window: Option<i32>,
    /// How long it takes, roughly, in rows.
    pub weight: i64,
}

/// The pieces of a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub pieces: Vec<PlannedPiece>,
    pub transactions: i64,
    /// Those that are verified; of them, the sealed ones.
    pub windows: Vec<i32>,
    pub sealed_windows: Vec<i32>,
    /// With which of them an approved settlement is verified, by window.
    pub settlements: BTreeMap<i32, i32>,
    pub windows_left: usize,
}

/// The windows of one network, where one is named; the register and the books always.
///
/// # Errors
/// `Forbidden` for whoever acts for a party.
pub async fn plan_verification(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    extent: Extent,
    network: Option<&str>,
) -> Done<Plan> {
    may_verify(by)?;
    conn.transaction(async |conn| {
        let mut all = window::windows(conn).await?;
        if let Some(code) = network {
            require_network(conn, code).await?;
            all.retain(|window| window.network == code);
        }
        let good: HashSet<i32> = agreed_windows(conn, at).await?.into_iter().collect();
        let chosen = chosen(&all, &good, extent);
        let mut plan = Plan {
            pieces: house_pieces(conn, Part::WHOLE).await?,
            windows_left: all.len() - chosen.len(),
            ..Plan::default()
        };
        for row in chosen {
            let pieces = window_pieces(conn, row).await?;
            if let Some(settlement) = settlement_of(&pieces) {
                plan.settlements.insert(row.id, settlement);
            }
            plan.pieces.extend(pieces);
            plan.transactions += row.row_count;
            plan.windows.push(row.id);
            if row.is_sealed {
                plan.sealed_windows.push(row.id);
            }
        }
        plan.pieces
            .sort_by_key(|planned| std::cmp::Reverse(planned.weight));
        Ok(plan)
    })
    .await
}

async fn require_network(conn: &mut Connection, code: &str) -> Done<()> {
    let known = network_ids(conn).await?.contains_key(code);
    if known {
        Ok(())
    } else {
        Err(Failure::not_found("network", code))
    }
}

/// What was never found good comes first, then the newest.
fn chosen<'a>(all: &'a [WindowRow], good: &HashSet<i32>, extent: Extent) -> Vec<&'a WindowRow> {
    let (known, fresh): (Vec<_>, Vec<_>) = all
        .iter()
        .partition(|window| window.is_sealed && good.contains(&window.id));
    let mut taken: i64 = fresh.iter().map(|window| window.row_count).sum();
    let mut fits = |window: &&&WindowRow| {
        taken = taken.saturating_add(window.row_count);
        extent == Extent::All || taken <= TRANSACTIONS_AT_ONCE
    };
    let known = known.iter().rev().take_while(|window| fits(window)).copied();
    fresh.iter().copied().chain(known).collect()
}

/// What belongs to no single window.
pub(super) async fn house_pieces(conn: &mut Connection, part: Part) -> Done<Vec<PlannedPiece>> {
    let Part { part, parts } = part;
    let seals = sealed_tables().map(|table| Piece::Seals { table, part, parts });
    let (mut first, last) = allocation::id_range(conn).await?;
    let mut pieces: Vec<PlannedPiece> = seals
        .chain([Piece::Tariffs, Piece::Strays, Piece::Books])
        .map(|piece| planned(piece, None, SMALL))
        .collect();
    while first <= last {
        let until = last.min(first + ALLOCATIONS_AT_ONCE - 1);
        let piece = Piece::Allocations { first, last: until };
        if i64::from(parts) <= 1 || (first / ALLOCATIONS_AT_ONCE) % i64::from(parts) == i64::from(part) {
            pieces.push(planned(piece, None, until - first + 1));
        }
        first = until + 1;
    }
    Ok(pieces)
}

/// Everything about one window.
pub(super) async fn window_pieces(conn: &mut Connection, row: &WindowRow) -> Done<Vec<PlannedPiece>> {
    let rows = PORTION_ROWS.max(row.row_count / PORTIONS_MAX + 1);
    let portions = booking::portions(conn, row.id, rows).await?;
    let bookings = portions.into_iter().map(|portion| {
        let piece = Piece::Bookings {
            window: row.id,
            first: portion.first,
            last: portion.last,
        };
        planned(piece, Some(row.id), portion.rows)
    });
    let mut pieces: Vec<PlannedPiece> = bookings.collect();
    if row.is_sealed {
        pieces.push(planned(
            Piece::Window { window: row.id },
            Some(row.id),
            row.row_count / 4 + SMALL,
        ));
        let settled = approved(conn)
            .await?
            .into_iter()
            .filter(|s| s.window_id == row.id);
        pieces.extend(settled.map(|s| {
            let piece = Piece::Settlement { settlement: s.id };
            planned(piece, Some(row.id), SMALL)
        }));
    }
    Ok(pieces)
}

/// The approved settlement among the pieces of one window.
pub(super) fn settlement_of(pieces: &[PlannedPiece]) -> Option<i32> {
    pieces.iter().find_map(|planned| match planned.piece {
        Piece::Settlement { settlement } => Some(settlement),
        Piece::Seals { .. }
        | Piece::Tariffs
        | Piece::Allocations { .. }
        | Piece::Strays
        | Piece::Bookings { .. }
        | Piece::Window { .. }
        | Piece::Totals { .. }
        | Piece::Books => None,
    })
}

pub(super) fn planned(piece: Piece, window: Option<i32>, weight: i64) -> PlannedPiece {
    PlannedPiece {
        piece,
        window,
        weight,
    }
}

/// What was verified, and what of it did not agree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// The register and the books as a whole where there is none.
    pub window: Option<i32>,
    /// The approved settlement that was verified with it.
    pub settlement: Option<i32>,
    pub findings: Vec<Finding>,
}

/// Remembers which sealed windows were verified, and what did not agree.
pub async fn note_verification(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    verified: &[Noted],
) -> Done<()> {
    may_verify(by)?;
    conn.transaction(async |conn| {
        for noted in verified {
            note(conn, at, None, noted).await?;
        }
        Ok(())
    })
    .await
}

/// `run_id`: of the nightly job, if it noted it.
pub(in crate::usecases) async fn note(
    conn: &mut Connection,
    at: DateTime<Utc>,
    run_id: Option<i64>,
    noted: &Noted,
) -> Done<()> {
    let told: Vec<String> = noted.findings.iter().map(ToString::to_string).collect();
    let row = NewVerification {
        window_id: noted.window,
        verified_at: at,
        agreed: noted.findings.is_empty(),
        findings: &told.join("\n"),
        settlement_id: noted.settlement,
        run_id,
    };
    Ok(insert_verification(conn, &row).await?)
}
