//! One step of the nightly run: the next window that is due, or at the end the house as a whole. Never here: the whole at
//! once, and noting what was found (see `plan`).

use std::collections::HashSet;

use chrono::{DateTime, Datelike, Utc};

use super::plan::{
    ALLOCATIONS_AT_ONCE, Noted, Part, Piece, PlannedPiece, SMALL, planned, settlement_of, window_pieces,
};
use super::totals::{doubts, draw_weights};
use super::{Known, verify};
use crate::domain::verification::seal::{grows, sealed_tables};
use crate::store::Connection;
use crate::store::verification::run::{agreed_windows, seals_agreed_until, verified_in_run};
use crate::store::verification::seal::{Scope, greatest_sealed_key, least_key_sealed_after, newest_seal};
use crate::store::verification::window::{sealed_windows, window};
use crate::usecases::Done;

/// In so many nights everything has been verified again.
const NIGHTS: i64 = 28;
/// So many keys of a table have their turn together.
const KEYS_AT_ONCE: i64 = 10_000;
/// So many seals are taken by one statement.
const SEALS_AT_ONCE: i64 = 50_000;
/// A seal may be committed after later ones: so many of those that were there are taken again.
const SEALS_IN_FLIGHT: i64 = 10_000;
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
        part: i64::from(turn.slot.num_days_from_ce()).rem_euclid(NIGHTS),
        parts: NIGHTS,
    };
    let done = verified_in_run(conn, turn.run_id, turn.claimed_at, at).await?;
    let done: HashSet<Option<i32>> = done.into_iter().collect();
    let good: HashSet<i32> = agreed_windows(conn, at).await?.into_iter().collect();
    let is_due =
        |id: &i32| !done.contains(&Some(*id)) && (!good.contains(id) || part.contains(i64::from(*id)));
    let due = sealed_windows(conn).await?.into_iter().find(is_due);
    let due = match due {
        Some(id) => window(conn, id).await?,
        None => None,
    };
    let seals_until = newest_seal(conn).await?;
    let (what, window, pieces) = match &due {
        Some(window) => {
            let what = format!(
                "window {} of {} with {} transactions",
                window.period_key, window.network, window.row_count
            );
            let mut pieces = window_pieces(conn, window).await?;
            let causes = Piece::Causes {
                window: Some(window.id),
            };
            pieces.push(planned(causes, Some(window.id), SMALL));
            (what, Some(window.id), pieces)
        }
        None if done.contains(&None) => return Ok(None),
        None => {
            let agreed = seals_agreed_until(conn, at).await?;
            let since = agreed.map_or(0, |until| (until - SEALS_IN_FLIGHT).max(0));
            let pieces = night_pieces(conn, part, since, seals_until).await?;
            ("the register and the books".to_owned(), None, pieces)
        }
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
        seals_until: window.is_none().then_some(seals_until),
        findings,
    };
    Ok(Some(Night { what, noted }))
}

/// What belongs to no single window and has its turn: what is as large as the register, what was sealed after a seal, and a part of
/// the rest.
async fn night_pieces(conn: &mut Connection, part: Part, since: i64, newest: i64) -> Done<Vec<PlannedPiece>> {
    let mut pieces = vec![Piece::Books];
    for table in sealed_tables() {
        if grows(table) {
            let top = greatest_sealed_key(conn, table).await?;
            pieces.extend(seals_by_turns(table, part, since, newest, top));
        } else {
            let scope = Scope::Whole;
            pieces.push(Piece::Seals { table, scope });
        }
    }
    let recent = least_key_sealed_after(conn, "tariff_versions", since).await?;
    let recent = recent.and_then(|id| i32::try_from(id).ok()).unwrap_or(i32::MAX);
    pieces.push(Piece::Tariffs { part, since: recent });
    for (first, last) in turns(conn, "batches", part, since).await? {
        pieces.push(Piece::Strays { first, last });
    }
    for (first, last) in turns(conn, "journals", part, since).await? {
        pieces.push(Piece::Journals { first, last });
    }
    let recent = least_key_sealed_after(conn, "allocations", since).await?;
    let top = greatest_sealed_key(conn, "allocations").await?;
    let has_turn = |block: &i64| {
        let last = (block + 1) * ALLOCATIONS_AT_ONCE - 1;
        part.contains(*block) || recent.is_some_and(|recent| last >= recent)
    };
    for block in (0..=top / ALLOCATIONS_AT_ONCE).filter(has_turn) {
        let first = block * ALLOCATIONS_AT_ONCE;
        let last = first + ALLOCATIONS_AT_ONCE - 1;
        pieces.push(Piece::Allocations { first, last });
    }
    Ok(pieces
        .into_iter()
        .map(|piece| planned(piece, None, SMALL))
        .collect())
}

