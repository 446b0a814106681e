//! Paper: domain values in, bytes and texts out. Never here: files, the network, the clock, or the deciding of a figure.

pub mod amounts;
pub mod bank_account_mail;
pub mod dates;
pub mod direction;
pub mod journal_book;
pub mod licence_mail;
pub mod qr;
pub mod statement_csv;
pub mod statement_mail;
pub mod statement_pdf;
pub mod statement_view;
pub mod statement_words;
pub mod transaction_journal;
