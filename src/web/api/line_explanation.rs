//! `GET /v1/statements/{number}/lines/{service}/explanation`: a line's sum down to its transactions. Never here: sums.

use actix_web::get;
use actix_web::web::{Data, Json, Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::usecases::explain::{LineName, StatementLineExplained, explain_statement_line};
use crate::web::page::PageQuery;
use crate::web::{Answer, AppState, Authorised};

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
}

/// How the lines of a statement for one service come about: equal shares counted, and the transactions behind them.
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
    Ok(Json(explain_statement_line(&mut conn, &by, &line, &asked).await?))
}
