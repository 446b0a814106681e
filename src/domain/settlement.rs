//! Positions: what each party is owed after a window, and which payouts may leave. Never here: journals (see `posting`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::demand::{demanded_anew, owed_at};
use super::money::{Amount, AmountOverflow};

pub use sheet::{Chain, Figures, SettledLine, Sheet, SheetRule, Stand, Terms, settlement_digest};

mod sheet;

/// Whether a settlement is decided, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SettlementState {
    Proposed,
    Approved,
    Rejected,
}

impl SettlementState {
    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

/// What moved one destination's balance in a window, credit-positive: what the network owes is positive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movements {
    /// The closing of the position before.
    pub opening: Amount,
    /// Negative where refunds outweigh.
    pub earned: Amount,
    /// What the party holds of the citizens' money; negative where it gave more back.
    pub collected: Amount,
    pub memos: Amount,
    /// Never negative.
    pub remitted: Amount,
    /// Payouts that came back; never negative.
    pub returned: Amount,
}

/// When a payable balance is paid and when it is carried forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayoutTerms {
    /// Least amount that is paid, in the unit's smallest part.
    pub threshold: Amount,
    /// For how many cycles less than that may be carried; the next one pays it.
    pub carried_cycles_max: u16,
    pub cycle: CycleKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CycleKind {
    Regular,
    /// The last one of a party: whatever is payable is paid.
    Final,
}

/// A position as the statement prints it (money rule 14). Its numbers add up: there is no other door than [`position`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    moved: Movements,
    before: Amount,
    active_holds: Amount,
    held: Amount,
    payable: Amount,
    paid: Amount,
    closing: Amount,
    demanded: Amount,
    carried_cycles: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PositionRule {
    #[error("active holds are never negative")]
    HoldsNotNegative,
    #[error("remittances and returned payouts are never negative")]
    IncomingNotNegative,
    #[error("a payout threshold is never negative")]
    ThresholdNotNegative,
    #[error(transparent)]
    Overflow(#[from] AmountOverflow),
}

/// The position of one party and destination after one window. `carried_before`: for how many cycles in a row something
/// payable was carried until now, as the previous position says in [`Position::carried_cycles`].
pub fn position(
    moved: Movements,
    active_holds: Amount,
    carried_before: u16,
    terms: PayoutTerms,
) -> Result<Position, PositionRule> {
    check(&moved, active_holds, terms)?;
    let before = Amount::sum([
        moved.opening,
        moved.earned,
        Amount::ZERO.minus(moved.collected)?,
        moved.memos,
        moved.remitted,
        moved.returned,
    ])?;
    let held = before.max(Amount::ZERO).min(active_holds);
    let payable = before.minus(held)?;
    let paid = if terms.pay(payable, carried_before) {
        payable
    } else {
        Amount::ZERO
    };
    let closing = before.minus(paid)?;
    let carries = payable > Amount::ZERO && paid.is_zero();
    let carried_cycles = if carries {
        carried_before.saturating_add(1)
    } else {
        0
    };
    let demanded = demanded_anew(owed_at(moved.opening), moved.remitted, owed_at(closing))?;
    Ok(Position {
        moved,
        before,
        active_holds,
        held,
        payable,
        paid,
        closing,
        demanded,
        carried_cycles,
    })
}

fn check(moved: &Movements, active_holds: Amount, terms: PayoutTerms) -> Result<(), PositionRule> {
    if active_holds.is_negative() {
        return Err(PositionRule::HoldsNotNegative);
    }
    if moved.remitted.is_negative() || moved.returned.is_negative() {
        return Err(PositionRule::IncomingNotNegative);
    }
    if terms.threshold.is_negative() {
        return Err(PositionRule::ThresholdNotNegative);
    }
    Ok(())
}

impl PayoutTerms {
    fn pay(self, payable: Amount, carried_before: u16) -> bool {
        payable > Amount::ZERO
            && (payable >= self.threshold
                || self.cycle == CycleKind::Final
                || carried_before >= self.carried_cycles_max)
    }
}

impl Position {
    pub const fn moved(&self) -> Movements {
        self.moved
    }

    pub const fn before(&self) -> Amount {
        self.before
    }

    pub const fn active_holds(&self) -> Amount {
        self.active_holds
    }

    /// What of the closing balance is earned and not payable yet.
    pub const fn held(&self) -> Amount {
        self.held
    }

    pub const fn payable(&self) -> Amount {
        self.payable
    }

    /// All that is payable, or nothing.
    pub const fn paid(&self) -> Amount {
        self.paid
    }

    /// The opening of the next position.
    pub const fn closing(&self) -> Amount {
        self.closing
    }

    /// For how many cycles in a row something payable is carried, this one included.
    pub const fn carried_cycles(&self) -> u16 {
        self.carried_cycles
    }

    /// What the party owes the network's account: all of a negative closing (money rule 15).
    pub fn remittance_due(&self) -> Amount {
        owed_at(self.closing)
    }

    /// Of it, what no settlement before has demanded: each debt is demanded once.
    pub const fn demanded(&self) -> Amount {
        self.demanded
    }

    /// What approval moves from `due` to `held`, or back where negative.
    pub fn held_change(&self, held_before: Amount) -> Result<Amount, AmountOverflow> {
        self.held.minus(held_before)
    }

    pub fn follows(&self, previous: &Self) -> bool {
        self.moved.opening == previous.closing
    }

    /// A party without balance or line gets no statement (money rule 22).
    pub fn is_empty(&self) -> bool {
        self.moved == Movements::default() && self.active_holds.is_zero()
    }
}

/// A payout that was approved and waits for money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingPayout {
    pub id: i64,
    /// Its rank in the network's declared order: the smallest leaves first.
    pub priority: i16,
    pub amount: Amount,
}

