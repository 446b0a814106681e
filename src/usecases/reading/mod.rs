//! Verbs that only look: list, show, report. Each sees what its originator may see; somebody else's thing is not found.
//! Never here: anything written.

pub mod earnings;
pub mod offices;
pub mod operation;
pub mod register;
pub mod standing;
pub mod tariffs;
pub mod transactions;
