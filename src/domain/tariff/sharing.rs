//! Whose the price is: components and what is withheld from them, the taker of the rounding, quantities. Never here: how a
//! slot's amount is computed (see `pricing`).

use super::allocation::Share;
use super::decision::Decision;
use super::derivation::{Chosen, Line, Name, Step};
use super::document::QuantityRule;
use super::pricing::{Computation, PAID, PRICE, Working};
use super::question::Refusal;
use super::term::{Side, TermDeclaration};
use crate::domain::money::Amount;
use crate::domain::rate::Rate;
use crate::domain::split::{self, Exact, Rounding};

/// One list of components that sum to the price.
#[derive(Clone, Debug)]
pub(super) struct Shares {
    pub(super) computations: Vec<Computation>,
    pub(super) parts: Vec<PartOf>,
    /// The part that takes the citizen's rounding.
    pub(super) taker: Option<usize>,
}

/// A slot that is somebody's, and what is withheld from it.
#[derive(Clone, Debug)]
pub(super) struct PartOf {
    pub(super) slot: usize,
    pub(super) term: TermChoice,
    pub(super) withheld: Vec<Withheld>,
}

#[derive(Clone, Debug)]
pub(super) struct Withheld {
    pub(super) rate: Rate,
    pub(super) inside: bool,
    pub(super) rounding: Rounding,
    pub(super) term: TermChoice,
}

/// The term of a share, or its choice by facts (one per deposit identifier).
#[derive(Clone, Debug)]
pub(super) enum TermChoice {
    One(i16),
    Chosen(Decision<i16>),
}

/// One list of shares, or a choice between lists.
#[derive(Clone, Debug)]
pub(super) enum Choice {
    Only(Shares),
    ByLeg(Vec<(String, Choice)>),
    Cases(Box<Decision<Choice>>),
    Refuse(String),
}

/// The citizen's rounding and the term of its own, if no component takes the difference.
#[derive(Clone, Debug)]
pub(super) struct PriceRounding {
    pub(super) rounding: Rounding,
    pub(super) own_term: Option<TermChoice>,
}

/// The shares of one side and where the taker of the rounding stands.
pub(super) struct Shared {
    pub(super) shares: Vec<Share>,
    taker: Option<usize>,
}

impl TermChoice {
    /// The term, if there is nothing to choose.
    pub(super) const fn only(&self) -> Option<i16> {
        match self {
            Self::One(ordinal) => Some(*ordinal),
            Self::Chosen(_) => None,
        }
    }
}

impl Choice {
    /// Every list that may be chosen.
    pub(super) fn lists(&self) -> Vec<&Shares> {
        match self {
            Self::Only(shares) => vec![shares],
            Self::ByLeg(legs) => legs.iter().flat_map(|(_, inner)| inner.lists()).collect(),
            Self::Cases(decision) => decision.all().flat_map(Self::lists).collect(),
            Self::Refuse(_) => Vec::new(),
        }
    }
}

impl<'a> Working<'a> {
    pub(super) fn share_out(&mut self, choice: &'a Choice) -> Result<Shared, Refusal> {
        match choice {
            Choice::Only(shares) => self.share_list(shares),
            Choice::ByLeg(legs) => {
                let leg = self.question.leg.as_ref();
                let chosen = legs
                    .iter()
                    .find(|(name, _)| Some(name) == leg)
                    .ok_or(Refusal::NoCase)?;
                if self.trace.is_kept() {
                    let leg = chosen.0.clone();
                    self.list_chosen.push(Step::ActivityLeg { leg });
                }
                self.share_out(&chosen.1)
            }
            Choice::Cases(decision) => {
                let (number, chosen) = decision.decide(self)?;
                if self.trace.is_kept() {
                    let what = match self.place.side {
                        Side::Source => Chosen::Sources,
                        Side::Leg => Chosen::Split,
                    };
                    let step = self.case_of(what, decision, number);
                    self.list_chosen.push(step);
                }
                self.share_out(chosen)
            }
            Choice::Refuse(reason) => Err(Refusal::Refused(reason.clone())),
        }
    }

