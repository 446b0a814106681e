//! Positions: what each party is owed after a window, and what of it is paid. Never here: which payouts may leave (see
//! `funding`).

use serde::{Deserialize, Serialize};

use crate::domain::demand::{demanded_anew, owed_at};
use crate::domain::money::{Amount, AmountOverflow};

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

/// How much of a balance active holds keep back: as much as there is, for a hold never creates a debt (money rule 18).
fn held_of(balance: Amount, active_holds: Amount) -> Amount {
    balance.max(Amount::ZERO).min(active_holds)
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
    let held = held_of(before, active_holds);
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

#[cfg(test)]
mod tests;
