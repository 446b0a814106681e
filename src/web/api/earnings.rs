//! `/v1/offices/{code}/earnings`: what an office earned, and what is due next. Never here: statements.

use actix_web::get;
use actix_web::web::{Data, Json, Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::moment::moment;
use crate::usecases::reading::earnings::{self, Calendar, EarningsAsked, EarningsReport, Gathered};
use crate::web::{Answer, AppState, Authorised};

pub fn configure(config: &mut ServiceConfig) {
    config.service(report_earnings);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EarningsQuery {
    /// A moment, or a day in either calendar; the beginning of the month that runs when left out.
    #[param(example = "1404-07-01")]
    pub from: Option<String>,
    /// Exclusive, and at most 400 days after `from`; when left out, the end of the month that runs, or of the month of `from` where
    /// that is later.
    #[param(example = "1404-08-01")]
    pub until: Option<String>,
    /// What a line is: a day, a month or a service.
    #[serde(default)]
    #[param(inline, required = false)]
    pub by: Gathered,
    /// Whose months are meant.
    #[serde(default)]
    #[param(inline, required = false)]
    pub calendar: Calendar,
    /// Of this network only.
    pub network: Option<String>,
}

/// What the office earned by day, month or service: settled, unsettled, held; and what is due next and when.
///
/// Counted by the time when the service was given. A statement counts what was booked in its windows.
#[utoipa::path(tag = "offices", params(("code" = String, Path), EarningsQuery), responses((status = 200, body = EarningsReport)))]
#[get("/v1/offices/{code}/earnings")]
pub async fn report_earnings(
    state: Data<AppState>,
    Authorised(by): Authorised,
    code: Path<String>,
    query: Query<EarningsQuery>,
) -> Answer<Json<EarningsReport>> {
    let Query(query) = query;
    let asked = EarningsAsked {
        from: moment("from", query.from.as_deref())?,
        until: moment("until", query.until.as_deref())?,
        gathered: query.by,
        calendar: query.calendar,
        network: query.network,
    };
    let mut conn = state.connection().await?;
    let report = earnings::report_earnings(&mut conn, &by, state.now(), &code, &asked).await?;
    Ok(Json(report))
}
