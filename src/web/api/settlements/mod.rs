//! `/v1/settlements`: what each window comes to, and who decided it. Never here: rules of settling.

use utoipa_actix_web::service_config::ServiceConfig;

pub mod preview;
pub mod read;
pub mod write;

pub fn configure(config: &mut ServiceConfig) {
    config.configure(preview::configure);
    config.configure(read::configure);
    config.configure(write::configure);
}
