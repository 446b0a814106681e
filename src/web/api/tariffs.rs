//! `/v1/tariffs`: what a service costs and who gets what. Never here: drafting and publishing.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, get};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::moment::moment;
use crate::usecases::reading::tariffs::{self, TariffDetails, TariffFilter, TariffView};
use crate::web::page::{PageOf, PageQuery, presented};
use crate::web::{Answer, AppState, Authorised};

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_tariffs).service(show_tariff);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TariffQuery {
    pub service: Option<String>,
    pub network: Option<String>,
    /// In force at this moment, or at the beginning of this day in either calendar, as known now; all versions when left out. A day is
    /// one of `network`, which is to be named where networks have different time zones.
    #[param(example = "1404-07-01")]
    pub at: Option<String>,
}

/// Published tariffs, by id.
#[utoipa::path(tag = "tariffs", params(TariffQuery, PageQuery), responses((status = 200, body = PageOf<TariffView>)))]
#[get("/v1/tariffs")]
pub async fn list_tariffs(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    query: Query<TariffQuery>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<TariffView>>> {
    let Query(query) = query;
    let filter = TariffFilter {
        valid_at: moment("at", query.at.as_deref())?,
        service: query.service,
        network: query.network,
    };
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let found = tariffs::list_tariffs(&mut conn, &by, state.now(), &filter, &asked).await?;
    Ok(Json(presented(&request, found, |row| row.id, |row| row)))
}

/// One published tariff: its document and its terms.
#[utoipa::path(tag = "tariffs", params(("id" = i32, Path)), responses((status = 200, body = TariffDetails)))]
#[get("/v1/tariffs/{id}")]
pub async fn show_tariff(
    state: Data<AppState>,
    Authorised(by): Authorised,
    id: Path<i32>,
) -> Answer<Json<TariffDetails>> {
    let mut conn = state.connection().await?;
    Ok(Json(tariffs::show_tariff(&mut conn, &by, *id).await?))
}
