//! `/v1/submissions`: what became of the rows of a file or stream. Never here: sending one (see `transactions::batch`).

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, get};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::usecases::submission::{self, SubmissionView, UnbookedView};
use crate::web::page::{PageOf, PageQuery, presented};
use crate::web::{Answer, AppState, Authorised};

pub fn configure(config: &mut ServiceConfig) {
    config.service(show_submission).service(list_unbooked);
}

/// What became of the rows of a submission.
#[utoipa::path(tag = "transactions", params(("id" = i64, Path)), responses((status = 200, body = SubmissionView)))]
#[get("/v1/submissions/{id}")]
pub async fn show_submission(
    state: Data<AppState>,
    Authorised(by): Authorised,
    id: Path<i64>,
) -> Answer<Json<SubmissionView>> {
    let mut conn = state.connection().await?;
    Ok(Json(submission::show_submission(&mut conn, &by, *id).await?))
}

/// The rows of a submission that were not booked, by their lines, with the reasons.
#[utoipa::path(
    tag = "transactions",
    params(("id" = i64, Path), PageQuery),
    responses((status = 200, body = PageOf<UnbookedView>))
)]
#[get("/v1/submissions/{id}/rows")]
pub async fn list_unbooked(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    id: Path<i64>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<UnbookedView>>> {
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let found = submission::list_unbooked(&mut conn, &by, *id, &asked).await?;
    Ok(Json(presented(&request, found, |row| row.line, |row| row)))
}
