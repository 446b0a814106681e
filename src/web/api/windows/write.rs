//! Windows closed and sealed, one by its id or all of a network that are due. Never here: reading windows, when one may be closed
//! (`domain::window`).

use actix_web::post;
use actix_web::web::{Data, Json, Path};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::host::patience::Patience;
use crate::usecases::close_window::{ClosedWindow, close_next_window, close_window};
use crate::usecases::seal_window::{SealedWindow, seal_next_window, seal_window};
use crate::web::{Answer, AppState, Authorised};

/// One request closes or seals so many windows of a network.
const WINDOWS_AT_ONCE_MAX: usize = 100;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(close_window_of_network)
        .service(seal_window_of_network)
        .service(close_ended_windows)
        .service(seal_closed_windows);
}

/// Windows of a network that were closed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClosedWindows {
    /// In their order; none where every window that has ended was closed before.
    pub closed: Vec<ClosedWindow>,
    /// As many were closed as one request closes: ask again for the rest.
    pub more: bool,
}

/// Windows of a network that were sealed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SealedWindows {
    /// In their order; none where every closed window was sealed before.
    pub sealed: Vec<SealedWindow>,
    /// As many were sealed as one request seals: ask again for the rest.
    pub more: bool,
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

/// Close all windows of a network that have ended, in their order, also those in which nothing was booked.
///
/// Asked again it closes none.
#[utoipa::path(tag = "settling", params(("code" = String, Path)), responses((status = 200, body = ClosedWindows)))]
#[post("/v1/networks/{code}/windows/close")]
pub async fn close_ended_windows(
    state: Data<AppState>,
    Authorised(by): Authorised,
    code: Path<String>,
) -> Answer<Json<ClosedWindows>> {
    let mut patience = Patience::default();
    let mut closed = Vec::new();
    while closed.len() < WINDOWS_AT_ONCE_MAX {
        let mut conn = state.connection().await?;
        let next = close_next_window(&mut conn, &by, state.now(), &code).await;
        drop(conn);
        match next {
            Ok(Some(window)) => closed.push(window),
            Ok(None) => return Ok(Json(ClosedWindows { closed, more: false })),
            Err(failure) if failure.is_passing() && patience.waited().await => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(Json(ClosedWindows { closed, more: true }))
}

/// Prove and post all closed windows of a network, in their order, or learn what of the first that is not sealed does not add up.
///
/// Those before it stay sealed. Asked again it seals none that is.
#[utoipa::path(tag = "settling", params(("code" = String, Path)), responses((status = 200, body = SealedWindows)))]
#[post("/v1/networks/{code}/windows/seal")]
pub async fn seal_closed_windows(
    state: Data<AppState>,
    Authorised(by): Authorised,
    code: Path<String>,
) -> Answer<Json<SealedWindows>> {
    let mut sealed = Vec::new();
    while sealed.len() < WINDOWS_AT_ONCE_MAX {
        let mut conn = state.connection().await?;
        match seal_next_window(&mut conn, &by, state.now(), &code).await? {
            Some(window) => sealed.push(window),
            None => return Ok(Json(SealedWindows { sealed, more: false })),
        }
    }
    Ok(Json(SealedWindows { sealed, more: true }))
}
