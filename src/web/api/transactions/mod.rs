//! `/v1/transactions`: what was booked. Never here: rules of booking.

use utoipa_actix_web::service_config::ServiceConfig;

pub mod explanation;
pub mod read;

pub fn configure(config: &mut ServiceConfig) {
    config.configure(explanation::configure);
    config.configure(read::configure);
}
