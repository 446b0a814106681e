//! What can go wrong between a function of the store and PostgreSQL. Never here: what to tell the caller (see
//! `usecases::failure`).

use diesel::result::Error as DieselError;

#[derive(Debug, thiserror::Error)]
pub enum StoreFailure {
    #[error(transparent)]
    Query(#[from] DieselError),
    /// A stored row does not convert into a value of the domain: it was not written by this program.
    #[error("row {row} of {table} is not what this program writes: {explanation}")]
    Corrupt {
        table: &'static str,
        row: String,
        explanation: String,
    },
}

impl StoreFailure {
    /// A row that no version of this program writes.
    pub fn corrupt(table: &'static str, row: impl ToString, explanation: impl ToString) -> Self {
        Self::Corrupt {
            table,
            row: row.to_string(),
            explanation: explanation.to_string(),
        }
    }
}
