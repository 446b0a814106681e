//! Parties, and what the books owe one at a moment. Never here: positions of settlements (see `settlements`).

use chrono::{DateTime, Days, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::moment::Moment;
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::domain::page::{Asked, Page};
use crate::domain::party::PartyKind;
use crate::domain::zone::start_of_day;
use crate::store::Connection;
use crate::store::reading::network::{NetworkRow, all_networks};
use crate::store::reading::party::{self, BalanceRow, PartyRow};
use crate::usecases::{Done, Failure};

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PartyView {
    pub code: String,
    /// `office`, `agency`, `treasury`, …
    pub kind: String,
    pub name_fa: String,
    pub name_en: String,
    /// In which its statements are written.
    pub language: String,
    /// Where its mail goes. Null too to a token of a scope below `finance` that acts for no party.
    pub email: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PartyBalances {
    pub party: String,
    /// Nothing nets across networks, units and destinations: each has its own balance.
    pub balances: Vec<BalanceView>,
    /// Whether there are more after these.
    #[serde(skip)]
    pub more: bool,
}

/// Network, unit and deposit identifier: where a list of balances continues.
pub type BalanceKey = (String, String, String);

/// In the smallest part of the unit; positive is owed to the party. Windows count from their sealing on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BalanceView {
    pub network: String,
    pub unit: String,
    /// Empty for the party's plain destination.
    pub deposit_identifier: String,
    /// due + held
    #[schema(value_type = i64)]
    pub balance: Amount,
    #[schema(value_type = i64)]
    pub due: Amount,
    /// Earned and not payable yet.
    #[schema(value_type = i64)]
    pub held: Amount,
}

/// By code; one who acts for a party sees that one.
pub async fn list_parties(
    conn: &mut Connection,
    by: &Originator,
    kind: Option<PartyKind>,
    asked: &Asked<String>,
) -> Done<Page<PartyView>> {
    let rows = party::list_parties(
        conn,
        kind.map(PartyKind::code),
        by.party_id,
        asked.after.as_deref(),
        asked.fetched(),
    )
    .await?;
    Ok(asked.page(rows).map(|row| view(row, by)))
}

/// What the books owe a party: at a moment what was posted until then, on a day what was posted until its end in each
/// network's own time zone.
///
/// # Errors
/// `NotFound` for another party than the one for whom the originator acts.
pub async fn report_balances(
    conn: &mut Connection,
    by: &Originator,
    code: &str,
    at: Moment,
    asked: &Asked<BalanceKey>,
) -> Done<PartyBalances> {
    let party = find_party(conn, by, code).await?;
    let networks = all_networks(conn).await?;
    let moments: Vec<_> = networks
        .iter()
        .map(|network| (network.id, moment_in(network, at)))
        .collect();
    let mut rows = party::balances_of(conn, party.id, &moments).await?;
    rows.retain(|row| {
        let after = asked.after.as_ref();
        after.is_none_or(|(network, unit, destination)| {
            (&row.network, &row.unit, &row.deposit_identifier) > (network, unit, destination)
        })
    });
    let page = asked.page(rows);
    Ok(PartyBalances {
        party: party.code,
        balances: page.items.iter().map(balance_view).collect::<Done<_>>()?,
        more: page.more,
    })
}

pub(super) async fn find_party(conn: &mut Connection, by: &Originator, code: &str) -> Done<PartyRow> {
    party::find_party(conn, code)
        .await?
        .filter(|party| by.party_id.is_none_or(|own| own == party.id))
        .ok_or_else(|| Failure::not_found("party", code))
}

/// Exclusive: what the database keeps is exact to the microsecond.
fn moment_in(network: &NetworkRow, at: Moment) -> DateTime<Utc> {
    match at {
        Moment::Instant(instant) => instant + TimeDelta::microseconds(1),
        Moment::Day(day) => {
            let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
            start_of_day(network.time_zone, next)
        }
    }
}

fn balance_view(row: &BalanceRow) -> Done<BalanceView> {
    let (due, held) = (Amount::from_minor(row.due), Amount::from_minor(row.held));
    Ok(BalanceView {
        network: row.network.clone(),
        unit: row.unit.clone(),
        deposit_identifier: row.deposit_identifier.clone(),
        balance: due.plus(held)?,
        due,
        held,
    })
}

fn view(row: PartyRow, by: &Originator) -> PartyView {
    PartyView {
        code: row.code,
        kind: row.kind,
        name_fa: row.name_fa,
        name_en: row.name_en,
        language: row.language,
        email: row.email.filter(|_| by.sees_accounts_and_addresses()),
    }
}
