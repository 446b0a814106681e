//! A settlement as it is computed: a line per destination and unit, in one order, with a digest over all of it.
//! Never here: where its figures come from, journals (see `posting`).

use std::collections::BTreeMap;

use super::{CycleKind, Movements, PayoutTerms, Position, PositionRule, position};
use crate::domain::canonical::{Digest, Encoding};
use crate::domain::hold::{HoldCause, HoldMovement, HoldRule, Holds};
use crate::domain::journal::Destination;
use crate::domain::money::{Amount, AmountOverflow};

/// What positions chain by within a network (money rule 9).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chain {
    pub destination: Destination,
    pub unit: i16,
}

impl Chain {
    /// An empty deposit identifier is that of the plain destination.
    pub fn new(party: i32, deposit_identifier: impl Into<String>, unit: i16) -> Self {
        Self {
            destination: Destination {
                party,
                deposit_identifier: deposit_identifier.into(),
            },
            unit,
        }
    }
}

/// What is known of one chain before it is settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    pub moved: Movements,
    /// Whether the window has lines of it, though they may sum to zero.
    pub has_lines: bool,
    /// The active holds until now.
    pub holds: Holds,
    /// What is to be held now, net of refunds, per cause.
    pub held_items: BTreeMap<HoldCause, Amount>,
    /// What the position before held of its closing.
    pub held_before: Amount,
    pub carried_before: u16,
    pub cycle: CycleKind,
}

/// The network's terms of payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    pub threshold: Amount,
    pub carried_cycles_max: u16,
}

/// One chain as settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledLine {
    pub chain: Chain,
    pub position: Position,
    pub cycle: CycleKind,
    pub has_lines: bool,
    pub held_before: Amount,
    pub hold_movements: Vec<HoldMovement>,
    /// The active holds after those movements.
    pub holds: Holds,
}

/// The settlement of one window, in the order of chains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    network: i16,
    window: i32,
    lines: Vec<SettledLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetRule {
    #[error("party {party}: {rule}")]
    Position { party: i32, rule: PositionRule },
    #[error("party {party}: {rule}")]
    Hold { party: i32, rule: HoldRule },
    #[error(transparent)]
    Overflow(#[from] AmountOverflow),
}

impl Sheet {
    /// Settles every chain by itself: nothing nets between them. Chains without balance, line or hold are left out.
    pub fn compute(
        network: i16,
        window: i32,
        terms: Terms,
        stands: BTreeMap<Chain, Stand>,
    ) -> Result<Self, SheetRule> {
        let mut lines = Vec::with_capacity(stands.len());
        for (chain, stand) in stands {
            let line = SettledLine::of(chain, stand, terms)?;
            if line.is_told() || !line.hold_movements.is_empty() {
                lines.push(line);
            }
        }
        Ok(Self {
            network,
            window,
            lines,
        })
    }

    pub fn lines(&self) -> &[SettledLine] {
        &self.lines
    }

    /// Over everything that approval would write: a settlement that was proposed is approved only as it was proposed.
    pub fn digest(&self) -> Digest {
        let figures: Vec<Figures<'_>> = self.lines.iter().map(SettledLine::figures).collect();
        settlement_digest(self.network, self.window, &figures)
    }
}

/// What the digest of a settlement seals of one chain, as computed or as stored.
#[derive(Clone, Copy, Debug)]
pub struct Figures<'a> {
    pub chain: &'a Chain,
    pub moved: Movements,
    pub active_holds: Amount,
    pub paid: Amount,
    pub closing: Amount,
    pub carried_cycles: u16,
    /// In the order of their causes.
    pub hold_movements: &'a [HoldMovement],
}

/// `figures` in the order of chains.
pub fn settlement_digest(network: i16, window: i32, figures: &[Figures<'_>]) -> Digest {
    Encoding::of("daftar settlement 1")
        .number(network)
        .number(window)
        .list(figures, |encoding, line| line.encoded(encoding))
        .finish()
}

impl SettledLine {
    fn of(chain: Chain, stand: Stand, terms: Terms) -> Result<Self, SheetRule> {
        let party = chain.destination.party;
        let hold_movements = stand.holds.movements_to(&stand.held_items)?;
        let mut holds = stand.holds;
        for movement in &hold_movements {
            holds
                .append(movement.clone())
                .map_err(|rule| SheetRule::Hold { party, rule })?;
        }
        let payout_terms = PayoutTerms {
            threshold: terms.threshold,
            carried_cycles_max: terms.carried_cycles_max,
            cycle: stand.cycle,
        };
        let position = position(stand.moved, holds.total()?, stand.carried_before, payout_terms)
            .map_err(|rule| SheetRule::Position { party, rule })?;
        Ok(Self {
            chain,
            position,
            cycle: stand.cycle,
            has_lines: stand.has_lines,
            held_before: stand.held_before,
            hold_movements,
            holds,
        })
    }

    /// Whether its party gets a statement of it: it has a balance or a line (money rule 22).
    pub fn is_told(&self) -> bool {
        self.has_lines || !self.position.is_empty()
    }

    pub fn held_change(&self) -> Result<Amount, AmountOverflow> {
        self.position.held_change(self.held_before)
    }

    fn figures(&self) -> Figures<'_> {
        Figures {
            chain: &self.chain,
            moved: self.position.moved(),
            active_holds: self.position.active_holds(),
            paid: self.position.paid(),
            closing: self.position.closing(),
            carried_cycles: self.position.carried_cycles(),
            hold_movements: &self.hold_movements,
        }
    }
}

