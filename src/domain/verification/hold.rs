//! Whether the movements of holds are what the licences' events make them. Never here: what is held (see `licence`).

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use crate::domain::hold::{HoldCause, Holds};
use crate::domain::money::{Amount, AmountOverflow};

/// A movement as it stands in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMovement {
    pub id: i64,
    pub cause: HoldCause,
    pub amount: Amount,
}

/// One chain in one settlement: from what was `held_before` to what the `items` held by the events sum to, and nothing
/// else. `key` names the chain.
pub fn check_movements(
    key: &str,
    held_before: &Holds,
    items: &BTreeMap<HoldCause, Amount>,
    stored: &[StoredMovement],
) -> Result<Vec<Finding>, AmountOverflow> {
    let expected = held_before.movements_to(items)?;
    let amount_of = |cause: &HoldCause| {
        let movement = expected.iter().find(|movement| movement.cause == *cause);
        movement.map_or(Amount::ZERO, |movement| movement.amount)
    };
    let differing = stored.iter().filter_map(|movement| {
        let (stored, expected) = (movement.amount.minor(), amount_of(&movement.cause).minor());
        (stored != expected).then(|| Finding::new("hold_movements", movement.id, "amount", stored, expected))
    });
    let seen: BTreeSet<&HoldCause> = stored.iter().map(|movement| &movement.cause).collect();
    let missing = expected.iter().filter(|movement| !seen.contains(&movement.cause));
    let missing = missing.map(|movement| {
        let row = format!("of {key}, {}", movement.cause);
        let told = format!("there, of {}", movement.amount.minor());
        Finding::new("hold_movements", row, "the row", "absent", told)
    });
    Ok(differing.chain(missing).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::hold::HoldMovement;

    const SUSPENSION: HoldCause = HoldCause::Licence { licence: 17 };

    fn checked(before: i64, items: i64, stored: &[i64]) -> Vec<String> {
        let movement = HoldMovement {
            cause: SUSPENSION,
            amount: Amount::from_minor(before),
        };
        let stored: Vec<StoredMovement> = (1..)
            .zip(stored)
            .map(|(id, amount)| StoredMovement {
                id,
                cause: SUSPENSION,
                amount: Amount::from_minor(*amount),
            })
            .collect();
        let items = [(SUSPENSION, Amount::from_minor(items))].into();
        let findings = check_movements("s", &Holds::of([movement]).unwrap(), &items, &stored).unwrap();
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_movement_leads_from_what_was_held_to_what_the_events_hold() {
        let none: [&str; 0] = [];
        assert_eq!(checked(0, 100, &[100]), none);
        assert_eq!(checked(100, 100, &[]), none);
        assert_eq!(checked(100, 30, &[-70]), none);
        assert_eq!(
            checked(0, 100, &[99]),
            ["hold_movements 1: amount is 99, and should be 100"]
        );
        assert_eq!(
            checked(100, 100, &[5]),
            ["hold_movements 1: amount is 5, and should be 0"]
        );
        assert_eq!(
            checked(100, 0, &[]),
            ["hold_movements of s, licence:17: the row is absent, and should be there, of -100"]
        );
    }
}
