//! `/v1/jobs/history`: which job ran in which slot, and how it ended. Never here: running one.

use actix_web::web::{Data, Json, Query};
use actix_web::{HttpRequest, get};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::usecases::reading::jobs::{self, JobFilter, JobRunView};
use crate::web::page::{PageOf, PageQuery, presented};
use crate::web::{Answer, AppState, Authorised};

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_job_runs);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JobQuery {
    /// Of this job.
    #[param(example = "close-windows")]
    pub job: Option<String>,
}

/// Runs of jobs, newest first.
#[utoipa::path(tag = "operation", params(JobQuery, PageQuery), responses((status = 200, body = PageOf<JobRunView>)))]
#[get("/v1/jobs/history")]
pub async fn list_job_runs(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    query: Query<JobQuery>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<JobRunView>>> {
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let Query(JobQuery { job }) = query;
    let filter = JobFilter {
        job,
        ..JobFilter::default()
    };
    let found = jobs::list_job_runs(&mut conn, &by, &filter, &asked).await?;
    Ok(Json(presented(&request, found, |row| row.id, |row| row)))
}
