//! Columns of text in which only certain words stand, read as what they say. Never here: writing them, columns of numbers.

use chrono_tz::Tz;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::{Pg, PgValue};
use diesel::sql_types::Text;

use crate::domain::outbox::MailState;
use crate::domain::payout::PayoutState;
use crate::domain::quarantine::QuarantineState;
use crate::domain::settlement::SettlementState;

/// What a column of a row says: `#[diesel(deserialize_as = Word<Tz>)]`. A word that says nothing is no value, and the row is
/// not read.
#[derive(Debug, FromSqlRow)]
pub struct Word<T>(T);

/// What the words of a column stand for.
pub trait Worded: Sized {
    /// What a word of it is called.
    const NOUN: &'static str;

    fn of_word(word: &str) -> Option<Self>;
}

impl<T: Worded> FromSql<Text, Pg> for Word<T> {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let word = std::str::from_utf8(bytes.as_bytes())?;
        let read = T::of_word(word).map(Self);
        read.ok_or_else(|| format!("`{word}` is no {}", T::NOUN).into())
    }
}

/// An IANA name.
impl Worded for Tz {
    const NOUN: &'static str = "time zone";

    fn of_word(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

impl From<Word<Self>> for Tz {
    fn from(word: Word<Self>) -> Self {
        word.0
    }
}

impl Worded for SettlementState {
    const NOUN: &'static str = "state of a settlement";

    fn of_word(word: &str) -> Option<Self> {
        Self::parse(word)
    }
}

impl From<Word<Self>> for SettlementState {
    fn from(word: Word<Self>) -> Self {
        word.0
    }
}

impl Worded for PayoutState {
    const NOUN: &'static str = "state of a payout";

    fn of_word(word: &str) -> Option<Self> {
        Self::parse(word)
    }
}

impl From<Word<Self>> for PayoutState {
    fn from(word: Word<Self>) -> Self {
        word.0
    }
}

impl Worded for MailState {
    const NOUN: &'static str = "state of a mail";

    fn of_word(word: &str) -> Option<Self> {
        Self::parse(word)
    }
}

impl From<Word<Self>> for MailState {
    fn from(word: Word<Self>) -> Self {
        word.0
    }
}

impl Worded for QuarantineState {
    const NOUN: &'static str = "state of a quarantined row";

    fn of_word(word: &str) -> Option<Self> {
        Self::parse(word)
    }
}

impl From<Word<Self>> for QuarantineState {
    fn from(word: Word<Self>) -> Self {
        word.0
    }
}
