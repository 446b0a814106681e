//! Which money is looked at. Never here: looking.

/// Which payouts, remittances or demands are wanted; `None` leaves a filter out.
#[derive(Clone, Debug, Default)]
pub struct MoneyWanted {
    pub id: Option<i64>,
    pub network: Option<String>,
    pub party: Option<String>,
    pub party_id: Option<i32>,
    /// Of payouts.
    pub state: Option<&'static str>,
    /// Of payouts.
    pub settlement_id: Option<i32>,
}
