//! A seeded stream of numbers for property tests, and how many cases they try.
//! Never here: anything that runs outside tests.

use super::dice::Dice;
use super::money::Amount;

/// A hundred thousand, or what `DAFTAR_CASES` says.
pub fn count() -> u64 {
    #[allow(
        clippy::disallowed_methods,
        reason = "the number of cases is a setting of the test run alone"
    )]
    let asked = std::env::var("DAFTAR_CASES")
        .ok()
        .and_then(|text| text.parse().ok());
    asked.unwrap_or(100_000)
}

/// The same numbers on every machine.
#[derive(Debug)]
pub struct Numbers(Dice);

impl Numbers {
    pub const fn of(seed: u64) -> Self {
        Self(Dice::new(seed))
    }

    pub fn next(&mut self) -> u64 {
        self.0.roll()
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.next() % (to - from + 1)
    }

    pub fn index(&mut self, count: usize) -> usize {
        self.0.below(count)
    }

    pub fn coin(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }

    /// Amounts of all magnitudes, small ones (where rounding bites) as often as large ones.
    pub fn amount(&mut self, most: i64) -> Amount {
        let bits = self.between(0, 62);
        let value = i64::try_from(self.next() >> (64 - bits.max(1))).unwrap();
        Amount::from_minor(value.rem_euclid(most.saturating_add(1)))
    }
}
