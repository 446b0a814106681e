//! Account numbers that pass their own check and belong to nobody. Never here: checking (see `domain::identifiers`).

/// A sheba of 26 characters with right check digits (ISO 13616), for the demo's party number `n`.
pub fn demo_iban(n: usize) -> String {
    let account = format!("990{n:019}");
    // `IR00` at the end reads 182700 in digits.
    let remainder = format!("{account}182700")
        .bytes()
        .fold(0_u32, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    format!("IR{:02}{account}", 98 - remainder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identifiers::Sheba;

    #[test]
    fn every_account_of_the_demo_passes_its_check() {
        assert!((0..2_000).all(|n| Sheba::parse(&demo_iban(n)).is_ok()));
    }
}
