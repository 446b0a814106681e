//! Verbs: one function is one thing that a person, a machine or a job may ask for. Each authorises, begins one database
//! transaction, loads, lets the domain decide, saves and commits. Never here: the clock, HTTP, files.

pub mod failure;
pub mod register;

pub use failure::{Done, Failure};
