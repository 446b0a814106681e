//! How far the great tables have been found good, from one verification of the house to the next. Never here: which of their keys
//! have their turn (see `domain::verification::rotation`).

use chrono::{DateTime, Utc};

use super::{Checked, PlannedPiece};
use crate::store::Connection;
use crate::store::verification::block::{Numbered, Seen, seen_now};
use crate::store::verification::run::seen_last;
use crate::usecases::Done;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Horizon {
    pub(super) before: Seen,
    now: Seen,
}

impl Horizon {
    pub(super) async fn read(conn: &mut Connection, at: DateTime<Utc>) -> Done<Self> {
        Ok(Self {
            before: seen_last(conn, at).await?,
            now: seen_now(conn).await?,
        })
    }

    /// Where it lies once these pieces were verified: of a table of which anything does not agree, where it lay before.
    #[must_use]
    pub fn after(self, found: &[(PlannedPiece, Checked)]) -> Seen {
        let until = |table: Numbered| {
            let mut own = found
                .iter()
                .filter(|(planned, _)| planned.piece.numbered() == Some(table));
            let agrees = own.all(|(_, checked)| checked.findings.is_empty());
            if agrees { self.now } else { self.before }.until(table)
        };
        Seen {
            allocations_until: until(Numbered::Allocations),
            batches_until: until(Numbered::Batches),
            journals_until: until(Numbered::Journals),
        }
    }
}
