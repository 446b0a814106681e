//! `GET /v1/statements/{number}/lines/{service}/explanation`: a line's sum down to its allocations, their derivation and
//! its transactions. Never here: sums.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::language::Language;
use crate::usecases::explain::{LineName, StatementLineExplained, explain_statement_line};
use crate::web::page::{PageQuery, continued};
use crate::web::{Answer, AppState, Authorised, Spoken};

pub fn configure(config: &mut ServiceConfig) {
    config.service(explain_line);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LineQuery {
    /// A kind of component, such as `wage`; all where none is named.
    pub component: Option<String>,
    /// The language of the texts. Left out: as `Accept-Language` asks, else English.
    #[param(inline, example = "fa")]
    pub lang: Option<Language>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LineExplanation {
    #[serde(flatten)]
    pub explained: StatementLineExplained,
    /// Path and query of the next page of transactions; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// How the lines of a statement for one service come about: equal shares counted, each allocation down to tariff version,
/// clause and rounding step, and the transactions behind them.
#[utoipa::path(
    tag = "statements",
    params(("number" = String, Path), ("service" = String, Path), LineQuery, PageQuery),
    responses((status = 200, body = LineExplanation))
)]
#[get("/v1/statements/{number}/lines/{service}/explanation")]
pub async fn explain_line(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    path: Path<(String, String)>,
    query: Query<LineQuery>,
    Spoken(spoken): Spoken,
    page: Query<PageQuery>,
) -> Answer<Json<LineExplanation>> {
    let (number, service) = path.into_inner();
    let component = query.component.clone();
    let line = LineName {
        number,
        service,
        component,
    };
    let asked = page.asked::<i64>()?;
    let mut conn = state.connection().await?;
    let language = query.lang.unwrap_or(spoken);
    let mut explained = explain_statement_line(&mut conn, &by, &line, &asked, language).await?;
    let next = explained.next_after.take().map(|id| continued(&request, &id));
    Ok(Json(LineExplanation { explained, next }))
}
