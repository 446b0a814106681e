//! `/v1/quarantine`: rows that could not be booked, and what persons decide about them. Never here: why a row waits.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::quarantine::QuarantineState;
use crate::usecases::quarantine::{self, QuarantinedView};
use crate::web::page::{PageOf, PageQuery, presented};
use crate::web::{Answer, AppState, Authorised, Sent};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_quarantine)
        .service(release_quarantined)
        .service(reject_quarantined);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QuarantineQuery {
    /// In this state; `waiting` when left out.
    #[serde(default)]
    #[param(inline, required = false)]
    pub state: QuarantineState,
}

/// Rows in quarantine, the oldest first. A client sees its own, and who acts for a party also those of offices whose licensee it
/// was when they are said to have happened.
#[utoipa::path(
    tag = "quarantine",
    params(QuarantineQuery, PageQuery),
    responses((status = 200, body = PageOf<QuarantinedView>))
)]
#[get("/v1/quarantine")]
pub async fn list_quarantine(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    query: Query<QuarantineQuery>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<QuarantinedView>>> {
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let found = quarantine::list_quarantine(&mut conn, &by, state.now(), query.state, &asked).await?;
    Ok(Json(presented(&request, found, |row| row.id, |row| row)))
}

/// Why it is decided so.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    #[serde(default)]
    pub note: String,
}

/// The transaction that a released row has become.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReleasedView {
    pub id: i64,
    pub amount: i64,
    pub principal: i64,
}

/// Books a waiting row whose cause was repaired.
#[utoipa::path(
    tag = "quarantine",
    params(("id" = i64, Path)),
    request_body = Decision,
    responses((status = 200, body = ReleasedView))
)]
#[post("/v1/quarantine/{id}/release")]
pub async fn release_quarantined(
    state: Data<AppState>,
    Authorised(by): Authorised,
    id: Path<i64>,
    Sent(decision): Sent<Decision>,
) -> Answer<Json<ReleasedView>> {
    let mut conn = state.connection().await?;
    let (memory, at) = (&state.recorder.memory, state.now());
    let booked = quarantine::release_quarantined(&mut conn, memory, &by, at, *id, &decision.note).await?;
    Ok(Json(ReleasedView {
        id: booked.id.number(),
        amount: booked.amount.minor(),
        principal: booked.principal.minor(),
    }))
}

/// The row as it is decided.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RejectedView {
    pub id: i64,
    pub state: &'static str,
}

/// Decides that a waiting row is never booked; it stays on record.
#[utoipa::path(
    tag = "quarantine",
    params(("id" = i64, Path)),
    request_body = Decision,
    responses((status = 200, body = RejectedView))
)]
#[post("/v1/quarantine/{id}/reject")]
pub async fn reject_quarantined(
    state: Data<AppState>,
    Authorised(by): Authorised,
    id: Path<i64>,
    Sent(decision): Sent<Decision>,
) -> Answer<Json<RejectedView>> {
    let mut conn = state.connection().await?;
    quarantine::reject_quarantined(&mut conn, &by, state.now(), *id, &decision.note).await?;
    Ok(Json(RejectedView {
        id: *id,
        state: "rejected",
    }))
}
