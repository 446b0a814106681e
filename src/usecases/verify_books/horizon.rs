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

#[cfg(test)]
mod tests {
    use super::super::Piece;
    use super::*;
    use crate::domain::verification::Finding;
    use crate::domain::verification::rotation::KeyRange;

    #[test]
    fn a_table_that_does_not_agree_is_seen_no_further_than_before() {
        let seen = |until| Seen {
            allocations_until: Some(until),
            batches_until: Some(until),
            journals_until: Some(until),
        };
        let horizon = Horizon {
            before: seen(10),
            now: seen(20),
        };
        let range = KeyRange { first: 1, last: 20 };
        let found = |piece, findings: Vec<Finding>| {
            let planned = PlannedPiece {
                piece,
                window: None,
                weight: 1,
            };
            (planned, Checked::from(findings))
        };
        let gone = Finding::new("journals", 7, "entries", "none", "two or more");
        let found = [
            found(Piece::Allocations(range), Vec::new()),
            found(Piece::Journals(range), vec![gone]),
            found(Piece::Journals(range), Vec::new()),
        ];
        let after = Seen {
            journals_until: Some(10),
            ..seen(20)
        };
        assert_eq!(horizon.after(&found), after);
    }
}
