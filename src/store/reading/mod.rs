//! What is only looked at: lists in the order of a key, and sums. Never here: a row written, a lock.

pub mod bank_account;
pub mod book;
pub mod demand;
pub mod earning;
pub mod exception;
pub mod explanation;
pub mod job;
pub mod licence;
pub mod money;
pub mod network;
pub mod office;
pub mod outbox;
pub mod overview;
pub mod party;
pub mod payout;
pub mod remittance;
pub mod service;
pub mod settlement;
pub mod statement;
pub mod stock;
pub mod tariff;
pub mod transaction;
pub mod window;
