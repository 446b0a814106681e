//! The JSON API, one file a noun: each has `configure`, which names its handlers. Never here: pages for people.
//!
//! A handler is annotated with `#[utoipa::path]` and its success only; errors and the token are added by `openapi`.

use utoipa_actix_web::service_config::ServiceConfig;

pub mod health;

/// All routes of the API.
pub fn configure(config: &mut ServiceConfig) {
    config.configure(health::configure);
}
