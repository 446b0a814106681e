//! One step of the nightly run: the next window that is due, or at the end the house as a whole. Never here: the whole at
//! once, and noting what was found (see `plan`).

use std::collections::HashSet;

use chrono::{DateTime, Datelike, Utc};

use super::plan::{Noted, house_pieces, settlement_of, window_pieces};
use super::totals::{doubts, draw_weights};
use super::{Known, verify};
use crate::store::Connection;
use crate::store::verification::run::{agreed_windows, verified_in_run};
use crate::store::verification::seal::Part;
use crate::store::verification::window::{WindowRow, windows};
use crate::usecases::Done;

/// In so many nights everything has been verified again.
const NIGHTS: i32 = 28;
/// So many findings are told in the outcome of the run; all are in `verifications`.
const TOLD_MAX: usize = 3;

/// Whose turn it is.
#[derive(Clone, Copy, Debug)]
pub(in crate::usecases) struct Turn {
    pub run_id: i64,
    /// When the run was claimed: from then on it has been verifying.
    pub claimed_at: DateTime<Utc>,
    /// Says which part of what was found good before has its turn.
    pub slot: DateTime<Utc>,
}

/// What one step of the night came to.
pub(in crate::usecases) struct Night {
    what: String,
    pub noted: Noted,
}

/// Nothing when all is done. The caller's transaction sees one state of all tables.
pub(in crate::usecases) async fn verify_due_window(
    conn: &mut Connection,
    at: DateTime<Utc>,
    turn: Turn,
) -> Done<Option<Night>> {
    let part = Part {
        part: turn.slot.num_days_from_ce().rem_euclid(NIGHTS),
        parts: NIGHTS,
    };
    let done = verified_in_run(conn, turn.run_id, turn.claimed_at, at).await?;
    let done: HashSet<Option<i32>> = done.into_iter().collect();
    let good: HashSet<i32> = agreed_windows(conn, at).await?.into_iter().collect();
    let has_turn =
        |window: &WindowRow| !good.contains(&window.id) || window.id.rem_euclid(NIGHTS) == part.part;
    let due = windows(conn)
        .await?
        .into_iter()
        .find(|window| window.is_sealed && !done.contains(&Some(window.id)) && has_turn(window));
    let (what, window, pieces) = match &due {
        Some(window) => {
            let what = format!(
                "window {} of {} with {} transactions",
                window.period_key, window.network, window.row_count
            );
            (what, Some(window.id), window_pieces(conn, window).await?)
        }
        None if done.contains(&None) => return Ok(None),
        None => (
            "the register and the books".to_owned(),
            None,
            house_pieces(conn, part).await?,
        ),
    };
    let settlement = settlement_of(&pieces);
    let mut known = Known::new(draw_weights());
    let mut found = Vec::new();
    for planned in pieces {
        found.push((planned, verify(conn, &mut known, planned.piece).await?));
    }
    for planned in doubts(&found) {
        found.push((planned, verify(conn, &mut known, planned.piece).await?));
    }
    let findings = found
        .into_iter()
        .flat_map(|(_, checked)| checked.findings)
        .collect();
    let noted = Noted {
        window,
        settlement,
        findings,
    };
    Ok(Some(Night { what, noted }))
}

impl Night {
    pub(in crate::usecases) fn told(&self) -> String {
        let findings = &self.noted.findings;
        let named: Vec<String> = findings.iter().take(TOLD_MAX).map(ToString::to_string).collect();
        match findings.len() {
            0 => format!("{} agree", self.what),
            count => format!(
                "{} DO NOT AGREE, {count} findings: {}",
                self.what,
                named.join("; ")
            ),
        }
    }
}
