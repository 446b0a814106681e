//! What has its turn in a night: the newest, and by turns a part of what the last good night saw. Never here: reading it.

use chrono::{DateTime, Datelike, Utc};

/// In so many nights everything has been verified again. A prime, so that runs a week apart, or any other number of days, come
/// to every part as well.
const NIGHTS: i32 = 29;
/// The keys of a great table are cut into blocks of so many.
pub const BLOCK_KEYS: i64 = 10_000;
/// A key may be handed out so long before its row is there that so many greater ones are seen without it.
const LATE_KEYS: i64 = 100_000;

/// Part `part` of `parts`, from zero on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub part: i32,
    pub parts: i32,
}

impl Part {
    pub const WHOLE: Self = Self { part: 0, parts: 1 };

    /// The part whose turn it is in the night of a slot.
    pub fn of_night(slot: DateTime<Utc>) -> Self {
        Self {
            part: slot.num_days_from_ce().rem_euclid(NIGHTS),
            parts: NIGHTS,
        }
    }

    /// Whether a window of this id, or a block of this ordinal, is of the part.
    pub fn has(self, ordinal: i64) -> bool {
        ordinal.rem_euclid(i64::from(self.parts)) == i64::from(self.part)
    }
}

/// A range of keys, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyRange {
    pub first: i64,
    pub last: i64,
}

/// The ranges of a table's keys that have their turn: those of the part, and those with a key that came after `seen_until`, the
/// greatest one seen. `blocks` are the ordinals of the blocks that hold a row, ascending. Each range begins where the one before
/// ended, the first at the least and the last at the greatest number there is: together they have every key, one that only a row
/// of another table names as well.
pub fn key_ranges(blocks: &[i64], part: Part, seen_until: Option<i64>) -> Vec<KeyRange> {
    let ends = blocks
        .iter()
        .map(|block| block.saturating_add(1).saturating_mul(BLOCK_KEYS) - 1);
    let inner = blocks.len().saturating_sub(1);
    let ordinals = blocks.iter().copied().take(inner).zip(ends);
    let mut due = Vec::new();
    let mut first = i64::MIN;
    for (block, last) in ordinals {
        if part.has(block) || seen_until.is_none_or(|seen| seen < last.saturating_add(LATE_KEYS)) {
            due.push(KeyRange { first, last });
        }
        first = last + 1;
    }
    due.push(KeyRange {
        first,
        last: i64::MAX,
    });
    due
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn ends(blocks: &[i64], part: Part, seen_until: Option<i64>) -> Vec<(i64, i64)> {
        let found = key_ranges(blocks, part, seen_until);
        found.iter().map(|found| (found.first, found.last)).collect()
    }

    #[test]
    fn the_ranges_of_the_whole_leave_no_key_out_and_have_none_twice() {
        assert_eq!(ends(&[], Part::WHOLE, None), [(i64::MIN, i64::MAX)]);
        assert_eq!(
            ends(&[0, 1, 7], Part::WHOLE, Some(i64::MAX)),
            [(i64::MIN, 9_999), (10_000, 19_999), (20_000, i64::MAX)]
        );
    }

    #[test]
    fn a_night_reads_its_part_what_is_new_and_the_end() {
        let night = Part { part: 1, parts: 3 };
        let blocks = [0, 1, 2, 3, 4, 5, 30];
        let own = [(10_000, 19_999), (40_000, 49_999), (60_000, i64::MAX)];
        assert_eq!(ends(&blocks, night, Some(300_000)), own);
        let with_late = [
            (10_000, 19_999),
            (40_000, 49_999),
            (50_000, 59_999),
            (60_000, i64::MAX),
        ];
        assert_eq!(ends(&blocks, night, Some(155_000)), with_late);
        assert_eq!(ends(&[0, 1, 2], night, None).len(), 3);
    }

    #[test]
    fn every_block_has_its_turn_within_the_nights() {
        let slot = |night: i64| DateTime::UNIX_EPOCH + chrono::Duration::days(night);
        for block in 0..100 {
            let turns = (0..i64::from(NIGHTS)).filter(|night| Part::of_night(slot(*night)).has(block));
            assert_eq!(turns.count(), 1, "{block}");
        }
    }

    #[test]
    fn every_part_has_its_turn_however_often_the_books_are_verified() {
        let first = DateTime::UNIX_EPOCH + chrono::Duration::hours(23);
        for hours in [12, 24, 2 * 24, 7 * 24, 14 * 24, 28 * 24] {
            let runs = (0..2 * NIGHTS).map(|run| first + chrono::Duration::hours(hours * i64::from(run)));
            let parts: BTreeSet<i32> = runs.map(|slot| Part::of_night(slot).part).collect();
            assert_eq!(parts, (0..NIGHTS).collect(), "every {hours} hours");
        }
    }
}
