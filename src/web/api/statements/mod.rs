//! `/v1/statements`: what parties were told, and how each line came about. Never here: their arithmetic and their look.

use utoipa_actix_web::service_config::ServiceConfig;

pub mod explanation;
pub mod read;

pub fn configure(config: &mut ServiceConfig) {
    config.configure(read::configure);
    config.configure(explanation::configure);
}
