//! Recording: idempotency, quarantine, refunds, licences, windows, files. Never here: settling.

mod counter;
mod idempotency;
mod licences;
mod quarantine;
mod refunds;
mod windows;

pub use counter::Counter;
