//! Rows of a line's time, service and state gathered into the lines of a report. Never here: SQL.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::Gathered;
use crate::domain::language::Language;
use crate::domain::money::Amount;
use crate::domain::period::PeriodKind;
use crate::store::reading::earning::EarningRow;
use crate::usecases::{Done, Failure};

/// Sums over some transactions; amounts are signed integers of the unit's smallest part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sums {
    /// Services given.
    pub given: i64,
    /// Refunds and reversals.
    pub taken_back: i64,
    /// The licensee's own parts and the cash it paid out for others, refunds deducted: settled + unsettled + held.
    #[schema(value_type = i64)]
    pub earned: Amount,
    /// What the licensee took from citizens, principals included.
    #[schema(value_type = i64)]
    pub collected: Amount,
    /// Earned and not held, in windows whose settlement is approved.
    #[schema(value_type = i64)]
    pub settled: Amount,
    /// Earned and not held, in windows that are not settled yet.
    #[schema(value_type = i64)]
    pub unsettled: Amount,
    /// Earned, and held for a restriction of the licence: not payable until it is reinstated.
    #[schema(value_type = i64)]
    pub held: Amount,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EarningLine {
    /// `2025-09-23`, `j1404-07`, `g2025-09` or a service's code.
    pub key: String,
    pub label_fa: String,
    pub label_en: String,
    #[serde(flatten)]
    pub sums: Sums,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NetworkEarnings {
    pub network: String,
    pub unit: String,
    pub totals: Sums,
    pub lines: Vec<EarningLine>,
}

/// The rows come in the order of network and unit.
pub(super) fn gather(rows: &[EarningRow], by: Gathered, month: PeriodKind) -> Done<Vec<NetworkEarnings>> {
    let of_network = rows.chunk_by(|a, b| (&a.network, &a.unit) == (&b.network, &b.unit));
    of_network
        .filter_map(|rows| rows.first().map(|first| (first, rows)))
        .map(|(first, rows)| {
            Ok(NetworkEarnings {
                network: first.network.clone(),
                unit: first.unit.clone(),
                totals: sums(rows.iter())?,
                lines: lines(rows, by, month)?,
            })
        })
        .collect()
}

fn lines(rows: &[EarningRow], by: Gathered, month: PeriodKind) -> Done<Vec<EarningLine>> {
    let mut gathered: BTreeMap<String, (Labels, Vec<&EarningRow>)> = BTreeMap::new();
    for row in rows {
        let (key, labels) = line_of(row, by, month)?;
        gathered
            .entry(key)
            .or_insert_with(|| (labels, Vec::new()))
            .1
            .push(row);
    }
    gathered
        .into_iter()
        .map(|(key, (labels, rows))| {
            Ok(EarningLine {
                key,
                label_fa: labels.fa,
                label_en: labels.en,
                sums: sums(rows)?,
            })
        })
        .collect()
}

struct Labels {
    fa: String,
    en: String,
}

fn line_of(row: &EarningRow, by: Gathered, month: PeriodKind) -> Done<(String, Labels)> {
    let begins = || {
        row.day
            .ok_or_else(|| Failure::Internal("earnings of no day".to_owned()))
    };
    let period = match by {
        Gathered::Day => PeriodKind::Day.of_day(begins()?),
        Gathered::Month => month.of_day(begins()?),
        Gathered::Service => {
            let labels = Labels {
                fa: row.name_fa.clone().unwrap_or_default(),
                en: row.name_en.clone().unwrap_or_default(),
            };
            return Ok((row.service.clone().unwrap_or_default(), labels));
        }
    };
    let labels = Labels {
        fa: period.label(Language::Fa),
        en: period.label(Language::En),
    };
    Ok((period.to_string(), labels))
}

fn sums<'a>(rows: impl IntoIterator<Item = &'a EarningRow>) -> Done<Sums> {
    let mut sums = Sums::default();
    for row in rows {
        let earned = Amount::from_minor(row.earned);
        sums.given += row.given;
        sums.taken_back += row.taken_back;
        sums.earned = sums.earned.plus(earned)?;
        sums.collected = sums.collected.plus(Amount::from_minor(row.collected))?;
        let held = Amount::from_minor(row.held);
        sums.held = sums.held.plus(held)?;
        let state = if row.settled {
            &mut sums.settled
        } else {
            &mut sums.unsettled
        };
        *state = state.plus(earned.minus(held)?)?;
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(day: &str, service: &str, settled: bool, held: i64, earned: i64) -> EarningRow {
        EarningRow {
            network: "pishkhan".to_owned(),
            unit: "IRR".to_owned(),
            day: Some(day.parse().unwrap()),
            service: Some(service.to_owned()),
            name_fa: Some(service.to_owned()),
            name_en: Some(service.to_owned()),
            settled,
            given: 1,
            taken_back: 0,
            earned,
            collected: 10,
            held,
        }
    }

    #[test]
    fn earned_is_settled_and_unsettled_and_held() {
        let rows = [
            row("2025-09-22", "a", true, 0, 5),
            row("2025-09-23", "a", false, 0, 7),
            row("2025-09-23", "b", true, 8, 11),
        ];
        let report = gather(&rows, Gathered::Service, PeriodKind::JalaliMonth).unwrap();
        let totals = report[0].totals;
        assert_eq!(totals.earned.minor(), 23);
        assert_eq!(
            [totals.settled, totals.unsettled, totals.held].map(Amount::minor),
            [8, 7, 8]
        );
        assert_eq!(report[0].lines.len(), 2);
    }

    #[test]
    fn a_jalali_month_begins_where_the_gregorian_one_does_not() {
        let rows = [
            row("2025-09-22", "a", true, 0, 5),
            row("2025-09-23", "a", true, 0, 7),
        ];
        let keys = |month| {
            let report = gather(&rows, Gathered::Month, month).unwrap();
            report[0]
                .lines
                .iter()
                .map(|line| line.key.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(keys(PeriodKind::JalaliMonth), ["j1404-06", "j1404-07"]);
        assert_eq!(keys(PeriodKind::GregorianMonth), ["g2025-09"]);
    }
}
