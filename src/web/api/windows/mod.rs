//! `/v1/windows` and those of `/v1/networks/{code}`: booking intervals, read, closed and sealed. Never here: when one may be closed.

use utoipa_actix_web::service_config::ServiceConfig;

pub mod read;
pub mod write;

pub fn configure(config: &mut ServiceConfig) {
    config.configure(read::configure);
    config.configure(write::configure);
}
