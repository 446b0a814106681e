//! Which questions a tariff understands. Never here: what it answers.

use crate::domain::money::Amount;
use crate::domain::tariff::Tariff;
use crate::domain::tariff::document::{QuantityRule, Range};
use crate::domain::tariff::question::{Question, Refusal, listed};

impl Tariff {
    /// Is this a question that the tariff understands?
    pub(super) fn admit(&self, question: &Question) -> Result<(), Refusal> {
        if question.quantity == 0 {
            return Err(Refusal::QuantityZero);
        }
        if question.quantity != 1 && !self.reads_quantity && self.quantity == QuantityRule::Named {
            return Err(Refusal::QuantityUnexpected(question.quantity));
        }
        if self.reads_amount {
            within(
                "amount",
                question.amount.ok_or(Refusal::AmountMissing)?,
                &self.amount,
            )?;
        }
        self.admits_principal(question.principal)?;
        self.admit_leg(question.leg.as_ref())
    }

    /// Whether this money may pass beside the fee; the fee need not depend on it.
    pub fn admits_principal(&self, principal: Option<Amount>) -> Result<(), Refusal> {
        match (&self.principal, principal) {
            (Some(declared), Some(stated)) => within("principal", stated, &declared.range),
            (Some(_), None) => Err(Refusal::PrincipalMissing),
            (None, Some(stated)) if !stated.is_zero() => Err(Refusal::PrincipalUnexpected),
            (None, Some(_) | None) => Ok(()),
        }
    }

    fn admit_leg(&self, leg: Option<&String>) -> Result<(), Refusal> {
        let known = || listed(self.activity_legs.iter().map(String::as_str));
        match leg {
            None if self.activity_legs.is_empty() => Ok(()),
            None => Err(Refusal::LegMissing { known: known() }),
            Some(leg) if self.activity_legs.contains(leg) => Ok(()),
            Some(leg) => Err(Refusal::LegUnknown {
                leg: leg.clone(),
                known: known(),
            }),
        }
    }
}

fn within(what: &'static str, value: Amount, range: &Range) -> Result<(), Refusal> {
    let above = range.at_most.is_some_and(|most| value.minor() > most);
    if value.minor() >= range.at_least && !above {
        return Ok(());
    }
    let at_most = range
        .at_most
        .map_or_else(|| "…".to_owned(), |most| most.to_string());
    Err(Refusal::OutsideRange {
        what,
        value,
        at_least: range.at_least,
        at_most,
    })
}
