//! Networks, agencies and services: what everyone with a token may know. Never here: offices.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::naming::agency_is_known;
use crate::domain::originator::Originator;
use crate::domain::page::{Asked, Page};
use crate::store::Connection;
use crate::store::reading::network::{NetworkRow, all_networks};
use crate::store::reading::service::{self, AgencyRow, ServiceRow};
use crate::usecases::Done;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NetworkView {
    #[schema(example = "pishkhan")]
    pub code: String,
    pub name_fa: String,
    pub name_en: String,
    #[schema(example = "Asia/Tehran")]
    pub time_zone: String,
    /// `daily`, `weekly`, `jalali_month` or `gregorian_month`.
    pub cycle: String,
    pub first_window_starts_at: DateTime<Utc>,
    #[schema(example = "IRR")]
    pub unit: String,
    /// Least balance that is paid out, in the smallest part of the unit.
    pub payout_threshold: i64,
    /// Cycles after which a smaller balance is paid out all the same.
    pub carried_cycles_max: i16,
    pub remittance_due_days: i16,
    pub lateness_max_days: i16,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgencyView {
    pub code: String,
    pub name_fa: String,
    pub name_en: String,
    /// Code of the party that is owed the agency's share.
    pub party: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ServiceView {
    #[schema(example = "passport-issue")]
    pub code: String,
    pub name_fa: String,
    pub name_en: String,
    pub agency: String,
}

/// Networks are few: all are read, and a page of them is told.
pub async fn list_networks(
    conn: &mut Connection,
    _by: &Originator,
    asked: &Asked<String>,
) -> Done<Page<NetworkView>> {
    let mut rows = all_networks(conn).await?;
    rows.sort_by(|one, other| one.code.cmp(&other.code));
    rows.retain(|row| asked.after.as_ref().is_none_or(|after| row.code > *after));
    Ok(asked.page(rows).map(network_view))
}

pub async fn list_agencies(
    conn: &mut Connection,
    _by: &Originator,
    asked: &Asked<String>,
) -> Done<Page<AgencyView>> {
    let rows = service::list_agencies(conn, asked.after.as_deref(), asked.fetched()).await?;
    Ok(asked.page(rows).map(agency_view))
}

/// Services of one agency or of all.
pub async fn list_services(
    conn: &mut Connection,
    _by: &Originator,
    agency: Option<&str>,
    asked: &Asked<String>,
) -> Done<Page<ServiceView>> {
    agency_is_known(conn, agency).await?;
    let rows = service::list_services(conn, agency, asked.after.as_deref(), asked.fetched()).await?;
    Ok(asked.page(rows).map(service_view))
}

fn network_view(row: NetworkRow) -> NetworkView {
    NetworkView {
        code: row.code,
        name_fa: row.name_fa,
        name_en: row.name_en,
        time_zone: row.time_zone.name().to_owned(),
        cycle: row.cycle,
        first_window_starts_at: row.first_window_starts_at,
        unit: row.unit,
        payout_threshold: row.payout_threshold,
        carried_cycles_max: row.carried_cycles_max,
        remittance_due_days: row.remittance_due_days,
        lateness_max_days: row.lateness_max_days,
    }
}

fn agency_view(row: AgencyRow) -> AgencyView {
    AgencyView {
        code: row.code,
        name_fa: row.name_fa,
        name_en: row.name_en,
        party: row.party,
    }
}

fn service_view(row: ServiceRow) -> ServiceView {
    ServiceView {
        code: row.code,
        name_fa: row.name_fa,
        name_en: row.name_en,
        agency: row.agency,
    }
}
