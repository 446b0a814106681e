//! `/v1/payouts`, `/v1/remittances` and `/v1/remittance-demands`: money that leaves, comes in, and should.
//! Never here: which payouts may leave.

use utoipa_actix_web::service_config::ServiceConfig;

pub mod read;
pub mod write;

pub fn configure(config: &mut ServiceConfig) {
    config.configure(read::configure);
    config.configure(write::configure);
}
