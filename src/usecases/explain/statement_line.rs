//! A line of a statement explained: count times allocation, how each allocation comes about, and the transactions behind
//! it. Never here: what the statement states (its stored bytes say that).

use std::collections::{BTreeSet, HashSet};
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{AllocationExplained, explain_allocation};
use crate::domain::language::Language;
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::domain::page::Asked;
use crate::domain::posting::TotalSide;
use crate::domain::statement::{ALL_SERVICES, EntryKind, ServiceTotal, Side, Statement};
use crate::domain::transaction::TransactionKind;
use crate::store::reading::explanation::{
    BehindRow, GroupRow, LineWanted, behind, confining_offices, covered, groups,
};
use crate::store::{Connection, StoreFailure};
use crate::usecases::keep_statement_pdf::load_statement;
use crate::usecases::{Done, Failure};

/// A line that sums more allocations is told by its greatest ones.
const GROUPS_MAX: i64 = 200;
/// Rates give an allocation to each amount: of so many the derivation is told.
const ALLOCATIONS_MAX: usize = 20;

/// `NUMBER:SERVICE` or `NUMBER:SERVICE:COMPONENT`: a statement's number, a service's code or [`ALL_SERVICES`], a kind of component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineName {
    pub number: String,
    pub service: String,
    pub component: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a statement's line is named NUMBER:SERVICE or NUMBER:SERVICE:COMPONENT")]
