//! A rate of a base, kept within limits. Never here: shares that are rates of the whole (`sharing`).

use super::{Limits, Percent};
use crate::domain::money::Amount;
use crate::domain::split;
use crate::domain::tariff::derivation::Step;
use crate::domain::tariff::pricing::Working;
use crate::domain::tariff::question::Refusal;

impl Percent {
    pub(super) fn value(&self, working: &mut Working<'_>) -> Result<Amount, Refusal> {
        let base = self.of.base(working)?;
        let exact = if self.inside {
            split::tax_inside(base, self.rate)
        } else {
            split::rate_of(base, self.rate)
        };
        let result = exact.round(self.rounding)?;
        if working.trace.is_kept() {
            let base_name = self.of.name(working);
            let step = Step::Rate {
                rate: self.rate,
                inside: self.inside,
                base_name,
                base,
                exact,
                rounding: self.rounding,
                result,
            };
            working.trace.push(Some(step));
        }
        let clamped = self.limits.clamp(result, working)?;
        if clamped > result && clamped > base && self.of.is_the_whole(working) {
            return Err(Refusal::MinimumAboveAmount {
                minimum: clamped,
                amount: base,
            });
        }
        Ok(clamped)
    }
}

impl Limits {
    pub(super) fn clamp(&self, amount: Amount, working: &mut Working<'_>) -> Result<Amount, Refusal> {
        let at_least = self
            .at_least
            .as_ref()
            .map(|limit| limit.base(working))
            .transpose()?;
        let at_most = self
            .at_most
            .as_ref()
            .map(|limit| limit.base(working))
            .transpose()?;
        if let (Some(at_least), Some(at_most)) = (at_least, at_most)
            && at_least > at_most
        {
            return Err(Refusal::ClampCrossed { at_least, at_most });
        }
        let result = amount
            .max(at_least.unwrap_or(amount))
            .min(at_most.unwrap_or(Amount::from_minor(i64::MAX)));
        if at_least.is_some() || at_most.is_some() {
            working.trace.step(|| Step::Clamp {
                value: amount,
                at_least,
                at_most,
                result,
            });
        }
        Ok(result)
    }
}
