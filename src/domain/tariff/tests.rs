//! What tariffs promise.
//! Never here: the golden tables (`tests/golden.rs`).
