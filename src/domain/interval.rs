//! Half-open intervals `[from, until)` of instants or days. Never here: which instants a calendar's period has (see `period`).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// From `from`, inclusive, to `until`, exclusive; without `until` it has no end. Never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Ends<T>", into = "Ends<T>")]
#[serde(bound(
    serialize = "T: Serialize + Copy",
    deserialize = "T: Deserialize<'de> + Ord + Copy"
))]
pub struct Interval<T> {
    from: T,
    until: Option<T>,
}

/// When something holds.
pub type Validity = Interval<DateTime<Utc>>;

/// An interval ends after it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an interval ends after it begins")]
pub struct EmptyInterval;

#[derive(Serialize, Deserialize)]
struct Ends<T> {
    from: T,
    until: Option<T>,
}

impl<T: Ord + Copy> Interval<T> {
    pub fn new(from: T, until: Option<T>) -> Result<Self, EmptyInterval> {
        if until.is_some_and(|until| until <= from) {
            return Err(EmptyInterval);
        }
        Ok(Self { from, until })
    }

    pub const fn since(from: T) -> Self {
        Self { from, until: None }
    }

    pub const fn from(&self) -> T {
        self.from
    }

    /// Exclusive; `None` for no end.
    pub const fn until(&self) -> Option<T> {
        self.until
    }

    pub fn contains(&self, moment: T) -> bool {
        self.from <= moment && !self.ended_at(moment)
    }

    pub fn ended_at(&self, moment: T) -> bool {
        self.until.is_some_and(|until| until <= moment)
    }

    pub fn overlaps(&self, other: &Self) -> bool {
        self.intersect(other).is_some()
    }

    /// What both have in common; `None` if they only touch or lie apart.
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        let until = match (self.until, other.until) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self::new(self.from.max(other.from), until).ok()
    }

    /// From where this one begins to where `last`, which follows it, ends.
    #[must_use]
    pub const fn through(&self, last: &Self) -> Self {
        Self {
            from: self.from,
            until: last.until,
        }
    }

    /// Whether `next` begins exactly where this one ends.
    pub fn meets(&self, next: &Self) -> bool {
        self.until == Some(next.from)
    }
}

impl<T: Ord + Copy> TryFrom<Ends<T>> for Interval<T> {
    type Error = EmptyInterval;

    fn try_from(ends: Ends<T>) -> Result<Self, EmptyInterval> {
        Self::new(ends.from, ends.until)
    }
}

impl<T> From<Interval<T>> for Ends<T> {
    fn from(interval: Interval<T>) -> Self {
        Self {
            from: interval.from,
            until: interval.until,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_interval() -> impl Strategy<Value = Interval<i32>> {
        (0..30_i32, proptest::option::of(1..15_i32))
            .prop_map(|(from, length)| Interval::new(from, length.map(|l| from + l)).unwrap())
    }

    #[test]
    fn an_interval_holds_its_beginning_and_not_its_end() {
        let interval = Interval::new(10, Some(20)).unwrap();
        assert_eq!(
            [9, 10, 19, 20].map(|n| interval.contains(n)),
            [false, true, true, false]
        );
    }

    #[test]
    fn an_empty_interval_is_refused_also_when_it_is_read() {
        assert_eq!(Interval::new(5, Some(5)), Err(EmptyInterval));
        assert!(serde_json::from_str::<Interval<i32>>(r#"{"from":5,"until":4}"#).is_err());
        let open: Interval<i32> = serde_json::from_str(r#"{"from":5,"until":null}"#).unwrap();
        assert_eq!(open, Interval::since(5));
    }

    proptest! {
        #[test]
        fn a_moment_is_in_the_intersection_exactly_if_it_is_in_both(a in any_interval(), b in any_interval()) {
            let common = a.intersect(&b);
            for moment in 0..60 {
                let in_both = a.contains(moment) && b.contains(moment);
                prop_assert_eq!(common.is_some_and(|c| c.contains(moment)), in_both);
            }
            prop_assert_eq!(a.overlaps(&b), b.overlaps(&a));
            prop_assert!(!(a.meets(&b) && a.overlaps(&b)));
        }
    }
}
