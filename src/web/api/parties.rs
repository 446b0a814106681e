//! `/v1/parties`: who can be owed money, and what the books owe them. Never here: positions (see `settlements`).

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::moment::moment;
use crate::domain::party::PartyKind;
use crate::usecases::reading::moment::Moment;
use crate::usecases::reading::parties::{self, PartyBalances, PartyView};
use crate::web::page::{PageOf, PageQuery, continued, presented};
use crate::web::{Answer, AppState, Authorised};

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_parties).service(report_balances);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PartyQuery {
    /// Of this kind.
    #[param(inline)]
    pub kind: Option<PartyKind>,
}

/// Parties, by code; one who acts for a party sees that one.
#[utoipa::path(tag = "parties", params(PartyQuery, PageQuery), responses((status = 200, body = PageOf<PartyView>)))]
#[get("/v1/parties")]
pub async fn list_parties(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    query: Query<PartyQuery>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<PartyView>>> {
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let found = parties::list_parties(&mut conn, &by, query.kind, &asked).await?;
    Ok(Json(presented(
        &request,
        found,
        |row| row.code.clone(),
        |row| row,
    )))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BalanceQuery {
    /// What was posted by then: a moment, or a day in either calendar, at its end; now when left out. What was earned is posted
    /// when its window is sealed, not when the service was given.
    #[param(example = "1404-07-30")]
    pub at: Option<String>,
}

/// A page of what the books owe a party.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BalancesPage {
    #[serde(flatten)]
    pub balances: PartyBalances,
    /// Path and query of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What the books owe the party, per network, unit and destination.
#[utoipa::path(
    tag = "parties",
    params(("code" = String, Path), BalanceQuery, PageQuery),
    responses((status = 200, body = BalancesPage))
)]
#[get("/v1/parties/{code}/balances")]
pub async fn report_balances(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    code: Path<String>,
    query: Query<BalanceQuery>,
    page: Query<PageQuery>,
) -> Answer<Json<BalancesPage>> {
    let at = moment("at", query.at.as_deref())?.unwrap_or(Moment::Instant(state.now()));
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let balances = parties::report_balances(&mut conn, &by, &code, at, &asked).await?;
    let last = balances.balances.last().filter(|_| balances.more);
    let next = last.map(|row| continued(&request, &(&row.network, &row.unit, &row.deposit_identifier)));
    Ok(Json(BalancesPage { balances, next }))
}
