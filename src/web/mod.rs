//! The shell that speaks HTTP: parse, call one use case, present. Never here: rules, SQL, statuses outside `problem`.

pub mod api;
pub mod authorised;
pub mod body;
pub mod door;
pub mod haste;
pub mod head;
pub mod language;
pub mod media;
pub mod metrics;
pub mod openapi;
pub mod page;
pub mod portal;
pub mod problem;
pub mod proxies;
pub mod recorder;
pub mod server;
pub mod state;
pub mod wanted;

pub use authorised::Authorised;
pub use body::{Sent, Whole};
pub use haste::Unhurried;
pub use language::Spoken;
pub use problem::{Answer, Problem};
pub use state::AppState;