/// The payouts that leave with the money which the books show in the bank: whole instructions, by priority and then by age
/// (ids grow). The first one that lacks money waits, and what stands behind it does not overtake it (money rule 15).
pub fn funded(waiting: &[WaitingPayout], bank_balance: Amount) -> Vec<i64> {
    let mut queue = waiting.to_vec();
    queue.sort_unstable_by_key(|payout| (payout.priority, payout.id));
    let mut left = bank_balance;
    let mut leaving = Vec::new();
    for payout in queue {
        match left.minus(payout.amount) {
            Ok(rest) if !rest.is_negative() => left = rest,
            Ok(_) | Err(AmountOverflow) => break,
        }
        leaving.push(payout.id);
    }
    leaving
}

#[cfg(test)]
mod tests {
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

    fn payout(id: i64, priority: i16, amount: i64) -> WaitingPayout {
        WaitingPayout {
            id,
            priority,
            amount: rial(amount),
        }
    }

    #[test]
    fn payouts_leave_whole_by_priority_and_nobody_overtakes() {
        let waiting = [
            payout(1, 2, 10),
            payout(2, 1, 60),
            payout(3, 1, 30),
            payout(4, 3, 1),
        ];
        let leaving = |balance| funded(&waiting, rial(balance));
        assert_eq!(leaving(59), Vec::<i64>::new());
        assert_eq!(leaving(60), [2]);
        assert_eq!(leaving(89), [2]);
        assert_eq!(leaving(100), [2, 3, 1]);
        assert_eq!(leaving(101), [2, 3, 1, 4]);
        assert_eq!(leaving(-1), Vec::<i64>::new());
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

        #[test]
        fn what_leaves_is_a_prefix_of_the_order_and_the_money_is_there(
            amounts in proptest::collection::vec((1..5_i16, 1..1_000_i64), 0..30),
            balance in -100..10_000_i64,
        ) {
            let waiting: Vec<_> = (0..).zip(&amounts).map(|(id, (p, a))| payout(id, *p, *a)).collect();
            let leaving = funded(&waiting, rial(balance));
            let mut order = waiting.clone();
            order.sort_by_key(|p| (p.priority, p.id));
            let ids: Vec<i64> = order.iter().map(|p| p.id).collect();
            prop_assert_eq!(&ids[..leaving.len()], &leaving[..]);
            let sum = |count: usize| order.iter().take(count).map(|p| p.amount.minor()).sum::<i64>();
            prop_assert!(leaving.is_empty() || sum(leaving.len()) <= balance);
            prop_assert!(leaving.len() == order.len() || sum(leaving.len() + 1) > balance);
        }
    }
}
