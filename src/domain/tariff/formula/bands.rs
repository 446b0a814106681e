//! Amounts by where a measure lies: its band, its slices, the steps that it has begun.
//! Never here: whether bands follow each other (`check` judges that).

use super::{Band, Formula, Slice, Steps};
use crate::domain::money::Amount;
use crate::domain::split::{self, Rounding, RoundingMode};
use crate::domain::tariff::derivation::{Step, StepsTaken};
use crate::domain::tariff::document::rule::BegunStep;
use crate::domain::tariff::pricing::Working;
use crate::domain::tariff::question::Refusal;

pub(super) fn band(of: &Formula, rows: &[Band], working: &mut Working<'_>) -> Result<Amount, Refusal> {
    let value = of.base(working)?;
    let row = row_at(value, of, rows, working)?;
    if working.trace.is_kept() {
        let step = Step::Band {
            measure: of.name(working),
            value,
            from: row.from,
            below: row.below,
        };
        working.trace.push(Some(step));
    }
    row.value.value(working)
}

/// The row in which the measure lies.
pub(super) fn row_of<'r>(
    of: &Formula,
    rows: &'r [Band],
    working: &mut Working<'_>,
) -> Result<&'r Band, Refusal> {
    let value = of.base(working)?;
    row_at(value, of, rows, working)
}

fn row_at<'r>(
    value: Amount,
    of: &Formula,
    rows: &'r [Band],
    working: &Working<'_>,
) -> Result<&'r Band, Refusal> {
    let contains =
        |row: &&Band| value.minor() >= row.from && row.below.is_none_or(|below| value.minor() < below);
    rows.iter().find(contains).ok_or_else(|| Refusal::OutsideBands {
        measure: of.name(working).map(|named| named.name),
        value,
        is_above: rows.last().is_none_or(|last| value.minor() >= last.from),
    })
}

pub(super) fn slices(
    of: &Formula,
    rows: &[Slice],
    rounding: Rounding,
    working: &mut Working<'_>,
) -> Result<Amount, Refusal> {
    let value = of.base(working)?;
    let mut used = Vec::with_capacity(rows.len());
    for row in rows.iter().filter(|row| value.minor() > row.from) {
        let end = row.to.map_or(value, |to| value.min(Amount::from_minor(to)));
        used.push((end.minus(Amount::from_minor(row.from))?, row.rate));
    }
    let exact = split::rates_of_slices(&used)?;
    let result = exact.round(rounding)?;
    if working.trace.is_kept() {
        let step = Step::Slices {
            base_name: of.name(working),
            base: value,
            slices: used,
            exact,
            rounding,
            result,
        };
        working.trace.push(Some(step));
    }
    Ok(result)
}

impl Steps {
    pub(super) fn value(&self, working: &mut Working<'_>) -> Result<Amount, Refusal> {
        let value = self.of.base(working)?;
        let charge = self.charge.base(working)?;
        let charged = value.minus(self.free)?.max(Amount::ZERO);
        let (steps, result) = match self.begun {
            BegunStep::Charged => self.whole_steps(charged, charge, RoundingMode::Ceiling)?,
            BegunStep::NotCharged => self.whole_steps(charged, charge, RoundingMode::Floor)?,
            BegunStep::InProportion => {
                let rounding = Rounding::to_unit(self.round);
                let exact = split::pro_rata(charge, charged, self.size);
                let proportion = StepsTaken::Proportion {
                    charged,
                    exact,
                    rounding,
                };
                (proportion, exact.round(rounding)?)
            }
        };
        if working.trace.is_kept() {
            let measure = self.of.name(working);
            let (free, size, begun) = (self.free, self.size, self.begun);
            working.trace.push(Some(Step::Steps {
                measure,
                value,
                free,
                size,
                begun,
                steps,
                charge,
                result,
            }));
        }
        Ok(result)
    }

    fn whole_steps(
        &self,
        measure: Amount,
        charge: Amount,
        begun: RoundingMode,
    ) -> Result<(StepsTaken, Amount), Refusal> {
        let count = split::steps(measure, self.size, begun)?;
        Ok((StepsTaken::Whole(count), charge.times(count.minor())?))
    }
}
