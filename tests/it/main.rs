//! All tests against the real PostgreSQL, in one binary so that they share one throwaway cluster.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod api;
mod bank_accounts;
mod certified;
mod counter;
mod demo;
mod doors;
mod earnings;
mod entered;
mod exceptions;
mod explaining;
mod exporting;
mod faults;
mod gathered;
mod host;
mod job_history;
mod kept;
mod licences;
mod limits;
mod mail;
mod migrating;
mod paid_out;
mod payouts;
mod portal;
mod principals;
mod program;
mod reading;
mod recording;
mod references;
mod registering;
mod scene;
mod schema;
mod serve;
mod settled;
mod settling;
mod smtp;
mod smtp_login;
mod sound_books;
mod stopped_payouts;
mod tampering;
mod tariffs;
mod token;
mod tools;
mod unfit;
mod verifying;
mod world;
