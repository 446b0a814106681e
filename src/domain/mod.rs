//! The rules, pure: no I/O, no clock, no database, no web. Each noun is one file with its tests beside it.

pub mod language;
pub mod money;
pub mod originator;
pub mod page;
