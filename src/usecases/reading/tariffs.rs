//! Published tariffs by service, network and date. Never here: drafts and who approves them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::moment::{Moment, zone_for};
use super::naming::{network_among, network_named, service_is_known};
use crate::domain::originator::Originator;
use crate::domain::page::{Asked, Page};
use crate::domain::zone::day_of;
use crate::store::Connection;
use crate::store::reading::network::{NetworkRow, all_networks};
use crate::store::reading::tariff::{self, PendingRow, TariffRow, TariffsWanted, TermRow};
use crate::usecases::{Done, Failure};

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TariffView {
    pub id: i32,
    pub network: String,
    pub service: String,
    pub unit: String,
    pub valid_from: DateTime<Utc>,
    /// Exclusive; absent while its end is open.
    pub valid_until: Option<DateTime<Utc>>,
    pub known_from: DateTime<Utc>,
    /// When a corrected version took its place.
    pub known_until: Option<DateTime<Utc>>,
    /// SHA-256 of the document, in hexadecimal.
    pub digest: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TariffDetails {
    #[serde(flatten)]
    pub tariff: TariffView,
    /// In the tariff language, whose JSON Schema `daftar tariff schema` prints.
    #[schema(value_type = Object)]
    pub document: serde_json::Value,
    pub terms: Vec<TermView>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TermView {
    pub ordinal: i16,
    /// `source` or `leg`.
    pub side: String,
    pub name: String,
    pub kind: String,
    pub role: String,
    /// Absent where the office's binding or the holder says it.
    pub party: Option<String>,
    pub deposit_identifier: String,
    pub refundable: bool,
}

/// A version that is not in force yet.
#[derive(Clone, Debug, Serialize)]
pub struct PendingTariff {
    pub id: i32,
    pub network: String,
    pub service: String,
    pub valid_from: DateTime<Utc>,
    /// The day of that moment, as its network counts days.
    pub first_day: NaiveDate,
    /// `draft` or `approved`.
    pub state: String,
    pub made_by: String,
}

/// Filters of a list of tariffs; `None` leaves one out.
#[derive(Clone, Debug, Default)]
pub struct TariffFilter {
    pub service: Option<String>,
    pub network: Option<String>,
    /// In force at this moment, as known when it is asked; a day is one of the network's.
    pub valid_at: Option<Moment>,
}

/// Published versions, by id.
///
/// # Errors
/// `Invalid` for an unknown service or network, and for a day of no named network that does not begin everywhere at once.
pub async fn list_tariffs(
    conn: &mut Connection,
    _by: &Originator,
    at: DateTime<Utc>,
    filter: &TariffFilter,
    asked: &Asked<i32>,
) -> Done<Page<TariffView>> {
    service_is_known(conn, filter.service.as_deref()).await?;
    let networks = all_networks(conn).await?;
    let network = network_named(&networks, filter.network.as_deref())?;
    let instant = |moment| instant_meant(moment, network, &networks);
    let wanted = TariffsWanted {
        id: None,
        service: filter.service.clone(),
        network: filter.network.clone(),
        valid_at: filter.valid_at.map(instant).transpose()?,
        known_at: filter.valid_at.map(|_| at),
    };
    let rows = tariff::list_tariffs(conn, &wanted, asked.after, asked.fetched()).await?;
    Ok(asked.page(rows).map(view))
}

/// A day begins as in the named network or, where none is named, as in all of them.
fn instant_meant(moment: Moment, named: Option<&NetworkRow>, networks: &[NetworkRow]) -> Done<DateTime<Utc>> {
    let instant = moment.instant(zone_for(named.or(networks.first())));
    let begins_then = |network: &NetworkRow| moment.instant(network.time_zone) == instant;
    if named.is_some() || networks.iter().all(begins_then) {
        return Ok(instant);
    }
    Err(Failure::invalid(
        "network",
        "a_day_is_one_of_a_network",
        "that day begins at different moments in the networks' time zones: name one, or give `at` as a moment",
    ))
}

/// Versions on their way into force, by id.
pub async fn list_pending_tariffs(conn: &mut Connection, by: &Originator) -> Done<Vec<PendingTariff>> {
    by.may_register()?;
    let rows = tariff::pending_tariffs(conn).await?;
    let networks = all_networks(conn).await?;
    let view = |row: PendingRow| {
        let network = network_among(&networks, &row.network)?;
        Ok(PendingTariff {
            id: row.id,
            network: row.network,
            service: row.service,
            valid_from: row.valid_from,
            first_day: day_of(network.time_zone, row.valid_from),
            state: row.state,
            made_by: row.made_by,
        })
    };
    rows.into_iter().map(view).collect()
}

/// One published version with its document and terms.
pub async fn show_tariff(conn: &mut Connection, _by: &Originator, id: i32) -> Done<TariffDetails> {
    let wanted = TariffsWanted {
        id: Some(id),
        ..TariffsWanted::default()
    };
    let row = tariff::list_tariffs(conn, &wanted, None, 1)
        .await?
        .pop()
        .ok_or_else(|| Failure::not_found("tariff", id))?;
    let terms = tariff::terms_of(conn, id).await?;
    Ok(TariffDetails {
        document: serde_json::from_str(&row.document)
            .map_err(|error| Failure::Internal(format!("the document of tariff {id}: {error}")))?,
        tariff: view(row),
        terms: terms.into_iter().map(term).collect(),
    })
}

fn view(row: TariffRow) -> TariffView {
    TariffView {
        id: row.id,
        network: row.network,
        service: row.service,
        unit: row.unit,
        valid_from: row.valid_from,
        valid_until: row.valid_until,
        known_from: row.known_from,
        known_until: row.known_until,
        digest: hex::encode(row.digest),
    }
}

fn term(row: TermRow) -> TermView {
    TermView {
        ordinal: row.ordinal,
        side: row.side,
        name: row.name,
        kind: row.kind,
        role: row.role,
        party: row.party,
        deposit_identifier: row.deposit_identifier,
        refundable: row.refundable,
    }
}
