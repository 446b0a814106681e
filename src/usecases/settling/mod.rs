//! What previewing, proposing and approving a settlement share: its computation and the statements it issues. Never here:
//! a transaction opened, or anything decided (see `approve_settlement`).

pub mod calendar;
pub mod held_now;
pub mod holding;
pub mod issuing;
mod payments;
pub mod stands;
pub mod stopping;
pub mod wording;
