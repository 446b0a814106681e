//! `/v1/windows`: booking intervals with their proof sheets and exceptions. Never here: closing and sealing.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, get};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::usecases::reading::exceptions::{PairView, list_exceptions};
use crate::usecases::reading::windows::{self, WindowView};
use crate::web::page::{PageOf, PageQuery, presented};
use crate::web::{Answer, AppState, Authorised};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_windows)
        .service(show_window)
        .service(list_exceptions_of_window);
}

/// Windows of a network, newest first.
///
/// A window is there once something came in for it, a row or money, or its turn to be closed has come; all before it are there then,
/// whether or not anything was booked in them. The one that runs is not there before that.
#[utoipa::path(
    tag = "settlements",
    params(("code" = String, Path), PageQuery),
    responses((status = 200, body = PageOf<WindowView>))
)]
#[get("/v1/networks/{code}/windows")]
pub async fn list_windows(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    code: Path<String>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<WindowView>>> {
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let found = windows::list_windows(&mut conn, &by, state.now(), &code, &asked).await?;
    Ok(Json(presented(&request, found, |row| row.ordinal, |row| row)))
}

/// One window with its proof sheet: counts, sums, and the digest that seals them.
#[utoipa::path(tag = "settlements", params(("id" = i32, Path)), responses((status = 200, body = WindowView)))]
#[get("/v1/windows/{id}")]
pub async fn show_window(
    state: Data<AppState>,
    Authorised(by): Authorised,
    id: Path<i32>,
) -> Answer<Json<WindowView>> {
    let mut conn = state.connection().await?;
    let found = windows::show_window(&mut conn, &by, state.now(), *id).await?;
    Ok(Json(found))
}

/// Exceptions of a window: a sender used one reference at two offices, for the same service and amount.
///
/// Both are booked, since the key of a transaction begins with its office; one of them may have been sent by mistake.
#[utoipa::path(
    tag = "settlements",
    params(("id" = i32, Path), PageQuery),
    responses((status = 200, body = PageOf<PairView>))
)]
#[get("/v1/windows/{id}/exceptions")]
pub async fn list_exceptions_of_window(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    id: Path<i32>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<PairView>>> {
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let found = list_exceptions(&mut conn, &by, *id, &asked).await?;
    let key = |pair: &PairView| pair.key();
    Ok(Json(presented(&request, found, key, |pair| pair)))
}