    fn share_list(&mut self, list: &'a Shares) -> Result<Shared, Refusal> {
        for computation in &list.computations {
            self.compute(computation)?;
        }
        let components = Amount::sum(list.parts.iter().map(|part| self.amounts[part.slot]))?;
        let total = self.amounts[PRICE];
        match components.cmp(&total) {
            std::cmp::Ordering::Equal => {}
            std::cmp::Ordering::Less => {
                return Err(Refusal::ComponentsFallShort {
                    side: self.place.side,
                    components,
                    total,
                });
            }
            std::cmp::Ordering::Greater => {
                return Err(Refusal::ComponentsExceed {
                    side: self.place.side,
                    components,
                    total,
                });
            }
        }
        let mut shared = Shared {
            shares: Vec::with_capacity(list.parts.len()),
            taker: None,
        };
        for (index, part) in list.parts.iter().enumerate() {
            if list.taker == Some(index) {
                shared.taker = Some(shared.shares.len());
            }
            self.share_part(part, &mut shared.shares)?;
        }
        Ok(shared)
    }

    fn share_part(&mut self, part: &PartOf, shares: &mut Vec<Share>) -> Result<(), Refusal> {
        self.at(part.slot);
        let gross = self.amounts[part.slot];
        let (at, ordinal) = (shares.len(), self.term(&part.term)?);
        shares.push(Share {
            ordinal,
            amount: gross,
        });
        self.trace.push_all(&self.list_chosen);
        self.trace.recall(part.slot);
        self.term_line(ordinal, &part.term, gross)?;
        self.place.withholds = true;
        let mut net = gross;
        for withheld in &part.withheld {
            let taken = self.withhold(gross, part.slot, withheld)?;
            net = net.minus(taken.amount)?;
            shares.push(taken);
        }
        if net.is_negative() {
            return Err(Refusal::BelowZero {
                name: Some(self.tariff.slots[part.slot].name.clone()),
            });
        }
        if net != gross {
            shares[at].amount = net;
            self.trace
                .amend(ordinal, net, || Step::Withheld { gross, result: net });
        }
        Ok(())
    }

    fn withhold(&mut self, gross: Amount, slot: usize, withheld: &Withheld) -> Result<Share, Refusal> {
        let (rate, inside, rounding) = (withheld.rate, withheld.inside, withheld.rounding);
        let exact = if inside {
            split::tax_inside(gross, rate)
        } else {
            split::rate_of(gross, rate)
        };
        let amount = exact.round(rounding)?;
        let withheld_from = &self.tariff.slots[slot];
        self.trace.step(|| {
            let base_name = Some(withheld_from.called());
            Step::Rate {
                rate,
                inside,
                base_name,
                base: gross,
                exact,
                rounding,
                result: amount,
            }
        });
        let ordinal = self.term(&withheld.term)?;
        self.term_line(ordinal, &withheld.term, amount)?;
        Ok(Share { ordinal, amount })
    }

    fn term(&self, choice: &TermChoice) -> Result<i16, Refusal> {
        match choice {
            TermChoice::One(ordinal) => Ok(*ordinal),
            TermChoice::Chosen(decision) => decision.decide(self).map(|(_, ordinal)| *ordinal),
        }
    }

    fn term_line(&mut self, ordinal: i16, choice: &TermChoice, amount: Amount) -> Result<(), Refusal> {
        if let TermChoice::Chosen(decision) = choice
            && self.trace.is_kept()
        {
            let (number, _) = decision.decide(self)?;
            let step = self.case_of(Chosen::DepositIdentifier, decision, number);
            self.trace.push(Some(step));
        }
        if let Some(term) = self.tariff.term(ordinal) {
            self.trace.line(|steps| Line::of_term(term, amount, steps));
        }
        Ok(())
    }

    /// What the citizen pays is rounded last of all, and the difference goes to its taker (money rule 4). What others bear stays
    /// as it is.
    pub(super) fn round_what_is_paid(
        &mut self,
        sources: &mut Shared,
        legs: &mut Shared,
    ) -> Result<(), Refusal> {
        let Some(PriceRounding { rounding, own_term }) = &self.tariff.rounding else {
            return Ok(());
        };
        let borne = self.tariff.paid_by_holder(&sources.shares)?;
        let exact = Exact {
            numerator: i128::from(borne.minor()),
            denominator: 1,
        };
        let paid = exact.round(*rounding)?;
        let in_turn = self.bearers_in_turn(sources, legs, own_term.as_ref())?;
        if let Some(first) = in_turn.first() {
            self.amounts[PAID] = paid;
            let is_price = borne == self.amounts[PRICE];
            let only = self.tariff.term(sources.shares[*first].ordinal);
            let only = only.filter(|_| in_turn.len() == 1);
            self.trace.step(|| Step::Rounded {
                name: if is_price {
                    Some(Name::own("price"))
                } else {
                    only.map(TermDeclaration::called)
                },
                value: borne,
                rounding: *rounding,
                result: paid,
            });
            self.keep(PAID);
            self.spread_difference(&mut sources.shares, &in_turn, paid, borne)?;
        }
        if let Some(own) = own_term {
            return self.own_difference(own, paid, borne, legs);
        }
        match legs.taker.and_then(|at| legs.shares.get_mut(at)) {
            Some(_) if in_turn.is_empty() => Ok(()),
            Some(share) => self.take_difference(share, paid, borne, paid.minus(borne)?),
            None => Ok(()),
        }
    }

