//! Whether a position is what its movements make it, and whether its payout and demand are what it says.
//! Never here: computing one anew with today's threshold, which a network may change.

use super::{Comparison, Finding};
use crate::domain::demand::{demanded_anew, owed_at};
use crate::domain::money::{Amount, AmountOverflow};

/// A row of `positions`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoredPosition {
    pub opening: i64,
    pub earned: i64,
    pub collected: i64,
    pub memos: i64,
    pub remitted: i64,
    pub returned: i64,
    pub before: i64,
    pub active_holds: i64,
    pub held: i64,
    pub payable: i64,
    pub paid: i64,
    pub closing: i64,
    pub carried_cycles: i16,
}

/// What other tables say of one destination in one settlement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Closing of the position before.
    pub opening: i64,
    /// Carried cycles of the position before.
    pub carried_before: i16,
    pub earned: i64,
    pub collected: i64,
    pub remitted: i64,
    pub returned: i64,
    pub active_holds: i64,
    /// Sum of the payouts that the settlement ordered.
    pub ordered: i64,
    /// The remittance that it demanded anew.
    pub demanded: i64,
    /// The window's totals or the settlement's movements of holds name it: then it has a position, also one of zeros.
    pub has_lines: bool,
}

/// `key` is settlement, party, deposit identifier and unit.
pub fn check_position(
    key: &str,
    stored: Option<&StoredPosition>,
    moved: &Moved,
) -> Result<Vec<Finding>, AmountOverflow> {
    let mut findings = Vec::new();
    let mut row = Comparison::of("positions", key, &mut findings);
    let Some(stored) = stored else {
        if (Moved {
            carried_before: 0,
            ..*moved
        }) != Moved::default()
        {
            row.differs("the row", "absent", "there: something moved");
        }
        return Ok(findings);
    };
    if *stored == StoredPosition::default() && !moved.has_lines {
        row.differs("the row", "there", "absent: nothing moved");
    }
    let before = before_payment(moved)?;
    let held = before
        .max(Amount::ZERO)
        .min(Amount::from_minor(moved.active_holds));
    let payable = before.minus(held)?;
    let paid = Amount::from_minor(stored.paid);
    let closing = before.minus(paid)?;
    row.same("opening", stored.opening, moved.opening);
    row.same("earned", stored.earned, moved.earned);
    row.same("collected", stored.collected, moved.collected);
    row.same("memos", stored.memos, 0);
    row.same("remitted", stored.remitted, moved.remitted);
    row.same("returned", stored.returned, moved.returned);
    row.same("before", stored.before, before.minor());
    row.same("active_holds", stored.active_holds, moved.active_holds);
    row.same("held", stored.held, held.minor());
    row.same("payable", stored.payable, payable.minor());
    row.same("closing", stored.closing, closing.minor());
    row.same("paid", stored.paid, moved.ordered);
    if !paid.is_zero() {
        row.same("paid", stored.paid, payable.minor());
    }
    let stays = payable > Amount::ZERO && paid.is_zero();
    let carried = if stays {
        moved.carried_before.saturating_add(1)
    } else {
        0
    };
    row.same("carried_cycles", stored.carried_cycles, carried);
    let (owed_before, remitted) = (owed_at(Amount::from_minor(moved.opening)), moved.remitted);
    let demanded = demanded_anew(owed_before, Amount::from_minor(remitted), owed_at(closing))?;
    if moved.demanded != demanded.minor() {
        let stored = moved.demanded;
        findings.push(Finding::new(
            "remittance_demands",
            key,
            "amount",
            stored,
            demanded,
        ));
    }
    Ok(findings)
}

fn before_payment(moved: &Moved) -> Result<Amount, AmountOverflow> {
    let credits = [moved.opening, moved.earned, moved.remitted, moved.returned];
    Amount::sum(credits.map(Amount::from_minor))?.minus(Amount::from_minor(moved.collected))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "5:1::1";

    fn moved() -> Moved {
        Moved {
            opening: -20,
            earned: 120,
            active_holds: 30,
            ordered: 70,
            ..Moved::default()
        }
    }

    fn paid() -> StoredPosition {
        StoredPosition {
            opening: -20,
            earned: 120,
            before: 100,
            active_holds: 30,
            held: 30,
            payable: 70,
            paid: 70,
            closing: 30,
            ..StoredPosition::default()
        }
    }

    fn whats(stored: &StoredPosition, moved: &Moved) -> Vec<String> {
        let findings = check_position(KEY, Some(stored), moved).unwrap();
        findings.into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn a_position_agrees_with_what_moved() {
        assert_eq!(check_position(KEY, Some(&paid()), &moved()), Ok(vec![]));
    }

    #[test]
    fn each_figure_that_was_changed_is_named() {
        assert_eq!(
            whats(&StoredPosition { opening: 0, ..paid() }, &moved()),
            ["opening"]
        );
        assert_eq!(whats(&StoredPosition { held: 0, ..paid() }, &moved()), ["held"]);
        assert_eq!(
            whats(
                &StoredPosition {
                    carried_cycles: 1,
                    ..paid()
                },
                &moved()
            ),
            ["carried_cycles"]
        );
        assert_eq!(
            whats(
                &paid(),
                &Moved {
                    ordered: 0,
                    ..moved()
                }
            ),
            ["paid"]
        );
        assert_eq!(
            whats(
                &paid(),
                &Moved {
                    demanded: 1,
                    ..moved()
                }
            ),
            ["amount"]
        );
    }

    #[test]
    fn a_position_that_is_gone_is_missed_unless_nothing_moved() {
        assert_eq!(check_position(KEY, None, &moved()).unwrap()[0].what, "the row");
        assert_eq!(check_position(KEY, None, &Moved::default()), Ok(vec![]));
    }

    #[test]
    fn a_position_of_zeros_is_there_where_the_window_has_lines_of_it_and_only_there() {
        let zeros = StoredPosition::default();
        let lines = Moved {
            has_lines: true,
            ..Moved::default()
        };
        assert_eq!(check_position(KEY, Some(&zeros), &lines), Ok(vec![]));
        assert_eq!(whats(&zeros, &Moved::default()), ["the row"]);
        assert_eq!(check_position(KEY, None, &lines).unwrap()[0].what, "the row");
    }

    #[test]
    fn a_negative_closing_is_demanded() {
        let owing = StoredPosition {
            collected: 50,
            before: -50,
            payable: -50,
            closing: -50,
            ..StoredPosition::default()
        };
        let moved = Moved {
            collected: 50,
            demanded: 50,
            ..Moved::default()
        };
        assert_eq!(check_position(KEY, Some(&owing), &moved), Ok(vec![]));
        assert_eq!(
            whats(
                &owing,
                &Moved {
                    demanded: 49,
                    ..moved
                }
            ),
            ["amount"]
        );
    }

    #[test]
    fn what_was_demanded_before_and_is_open_is_not_demanded_again() {
        let owing = StoredPosition {
            opening: -50,
            collected: 30,
            remitted: 20,
            before: -60,
            payable: -60,
            closing: -60,
            ..StoredPosition::default()
        };
        let moved = Moved {
            opening: -50,
            collected: 30,
            remitted: 20,
            demanded: 30,
            ..Moved::default()
        };
        assert_eq!(check_position(KEY, Some(&owing), &moved), Ok(vec![]));
        let again = Moved {
            demanded: 60,
            ..moved
        };
        assert_eq!(whats(&owing, &again), ["amount"]);
    }
}
