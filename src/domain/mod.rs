//! The rules, pure: no I/O, no clock, no database, no web. Each noun is one file with its tests beside it.

pub mod binding;
pub mod calendar;
pub mod canonical;
#[cfg(test)]
pub(crate) mod cases;
pub mod facts;
pub mod hold;
pub mod identifiers;
pub mod interval;
pub mod journal;
pub mod language;
pub mod licence;
pub mod merkle;
pub mod money;
pub mod office;
pub mod originator;
pub mod outbox;
pub mod page;
pub mod party;
pub mod period;
pub mod posting;
pub mod proof;
pub mod rate;
pub mod refund;
pub mod settlement;
pub mod slots;
pub mod split;
pub mod statement;
pub mod tariff;
pub mod timetable;
pub mod transaction;
pub mod verification;
pub mod window;
pub mod working_days;
pub mod zone;
