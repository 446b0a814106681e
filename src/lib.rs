//! Daftar: the register and the money of a franchised network of service counters.
//!
//! `ARCHITECTURE.md` has the rooms and what each may know; `tests/architecture` enforces it.

pub mod cli;
pub mod documents;
pub mod domain;
pub mod host;
pub mod jobs;
pub mod store;
pub mod usecases;
pub mod web;
