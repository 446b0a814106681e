//! What a minimum may not lie above: the price or the sender's money that it is a minimum share of (money rule 4).
//! Never here: raising to it (`percent`). But for a rate's own minimum only trials look for it: documents that were published before
//! are priced as they were.

use super::Formula;
use super::bands::row_of;
use crate::domain::money::Amount;
use crate::domain::tariff::pricing::{Computation, Occasion, PRICE, Working};
use crate::domain::tariff::question::Refusal;

impl Formula {
    /// What a clamp has raised must not come above what it is a share of.
    pub(super) fn check_raised(&self, raised: Amount, working: &mut Working<'_>) -> Result<(), Refusal> {
        if working.occasion != Occasion::Trial {
            return Ok(());
        }
        match self.shared(working)? {
            Some(whole) if raised > whole => Err(Refusal::MinimumAboveAmount {
                minimum: raised,
                amount: whole,
            }),
            Some(_) | None => Ok(()),
        }
    }

    /// Nor does anybody pay or earn the whole and more, because a clamp raises it: as a base to take rates of it may be raised.
    pub(in crate::domain::tariff) fn check_charged(
        &self,
        charged: Amount,
        working: &Working<'_>,
    ) -> Result<(), Refusal> {
        let Self::Clamp { value, .. } = self else {
            return Ok(());
        };
        match value.whole(working)? {
            Some(whole) if charged > whole => Err(Refusal::MinimumAboveAmount {
                minimum: charged,
                amount: whole,
            }),
            Some(_) | None => Ok(()),
        }
    }

    /// The price or the sender's money that it is a share of, however that is written: a rate, rounded, summed, chosen or named.
    /// An amount by itself is no share, nor is a charge for a count.
    fn shared(&self, working: &mut Working<'_>) -> Result<Option<Amount>, Refusal> {
        match self {
            Self::Percent(percent) => percent.of.whole(working),
            Self::Slices { of, .. } => of.whole(working),
            Self::Round { value, .. } | Self::Clamp { value, .. } => value.shared(working),
            Self::Choose(decision) => decision.decide(working)?.1.shared(working),
            Self::Bands { of, rows } => row_of(of, rows, working)?.value.shared(working),
            Self::Sum(parts) => {
                let mut greatest: Option<Amount> = None;
                for part in parts {
                    greatest = greatest.max(part.shared(working)?);
                }
                Ok(greatest)
            }
            Self::Slot(slot) => match computed(*slot, working) {
                Some(formula) => formula.shared(working),
                None => Ok(None),
            },
            Self::Fixed(_) | Self::Amount | Self::Principal | Self::Quantity | Self::Fact(_) => Ok(None),
            Self::Less { .. } | Self::Times { .. } | Self::Steps(_) | Self::Refuse(_) => Ok(None),
        }
    }

    /// Its amount, if it is the whole.
    fn whole(&self, working: &Working<'_>) -> Result<Option<Amount>, Refusal> {
        if self.is_the_whole(working) {
            self.quiet_read(working)
        } else {
            Ok(None)
        }
    }

    /// Is it what a minimum must lie below (money rule 4): the price or the sender's amount, and where it is tried, the principal
    /// or a part or base that is nothing else?
    pub(super) fn is_the_whole(&self, working: &Working<'_>) -> bool {
        let on_trial = working.occasion == Occasion::Trial;
        match self {
            Self::Amount => true,
            Self::Principal => on_trial,
            Self::Slot(slot) if *slot == PRICE => true,
            Self::Slot(slot) => {
                on_trial && computed(*slot, working).is_some_and(|formula| formula.is_the_whole(working))
            }
            Self::Fixed(_) | Self::Quantity | Self::Fact(_) | Self::Percent(_) => false,
            Self::Sum(_) | Self::Less { .. } | Self::Times { .. } | Self::Bands { .. } => false,
            Self::Slices { .. } | Self::Steps(_) | Self::Clamp { .. } | Self::Choose(_) => false,
            Self::Round { .. } | Self::Refuse(_) => false,
        }
    }
}

/// How a part of the price or a base is found.
fn computed<'a>(slot: usize, working: &Working<'a>) -> Option<&'a Formula> {
    let computations = &working.tariff.computations;
    computations.iter().find_map(|computation| match computation {
        Computation::Compute { slot: named, formula } => (*named == slot).then_some(formula),
        Computation::Remainder { .. } | Computation::Divide(_) => None,
    })
}
