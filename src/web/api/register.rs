//! `/v1/networks`, `/v1/agencies`, `/v1/services`: the register that everyone with a token may read. Never here: offices.

use actix_web::web::{Data, Json, Query};
use actix_web::{HttpRequest, get};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::usecases::reading::register::{self, AgencyView, NetworkView, ServiceView};
use crate::web::page::{PageOf, PageQuery, presented};
use crate::web::{Answer, AppState, Authorised};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_networks)
        .service(list_agencies)
        .service(list_services);
}

/// Networks, by code.
#[utoipa::path(tag = "register", params(PageQuery), responses((status = 200, body = PageOf<NetworkView>)))]
#[get("/v1/networks")]
pub async fn list_networks(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<NetworkView>>> {
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let found = register::list_networks(&mut conn, &by, &asked).await?;
    Ok(Json(presented(
        &request,
        found,
        |row| row.code.clone(),
        |row| row,
    )))
}

/// Agencies, by code.
#[utoipa::path(tag = "register", params(PageQuery), responses((status = 200, body = PageOf<AgencyView>)))]
#[get("/v1/agencies")]
pub async fn list_agencies(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<AgencyView>>> {
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let found = register::list_agencies(&mut conn, &by, &asked).await?;
    Ok(Json(presented(
        &request,
        found,
        |row| row.code.clone(),
        |row| row,
    )))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ServiceQuery {
    /// Of this agency.
    pub agency: Option<String>,
}

/// Services, by code.
#[utoipa::path(tag = "register", params(ServiceQuery, PageQuery), responses((status = 200, body = PageOf<ServiceView>)))]
#[get("/v1/services")]
pub async fn list_services(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    query: Query<ServiceQuery>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<ServiceView>>> {
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let found = register::list_services(&mut conn, &by, query.agency.as_deref(), &asked).await?;
    Ok(Json(presented(
        &request,
        found,
        |row| row.code.clone(),
        |row| row,
    )))
}
