//! Repeatable chance: the same seed rolls the same numbers on every machine. Never here: what is rolled for.

/// SplitMix64 (Steele, Lea, Flood 2014). Not for secrets.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..sides`; 0 when there are no sides.
    pub fn below(&mut self, sides: usize) -> usize {
        let sides = u64::try_from(sides).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.roll() % sides).unwrap_or(0)
    }

    /// True in `parts` of a thousand.
    pub fn chance(&mut self, parts: usize) -> bool {
        self.below(1_000) < parts
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_rolls_the_same_numbers_over_the_whole_range() {
        let mut dice = Dice::new(7);
        let rolled: Vec<usize> = (0..1_000).map(|_| dice.below(6)).collect();
        let mut again = Dice::new(7);
        assert!(rolled.iter().all(|rolled| *rolled == again.below(6)));
        assert!((0..6).all(|side| rolled.contains(&side)));
    }
}
