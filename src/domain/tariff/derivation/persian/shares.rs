//! What shares come to in Persian: rounded, divided, withheld, multiplied. Never here: amounts by a rule.

use super::numerals::{amount, digits, exact, ratio};
use super::{named, of, rounding, row};
use crate::domain::money::Amount;
use crate::domain::split::Exact;
use crate::domain::tariff::derivation::{Step, StepText};

pub(super) fn tell(step: &Step) -> StepText {
    match step {
        Step::Rounded {
            name,
            value,
            rounding: mode,
            result,
        } => {
            let exactly = Exact {
                numerator: i128::from(value.minor()),
                denominator: 1,
            };
            let base = named(name.as_ref(), *value);
            let arithmetic = format!("{base} ← {}", amount(*result));
            row(
                "رُند کردن",
                Some(base),
                arithmetic,
                rounding(exactly, *mode, *result),
            )
        }
        Step::Share {
            share,
            base_name,
            base,
            exact: found,
            residue,
            largest_remainder,
            ..
        } => {
            let base = of(base_name, *base);
            let share = ratio(share);
            let arithmetic = format!("{share} از {base} = {}", exact(*found));
            let floor = amount(Amount::from_minor(
                i64::try_from(found.whole_and_rest().0).unwrap_or_default(),
            ));
            let reason = if *largest_remainder {
                "به روش بزرگ‌ترین باقی‌مانده"
            } else {
                "به نام گیرندهٔ باقی‌مانده"
            };
            let rest = found.whole_and_rest().1;
            let rounding = match (residue.is_zero(), rest) {
                (true, 0) => None,
                (true, _) => Some(format!("رُند رو به پایین به {floor}")),
                (false, _) => Some(format!("{floor} + {} {reason}", amount(*residue))),
            };
            row("سهم", Some(base), arithmetic, rounding)
        }
        Step::Withheld { gross, result } => {
            let taken = amount(gross.minus(*result).unwrap_or_default());
            let arithmetic = format!("{} − کسرشده {taken} = {}", amount(*gross), amount(*result));
            row("کسر", Some(amount(*gross)), arithmetic, None)
        }
        Step::RoundingDifference {
            paid,
            price,
            own,
            before,
            result,
        } => {
            let (before, result) = (amount(*before), amount(*result));
            let is_whole = paid.minus(*price) == Ok(*own);
            let (paid, price) = (amount(*paid), amount(*price));
            let arithmetic = if is_whole {
                format!("{before} + ({paid} − {price}) = {result}")
            } else {
                format!(
                    "{before} + ({}) = {result}؛ همهٔ تفاوت: {paid} − {price}",
                    amount(*own)
                )
            };
            row("تفاوت رُند", Some(price), arithmetic, None)
        }
        Step::Each {
            one,
            quantity,
            result,
        } => {
            let (one, quantity) = (amount(*one), digits(&quantity.to_string()));
            row(
                "تعداد",
                Some(one.clone()),
                format!("{quantity} × {one} = {}", amount(*result)),
                None,
            )
        }
        Step::Fixed { .. }
        | Step::Named { .. }
        | Step::Rate { .. }
        | Step::Clamp { .. }
        | Step::Sum { .. }
        | Step::Less { .. }
        | Step::Times { .. }
        | Step::Band { .. }
        | Step::Slices { .. }
        | Step::Steps { .. }
        | Step::Case { .. }
        | Step::ActivityLeg { .. } => StepText::default(),
    }
}
