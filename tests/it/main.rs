//! All tests against the real PostgreSQL, in one binary so that they share one throwaway cluster.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(dead_code, reason = "the world offers what tests of later nouns ask for")]

mod counter;
mod host;
mod scene;
mod schema;
mod settling;
mod settling_histories;
mod settling_holds;
mod settling_positions;
mod settling_statements;
mod settling_windows;
mod sound_books;
mod world;
