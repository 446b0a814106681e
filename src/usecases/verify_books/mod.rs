//! Recomputing the books from the transactions and tariffs, piece by piece, and naming every row that does not agree.
//! Never here: repairing anything, and what agreeing means (see `domain::verification`).

mod allocations;
mod bookings;
mod books;
mod holds;
mod horizon;
mod known;
mod nightly;
mod plan;
mod schedules;
mod settlements;
mod take_backs;
mod tariffs;
mod totals;
mod windows;

use diesel_async::AsyncConnection;
use serde::Serialize;

use super::Done;
use crate::domain::originator::{NotAllowed, Originator};
use crate::domain::verification::Finding;
use crate::domain::verification::rotation::Part;
use crate::domain::verification::total::Fingerprint;
use crate::store::Connection;
use crate::store::query_time::allow_long_queries;
use crate::store::verification::seal::broken_seals;

pub use horizon::Horizon;
pub use known::Known;
pub(super) use nightly::{Turn, verify_due_window};
pub(super) use plan::note;
pub use plan::{Extent, Noted, Piece, Plan, PlannedPiece, note_verification, plan_verification};
pub use totals::{doubts, draw_weights};

/// A piece that disagrees in more than so many rows is told by its first ones.
pub const FINDINGS_MAX: usize = 100;
/// The same, as the store counts.
const ROWS_MAX: i64 = 100;

/// What a verification came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    pub agrees: bool,
    pub transactions: i64,
    pub windows: usize,
    /// Windows that were left for another time.
    pub windows_left: usize,
    pub findings: Vec<Finding>,
    /// A piece had more of them than are told.
    pub more_findings: bool,
}

/// What one piece came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub findings: Vec<Finding>,
    /// What it says of its window's totals: bookings add what they make, the window takes off what is stored, so that all
    /// pieces of a sound window come to nothing. `None` if it could not be said.
    pub totals: Option<Fingerprint>,
}

/// Verifies one piece of a plan, in a database transaction that sees one state of all tables.
///
/// # Errors
/// `Forbidden` for whoever acts for a party: the books concern the whole house.
pub async fn verify_piece(
    conn: &mut Connection,
    by: &Originator,
    known: &mut Known,
    piece: Piece,
) -> Done<Checked> {
    may_verify(by)?;
    conn.build_transaction()
        .repeatable_read()
        .read_only()
        .run(async |conn| {
            allow_long_queries(conn).await?;
            verify_or_tell(conn, known, piece).await
        })
        .await
}

fn may_verify(by: &Originator) -> Result<(), NotAllowed> {
    by.may_see_all("verify the books")
}

/// Inside a transaction that sees one state, which what fails does not end: that a piece cannot be verified is a finding, and
/// the others are verified none the less.
///
/// # Errors
/// Of what passes alone: the database is away or busy.
async fn verify_or_tell(conn: &mut Connection, known: &mut Known, piece: Piece) -> Done<Checked> {
    match conn
        .transaction(async |conn| verify(conn, known, piece).await)
        .await
    {
        Err(failure) if !failure.is_passing() => {
            let stored = format!("not to be verified: {failure}");
            Ok(Checked {
                findings: vec![Finding::new(
                    piece.table(),
                    piece,
                    "the whole",
                    stored,
                    "verified",
                )],
                totals: None,
            })
        }
        done => done,
    }
}

async fn verify(conn: &mut Connection, known: &mut Known, piece: Piece) -> Done<Checked> {
    let mut checked = match piece {
        Piece::Seals { table, part } => verify_seals(conn, table, part).await?.into(),
        Piece::Submissions(part) => books::verify_submissions(conn, part).await?.into(),
        Piece::Tariffs => tariffs::verify_tariffs(conn).await?.into(),
        Piece::Allocations(range) => allocations::verify_allocations(conn, known, range).await?.into(),
        Piece::Strays(range) => bookings::verify_strays(conn, range).await?.into(),
        Piece::Journals(range) => books::verify_journals(conn, range).await?.into(),
        Piece::Bookings { window, first, last } => {
            bookings::verify_bookings(conn, known, window, first, last).await?
        }
        Piece::Window { window } => windows::verify_window(conn, &known.weights, window).await?,
        Piece::Causes { window } => books::verify_causes(conn, window).await?.into(),
        Piece::Totals {
            window,
            is_unexplained,
        } => totals::verify_totals(conn, window, is_unexplained).await?.into(),
        Piece::Books => books::verify_books(conn).await?.into(),
        Piece::Settlement { settlement } => settlements::verify_settlement(conn, settlement).await?.into(),
    };
    checked.findings.truncate(FINDINGS_MAX);
    Ok(checked)
}

/// A piece that says nothing of totals.
impl From<Vec<Finding>> for Checked {
    fn from(findings: Vec<Finding>) -> Self {
        Self {
            findings,
            totals: Some(Fingerprint::default()),
        }
    }
}

async fn verify_seals(conn: &mut Connection, table: &'static str, part: Part) -> Done<Vec<Finding>> {
    let rows_max = i32::try_from(ROWS_MAX).unwrap_or(i32::MAX);
    let broken = broken_seals(conn, table, part, rows_max).await?;
    Ok(broken.iter().map(|seal| seal.finding(table)).collect())
}
