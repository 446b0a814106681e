use proptest::prelude::*;

use super::*;

fn rial(minor: i64) -> Amount {
    Amount::from_minor(minor)
}

fn terms(threshold: i64) -> PayoutTerms {
    PayoutTerms {
        threshold: rial(threshold),
        carried_cycles_max: 3,
        cycle: CycleKind::Regular,
    }
}

fn earning(opening: i64, earned: i64) -> Movements {
    Movements {
        opening: rial(opening),
        earned: rial(earned),
        ..Movements::default()
    }
}

fn settled(moved: Movements, holds: i64, carried: u16, terms: PayoutTerms) -> Position {
    position(moved, rial(holds), carried, terms).unwrap()
}

#[test]
fn a_threshold_of_500_000_over_three_cycles_pays_the_sum_in_the_third() {
    let first = settled(earning(0, 428_612), 0, 0, terms(500_000));
    assert_eq!((first.closing(), first.paid()), (rial(428_612), rial(0)));
    let second = settled(
        earning(428_612, -857_224),
        0,
        first.carried_cycles(),
        terms(500_000),
    );
    assert_eq!((second.closing(), second.paid()), (rial(-428_612), rial(0)));
    assert_eq!(second.remittance_due(), rial(428_612));
    let third = settled(
        earning(-428_612, 1_285_836),
        0,
        second.carried_cycles(),
        terms(500_000),
    );
    assert_eq!((third.closing(), third.paid()), (rial(0), rial(857_224)));
    assert_eq!((second.demanded(), third.demanded()), (rial(428_612), rial(0)));
    assert!(second.follows(&first) && third.follows(&second));
}

#[test]
fn a_balance_is_paid_from_the_threshold_on() {
    let paid = |earned| settled(earning(0, earned), 0, 0, terms(500_000)).paid();
    assert_eq!(
        [499_999, 500_000, 500_001].map(paid),
        [0, 500_000, 500_001].map(rial)
    );
    assert_eq!(settled(earning(0, 0), 0, 0, terms(0)).paid(), rial(0));
    assert_eq!(settled(earning(0, 1), 0, 0, terms(0)).paid(), rial(1));
}

#[test]
fn a_small_balance_is_carried_for_the_limit_and_then_paid() {
    let (mut opening, mut carried, mut paid) = (rial(0), 0, Vec::new());
    for _ in 0..5 {
        let after = settled(earning(opening.minor(), 10), 0, carried, terms(500_000));
        (opening, carried) = (after.closing(), after.carried_cycles());
        paid.push(after.paid().minor());
    }
    assert_eq!(paid, [0, 0, 0, 40, 0]);
}

#[test]
fn a_final_settlement_pays_below_the_threshold_and_keeps_what_is_held() {
    let last = PayoutTerms {
        cycle: CycleKind::Final,
        ..terms(500_000)
    };
    let after = settled(earning(0, 100), 30, 0, last);
    assert_eq!(
        (after.paid(), after.held(), after.closing()),
        (rial(70), rial(30), rial(30))
    );
}

#[test]
fn a_hold_never_creates_a_debt() {
    for (before, held, payable) in [(-5, 0, -5), (0, 0, 0), (5, 5, 0), (7, 7, 0), (10, 7, 3)] {
        let after = settled(earning(0, before), 7, 0, terms(0));
        assert_eq!((after.held(), after.payable()), (rial(held), rial(payable)));
    }
}

#[test]
fn a_hold_is_released_into_the_payable_amount() {
    let first = settled(earning(0, 100), 100, 0, terms(0));
    assert_eq!((first.paid(), first.closing()), (rial(0), rial(100)));
    let second = settled(earning(100, 0), 0, 0, terms(0));
    assert_eq!(second.held_change(first.held()), Ok(rial(-100)));
    assert_eq!(second.paid(), rial(100));
}

#[test]
fn negative_holds_remittances_and_thresholds_are_refused() {
    let moved = Movements {
        remitted: rial(-1),
        ..Movements::default()
    };
    assert_eq!(
        position(moved, rial(0), 0, terms(0)),
        Err(PositionRule::IncomingNotNegative)
    );
    assert_eq!(
        position(earning(0, 0), rial(-1), 0, terms(0)),
        Err(PositionRule::HoldsNotNegative)
    );
    assert_eq!(
        position(earning(0, 0), rial(0), 0, terms(-1)),
        Err(PositionRule::ThresholdNotNegative)
    );
    assert!(matches!(
        position(earning(i64::MAX, 1), rial(0), 0, terms(0)),
        Err(PositionRule::Overflow(_))
    ));
}

fn any_cycle() -> impl Strategy<Value = ([i64; 5], i64)> {
    let signed = -1_000_000..1_000_000_i64;
    let incoming = prop_oneof![Just(0), 0..500_000_i64];
    let holds = prop_oneof![Just(0), 0..800_000_i64];
    (
        (signed.clone(), signed.clone(), signed, incoming.clone(), incoming),
        holds,
    )
        .prop_map(|((e, c, m, r, b), holds)| ([e, c, m, r, b], holds))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn any_history_chains_conserves_and_pays_nothing_negative(
        cycles in proptest::collection::vec(any_cycle(), 1..24),
        threshold in 0..900_000_i64,
        carried_cycles_max in 1..5_u16,
    ) {
        let terms = PayoutTerms { threshold: rial(threshold), carried_cycles_max, cycle: CycleKind::Regular };
        let (mut opening, mut carried, mut moved_ever, mut paid_ever) = (rial(0), 0, 0, 0);
        let mut in_a_row = 0;
        for ([earned, collected, memos, remitted, returned], holds) in cycles {
            let moved = Movements {
                opening,
                earned: rial(earned),
                collected: rial(collected),
                memos: rial(memos),
                remitted: rial(remitted),
                returned: rial(returned),
            };
            let after = position(moved, rial(holds), carried, terms).unwrap();
            moved_ever += earned - collected + memos + remitted + returned;
            paid_ever += after.paid().minor();
            prop_assert_eq!(after.closing().minor() + paid_ever, moved_ever);
            prop_assert!(!after.paid().is_negative() && !after.held().is_negative());
            prop_assert!(after.paid().is_zero() || after.closing() == after.held());
            prop_assert!(after.held() <= after.closing().max(rial(0)));
            prop_assert_eq!(after.remittance_due().minor(), (-after.closing().minor()).max(0));
            prop_assert!(!after.demanded().is_negative() && after.demanded() <= after.remittance_due());
            in_a_row = if after.payable() > rial(0) && after.paid().is_zero() { in_a_row + 1 } else { 0 };
            prop_assert!(in_a_row <= carried_cycles_max);
            prop_assert_eq!(after.carried_cycles(), in_a_row);
            (opening, carried) = (after.closing(), after.carried_cycles());
        }
    }
}
