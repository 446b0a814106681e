//! Which payouts may leave with the money that is there. Never here: what stops one although its money is there.

use crate::domain::money::{Amount, AmountOverflow};

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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

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
