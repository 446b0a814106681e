//! `/v1/payouts` and `/v1/remittances`: money that leaves and comes in. Never here: which payouts may leave.

use utoipa_actix_web::service_config::ServiceConfig;

pub mod read;
pub mod write;

pub fn configure(config: &mut ServiceConfig) {
    config.configure(read::configure);
    config.configure(write::configure);
}
