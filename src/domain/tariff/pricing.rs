//! Answering a question: the price, and an allocation of equal sides. Quoting and explaining are one computation.
//! Never here: whose the price is (see `sharing`), reading documents, rounding by hand.

mod admission;

use super::allocation::{Allocation, Share, Unbalanced};
use super::derivation::{Derivation, Line, LineSubject, Step, Trace};
use super::formula::Formula;
use super::question::{Question, Refusal};
use super::sharing::Shared;
use super::term::Side;
use super::{SlotKind, Tariff};
use crate::domain::money::{Amount, AmountOverflow};
use crate::domain::rate::Rate;
use crate::domain::split::{self, Residue};

/// The slot of the sum of the price's parts.
pub(super) const PRICE: usize = 0;
/// The slot of what the citizen pays after the rounding.
pub(super) const PAID: usize = 1;

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// What the citizen pays for the fee: the sources that the holder bears. The principal is beside it.
    pub price: Amount,
    pub principal: Amount,
    pub allocation: Allocation,
}

/// One amount to be found and kept in a slot.
#[derive(Clone, Debug)]
pub(super) enum Computation {
    Compute {
        slot: usize,
        formula: Formula,
    },
    /// What all others leave of the price.
    Remainder {
        slot: usize,
        others: Vec<usize>,
    },
    /// A slot divided among others without loss.
    Divide(Group),
}

impl Computation {
    /// Is the amount of this slot found by it?
    pub(super) fn fills(&self, wanted: usize) -> bool {
        match self {
            Self::Compute { slot, .. } | Self::Remainder { slot, .. } => *slot == wanted,
            Self::Divide(group) => group.members.contains(&wanted),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) of: usize,
    pub(super) members: Vec<usize>,
    pub(super) weights: Vec<i128>,
    /// The members' rates, for the derivation; empty where weights were written.
    pub(super) rates: Vec<Rate>,
    pub(super) residue: Residue,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occasion {
    /// A counter, or somebody who wants to know what a counter would be answered.
    Case,
    /// The check, before the tariff is published.
    Trial,
}

/// Where a computation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) side: Side,
    /// The amount that is being found.
    pub(super) slot: usize,
    /// What is withheld of that amount is being found.
    pub(super) withholds: bool,
}

/// The state of one computation.
pub(super) struct Working<'a> {
    pub(super) occasion: Occasion,
    pub(super) place: Place,
    pub(super) tariff: &'a Tariff,
    pub(super) question: &'a Question,
    pub(super) amounts: Vec<Amount>,
    /// Why this list of components holds, for the lines of all of them.
    pub(super) list_chosen: Vec<Step>,
    pub(super) trace: Trace,
}

impl Tariff {
    /// The price and its split. The same question has the same answer for ever.
    pub fn quote(&self, question: &Question) -> Result<Quote, Refusal> {
        self.answer(question, Trace::Silent).map(|(quote, _)| quote)
    }

    /// The same answer, with how each line came about.
    pub fn explain(&self, question: &Question) -> Result<(Quote, Derivation), Refusal> {
        self.answer(question, Trace::kept())
    }

    /// The answer to a trial question, which must also be sound.
    pub(super) fn try_out(&self, question: &Question) -> Result<Quote, (Refusal, Place)> {
        let mut working = self.working(question, Trace::Silent);
        working.occasion = Occasion::Trial;
        working.answer().map_err(|refusal| (refusal, working.place))
    }

    fn answer(&self, question: &Question, trace: Trace) -> Result<(Quote, Derivation), Refusal> {
        let mut working = self.working(question, trace);
        let quote = working.answer()?;
        Ok((quote, working.trace.finish()))
    }

    /// The amount of a formula by itself, after the computations that it needs.
    pub(super) fn measured<'a>(
        &'a self,
        question: &'a Question,
        needed: &[&'a Computation],
        of: &Formula,
    ) -> Result<Amount, Refusal> {
        let mut working = self.working(question, Trace::Silent);
        for computation in needed {
            working.compute(computation)?;
        }
        of.value(&mut working)
    }

    /// What the holder bears before it is rounded.
    pub(super) fn borne_by_holder(&self, question: &Question) -> Result<Amount, Refusal> {
        let mut working = self.working(question, Trace::Silent);
        working.find_price()?;
        working.place.side = Side::Source;
        let sources = working.share_out(&self.sources)?;
        Ok(self.paid_by_holder(&sources.shares)?)
    }

    fn working<'a>(&'a self, question: &'a Question, trace: Trace) -> Working<'a> {
        Working {
            occasion: Occasion::Case,
            place: Place {
                side: Side::Leg,
                slot: PRICE,
                withholds: false,
            },
            tariff: self,
            question,
            amounts: vec![Amount::ZERO; self.slots.len()],
            list_chosen: Vec::new(),
            trace,
        }
    }

    fn balanced(&self, question: &Question, sources: Shared, legs: Shared) -> Result<Quote, Refusal> {
        let price = self.paid_by_holder(&sources.shares)?;
        if let Some(stated) = question.amount
            && !self.reads_amount
            && stated != price
        {
            return Err(Refusal::AmountDiffers { stated, price });
        }
        let total = |shared: &Shared| Amount::sum(shared.shares.iter().map(|share| share.amount));
        let (total, components) = (total(&sources)?, total(&legs)?);
        if total.is_above_limit() {
            return Err(Refusal::AboveLimit { total });
        }
        let allocation =
            Allocation::balanced(sources.shares, legs.shares).map_err(|unbalanced| match unbalanced {
                Unbalanced::RepeatedTerm { ordinal } => Refusal::SharesAreOneTerm {
                    name: self
                        .term(ordinal)
                        .map(|term| term.name.clone())
                        .unwrap_or_default(),
                },
                Unbalanced::SidesDiffer { .. }
                | Unbalanced::NegativeShare { .. }
                | Unbalanced::Overflow(_) => Refusal::ComponentsExceed {
                    side: Side::Leg,
                    components,
                    total,
                },
            })?;
        Ok(Quote {
            price,
            principal: question.principal.unwrap_or_default(),
            allocation,
        })
    }

