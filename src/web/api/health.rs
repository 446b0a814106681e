//! Whether this server can work, and its counters, for machines that watch. Never here: figures of the business.

use actix_web::HttpResponse;
use actix_web::get;
use actix_web::web::{Data, Json};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::usecases::check_health::check_health;
use crate::web::{Answer, AppState};

pub fn configure(config: &mut ServiceConfig) {
    config.service(healthz).service(metrics);
}

/// A server that answers requests now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Health {
    #[schema(example = "ok")]
    pub status: &'static str,
    pub version: &'static str,
}

/// Whether the server and its database answer.
#[utoipa::path(tag = "operation", responses((status = 200, body = Health)))]
#[get("/healthz")]
pub async fn healthz(state: Data<AppState>) -> Answer<Json<Health>> {
    let mut conn = state.connection().await?;
    check_health(&mut conn).await?;
    Ok(Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
    }))
}

/// Counters in Prometheus' text format.
#[utoipa::path(tag = "operation", responses((status = 200, body = String, content_type = "text/plain")))]
#[get("/metrics")]
pub async fn metrics(state: Data<AppState>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(state.metrics.text())
}
