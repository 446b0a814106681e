//! What there is to verify, cut into pieces that any number of connections can take. Never here: verifying them.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use super::{Horizon, may_verify};
use crate::domain::originator::Originator;
use crate::domain::verification::Finding;
use crate::domain::verification::rotation::{BLOCK_KEYS, KeyRange, Part, key_ranges};
use crate::domain::verification::seal::sealed_tables;
use crate::store::Connection;
use crate::store::verification::block::{Numbered, Seen, blocks};
use crate::store::verification::booking;
use crate::store::verification::run::{NewVerification, agreed_windows, insert_verification};
use crate::store::verification::settlement::approved;
use crate::store::verification::window::{self, WindowRow};
use crate::usecases::Done;
use crate::usecases::network::require_network;

/// A portion is scanned and sorted as a whole.
const PORTION_ROWS: i64 = 250_000;
/// A great window is cut into so many portions and no more, for each scans the table where its index is not yet summed up.
const PORTIONS_MAX: i64 = 8;
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
    Seals { table: &'static str, part: Part },
    /// Submissions of a part, against their rows that were not booked.
    Submissions(Part),
    /// Published versions with their documents and terms.
    Tariffs,
    /// Those with these ids, asked again.
    Allocations(KeyRange),
    /// Transactions that no window's portions meet, of batches with these ids.
    Strays(KeyRange),
    /// Those with these ids and their entries, by themselves.
    Journals(KeyRange),
    /// Leaves and batches of a window, in a range of batches.
    Bookings { window: i32, first: i64, last: i64 },
    /// Proof sheet, root and journals of a sealed window, and what its stored totals weigh.
    Window { window: i32 },
    /// Journals that count in a window and were not posted by sealing it, against their causes.
    Causes { window: i32 },
    /// Totals of a sealed window, line by line: only where their sum is in doubt (see `doubts`). `is_unexplained`: it
    /// differs, and nothing else is wrong.
    Totals { window: i32, is_unexplained: bool },
    /// The line of windows and their schedules, accounts, and the holds' sums.
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
    pub horizon: Horizon,
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
        let causes = causes_of(&all).collect::<Vec<_>>();
        if let Some(code) = network {
            require_network(conn, code).await?;
            all.retain(|window| window.network == code);
        }
        let good: HashSet<i32> = agreed_windows(conn, at).await?.into_iter().collect();
        let chosen = chosen(&all, &good, extent);
        let mut plan = Plan {
            horizon: Horizon::read(conn, at).await?,
            pieces: house_pieces(conn, Part::WHOLE, Seen::default()).await?,
            windows_left: all.len() - chosen.len(),
            ..Plan::default()
        };
        plan.pieces.extend(causes);
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

/// What counts in windows and was not posted by sealing them, which may pay out before they are sealed.
pub(super) fn causes_of<'a>(
    windows: impl IntoIterator<Item = &'a WindowRow>,
) -> impl Iterator<Item = PlannedPiece> {
    let piece = |row: &WindowRow| Piece::Causes { window: row.id };
    windows
        .into_iter()
        .map(move |row| planned(piece(row), None, SMALL))
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

/// What belongs to no single window: of the great tables a part, and what came after that which was `seen` and found good.
pub(super) async fn house_pieces(conn: &mut Connection, part: Part, seen: Seen) -> Done<Vec<PlannedPiece>> {
    let seals = sealed_tables().map(|table| Piece::Seals { table, part });
    let mut pieces: Vec<PlannedPiece> = seals
        .chain([Piece::Submissions(part), Piece::Tariffs, Piece::Books])
        .map(|piece| planned(piece, None, SMALL))
        .collect();
    for table in [Numbered::Allocations, Numbered::Batches, Numbered::Journals] {
        let piece = match table {
            Numbered::Allocations => Piece::Allocations,
            Numbered::Batches => Piece::Strays,
            Numbered::Journals => Piece::Journals,
        };
        let due = key_ranges(&blocks(conn, table).await?, part, seen.until(table));
        pieces.extend(
            due.into_iter()
                .map(|range| planned(piece(range), None, BLOCK_KEYS)),
        );
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
        | Piece::Submissions(_)
        | Piece::Tariffs
        | Piece::Allocations(_)
        | Piece::Strays(_)
        | Piece::Journals(_)
        | Piece::Bookings { .. }
        | Piece::Window { .. }
        | Piece::Causes { .. }
        | Piece::Totals { .. }
        | Piece::Books => None,
    })
}

impl Piece {
    /// The great table of whose keys it has a range.
    pub(super) const fn numbered(self) -> Option<Numbered> {
        match self {
            Self::Allocations(_) => Some(Numbered::Allocations),
            Self::Strays(_) => Some(Numbered::Batches),
            Self::Journals(_) => Some(Numbered::Journals),
            Self::Seals { .. }
            | Self::Submissions(_)
            | Self::Tariffs
            | Self::Bookings { .. }
            | Self::Window { .. }
            | Self::Causes { .. }
            | Self::Totals { .. }
            | Self::Books
            | Self::Settlement { .. } => None,
        }
    }

    /// The protected table that it is about, first of all.
    pub(super) const fn table(self) -> &'static str {
        match self {
            Self::Seals { table, .. } => table,
            Self::Submissions(_) => "submissions",
            Self::Tariffs => "tariff_versions",
            Self::Allocations(_) => "allocations",
            Self::Strays(_) | Self::Bookings { .. } => "transactions",
            Self::Journals(_) => "journals",
            Self::Window { .. } => "window_seals",
            Self::Causes { .. } => "entries",
            Self::Totals { .. } => "window_totals",
            Self::Books => "windows",
            Self::Settlement { .. } => "positions",
        }
    }
}

/// Which rows of its table it is about.
impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seals { part, .. } | Self::Submissions(part) => {
                write!(f, "of part {} of {}", part.part + 1, part.parts)
            }
            Self::Allocations(KeyRange { first, last }) | Self::Journals(KeyRange { first, last }) => {
                write!(f, "{first} to {last}")
            }
            Self::Strays(KeyRange { first, last }) | Self::Bookings { first, last, .. } => {
                write!(f, "of the batches {first} to {last}")
            }
            Self::Window { window } | Self::Causes { window } | Self::Totals { window, .. } => {
                write!(f, "of window {window}")
            }
            Self::Settlement { settlement } => write!(f, "of settlement {settlement}"),
            Self::Tariffs | Self::Books => write!(f, "of all"),
        }
    }
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
    /// How far the register and the books were seen; not with a window.
    pub seen: Option<Seen>,
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
        seen: noted.seen.unwrap_or_default(),
    };
    Ok(insert_verification(conn, &row).await?)
}
