//! Shell: sub-commands. Never here: rules and SQL.

pub mod jobs;
