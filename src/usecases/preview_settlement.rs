//! A settlement as it would be, each party against the cycle before. Never here: anything written, the moment of asking in
//! the answer (asked again, it is the same to the byte).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::booking::{schedule_of, window_after_last};
use super::network::network_of_code;
pub use super::settling::stands::QueryLimit;
use super::settling::stands::{Computed, compute};
use super::{Done, Failure};
use crate::domain::hold::HoldMovement;
use crate::domain::money::{Amount, AmountOverflow};
use crate::domain::originator::Originator;
use crate::domain::settlement::{Chain, CycleKind, SettledLine};
use crate::store::Connection;
use crate::store::settlement::{NetworkTerms, PositionRow, network_terms};
use crate::store::statement::{AddresseeRow, addressees, all_units};
use crate::store::window::{WindowRow, window_of_id, window_to_settle};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SettlementPreview {
    pub network: String,
    /// Empty while nothing was booked in it.
    pub window: Option<i32>,
    pub ordinal: i32,
    #[schema(example = "j1405-01")]
    pub period: String,
    pub starts_at: DateTime<Utc>,
    /// Exclusive.
    pub ends_at: DateTime<Utc>,
    /// Whether its figures come from a sealed window; else from the transactions booked until now.
    pub sealed: bool,
    /// Over all that approval would write. Proposing keeps it; approval is refused when it differs.
    pub digest: String,
    pub totals: Vec<UnitTotals>,
    pub positions: Vec<PreviewedPosition>,
}

/// Sums over all positions of a unit, for a headline: nothing is netted by them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnitTotals {
    pub unit: String,
    #[schema(value_type = i64)]
    pub opening: Amount,
    #[schema(value_type = i64)]
    pub earned: Amount,
    #[schema(value_type = i64)]
    pub collected: Amount,
    #[schema(value_type = i64)]
    pub remitted: Amount,
    #[schema(value_type = i64)]
    pub returned: Amount,
    #[schema(value_type = i64)]
    pub held: Amount,
    #[schema(value_type = i64)]
    pub paid: Amount,
    pub payouts: usize,
    /// What parties owe after it.
    #[schema(value_type = i64)]
    pub remittances_due: Amount,
    /// Of it, what its approval demands: the rest was demanded before.
    #[schema(value_type = i64)]
    pub demanded: Amount,
    pub demands: usize,
    #[schema(value_type = i64)]
    pub closing: Amount,
}

