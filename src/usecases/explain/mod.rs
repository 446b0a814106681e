//! Why a figure is what it is: of one transaction down to tariff version, clause and rounding step, and of a line of a
//! statement down to its transactions. Never here: a second computation of a figure (the tariff explains its own).

mod refund;
mod statement_line;
mod transaction;

pub use refund::{RefundExplained, RefundShare};
pub use statement_line::{
    BehindView, GroupView, LineName, NoLineName, StatedTotal, StatementLineExplained, explain_statement_line,
};
pub use transaction::{DerivedLine, HeldSince, InstrumentView, TransactionExplained, explain_transaction};
