//! Verbs: one function is one thing that a person, a machine or a job may ask for. Each authorises, begins one database
//! transaction, loads, lets the domain decide, saves and commits. Never here: the clock, HTTP, files.

pub mod answer_payout;
pub mod approve_settlement;
pub mod authenticate_token;
pub mod booking;
pub mod check_health;
pub mod claim_mail;
pub mod claim_slot;
pub mod close_window;
pub mod compose_mail;
pub mod explain;
pub mod export;
pub mod failure;
pub mod finish_mail;
pub mod finish_slot;
pub mod keep_statement_pdf;
pub mod leave_mail;
pub mod name_job;
pub mod network;
pub mod payout_answers;
pub mod preview_settlement;
pub mod propose_settlement;
pub mod quarantine;
pub mod queue_mail_again;
pub mod reading;
pub mod record_remittance;
pub mod record_transactions;
pub mod register;
pub mod register_worker;
pub mod reject_settlement;
pub mod release_payouts;
pub mod remind_licence_expiry;
pub mod run_job_step;
pub mod seal_window;
mod settling;
pub mod submission;
pub mod tariff;
pub mod verify_books;

pub use crate::store::Connection;
pub use failure::{Done, Failure};
