//! One step of the nightly run: the next window that is due, or at the end the house as a whole. Never here: the whole at
//! once, and noting what was found (see `plan`).

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::plan::{Noted, causes_of, house_pieces, settlement_of, window_pieces};
use super::totals::{doubts, draw_weights};
use super::{Horizon, Known, verify_or_tell};
use crate::domain::verification::rotation::Part;
use crate::store::Connection;
use crate::store::verification::run::{agreed_windows, house_agreed, verified_in_run};
use crate::store::verification::window::{WindowRow, windows};
use crate::usecases::Done;

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
    let part = Part::of_night(turn.slot);
    let done = verified_in_run(conn, turn.run_id, turn.claimed_at, at).await?;
    let done: HashSet<Option<i32>> = done.into_iter().collect();
    let good: HashSet<i32> = agreed_windows(conn, at).await?.into_iter().collect();
    let has_turn = |window: &WindowRow| !good.contains(&window.id) || part.has(i64::from(window.id));
    let all = windows(conn).await?;
    let due = all
        .iter()
        .find(|window| window.is_sealed && !done.contains(&Some(window.id)) && has_turn(window));
    let (what, window, horizon, pieces) = match due {
        Some(window) => {
            let what = format!(
                "window {} of {} with {} transactions",
                window.period_key, window.network, window.row_count
            );
            let mut pieces = window_pieces(conn, window).await?;
            pieces.extend(causes_of([window]));
            (what, Some(window.id), None, pieces)
        }
        None if done.contains(&None) => return Ok(None),
        None => {
            let horizon = Horizon::read(conn, at).await?;
            // What did not agree is looked at each night until it does, wherever it stands.
            let part = if house_agreed(conn, at).await? {
                part
            } else {
                Part::WHOLE
            };
            let mut pieces = house_pieces(conn, part, horizon.before).await?;
            pieces.extend(causes_of(all.iter().filter(|window| !window.is_sealed)));
            (
                "the register and the books".to_owned(),
                None,
                Some(horizon),
                pieces,
            )
        }
    };
    let settlement = settlement_of(&pieces);
    let mut known = Known::new(draw_weights());
    let mut found = Vec::new();
    for planned in pieces {
        found.push((planned, verify_or_tell(conn, &mut known, planned.piece).await?));
    }
    for planned in doubts(&found) {
        found.push((planned, verify_or_tell(conn, &mut known, planned.piece).await?));
    }
    let seen = horizon.map(|horizon| horizon.after(&found));
    let findings = found
        .into_iter()
        .flat_map(|(_, checked)| checked.findings)
        .collect();
    let noted = Noted {
        window,
        settlement,
        seen,
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
