//! The rules, pure: no I/O, no clock, no database, no web. Each noun is one file with its tests beside it.

#[cfg(test)]
pub(crate) mod cases;
pub mod language;
pub mod money;
pub mod rate;
pub mod refund;
pub mod split;
pub mod tariff;
