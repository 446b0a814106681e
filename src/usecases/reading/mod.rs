//! Verbs that only look: list, show, report. Each sees what its originator may see; somebody else's thing is not found.
//! Never here: anything written.

pub mod bank_accounts;
pub mod demands;
pub mod earnings;
pub mod exceptions;
pub mod jobs;
pub mod moment;
pub mod money;
pub(in crate::usecases) mod naming;
pub mod offices;
pub mod outbox;
pub mod overview;
pub mod parties;
pub mod payouts;
pub mod register;
pub mod remittances;
pub mod settlements;
pub mod standing;
pub mod statements;
pub mod stock;
pub mod tariffs;
pub mod transactions;
pub mod windows;
