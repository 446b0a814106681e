//! How much there is of everything in the house. Never here: the things themselves, sums of money.

use crate::domain::originator::Originator;
use crate::store::Connection;
use crate::store::reading::stock;
use crate::usecases::{Done, Failure};

pub use crate::store::reading::stock::Stock;

/// How much there is of everything, for whoever sees all.
pub async fn count_stock(conn: &mut Connection, by: &Originator) -> Done<Stock> {
    if by.party_id.is_some() {
        return Err(Failure::Forbidden(format!("{} sees only its own", by.code)));
    }
    Ok(stock::count_stock(conn).await?)
}