impl Figures<'_> {
    fn encoded(&self, encoding: Encoding) -> Encoding {
        let moved = self.moved;
        encoding
            .number(self.chain.destination.party)
            .text(&self.chain.destination.deposit_identifier)
            .number(self.chain.unit)
            .number(moved.opening.minor())
            .number(moved.earned.minor())
            .number(moved.collected.minor())
            .number(moved.memos.minor())
            .number(moved.remitted.minor())
            .number(moved.returned.minor())
            .number(self.active_holds.minor())
            .number(self.paid.minor())
            .number(self.closing.minor())
            .number(self.carried_cycles)
            .list(self.hold_movements, |encoding, movement| {
                encoding
                    .text(&movement.cause.to_string())
                    .number(movement.amount.minor())
            })
    }
}

impl Default for Stand {
    fn default() -> Self {
        Self {
            moved: Movements::default(),
            has_lines: false,
            holds: Holds::default(),
            held_items: BTreeMap::new(),
            held_before: Amount::ZERO,
            carried_before: 0,
            cycle: CycleKind::Regular,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUSPENSION: HoldCause = HoldCause::Licence { licence: 17 };

    fn rial(minor: i64) -> Amount {
        Amount::from_minor(minor)
    }

    fn chain(party: i32, deposit_identifier: &str) -> Chain {
        Chain::new(party, deposit_identifier, 1)
    }

    fn earning(minor: i64) -> Stand {
        let moved = Movements {
            earned: rial(minor),
            ..Movements::default()
        };
        Stand {
            moved,
            has_lines: true,
            ..Stand::default()
        }
    }

    fn settled(stands: impl IntoIterator<Item = (Chain, Stand)>) -> Sheet {
        let terms = Terms {
            threshold: rial(0),
            carried_cycles_max: 3,
        };
        Sheet::compute(1, 7, terms, stands.into_iter().collect()).unwrap()
    }

    #[test]
    fn destinations_of_one_party_are_settled_apart() {
        let sheet = settled([(chain(1, "361"), earning(-50)), (chain(1, ""), earning(80))]);
        let paid: Vec<_> = sheet.lines().iter().map(|line| line.position.paid()).collect();
        let owed: Vec<_> = sheet
            .lines()
            .iter()
            .map(|line| line.position.remittance_due())
            .collect();
        assert_eq!((paid, owed), (vec![rial(80), rial(0)], vec![rial(0), rial(50)]));
    }

    #[test]
    fn what_is_held_is_moved_there_and_back_when_its_cause_is_gone() {
        let held = Stand {
            held_items: BTreeMap::from([(SUSPENSION, rial(30))]),
            ..earning(100)
        };
        let first = &settled([(chain(1, ""), held)]).lines()[0].clone();
        assert_eq!(
            (first.position.paid(), first.held_change()),
            (rial(70), Ok(rial(30)))
        );
        let moved = Movements {
            opening: first.position.closing(),
            ..Movements::default()
        };
        let released = Stand {
            moved,
            holds: first.holds.clone(),
            held_before: first.position.held(),
            ..Stand::default()
        };
        let second = &settled([(chain(1, ""), released)]).lines()[0].clone();
        assert_eq!(
            (second.position.paid(), second.held_change()),
            (rial(30), Ok(rial(-30)))
        );
    }

    #[test]
    fn a_chain_is_left_out_only_without_balance_line_and_hold() {
        let nothing = settled([(chain(1, ""), Stand::default())]);
        assert!(nothing.lines().is_empty());
        assert!(settled([(chain(1, ""), earning(0))]).lines()[0].is_told());
        let released = Stand {
            holds: Holds::of([HoldMovement {
                cause: SUSPENSION,
                amount: rial(5),
            }])
            .unwrap(),
            ..Stand::default()
        };
        let sheet = settled([(chain(1, ""), released)]);
        assert!(!sheet.lines()[0].is_told());
    }

    #[test]
    fn the_digest_changes_with_any_figure_and_with_nothing_else() {
        let digest = |stand: Stand| settled([(chain(1, ""), stand)]).digest();
        assert_eq!(digest(earning(100)), digest(earning(100)));
        let held = Stand {
            held_items: BTreeMap::from([(SUSPENSION, rial(1))]),
            ..earning(100)
        };
        let remitted = Stand {
            moved: Movements {
                earned: rial(99),
                remitted: rial(1),
                ..Movements::default()
            },
            ..earning(100)
        };
        let digests = [
            digest(earning(100)),
            digest(earning(101)),
            digest(held),
            digest(remitted),
        ];
        let distinct: std::collections::BTreeSet<_> = digests.iter().collect();
        assert_eq!(distinct.len(), digests.len());
        assert_ne!(
            settled([(chain(1, ""), earning(1))]).digest(),
            settled([(chain(1, "361"), earning(1))]).digest()
        );
    }
}