    /// The sources that the holder bears, by the order in which they take the difference: those that are given back as its taker's
    /// leg is, so that a refund finds equal sides; of them the last first.
    fn bearers_in_turn(
        &self,
        sources: &Shared,
        legs: &Shared,
        own_term: Option<&TermChoice>,
    ) -> Result<Vec<usize>, Refusal> {
        let taker = match own_term {
            Some(own) => Some(self.term(own)?),
            None => legs.taker.map(|at| legs.shares[at].ordinal),
        };
        let is_refundable = |ordinal: i16| self.tariff.term(ordinal).is_none_or(|term| term.refundable);
        let as_taker =
            |share: &Share| taker.is_none_or(|taker| is_refundable(taker) == is_refundable(share.ordinal));
        let holders = sources.shares.iter().enumerate();
        let holders = holders.rev().filter(|(_, share)| self.tariff.is_holders(share));
        let (mut in_turn, others): (Vec<_>, Vec<_>) = holders.partition(|(_, share)| as_taker(share));
        in_turn.extend(others);
        Ok(in_turn.into_iter().map(|(at, _)| at).collect())
    }

    /// A gain goes to the first; of a loss each takes in turn what it has at most. All of them together have enough.
    fn spread_difference(
        &mut self,
        shares: &mut [Share],
        in_turn: &[usize],
        paid: Amount,
        price: Amount,
    ) -> Result<(), Refusal> {
        let mut rest = paid.minus(price)?;
        for (turn, at) in in_turn.iter().enumerate() {
            let share = &mut shares[*at];
            let own = rest.max(Amount::ZERO.minus(share.amount)?);
            rest = rest.minus(own)?;
            if turn == 0 || !own.is_zero() {
                self.take_difference(share, paid, price, own)?;
            }
        }
        Ok(())
    }

    fn name_of(&self, ordinal: i16) -> Option<String> {
        self.tariff.term(ordinal).map(|term| term.name.clone())
    }

    /// `own`: what of the difference is this share's.
    fn take_difference(
        &mut self,
        share: &mut Share,
        paid: Amount,
        price: Amount,
        own: Amount,
    ) -> Result<(), Refusal> {
        let (ordinal, before) = (share.ordinal, share.amount);
        let result = before.plus(own)?;
        share.amount = result;
        if result.is_negative() {
            let name = self.name_of(ordinal).unwrap_or_default();
            return Err(Refusal::RoundingNotBorne {
                name,
                difference: own,
            });
        }
        self.trace.amend(ordinal, result, || Step::RoundingDifference {
            paid,
            price,
            own,
            before,
            result,
        });
        Ok(())
    }

    fn own_difference(
        &mut self,
        own: &TermChoice,
        paid: Amount,
        price: Amount,
        legs: &mut Shared,
    ) -> Result<(), Refusal> {
        let (ordinal, amount) = (self.term(own)?, paid.minus(price)?);
        self.trace.step(|| Step::RoundingDifference {
            paid,
            price,
            own: amount,
            before: Amount::ZERO,
            result: amount,
        });
        self.term_line(ordinal, own, amount)?;
        legs.shares.push(Share { ordinal, amount });
        Ok(())
    }

    pub(super) fn multiply(&mut self, shared: &mut Shared) -> Result<(), Refusal> {
        if self.tariff.quantity == QuantityRule::Named {
            return Ok(());
        }
        let quantity = self.question.quantity;
        for share in &mut shared.shares {
            let one = share.amount;
            share.amount = one.times(i64::from(quantity))?;
            let result = share.amount;
            self.trace.amend(share.ordinal, result, || Step::Each {
                one,
                quantity,
                result,
            });
        }
        Ok(())
    }
}
