//! Verbs: one function is one thing that a person, a machine or a job may ask for. Each authorises, begins one database
//! transaction, loads, lets the domain decide, saves and commits. Never here: the clock, HTTP, files.

pub mod authenticate_token;
pub mod check_health;
pub mod failure;
pub mod reading;

pub use failure::{Done, Failure};
