//! `GET /v1/statements/{number}/lines/{service}/explanation`: a line's sum down to its allocations, their derivation and
//! its transactions. Never here: sums.

use actix_web::get;
use actix_web::web::{Data, Json, Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::language::Language;
use crate::usecases::explain::{LineName, StatementLineExplained, explain_statement_line};
use crate::web::page::PageQuery;
use crate::web::{Answer, AppState, Authorised, Spoken};

pub fn configure(config: &mut ServiceConfig) {
    config.service(explain_line);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LineQuery {
    /// A kind of component, such as `wage`; all where none is named.
    pub component: Option<String>,
    /// Transactions after this id: `next_after` of the page before.
    pub after: Option<i64>,
    /// The language of the texts. Left out: as `Accept-Language` asks, else English.
    #[param(inline, example = "fa")]
    pub lang: Option<Language>,
}

/// How the lines of a statement for one service come about: equal shares counted, each allocation down to tariff version,
/// clause and rounding step, and the transactions behind them.
#[utoipa::path(
    tag = "statements",
    params(("number" = String, Path), ("service" = String, Path), LineQuery, PageQuery),
    responses((status = 200, body = StatementLineExplained))
)]
#[get("/v1/statements/{number}/lines/{service}/explanation")]
pub async fn explain_line(
    state: Data<AppState>,
    Authorised(by): Authorised,
    path: Path<(String, String)>,
    query: Query<LineQuery>,
    Spoken(spoken): Spoken,
    page: Query<PageQuery>,
) -> Answer<Json<StatementLineExplained>> {
    let (number, service) = path.into_inner();
    let component = query.component.clone();
    let line = LineName {
        number,
        service,
        component,
    };
    let mut asked = page.asked::<i64>()?;
    asked.after = query.after;
    let mut conn = state.connection().await?;
    let language = query.lang.unwrap_or(spoken);
    let explained = explain_statement_line(&mut conn, &by, &line, &asked, language).await?;
    Ok(Json(explained))
}
