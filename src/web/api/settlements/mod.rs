//! `/v1/settlements`: what each window came to. Never here: rules of settling.

use utoipa_actix_web::service_config::ServiceConfig;

pub mod read;

pub fn configure(config: &mut ServiceConfig) {
    config.configure(read::configure);
}
