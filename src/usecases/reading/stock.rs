//! How much there is of everything in the house. Never here: the things themselves, sums of money.

use crate::domain::originator::Originator;
use crate::store::Connection;
use crate::store::reading::stock;
use crate::usecases::Done;

pub use crate::store::reading::stock::Stock;

/// How much there is of everything, for whoever sees all.
pub async fn count_stock(conn: &mut Connection, by: &Originator) -> Done<Stock> {
    by.may_see_all("see how much there is of everything")?;
    Ok(stock::count_stock(conn).await?)
}
