//! Settlements and their positions, read. Never here: previewing, proposing, deciding.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::settlement::SettlementState;
use crate::usecases::reading::settlements::{
    self, PositionView, SettlementDetails, SettlementFilter, SettlementView,
};
use crate::web::page::{PageOf, PageQuery, presented};
use crate::web::{Answer, AppState, Authorised};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_settlements)
        .service(show_settlement)
        .service(list_positions);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SettlementQuery {
    /// Of this network.
    pub network: Option<String>,
    /// In this state.
    #[param(inline)]
    pub state: Option<SettlementState>,
}

/// Settlements, newest first; one who acts for a party sees those in which it has a position.
#[utoipa::path(
    tag = "settlements",
    params(SettlementQuery, PageQuery),
    responses((status = 200, body = PageOf<SettlementView>))
)]
#[get("/v1/settlements")]
pub async fn list_settlements(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    query: Query<SettlementQuery>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<SettlementView>>> {
    let Query(query) = query;
    let filter = SettlementFilter {
        network: query.network,
        state: query.state,
    };
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let found = settlements::list_settlements(&mut conn, &by, &filter, &asked).await?;
    Ok(Json(presented(&request, found, |row| row.id, |row| row)))
}

/// One settlement, and where a proposed one is looked at.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShownSettlement {
    #[serde(flatten)]
    pub details: SettlementDetails,
    /// While it is proposed, its positions are not written yet: the path of the preview, which computes what approval would
    /// write. It is what was proposed as long as its `digest` is this one's; approval is refused when it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub preview: Option<String>,
}

/// One settlement with the sums of its positions; of a proposed one, the path of its preview.
#[utoipa::path(tag = "settlements", params(("id" = i32, Path)), responses((status = 200, body = ShownSettlement)))]
#[get("/v1/settlements/{id}")]
pub async fn show_settlement(
    state: Data<AppState>,
    Authorised(by): Authorised,
    id: Path<i32>,
) -> Answer<Json<ShownSettlement>> {
    let mut conn = state.connection().await?;
    let details = settlements::show_settlement(&mut conn, &by, *id).await?;
    let preview = details.is_previewed.then(|| {
        let (network, window) = (&details.settlement.network, details.settlement.window);
        format!("/v1/networks/{network}/settlement-preview?window={window}")
    });
    Ok(Json(ShownSettlement { details, preview }))
}

/// What each party is owed or owes, per destination; one who acts for a party sees its own. Of a proposed settlement there are
/// none yet: see its `preview`.
#[utoipa::path(
    tag = "settlements",
    params(("id" = i32, Path), PageQuery),
    responses((status = 200, body = PageOf<PositionView>))
)]
#[get("/v1/settlements/{id}/positions")]
pub async fn list_positions(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    id: Path<i32>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<PositionView>>> {
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let found = settlements::list_positions(&mut conn, &by, *id, &asked).await?;
    Ok(Json(presented(
        &request,
        found,
        |(key, _)| key.clone(),
        |(_, row)| row,
    )))
}
