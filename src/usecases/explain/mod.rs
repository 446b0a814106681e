//! Why a figure is what it is: of one transaction and of a line of a statement, both down to tariff version, clause and
//! rounding step. Never here: a second computation of a figure (the tariff explains its own).

mod answer;
mod refund;
mod statement_line;
mod transaction;

pub use answer::{AllocationExplained, AnswerExplained, DerivedLine, InstrumentView};
pub use refund::{RefundExplained, RefundShare};
pub use statement_line::{
    BehindView, GroupView, LineName, NoLineName, StatedTotal, StatementLineExplained, explain_statement_line,
};
pub use transaction::{HeldSince, PrincipalExplained, TransactionExplained, explain_transaction};
