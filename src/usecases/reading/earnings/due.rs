//! What is due next to a licensee in each network, and when. Never here: deciding it (see `domain::settlement`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::next_window::{NextWindow, next_windows};
use crate::domain::demand::owed_at;
use crate::domain::money::Amount;
use crate::domain::settlement::{CycleKind, Movements, PayoutTerms, Position, PositionRule, position};
use crate::store::Connection;
use crate::store::licence::licences_of_ids;
use crate::store::reading::demand::{StateWanted, list_demands};
use crate::store::reading::earning::{
    DueRow, DueWindow, EarningRow, EarningsWanted, OfficeLicence, due_to, earnings_of,
    licences_at_offices_of, oldest_released,
};
use crate::store::reading::money::MoneyWanted;
use crate::store::reading::network::NetworkRow;
use crate::usecases::reading::demands::{DemandView, view};
use crate::usecases::settling::held_now::Restrictions;
use crate::usecases::settling::holding::Register;
use crate::usecases::{Done, Failure};

/// One destination of one party, as the window that is settled next would be settled now. What is booked in a later one
/// is due after it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NextDue {
    /// Code of the party to which it is due.
    #[schema(example = "office-1001")]
    pub party: String,
    pub network: String,
    /// Empty for the party's plain destination, which is told in any case.
    pub deposit_identifier: String,
    pub unit: String,
    /// Balance that the last approved settlement carried over.
    #[schema(value_type = i64)]
    pub carried: Amount,
    /// Earned, less collected, plus remitted and returned, in the window that is settled next. Of one that is not sealed
    /// yet, what the party earned and collected as licensee of its own offices.
    #[schema(value_type = i64)]
    pub moved_since: Amount,
    /// What would be settled now; negative is owed to the network.
    #[schema(value_type = i64)]
    pub balance: Amount,
    /// Of it, held for a restriction of a licence: not payable until that is reinstated.
    #[schema(value_type = i64)]
    pub held: Amount,
    /// Least balance that is paid out.
    #[schema(value_type = i64)]
    pub threshold: Amount,
    pub outcome: DueOutcome,
    /// When the window ends that is settled next, whether or not anything was booked in it yet.
    pub settled_after: DateTime<Utc>,
    /// Its period.
    #[schema(example = "j1405-01")]
    pub period: String,
    /// Payouts that are ordered and have not arrived.
    #[schema(value_type = i64)]
    pub on_its_way: Amount,
    /// Demands that are open, the oldest first: it is paid first.
    pub remittances: Vec<Demand>,
}

/// What a settlement now would do with the balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DueOutcome {
    Payout,
    /// Too small to be paid out yet, or held.
    Carried,
    Remittance,
    Nothing,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Demand {
    /// What is open of it.
    #[schema(value_type = i64)]
    pub amount: Amount,
    pub reference: String,
    pub due_at: DateTime<Utc>,
}

/// `of_office`: the restrictions of the office that is asked for, which is mostly the only one that the party has.
pub(super) async fn next_due(
    conn: &mut Connection,
    party_id: i32,
    at: DateTime<Utc>,
    networks: &[NetworkRow],
    of_office: &Restrictions,
) -> Done<Vec<NextDue>> {
    let mut rows = due_to(conn, party_id).await?;
    rows.retain(|row| networks.iter().any(|network| network.id == row.network_id));
    let licences = licences_at_offices_of(conn, party_id).await?;
    let unsealed = unsealed_of(conn, party_id, &licences, at, &rows, networks).await?;
    rows.retain(|row| row.deposit_identifier.is_empty() || is_moved(row, &unsealed));
    let demands = demands_on(conn, party_id, at, &rows).await?;
    let holds = holds_of(conn, party_id, &licences, at, &rows, of_office).await?;
    let windows = next_windows(conn, &rows).await?;
    let window_of = |row: &DueRow| {
        let window = windows.get(&row.network_id);
        window.ok_or_else(|| Failure::Internal(format!("no window is planned in {}", row.network)))
    };
    let due_of = |row: &DueRow, cycle| {
        let place = (row.network_id, row.unit_id, row.deposit_identifier.clone());
        let own = holds.get(&place);
        let moved = moved(row, &unsealed)?;
        let holds = own.copied().unwrap_or_default();
        due(row, window_of(row)?, moved, holds, cycle, &demands)
    };
    let regular = rows.iter().map(|row| due_of(row, CycleKind::Regular));
    let regular = regular.collect::<Done<Vec<_>>>()?;
    if regular.iter().all(|due| due.outcome != DueOutcome::Carried) {
        return Ok(regular);
    }
    // Whoever has no licence left is paid what would else be carried.
    let register = register_of(conn, &licences).await?;
    let cycle_of = |row: &DueRow| {
        let ended = register.ended_licensees(row.network_id, window_of(row)?.ends_at, at);
        let is_final = ended.contains(&party_id);
        let cycle = if is_final {
            CycleKind::Final
        } else {
            CycleKind::Regular
        };
        Done::Ok(cycle)
    };
    rows.iter().map(|row| due_of(row, cycle_of(row)?)).collect()
}

