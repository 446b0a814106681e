//! A bounded memory of answers: what was asked lately is kept, what was not is forgotten. Never here: what is asked.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// Two generations: when the young one is full it becomes the old one, and what is asked of that is young again.
#[derive(Debug)]
pub(super) struct Remembered<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    /// Of each generation.
    entries_max: usize,
}

impl<K: Eq + Hash, V: Copy> Remembered<K, V> {
    pub(super) fn bounded(entries_max: usize) -> Self {
        Self {
            young: HashMap::new(),
            old: HashMap::new(),
            entries_max,
        }
    }

    pub(super) fn find<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        if let Some(value) = self.young.get(key) {
            return Some(*value);
        }
        let (key, value) = self.old.remove_entry(key)?;
        self.remember(key, value);
        Some(value)
    }

    pub(super) fn remember(&mut self, key: K, value: V) {
        if self.young.len() >= self.entries_max {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_lately_is_kept_and_the_rest_is_bounded() {
        let mut remembered = Remembered::bounded(100);
        for number in 0..10_000 {
            remembered.remember(number, number);
            assert_eq!(remembered.find(&0), Some(0));
        }
        assert!(remembered.young.len() + remembered.old.len() <= 200);
        assert_eq!(remembered.find(&1), None);
    }
}
