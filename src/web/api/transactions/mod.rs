//! `/v1/transactions`: rows come in, and what was booked is read. Never here: rules of booking.

use utoipa_actix_web::service_config::ServiceConfig;

pub mod batch;
pub mod explanation;
pub mod journal;
pub mod post;
pub mod read;

pub fn configure(config: &mut ServiceConfig) {
    config.configure(post::configure);
    config.configure(batch::configure);
    config.configure(explanation::configure);
    config.configure(journal::configure);
    config.configure(read::configure);
}