/// Where the settlement has no line any more and the cycle before had, all but `previous` is zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct PreviewedPosition {
    pub party: String,
    #[schema(example = "office")]
    pub party_kind: String,
    pub party_name_fa: String,
    pub party_name_en: String,
    /// Empty for the party's plain destination.
    pub deposit_identifier: String,
    pub unit: String,
    #[schema(value_type = i64)]
    pub opening: Amount,
    #[schema(value_type = i64)]
    pub earned: Amount,
    #[schema(value_type = i64)]
    pub collected: Amount,
    #[schema(value_type = i64)]
    pub memos: Amount,
    #[schema(value_type = i64)]
    pub remitted: Amount,
    #[schema(value_type = i64)]
    pub returned: Amount,
    #[schema(value_type = i64)]
    pub before: Amount,
    #[schema(value_type = i64)]
    pub active_holds: Amount,
    #[schema(value_type = i64)]
    pub held: Amount,
    #[schema(value_type = i64)]
    pub payable: Amount,
    #[schema(value_type = i64)]
    pub paid: Amount,
    #[schema(value_type = i64)]
    pub closing: Amount,
    pub carried_cycles: u16,
    /// The last settlement of a licensee who has no licence left: it pays below the threshold.
    pub is_final: bool,
    #[schema(value_type = i64)]
    pub remittance_due: Amount,
    /// Of it, what was not demanded before.
    #[schema(value_type = i64)]
    pub demanded: Amount,
    pub hold_movements: Vec<PreviewedHold>,
    /// The same destination in the cycle before.
    pub previous: Option<PreviousCycle>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PreviewedHold {
    #[schema(example = "licence:17")]
    pub cause: String,
    #[schema(value_type = i64)]
    pub amount: Amount,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PreviousCycle {
    #[schema(value_type = i64)]
    pub earned: Amount,
    #[schema(value_type = i64)]
    pub collected: Amount,
    #[schema(value_type = i64)]
    pub paid: Amount,
    #[schema(value_type = i64)]
    pub closing: Amount,
}

/// No window has this id.
const NO_ROW: i32 = 0;

/// Previews the settlement of a window, or of the network's earliest one that is not settled.
///
/// # Errors
/// `NotFound` before the network's first window; the conflict `settlements_follow_each_other` while the window
/// before is not approved, or when this one is.
pub async fn preview_settlement(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    network: &str,
    window_id: Option<i32>,
    limit: QueryLimit,
) -> Done<SettlementPreview> {
    by.may_see_all("see whole settlements")?;
    // One snapshot for all questions, so that nothing is booked between two of them.
    conn.build_transaction()
        .read_only()
        .repeatable_read()
        .run(async |conn| {
            let terms = network_terms(conn, network).await?;
            let terms = terms.ok_or_else(|| Failure::not_found("network", network))?;
            let window = match (window_id, window_to_settle(conn, terms.id).await?) {
                (None, None) => window_begun(conn, &terms, at).await?,
                _ => window_asked(conn, &terms, window_id).await?,
            };
            let computed = compute(conn, &terms, &window, at, limit).await?;
            presented(conn, &terms, &window, &computed).await
        })
        .await
}

/// The window asked for, if it is the one that is settled next.
pub(super) async fn window_asked(
    conn: &mut Connection,
    network: &NetworkTerms,
    window_id: Option<i32>,
) -> Done<WindowRow> {
    let next = window_to_settle(conn, network.id).await?;
    let Some(id) = window_id else {
        return next.ok_or_else(|| Failure::not_found("window to settle in network", &network.code));
    };
    let asked = window_of_id(conn, id).await?;
    let asked = asked.filter(|window| window.network_id == network.id);
    let asked = asked.ok_or_else(|| Failure::not_found("window", id))?;
    let told = match next {
        Some(next) if next.id == asked.id => return Ok(asked),
        Some(next) if next.ordinal < asked.ordinal => format!(
            "window {} ({}) comes before window {id} ({}) and is not settled yet",
            next.id, next.period_key, asked.period_key
        ),
        Some(_) | None => format!("window {id} ({}) is settled already", asked.period_key),
    };
    Err(Failure::conflict("settlements_follow_each_other", told))
}

/// The window that has begun and in which nothing was booked yet: what is carried stands in its settlement too.
async fn window_begun(conn: &mut Connection, terms: &NetworkTerms, at: DateTime<Utc>) -> Done<WindowRow> {
    let network = network_of_code(conn, &terms.code).await?;
    let (ordinal, window) = window_after_last(conn, &network, &schedule_of(&network)).await?;
    if at < window.from {
        return Err(Failure::not_found("window to settle in network", &terms.code));
    }
    Ok(WindowRow {
        id: NO_ROW,
        network_id: terms.id,
        ordinal,
        period_key: window.period.to_string(),
        starts_at: window.from,
        ends_at: window.until,
        closed_at: None,
        sealed_at: None,
    })
}

async fn presented(
    conn: &mut Connection,
    network: &NetworkTerms,
    window: &WindowRow,
    computed: &Computed,
) -> Done<SettlementPreview> {
    let lines = computed.sheet.lines().iter();
    let lines: BTreeMap<&Chain, &SettledLine> = lines.map(|line| (&line.chain, line)).collect();
    let mut chains: BTreeSet<&Chain> = lines.keys().copied().collect();
    let before = computed.previous.iter().filter(|(_, row)| moved_something(row));
    chains.extend(before.map(|(chain, _)| chain));
    let parties: BTreeSet<i32> = chains.iter().map(|chain| chain.destination.party).collect();
    let parties = addressees(conn, &Vec::from_iter(parties)).await?;
    let parties: HashMap<i32, AddresseeRow> = parties.into_iter().map(|party| (party.id, party)).collect();
    let units = all_units(conn).await?;
    let units: HashMap<i16, String> = units.into_iter().map(|unit| (unit.id, unit.code)).collect();
    let mut positions = Vec::with_capacity(chains.len());
    for chain in chains {
        let party = parties.get(&chain.destination.party);
        let party = party.ok_or_else(|| Failure::Internal("a party is not stored".to_owned()))?;
        let unit = units.get(&chain.unit).cloned().unwrap_or_default();
        let named = named(chain, party, unit, computed.previous.get(chain));
        positions.push(match lines.get(chain) {
            Some(line) => settled(line, named),
            None => named,
        });
    }
    positions.sort_by(|one, other| key(one).cmp(&key(other)));
    Ok(SettlementPreview {
        network: network.code.clone(),
        window: (window.id != NO_ROW).then_some(window.id),
        ordinal: window.ordinal,
        period: window.period_key.clone(),
        starts_at: window.starts_at,
        ends_at: window.ends_at,
        sealed: window.sealed_at.is_some(),
        digest: computed.sheet.digest().to_string(),
        totals: totals(&positions)?,
        positions,
    })
}

fn key(position: &PreviewedPosition) -> (&str, &str, &str) {
    (&position.party, &position.deposit_identifier, &position.unit)
}

/// Whether the cycle before is worth telling where nothing follows it.
fn moved_something(row: &PositionRow) -> bool {
    [row.earned, row.collected, row.paid, row.closing]
        .iter()
        .any(|amount| *amount != 0)
}

/// Whose it is, and the cycle before.
fn named(
    chain: &Chain,
    party: &AddresseeRow,
    unit: String,
    previous: Option<&PositionRow>,
) -> PreviewedPosition {
    PreviewedPosition {
        party: party.code.clone(),
        party_kind: party.kind.clone(),
        party_name_fa: party.name_fa.clone(),
        party_name_en: party.name_en.clone(),
        deposit_identifier: chain.destination.deposit_identifier.clone(),
        unit,
        previous: previous.map(|row| PreviousCycle {
            earned: Amount::from_minor(row.earned),
            collected: Amount::from_minor(row.collected),
            paid: Amount::from_minor(row.paid),
            closing: Amount::from_minor(row.closing),
        }),
        ..PreviewedPosition::default()
    }
}

fn settled(line: &SettledLine, named: PreviewedPosition) -> PreviewedPosition {
    let (moved, position) = (line.position.moved(), &line.position);
    PreviewedPosition {
        opening: moved.opening,
        earned: moved.earned,
        collected: moved.collected,
        memos: moved.memos,
        remitted: moved.remitted,
        returned: moved.returned,
        before: position.before(),
        active_holds: position.active_holds(),
        held: position.held(),
        payable: position.payable(),
        paid: position.paid(),
        closing: position.closing(),
        carried_cycles: position.carried_cycles(),
        is_final: line.cycle == CycleKind::Final,
        remittance_due: position.remittance_due(),
        demanded: position.demanded(),
        hold_movements: line.hold_movements.iter().map(previewed_hold).collect(),
        ..named
    }
}

fn previewed_hold(movement: &HoldMovement) -> PreviewedHold {
    PreviewedHold {
        cause: movement.cause.to_string(),
        amount: movement.amount,
    }
}

fn totals(positions: &[PreviewedPosition]) -> Result<Vec<UnitTotals>, AmountOverflow> {
    let mut totals: BTreeMap<&str, UnitTotals> = BTreeMap::new();
    for position in positions {
        totals.entry(&position.unit).or_default().add(position)?;
    }
    Ok(totals.into_values().collect())
}

impl UnitTotals {
    fn add(&mut self, position: &PreviewedPosition) -> Result<(), AmountOverflow> {
        self.unit.clone_from(&position.unit);
        for (sum, amount) in [
            (&mut self.opening, position.opening),
            (&mut self.earned, position.earned),
            (&mut self.collected, position.collected),
            (&mut self.remitted, position.remitted),
            (&mut self.returned, position.returned),
            (&mut self.held, position.held),
            (&mut self.paid, position.paid),
            (&mut self.remittances_due, position.remittance_due),
            (&mut self.demanded, position.demanded),
            (&mut self.closing, position.closing),
        ] {
            *sum = sum.plus(amount)?;
        }
        self.payouts += usize::from(!position.paid.is_zero());
        self.demands += usize::from(!position.demanded.is_zero());
        Ok(())
    }
}
