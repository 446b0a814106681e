//! What a statement says of services: their totals, and how many transactions these sum. Never here: SQL, positions.

use std::collections::BTreeMap;

use super::Issuing;
use super::material::{Material, Whose, destination_name};
use crate::domain::money::{Amount, AmountOverflow};
use crate::domain::posting::TotalSide;
use crate::domain::statement::{Coded, EARLIER, EarlierTotal, EntryKind, ServiceCount, ServiceTotal, Side};
use crate::domain::transaction::TransactionKind;
use crate::domain::wording::component_kind;
use crate::store::StoreFailure;
use crate::store::service_count::StoredCounts;
use crate::store::window_total::StoredTotal;
use crate::usecases::settling::wording::all_services;
use crate::usecases::{Done, Failure};

/// More totals than this are told without their services: a statement is no journal export.
const TOTALS_MAX: usize = 4_000;

/// What is counted together. Ordered, so that nothing depends on a map.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Heading {
    earlier: bool,
    deposit_identifier: String,
    side: Side,
    /// `None` for all services together.
    service: Option<i32>,
    kind: EntryKind,
}

/// One line's key: its heading and its component.
type LineKey = (Heading, String);

pub(super) struct Totals {
    pub services: Vec<ServiceTotal>,
    pub earlier: Vec<EarlierTotal>,
    pub counts: Vec<ServiceCount>,
}

impl Totals {
    pub(super) fn of(issuing: &Issuing<'_>, material: &Material, of_whom: Whose) -> Done<Self> {
        let mut lines = BTreeMap::new();
        for stored in material.totals.get(&of_whom).into_iter().flatten() {
            gather(&mut lines, stored)?;
        }
        let counts = issuing.counts.get(&of_whom).map_or(&[][..], Vec::as_slice);
        let mut counts = counted(&mut lines, counts)?;
        if lines.len() > TOTALS_MAX {
            lines = without_services(lines)?;
            counts = counts_without_services(counts);
        }
        Ok(Self::told(issuing, lines, counts))
    }

    fn told(
        issuing: &Issuing<'_>,
        lines: BTreeMap<LineKey, (i64, Amount)>,
        counts: BTreeMap<Heading, i64>,
    ) -> Self {
        let (mut services, mut earlier) = (Vec::new(), Vec::new());
        for ((heading, component), sum) in lines {
            let total = total(issuing, &heading, &component, sum);
            if heading.earlier {
                let period = EARLIER.to_owned();
                earlier.push(EarlierTotal { period, total });
            } else {
                services.push(total);
            }
        }
        let counts = counts.iter().map(|(heading, count)| ServiceCount {
            destination: destination_name(&heading.deposit_identifier),
            side: heading.side,
            earlier: heading.earlier,
            service: service(issuing, heading.service),
            kind: heading.kind,
            count: u64::try_from(*count).unwrap_or(0),
        });
        Self {
            counts: counts.collect(),
            services,
            earlier,
        }
    }
}

fn gather(lines: &mut BTreeMap<LineKey, (i64, Amount)>, stored: &StoredTotal) -> Done<()> {
    let services = stored.service_ids.iter().zip(&stored.sides);
    let kinds = stored.transaction_kinds.iter().zip(&stored.component_kinds);
    let figures = stored.counts.iter().zip(&stored.sums);
    let whose = (
        stored.party_id,
        stored.deposit_identifier.as_str(),
        stored.earlier,
    );
    for (((service, side), (kind, component)), (count, minor)) in services.zip(kinds).zip(figures) {
        let heading = heading_of(whose, *service, (*side, *kind))?;
        let sum = (*count, Amount::from_minor(*minor));
        add(lines, (heading, component.clone()), sum)?;
    }
    Ok(())
}

