//! The JSON API, one file or room a noun: each has `configure`, which names its handlers. Never here: pages for people.
//!
//! A handler is annotated with `#[utoipa::path]` and its success only; errors and the token are added by `openapi`.

use utoipa_actix_web::service_config::ServiceConfig;

pub mod earnings;
pub mod health;
pub mod jobs;
pub mod moment;
pub mod offices;
pub mod outbox;
pub mod parties;
pub mod payouts;
pub mod quarantine;
pub mod register;
pub mod settlements;
pub mod statements;
pub mod submissions;
pub mod tariffs;
pub mod transactions;
pub mod windows;

/// All routes of the API, those that counters ask a thousand times a second first: a request tries them in order.
pub fn configure(config: &mut ServiceConfig) {
    config.configure(transactions::configure);
    config.configure(earnings::configure);
    config.configure(health::configure);
    config.configure(jobs::configure);
    config.configure(offices::configure);
    config.configure(outbox::configure);
    config.configure(parties::configure);
    config.configure(payouts::configure);
    config.configure(quarantine::configure);
    config.configure(register::configure);
    config.configure(settlements::configure);
    config.configure(statements::configure);
    config.configure(submissions::configure);
    config.configure(tariffs::configure);
    config.configure(windows::configure);
}
