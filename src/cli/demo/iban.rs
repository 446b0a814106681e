//! Account numbers that pass their own check and belong to nobody. Never here: checking (see `domain::identifiers`).

use crate::domain::identifiers::iban_check_digits;

/// 26 characters with right check digits, for the demo's party number `n`.
pub fn demo_iban(n: usize) -> String {
    let account = format!("990{n:019}");
    format!("IR{}{account}", iban_check_digits("IR", &account))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identifiers::Iban;

    #[test]
    fn every_account_of_the_demo_passes_its_check() {
        assert!((0..2_000).all(|n| Iban::parse(&demo_iban(n)).is_ok()));
    }
}