/// The seals of a table that grows up to the key `top`.
fn seals_by_turns(table: &'static str, part: Part, since: i64, newest: i64, top: i64) -> Vec<Piece> {
    let keys = (0..=top / KEYS_AT_ONCE).filter(|block| part.contains(*block));
    let keys = keys.map(|block| Scope::Keys {
        first: block * KEYS_AT_ONCE,
        last: top.min((block + 1) * KEYS_AT_ONCE - 1),
    });
    let seals = ((since + 1) / SEALS_AT_ONCE..=newest / SEALS_AT_ONCE).map(|block| Scope::Seals {
        first: (since + 1).max(block * SEALS_AT_ONCE),
        last: (block + 1) * SEALS_AT_ONCE - 1,
    });
    keys.chain(seals)
        .chain([Scope::Above { key: top }])
        .map(|scope| Piece::Seals { table, scope })
        .collect()
}

/// The range of a table's keys that has its turn, the first and the last of all open to their end, and the range that was
/// sealed after a seal.
async fn turns(conn: &mut Connection, table: &str, part: Part, since: i64) -> Done<Vec<(i64, i64)>> {
    let top = greatest_sealed_key(conn, table).await?;
    let cut = |part: i64| match part {
        0 => i64::MIN,
        part if part == NIGHTS => i64::MAX,
        part => top * part / NIGHTS,
    };
    let mut ranges = vec![(cut(part.part), cut(part.part + 1))];
    if let Some(first) = least_key_sealed_after(conn, table, since).await? {
        ranges.push((first, i64::MAX));
    }
    Ok(ranges)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(pieces: Vec<Piece>) -> Vec<Scope> {
        let mut scopes = Vec::new();
        for piece in pieces {
            if let Piece::Seals { scope, .. } = piece {
                scopes.push(scope);
            }
        }
        scopes
    }

    #[test]
    fn in_so_many_nights_each_key_up_to_the_greatest_has_its_turn_once() {
        let top = 57 * KEYS_AT_ONCE + 3;
        let nights = (0..NIGHTS).map(|part| Part { part, parts: NIGHTS });
        let taken = nights.flat_map(|part| scopes(seals_by_turns("payouts", part, 0, 0, top)));
        let mut keys = Vec::new();
        for scope in taken {
            if let Scope::Keys { first, last } = scope {
                keys.push((first, last));
            }
        }
        keys.sort_unstable();
        let block = |block: i64| {
            let last = (block + 1) * KEYS_AT_ONCE - 1;
            (block * KEYS_AT_ONCE, last.min(top))
        };
        assert_eq!(keys, (0..=57).map(block).collect::<Vec<_>>());
    }

    #[test]
    fn what_was_sealed_since_the_last_good_night_is_taken_without_a_gap() {
        let (since, newest) = (SEALS_AT_ONCE - 1, 3 * SEALS_AT_ONCE);
        let taken = scopes(seals_by_turns("payouts", Part::WHOLE, since, newest, 0));
        let mut next = since + 1;
        for scope in taken {
            if let Scope::Seals { first, last } = scope {
                assert_eq!(first, next);
                next = last + 1;
            }
        }
        assert!(next > newest);
    }
}