pub struct NoLineName;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StatementLineExplained {
    pub statement: String,
    pub party: String,
    pub network: String,
    pub unit: String,
    pub service: String,
    pub component: Option<String>,
    /// What the statement states, and what the transactions come to.
    pub totals: Vec<StatedTotal>,
    /// How each total comes about: equal shares, counted; of many, the greatest of each total.
    pub groups: Vec<GroupView>,
    /// Whether there are more groups than are told.
    pub more_groups: bool,
    /// How the groups' allocations come about, those of the greatest groups.
    pub allocations: Vec<AllocationExplained>,
    /// Whether there are more allocations than are told; each is told by its transactions.
    pub more_allocations: bool,
    /// Transactions by id.
    pub transactions: Vec<BehindView>,
    /// The id after which the next page of transactions begins, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    pub next_after: Option<i64>,
    pub agrees: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatedTotal {
    /// `earned` or `collected`.
    pub side: &'static str,
    pub component: String,
    /// `original`, `refund` or `correction`; reversals are refunds here.
    pub kind: &'static str,
    /// Items of earlier periods are totals of their own.
    pub earlier: bool,
    #[schema(value_type = i64)]
    pub stated: Amount,
    #[schema(value_type = i64)]
    pub summed: Amount,
    pub count: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupView {
    pub side: &'static str,
    pub component: String,
    pub term: String,
    pub deposit_identifier: String,
    pub kind: &'static str,
    pub earlier: bool,
    pub tariff_version: i32,
    pub allocation: i64,
    /// What the party has of one of them.
    #[schema(value_type = i64)]
    pub each: Amount,
    pub count: i64,
    /// Signed: what takes back counts negative.
    #[schema(value_type = i64)]
    pub amount: Amount,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BehindView {
    pub id: i64,
    pub office: String,
    pub reference: String,
    pub occurred_at: DateTime<Utc>,
    #[schema(value_type = i64)]
    pub earned: Amount,
    #[schema(value_type = i64)]
    pub collected: Amount,
}

/// # Errors
/// `NotFound` for no such statement, somebody else's, or a service of which it has no line.
pub async fn explain_statement_line(
    conn: &mut Connection,
    by: &Originator,
    line: &LineName,
    asked: &Asked<i64>,
    language: Language,
) -> Done<StatementLineExplained> {
    let found = covered(conn, &line.number, by.party_id).await?;
    let found = found.ok_or_else(|| Failure::not_found("statement", &line.number))?;
    let statement = load_statement(conn, found.id).await?;
    let wanted = LineWanted {
        party_id: found.party_id,
        network_id: found.network_id,
        first_ordinal: found.first_ordinal,
        last_ordinal: found.last_ordinal,
        service: (line.service != ALL_SERVICES).then(|| line.service.clone()),
        component: line.component.clone(),
        office_ids: confining_offices(conn, found.party_id, found.network_id).await?,
    };
    let rows = groups(conn, &wanted, GROUPS_MAX).await?;
    let more_groups = rows.first().is_some_and(|row| row.all_groups > GROUPS_MAX);
    let page = asked.page(behind(conn, &wanted, asked.after.unwrap_or(0), asked.fetched()).await?);
    let (told, more_allocations) = allocations_of(&rows);
    let of_totals: Vec<Amount> = rows.iter().map(|row| Amount::from_minor(row.of_total)).collect();
    let groups = rows
        .into_iter()
        .map(group_view)
        .collect::<Result<Vec<_>, StoreFailure>>()?;
    let totals = totals(&statement, line, &groups, &of_totals)?;
    if totals.is_empty() {
        return Err(no_line(&statement, line));
    }
    let mut allocations = Vec::with_capacity(told.len());
    for id in told {
        allocations.push(explain_allocation(conn, id, language).await?);
    }
    let derived = allocations.iter().all(|explained| explained.agrees);
    Ok(StatementLineExplained {
        statement: line.number.clone(),
        party: found.party,
        network: found.network,
        unit: found.unit,
        service: line.service.clone(),
        component: line.component.clone(),
        agrees: derived && totals.iter().all(|total| total.stated == total.summed),
        totals,
        groups,
        more_groups,
        allocations,
        more_allocations,
        next_after: page.items.last().filter(|_| page.more).map(|row| row.id),
        transactions: page.items.into_iter().map(behind_view).collect(),
    })
}

/// The allocations of the greatest groups, each once, and whether there are more.
fn allocations_of(rows: &[GroupRow]) -> (Vec<i64>, bool) {
    let mut by_size: Vec<&GroupRow> = rows.iter().collect();
    by_size.sort_by_key(|row| (std::cmp::Reverse(row.amount.abs()), row.allocation_id));
    let mut seen = HashSet::new();
    let mut ids: Vec<i64> = by_size
        .into_iter()
        .map(|row| row.allocation_id)
        .filter(|id| seen.insert(*id))
        .collect();
    let more = ids.len() > ALLOCATIONS_MAX;
    ids.truncate(ALLOCATIONS_MAX);
    (ids, more)
}

/// Names what would be right: the components of the service, or else the services.
fn no_line(statement: &Statement, line: &LineName) -> Failure {
    let content = statement.content();
    let totals = content
        .services
        .iter()
        .chain(content.earlier.iter().map(|earlier| &earlier.total));
    let of_service = totals.clone().filter(|total| total.service.code == line.service);
    let components: BTreeSet<&str> = of_service.map(|total| total.component.code.as_str()).collect();
    let services: BTreeSet<&str> = totals.map(|total| total.service.code.as_str()).collect();
    let number = &line.number;
    let listed = |codes: BTreeSet<&str>| codes.into_iter().collect::<Vec<_>>().join(", ");
    match &line.component {
        Some(component) if !components.is_empty() => Failure::NotFound(format!(
            "component `{component}` of service {} in statement {number}: it has {}",
            line.service,
            listed(components)
        )),
        Some(_) | None if services.is_empty() => {
            Failure::NotFound(format!("line in statement {number}: no service was given in it"))
        }
        Some(_) | None => Failure::NotFound(format!(
            "line of service `{}` in statement {number}: it has {}",
            line.service,
            listed(services)
        )),
    }
}

fn totals(
    statement: &Statement,
    line: &LineName,
    groups: &[GroupView],
    of_totals: &[Amount],
) -> Done<Vec<StatedTotal>> {
    let content = statement.content();
    let own = content.services.iter().map(|total| (false, total));
    let earlier = content.earlier.iter().map(|earlier| (true, &earlier.total));
    let is_asked = |total: &ServiceTotal| {
        let component = line.component.as_deref();
        total.service.code == line.service && component.is_none_or(|kind| total.component.code == kind)
    };
    let mut totals: Vec<StatedTotal> = Vec::new();
    for (earlier, total) in own.chain(earlier).filter(|(_, total)| is_asked(total)) {
        let named = StatedTotal {
            side: total.side.code(),
            component: total.component.code.clone(),
            kind: total.kind.code(),
            earlier,
            stated: total.amount,
            summed: Amount::ZERO,
            count: i64::try_from(total.count).unwrap_or(i64::MAX),
        };
        match totals.iter_mut().find(|known| known.is_named_like(&named)) {
            Some(known) => {
                known.stated = known.stated.plus(named.stated)?;
                known.count += named.count;
            }
            None => totals.push(named),
        }
    }
    for total in &mut totals {
        let own = groups.iter().zip(of_totals).find(|(group, _)| total.sums(group));
        total.summed = own.map_or(Amount::ZERO, |(_, sum)| *sum);
    }
    Ok(totals)
}

impl StatedTotal {
    fn is_named_like(&self, other: &Self) -> bool {
        (self.side, &self.component, self.kind, self.earlier)
            == (other.side, &other.component, other.kind, other.earlier)
    }

    /// Whether the group is a part of this total.
    pub fn sums(&self, group: &GroupView) -> bool {
        (self.side, &self.component, self.kind, self.earlier)
            == (group.side, &group.component, group.kind, group.earlier)
    }
}

fn group_view(row: GroupRow) -> Result<GroupView, StoreFailure> {
    let corrupt = |told| {
        let row = format!("of allocation {}", row.allocation_id);
        StoreFailure::corrupt("transactions", row, told)
    };
    let side = TotalSide::from_code(row.side).ok_or_else(|| corrupt(format!("side {}", row.side)))?;
    let kind = TransactionKind::from_number(row.transaction_kind)
        .ok_or_else(|| corrupt(format!("kind {}", row.transaction_kind)))?;
    Ok(GroupView {
        side: Side::from(side).code(),
        component: row.component,
        term: row.term,
        deposit_identifier: row.deposit_identifier,
        kind: EntryKind::from(kind).code(),
        earlier: row.earlier,
        tariff_version: row.tariff_version_id,
        allocation: row.allocation_id,
        each: Amount::from_minor(row.each),
        count: row.count,
        amount: Amount::from_minor(row.amount),
    })
}

fn behind_view(row: BehindRow) -> BehindView {
    BehindView {
        id: row.id,
        office: row.office,
        reference: row.reference,
        occurred_at: row.occurred_at,
        earned: Amount::from_minor(row.earned),
        collected: Amount::from_minor(row.collected),
    }
}

impl FromStr for LineName {
    type Err = NoLineName;

    fn from_str(text: &str) -> Result<Self, NoLineName> {
        let mut parts = text.split(':');
        let number = parts.next().filter(|part| !part.is_empty()).ok_or(NoLineName)?;
        let service = parts.next().filter(|part| !part.is_empty()).ok_or(NoLineName)?;
        let component = parts.next().filter(|part| !part.is_empty());
        match parts.next() {
            Some(_) => Err(NoLineName),
            None => Ok(Self {
                number: number.to_owned(),
                service: service.to_owned(),
                component: component.map(str::to_owned),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_named_by_number_service_and_perhaps_component() {
        let line: LineName = "pishkhan-office-1001-IRR-0001:passport".parse().unwrap();
        assert_eq!((line.service.as_str(), line.component), ("passport", None));
        let line: LineName = "n-1:copy:wage".parse().unwrap();
        assert_eq!(line.component.as_deref(), Some("wage"));
        for wrong in ["n-1", "n-1:", ":copy", "a:b:c:d"] {
            assert_eq!(wrong.parse::<LineName>(), Err(NoLineName));
        }
    }
}
