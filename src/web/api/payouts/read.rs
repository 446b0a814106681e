//! Payouts with their answers, remittances and demands for them, read. Never here: answering and recording.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, get};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::demand::DemandState;
use crate::domain::payout::PayoutState;
use crate::usecases::reading::demands::{self, DemandFilter, DemandView};
use crate::usecases::reading::money::MoneyFilter;
use crate::usecases::reading::payouts::{self, PayoutDetails, PayoutView};
use crate::usecases::reading::remittances::{self, RemittanceView};
use crate::web::page::{PageOf, PageQuery, presented};
use crate::web::{Answer, AppState, Authorised};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_payouts)
        .service(show_payout)
        .service(list_remittances)
        .service(list_demands);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PayoutQuery {
    /// Of this network.
    pub network: Option<String>,
    /// To this party.
    pub party: Option<String>,
    /// In this state.
    #[param(inline)]
    pub state: Option<PayoutState>,
    /// Ordered by this settlement.
    pub settlement: Option<i32>,
}

/// Payouts, newest first; one who acts for a party sees its own.
#[utoipa::path(tag = "payouts", params(PayoutQuery, PageQuery), responses((status = 200, body = PageOf<PayoutView>)))]
#[get("/v1/payouts")]
pub async fn list_payouts(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    query: Query<PayoutQuery>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<PayoutView>>> {
    let Query(query) = query;
    let filter = MoneyFilter {
        network: query.network,
        party: query.party,
        state: query.state,
        settlement: query.settlement,
    };
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let found = payouts::list_payouts(&mut conn, &by, state.now(), &filter, &asked).await?;
    Ok(Json(presented(&request, found, |row| row.id, |row| row)))
}

/// One payout with what the bank said of it.
#[utoipa::path(tag = "payouts", params(("id" = i64, Path)), responses((status = 200, body = PayoutDetails)))]
#[get("/v1/payouts/{id}")]
pub async fn show_payout(
    state: Data<AppState>,
    Authorised(by): Authorised,
    id: Path<i64>,
) -> Answer<Json<PayoutDetails>> {
    let mut conn = state.connection().await?;
    Ok(Json(
        payouts::show_payout(&mut conn, &by, state.now(), *id).await?,
    ))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RemittanceQuery {
    /// To this network.
    pub network: Option<String>,
    /// From this party.
    pub party: Option<String>,
}

impl RemittanceQuery {
    fn filter(self) -> MoneyFilter {
        MoneyFilter {
            network: self.network,
            party: self.party,
            ..MoneyFilter::default()
        }
    }
}

/// Remittances, newest first; one who acts for a party sees its own.
#[utoipa::path(
    tag = "payouts",
    params(RemittanceQuery, PageQuery),
    responses((status = 200, body = PageOf<RemittanceView>))
)]
#[get("/v1/remittances")]
pub async fn list_remittances(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    query: Query<RemittanceQuery>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<RemittanceView>>> {
    let asked = page.asked()?;
    let filter = query.into_inner().filter();
    let mut conn = state.connection().await?;
    let found = remittances::list_remittances(&mut conn, &by, &filter, &asked).await?;
    Ok(Json(presented(&request, found, |row| row.id, |row| row)))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DemandQuery {
    /// Of this network.
    pub network: Option<String>,
    /// Of this party.
    pub party: Option<String>,
    /// In this state now.
    #[param(inline)]
    pub state: Option<DemandState>,
}

/// Remittances that settlements demanded, newest first, with their state now; one who acts for a party sees its own.
#[utoipa::path(
    tag = "payouts",
    params(DemandQuery, PageQuery),
    responses((status = 200, body = PageOf<DemandView>))
)]
#[get("/v1/remittance-demands")]
pub async fn list_demands(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    query: Query<DemandQuery>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<DemandView>>> {
    let asked = page.asked()?;
    let Query(query) = query;
    let filter = DemandFilter {
        state: query.state,
        money: MoneyFilter {
            network: query.network,
            party: query.party,
            ..MoneyFilter::default()
        },
    };
    let mut conn = state.connection().await?;
    let found = demands::list_demands(&mut conn, &by, state.now(), &filter, &asked).await?;
    Ok(Json(presented(&request, found, |row| row.id, |row| row)))
}