async fn register_of(conn: &mut Connection, licences: &[OfficeLicence]) -> Done<Register> {
    let ids: Vec<i32> = licences.iter().map(|licence| licence.licence_id).collect();
    let rows = licences_of_ids(conn, &ids).await?;
    Register::load(conn, rows).await
}

/// What a settlement now would hold of the party's destinations, as far as their balances cover it: by network, unit and
/// destination.
async fn holds_of(
    conn: &mut Connection,
    party_id: i32,
    licences: &[OfficeLicence],
    at: DateTime<Utc>,
    rows: &[DueRow],
    of_office: &Restrictions,
) -> Done<BTreeMap<(i16, i16, String), Amount>> {
    let ids: BTreeSet<i32> = licences.iter().map(|licence| licence.licence_id).collect();
    let windows = rows
        .iter()
        .filter_map(|row| Some((row.network_id, row.window.as_ref()?.ordinal)));
    let ordinals = windows.collect();
    let sums = if of_office.are_of(&ids) {
        of_office.held_sums(conn, &ordinals).await?
    } else {
        let own = Restrictions::among(conn, ids, at).await?;
        own.held_sums(conn, &ordinals).await?
    };
    let own = sums
        .into_iter()
        .filter(|((_, chain), _)| chain.destination.party == party_id);
    Ok(own
        .map(|((network_id, chain), amount)| {
            let identifier = chain.destination.deposit_identifier;
            ((network_id, chain.unit, identifier), amount)
        })
        .collect())
}

/// The newest demands on the party, newest first, as they stand; none where no balance of `rows` leaves one open.
async fn demands_on(
    conn: &mut Connection,
    party_id: i32,
    at: DateTime<Utc>,
    rows: &[DueRow],
) -> Done<Vec<DemandView>> {
    let mut owed = Amount::ZERO;
    for row in rows {
        let settled = [row.closing, row.remitted, row.returned].map(Amount::from_minor);
        owed = owed.plus(owed_at(Amount::sum(settled)?))?;
    }
    if owed.is_zero() {
        return Ok(Vec::new());
    }
    let wanted = MoneyWanted {
        party_id: Some(party_id),
        ..MoneyWanted::default()
    };
    let rows = list_demands(conn, &wanted, StateWanted::any(at), None, DEMANDS_MAX).await?;
    rows.into_iter().map(|row| view(row, at)).collect()
}

/// Weekly cycles of four years: an older one is open only if nothing was paid since.
const DEMANDS_MAX: i64 = 200;

/// What the party earned at one destination.
struct Unsealed {
    deposit_identifier: String,
    earning: EarningRow,
}

/// What the party earned in all its offices in the windows that are settled next, as far as they are not sealed: within the
/// allowed lateness, and however long ago if a person has released it.
async fn unsealed_of(
    conn: &mut Connection,
    party_id: i32,
    licences: &[OfficeLicence],
    at: DateTime<Utc>,
    rows: &[DueRow],
    networks: &[NetworkRow],
) -> Done<Vec<Unsealed>> {
    let next = rows.iter().filter_map(|row| row.window.as_ref());
    let open: Vec<&DueWindow> = next.filter(|window| !window.is_sealed).collect();
    let windows: Vec<i32> = open.iter().map(|window| window.id).collect();
    let mut unsealed = Vec::new();
    let Some(began) = open.iter().map(|window| window.starts_at).min() else {
        return Ok(unsealed);
    };
    let lateness_days = networks.iter().map(|n| n.lateness_max_days).max().unwrap_or(0);
    let timely_from = began - TimeDelta::days(i64::from(lateness_days)) - WAITED_LONGEST;
    let offices: BTreeSet<i32> = licences.iter().map(|licence| licence.office_id).collect();
    let offices = Vec::from_iter(offices);
    let released_from = oldest_released(conn, &offices, &windows).await?;
    let identifiers: BTreeSet<String> = rows.iter().map(|row| row.deposit_identifier.clone()).collect();
    for office_id in offices {
        for identifier in &identifiers {
            let wanted = EarningsWanted {
                office_id,
                from: released_from.map_or(timely_from, |from| from.min(timely_from)),
                until: at + TimeDelta::days(1),
                licensee: Some(party_id),
                network_id: None,
                held: &[],
                moving: Some((&windows, identifier)),
                by_service: false,
                lines: &[],
            };
            for earning in earnings_of(conn, wanted).await? {
                let deposit_identifier = identifier.clone();
                unsealed.push(Unsealed {
                    deposit_identifier,
                    earning,
                });
            }
        }
    }
    Ok(unsealed)
}

/// What came in just within the allowed lateness may have been booked so much later, as the first of a window.
const WAITED_LONGEST: TimeDelta = TimeDelta::days(1);

