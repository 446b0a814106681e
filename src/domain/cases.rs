//! A seeded stream of numbers for property tests, and how many cases they try.
//! Never here: anything that runs outside tests.

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

/// SplitMix64: one line of state, the same numbers on every machine.
#[derive(Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.next() % (to - from + 1)
    }

    pub fn index(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(count).unwrap()).unwrap()
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
