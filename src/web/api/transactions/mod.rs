//! `/v1/transactions`: rows come in, and what was booked is read. Never here: rules of booking.

use utoipa_actix_web::service_config::ServiceConfig;

pub mod batch;
pub mod post;
pub mod read;

pub fn configure(config: &mut ServiceConfig) {
    config.configure(post::configure);
    config.configure(batch::configure);
pub mod explanation;
pub mod read;

pub fn configure(config: &mut ServiceConfig) {
    config.configure(explanation::configure);
    config.configure(read::configure);
}
