//! `/v1/networks/{code}/settlement-preview`: what the next settlement comes to. Never here: how that is worked out.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::page::Asked;
use crate::usecases::preview_settlement::{
    PreviewedPosition, QueryLimit, SettlementPreview, preview_settlement,
};
use crate::web::page::{PageQuery, continued};
use crate::web::{Answer, AppState, Authorised};

pub fn configure(config: &mut ServiceConfig) {
    config.service(preview);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PreviewQuery {
    /// Id of the window; the earliest that is not settled when left out.
    pub window: Option<i32>,
    /// From the `next` link of the page before.
    #[param(example = json!(null))]
    pub cursor: Option<String>,
    /// Positions of a page. One page can have them all: each is computed anew, of what is booked by then.
    #[param(minimum = 1, maximum = 100_000, default = 50)]
    pub limit: Option<u32>,
}

/// All of a network at once, so that a window that is still booked into is seen at one moment.
const POSITIONS_MAX: u32 = 100_000;

/// A preview with a page of its positions, by party, destination and unit. Digest and totals are over all of them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PreviewPage {
    #[serde(flatten)]
    pub preview: SettlementPreview,
    /// Path and query of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What the next settlement of a network comes to, each party against the cycle before. Changes nothing.
///
/// Its positions come in pages; the digest and the totals are over all of them. Where the digest of another page differs,
/// something was booked in between: begin again, or ask for all in one page.
#[utoipa::path(tag = "settling", params(("code" = String, Path), PreviewQuery), responses((status = 200, body = PreviewPage)))]
#[get("/v1/networks/{code}/settlement-preview")]
pub async fn preview(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    code: Path<String>,
    query: Query<PreviewQuery>,
) -> Answer<Json<PreviewPage>> {
    let Query(PreviewQuery {
        window,
        cursor,
        limit,
    }) = query;
    let asked = PageQuery { cursor, limit }.asked_up_to(POSITIONS_MAX)?;
    let mut conn = state.connection().await?;
    let limit = QueryLimit::Ordinary;
    let whole = preview_settlement(&mut conn, &by, state.now(), &code, window, limit).await?;
    Ok(Json(paged(&request, whole, &asked)))
}

/// Party, deposit identifier and unit.
type PositionKey = (String, String, String);

fn paged(request: &HttpRequest, mut whole: SettlementPreview, asked: &Asked<PositionKey>) -> PreviewPage {
    let key = |position: &PreviewedPosition| -> PositionKey {
        let (party, identifier) = (position.party.clone(), position.deposit_identifier.clone());
        (party, identifier, position.unit.clone())
    };
    let mut positions = std::mem::take(&mut whole.positions);
    positions.retain(|position| asked.after.as_ref().is_none_or(|after| key(position) > *after));
    let page = asked.page(positions);
    let last = page.items.last().filter(|_| page.more);
    let next = last.map(|position| continued(request, &key(position)));
    whole.positions = page.items;
    PreviewPage { preview: whole, next }
}