/// Whether there is anything to tell of it.
fn is_moved(row: &DueRow, unsealed: &[Unsealed]) -> bool {
    let settled = [
        row.closing,
        row.sealed,
        row.remitted,
        row.returned,
        row.on_its_way,
    ];
    settled.iter().any(|amount| *amount != 0)
        || earnings_at(row, unsealed).any(|earning| (earning.earned, earning.collected) != (0, 0))
}

fn earnings_at<'a>(row: &DueRow, unsealed: &'a [Unsealed]) -> impl Iterator<Item = &'a EarningRow> {
    let place = (
        row.network.clone(),
        row.unit.clone(),
        row.deposit_identifier.clone(),
    );
    let own = unsealed.iter().filter(move |unsealed| {
        let Unsealed {
            deposit_identifier,
            earning,
        } = unsealed;
        (&earning.network, &earning.unit, deposit_identifier) == (&place.0, &place.1, &place.2)
    });
    own.map(|unsealed| &unsealed.earning)
}

fn moved(row: &DueRow, unsealed: &[Unsealed]) -> Done<Movements> {
    let own = || earnings_at(row, unsealed);
    let earned = own().map(|earning| Amount::from_minor(earning.earned));
    let collected = own().map(|earning| Amount::from_minor(earning.collected));
    Ok(Movements {
        opening: Amount::from_minor(row.closing),
        earned: Amount::sum(earned.chain([Amount::from_minor(row.sealed)]))?,
        collected: Amount::sum(collected)?,
        memos: Amount::ZERO,
        remitted: Amount::from_minor(row.remitted),
        returned: Amount::from_minor(row.returned),
    })
}

fn due(
    row: &DueRow,
    window: &NextWindow,
    moved: Movements,
    holds: Amount,
    cycle: CycleKind,
    demands: &[DemandView],
) -> Done<NextDue> {
    let terms = PayoutTerms {
        threshold: Amount::from_minor(row.threshold),
        carried_cycles_max: u16::try_from(row.carried_cycles_max).unwrap_or(0),
        cycle,
    };
    let carried_before = u16::try_from(row.carried_cycles).unwrap_or(0);
    let position = position(moved, holds, carried_before, terms).map_err(|rule| unsettled(row, rule))?;
    Ok(NextDue {
        party: row.party.clone(),
        network: row.network.clone(),
        deposit_identifier: row.deposit_identifier.clone(),
        unit: row.unit.clone(),
        carried: moved.opening,
        moved_since: position.before().minus(moved.opening)?,
        balance: position.before(),
        held: position.held(),
        threshold: terms.threshold,
        outcome: outcome(&position),
        settled_after: window.ends_at,
        period: window.period.clone(),
        on_its_way: Amount::from_minor(row.on_its_way),
        remittances: open_demands(row, demands),
    })
}

fn unsettled(row: &DueRow, rule: PositionRule) -> Failure {
    match rule {
        PositionRule::Overflow(overflow) => overflow.into(),
        PositionRule::HoldsNotNegative
        | PositionRule::IncomingNotNegative
        | PositionRule::ThresholdNotNegative => {
            Failure::Internal(format!("what is due in {}: {rule}", row.network))
        }
    }
}

fn outcome(position: &Position) -> DueOutcome {
    if position.before().is_negative() {
        DueOutcome::Remittance
    } else if position.before().is_zero() {
        DueOutcome::Nothing
    } else if position.paid().is_zero() {
        DueOutcome::Carried
    } else {
        DueOutcome::Payout
    }
}

fn open_demands(row: &DueRow, demands: &[DemandView]) -> Vec<Demand> {
    let is_open = |demand: &&DemandView| {
        (&demand.network, &demand.unit) == (&row.network, &row.unit)
            && demand.deposit_identifier == row.deposit_identifier
            && !demand.open.is_zero()
    };
    let mut open: Vec<Demand> = demands
        .iter()
        .filter(is_open)
        .map(|demand| Demand {
            amount: demand.open,
            reference: demand.reference.clone(),
            due_at: demand.due_at,
        })
        .collect();
    open.reverse();
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_itself_is_paid_and_one_less_is_carried() {
        let of = |earned, holds| {
            let [earned, holds, threshold] = [earned, holds, 500_000].map(Amount::from_minor);
            let moved = Movements {
                earned,
                ..Movements::default()
            };
            let terms = PayoutTerms {
                threshold,
                carried_cycles_max: 3,
                cycle: CycleKind::Regular,
            };
            outcome(&position(moved, holds, 0, terms).unwrap())
        };
        assert_eq!(of(499_999, 0), DueOutcome::Carried);
        assert_eq!(of(500_000, 0), DueOutcome::Payout);
        assert_eq!(of(500_000, 1), DueOutcome::Carried);
        assert_eq!(of(-1, 0), DueOutcome::Remittance);
        assert_eq!(of(0, 0), DueOutcome::Nothing);
    }
}
