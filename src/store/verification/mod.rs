//! What verification reads, in great pieces and with what rows refer to beside them. Never here: judging (see
//! `domain::verification`).

pub mod allocation;
pub mod block;
pub mod book;
pub mod booking;
pub mod content;
pub mod run;
pub mod seal;
pub mod settlement;
pub mod submission;
pub mod take_back;
pub mod tariff;
pub mod window;