/// How many transactions there are under each heading; lines that sum several terms of one are put right. A heading with
/// one line has as many transactions as that.
fn counted(
    lines: &mut BTreeMap<LineKey, (i64, Amount)>,
    stored: &[StoredCounts],
) -> Done<BTreeMap<Heading, i64>> {
    let mut counts = BTreeMap::new();
    for counted in stored.iter().flat_map(each) {
        let (heading, component, count) = counted?;
        match component {
            None => {
                counts.insert(heading, count);
            }
            Some(component) => {
                if let Some(line) = lines.get_mut(&(heading, component)) {
                    line.0 = count;
                }
            }
        }
    }
    let mut single = BTreeMap::new();
    for ((heading, component), (count, _)) in &*lines {
        if counts.contains_key(heading) {
            continue;
        }
        if single.insert(heading.clone(), *count).is_some() {
            let told =
                format!("the transactions with lines of {component} under {heading:?} are not counted");
            return Err(Failure::Internal(told));
        }
    }
    counts.append(&mut single);
    Ok(counts)
}

fn each(stored: &StoredCounts) -> impl Iterator<Item = Done<(Heading, Option<String>, i64)>> {
    let services = stored.service_ids.iter().zip(&stored.sides);
    let kinds = stored.transaction_kinds.iter().zip(&stored.component_kinds);
    let counted = services.zip(kinds).zip(&stored.counts);
    let whose = (
        stored.party_id,
        stored.deposit_identifier.as_str(),
        stored.earlier,
    );
    counted.map(move |(((service, side), (kind, component)), count)| {
        let heading = heading_of(whose, *service, (*side, *kind))?;
        Ok((heading, component.clone(), *count))
    })
}

fn heading_of(
    (party, deposit_identifier, earlier): (i32, &str, bool),
    service: i32,
    (side, kind): (i16, i16),
) -> Done<Heading> {
    let corrupt = |told| StoreFailure::corrupt("window_totals", format!("of party {party}"), told);
    Ok(Heading {
        earlier,
        deposit_identifier: deposit_identifier.to_owned(),
        side: TotalSide::from_code(side)
            .ok_or_else(|| corrupt(format!("side {side}")))?
            .into(),
        service: Some(service),
        kind: TransactionKind::from_number(kind)
            .ok_or_else(|| corrupt(format!("transaction kind {kind}")))?
            .into(),
    })
}

fn without_services(
    lines: BTreeMap<LineKey, (i64, Amount)>,
) -> Result<BTreeMap<LineKey, (i64, Amount)>, AmountOverflow> {
    let mut together = BTreeMap::new();
    for ((heading, component), sum) in lines {
        add(&mut together, (heading.of_all_services(), component), sum)?;
    }
    Ok(together)
}

/// A transaction is of one service.
fn counts_without_services(counts: BTreeMap<Heading, i64>) -> BTreeMap<Heading, i64> {
    let mut together: BTreeMap<Heading, i64> = BTreeMap::new();
    for (heading, count) in counts {
        let sum = together.entry(heading.of_all_services()).or_default();
        *sum = sum.saturating_add(count);
    }
    together
}

impl Heading {
    fn of_all_services(self) -> Self {
        Self {
            service: None,
            ..self
        }
    }
}

fn add(
    lines: &mut BTreeMap<LineKey, (i64, Amount)>,
    key: LineKey,
    (count, amount): (i64, Amount),
) -> Result<(), AmountOverflow> {
    let sum = lines.entry(key).or_default();
    *sum = (sum.0.saturating_add(count), sum.1.plus(amount)?);
    Ok(())
}

fn total(
    issuing: &Issuing<'_>,
    heading: &Heading,
    component: &str,
    (count, amount): (i64, Amount),
) -> ServiceTotal {
    ServiceTotal {
        destination: destination_name(&heading.deposit_identifier),
        side: heading.side,
        service: service(issuing, heading.service),
        component: component_kind(component),
        kind: heading.kind,
        count: u64::try_from(count).unwrap_or(0),
        amount,
    }
}

fn service(issuing: &Issuing<'_>, id: Option<i32>) -> Coded {
    let Some(id) = id else {
        return all_services();
    };
    let known = issuing.services.get(&id).cloned();
    known.unwrap_or_else(|| Coded::new("", "", ""))
}
