//! `POST /v1/windows/{id}/close` and `/seal`. Never here: reading windows, when one may be closed (`domain::window`).

use actix_web::post;
use actix_web::web::{Data, Json, Path};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::host::patience::Patience;
use crate::usecases::close_window::{ClosedWindow, close_window};
use crate::usecases::seal_window::{SealedWindow, seal_window};
use crate::web::{Answer, AppState, Authorised};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(close_window_of_network)
        .service(seal_window_of_network);
}

/// Close a window that has ended: nothing more is booked in it.
#[utoipa::path(tag = "settling", params(("id" = i32, Path)), responses((status = 200, body = ClosedWindow)))]
#[post("/v1/windows/{id}/close")]
pub async fn close_window_of_network(
    state: Data<AppState>,
    Authorised(by): Authorised,
    id: Path<i32>,
) -> Answer<Json<ClosedWindow>> {
    let mut patience = Patience::default();
    loop {
        let mut conn = state.connection().await?;
        let closed = close_window(&mut conn, &by, state.now(), *id).await;
        drop(conn);
        match closed {
            Err(failure) if failure.is_passing() && patience.waited().await => {}
            closed => return Ok(Json(closed?)),
        }
    }
}

/// Prove a closed window and post its journals, or learn what does not add up.
#[utoipa::path(tag = "settling", params(("id" = i32, Path)), responses((status = 200, body = SealedWindow)))]
#[post("/v1/windows/{id}/seal")]
pub async fn seal_window_of_network(
    state: Data<AppState>,
    Authorised(by): Authorised,
    id: Path<i32>,
) -> Answer<Json<SealedWindow>> {
    let mut conn = state.connection().await?;
    Ok(Json(seal_window(&mut conn, &by, state.now(), *id).await?))
}
