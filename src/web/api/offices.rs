//! `/v1/offices`: the register of offices with the state of their licences. Never here: their money (see `earnings`).

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, get};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::office::Setting;
use crate::usecases::reading::offices::{self, OfficeFilter, OfficeHistory, OfficeView};
use crate::usecases::reading::standing::LicenceState;
use crate::web::page::{PageOf, PageQuery, presented};
use crate::web::{Answer, AppState, Authorised};

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_offices).service(show_office);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfficeQuery {
    /// In this province.
    pub province: Option<String>,
    #[param(inline)]
    pub setting: Option<Setting>,
    /// With a licence in this network.
    pub network: Option<String>,
    /// With a licence in this state now.
    #[param(inline)]
    pub state: Option<LicenceState>,
}

/// Offices with their licences, by code.
#[utoipa::path(tag = "offices", params(OfficeQuery, PageQuery), responses((status = 200, body = PageOf<OfficeView>)))]
#[get("/v1/offices")]
pub async fn list_offices(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    query: Query<OfficeQuery>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<OfficeView>>> {
    let Query(query) = query;
    let filter = OfficeFilter {
        province: query.province,
        setting: query.setting,
        network: query.network,
        state: query.state,
    };
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let found = offices::list_offices(&mut conn, &by, state.now(), &filter, &asked).await?;
    Ok(Json(presented(
        &request,
        found,
        |office| office.code.clone(),
        |office| office,
    )))
}

/// One office: its licences, every change of them, and who held them.
#[utoipa::path(tag = "offices", params(("code" = String, Path)), responses((status = 200, body = OfficeHistory)))]
#[get("/v1/offices/{code}")]
pub async fn show_office(
    state: Data<AppState>,
    Authorised(by): Authorised,
    code: Path<String>,
) -> Answer<Json<OfficeHistory>> {
    let mut conn = state.connection().await?;
    let found = offices::show_office(&mut conn, &by, state.now(), &code).await?;
    Ok(Json(found))
}
