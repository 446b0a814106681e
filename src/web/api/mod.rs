//! The JSON API, one file a noun: each has `configure`, which names its handlers. Never here: pages for people.
//!
//! A handler is annotated with `#[utoipa::path]` and its success only; errors and the token are added by `openapi`.

use utoipa_actix_web::service_config::ServiceConfig;

pub mod closing;
pub mod earnings;
pub mod health;
pub mod jobs;
pub mod moment;
pub mod offices;
pub mod outbox;
pub mod register;
pub mod settling;
pub mod tariffs;
pub mod transactions;

/// All routes of the API.
pub fn configure(config: &mut ServiceConfig) {
    config.configure(closing::configure);
    config.configure(earnings::configure);
    config.configure(health::configure);
    config.configure(jobs::configure);
    config.configure(offices::configure);
    config.configure(outbox::configure);
    config.configure(register::configure);
    config.configure(settling::configure);
    config.configure(tariffs::configure);
    config.configure(transactions::configure);
}