    /// The sum of the sources that the holder of the citizen's money bears.
    pub(super) fn paid_by_holder(&self, sources: &[Share]) -> Result<Amount, AmountOverflow> {
        let paid = sources.iter().filter(|share| self.is_holders(share));
        Amount::sum(paid.map(|share| share.amount))
    }

    pub(super) fn is_holders(&self, share: &Share) -> bool {
        self.term(share.ordinal).is_some_and(|term| term.role.is_holder())
    }
}

impl<'a> Working<'a> {
    fn answer(&mut self) -> Result<Quote, Refusal> {
        let tariff = self.tariff;
        tariff.admit(self.question)?;
        self.find_price()?;
        self.try_only_what_may_be_paid()?;
        let mut legs = self.share_out(&tariff.split)?;
        self.place.side = Side::Source;
        self.list_chosen.clear();
        let mut sources = self.share_out(&tariff.sources)?;
        self.round_what_is_paid(&mut sources, &mut legs)?;
        self.multiply(&mut sources)?;
        self.multiply(&mut legs)?;
        tariff.balanced(self.question, sources, legs)
    }

    /// Shares of a price that no transaction may come to are wrong for nobody.
    fn try_only_what_may_be_paid(&self) -> Result<(), Refusal> {
        let total = self.amounts[PRICE];
        if self.occasion == Occasion::Trial && total.is_above_limit() {
            return Err(Refusal::AboveLimit { total });
        }
        Ok(())
    }

    fn find_price(&mut self) -> Result<(), Refusal> {
        let tariff = self.tariff;
        for computation in &tariff.computations {
            self.compute(computation)?;
        }
        Ok(())
    }

    pub(super) fn compute(&mut self, computation: &'a Computation) -> Result<(), Refusal> {
        match computation {
            Computation::Compute { slot, formula } => {
                self.at(*slot);
                let amount = formula.value(self)?;
                if self.occasion == Occasion::Trial && self.tariff.slots[*slot].kind != SlotKind::Base {
                    formula.check_charged(amount, self)?;
                }
                self.put(*slot, amount)
            }
            Computation::Remainder { slot, others } => self.remain(*slot, others),
            Computation::Divide(group) => self.divide(group),
        }
    }

    pub(super) const fn at(&mut self, slot: usize) {
        self.place.slot = slot;
        self.place.withholds = false;
    }

    fn put(&mut self, slot: usize, amount: Amount) -> Result<(), Refusal> {
        if amount.is_negative() {
            return Err(Refusal::BelowZero {
                name: Some(self.tariff.slots[slot].name.clone()),
            });
        }
        self.amounts[slot] = amount;
        self.keep(slot);
        Ok(())
    }

    fn remain(&mut self, slot: usize, others: &[usize]) -> Result<(), Refusal> {
        let from = self.amounts[PRICE];
        let taken = others
            .iter()
            .map(|other| self.amounts[*other])
            .collect::<Vec<_>>();
        let components = Amount::sum(taken.iter().copied())?;
        let result = from.minus(components)?;
        if result.is_negative() {
            return Err(Refusal::ComponentsExceed {
                side: self.place.side,
                components,
                total: from,
            });
        }
        if self.trace.is_kept() {
            let name = |slot: &usize| Some(self.tariff.slots[*slot].called());
            let (from_name, names) = (name(&PRICE), others.iter().map(name).collect());
            self.trace.push(Some(Step::Less {
                from_name,
                from,
                names,
                taken,
                left: result,
                result,
            }));
        }
        self.put(slot, result)
    }

    fn divide(&mut self, group: &Group) -> Result<(), Refusal> {
        let total = self.amounts[group.of];
        let division = split::split(total, &group.weights, group.residue)?;
        for (index, slot) in group.members.iter().enumerate() {
            let (result, exact) = (division.amounts[index], division.exact[index]);
            let residue = division.residues[index];
            if self.trace.is_kept() {
                let share = group.share_text(index);
                let base_name = self.tariff.slots[group.of].called();
                let largest_remainder = group.residue == Residue::LargestRemainder;
                let base = total;
                let step = Step::Share {
                    share,
                    base_name,
                    base,
                    exact,
                    residue,
                    largest_remainder,
                    result,
                };
                self.trace.push(Some(step));
            }
            self.put(*slot, result)?;
        }
        Ok(())
    }

    /// Parts, bases and groups are lines by themselves; a component's steps wait for its term's line.
    pub(super) fn keep(&mut self, slot: usize) {
        let declared = &self.tariff.slots[slot];
        let subject = match declared.kind {
            SlotKind::Component => return self.trace.store(slot),
            SlotKind::Part => LineSubject::Part,
            SlotKind::Base => LineSubject::Base,
            SlotKind::Price => LineSubject::Price,
            SlotKind::Group => LineSubject::Group,
        };
        let amount = self.amounts[slot];
        self.trace.line(|steps| Line {
            subject,
            name: declared.name.clone(),
            title: declared.called().title,
            ordinal: None,
            instrument: None,
            amount,
            steps,
        });
    }
}

impl Group {
    fn share_text(&self, index: usize) -> String {
        match self.rates.get(index) {
            Some(rate) => rate.to_string(),
            None => format!("{}/{}", self.weights[index], self.weights.iter().sum::<i128>()),
        }
    }
}
