//! Recording: idempotency, quarantine, refunds, licences, windows, files. Never here: settling.

mod ahead;
mod counter;
mod desk;
mod files;
mod handovers;
mod idempotency;
mod importing;
mod licences;
mod posting;
mod quarantine;
mod reasons;
mod refunds;
mod take_backs;
mod windows;

pub use counter::Counter;
