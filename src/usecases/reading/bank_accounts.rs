//! Where parties are paid, were and are to be, and who said so. Never here: changing it (see `register::bank_account`).

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::parties::find_party;
use crate::domain::bank_account::BankAccountState;
use crate::domain::originator::Originator;
use crate::store::Connection;
use crate::store::reading::bank_account::{self, BankAccountsWanted, ListedBankAccount};
use crate::usecases::Done;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BankAccountView {
    pub id: i32,
    pub party: String,
    /// Empty for the party's plain destination.
    pub deposit_identifier: String,
    pub iban: String,
    pub state: BankAccountState,
    pub valid_from: DateTime<Utc>,
    /// Exclusive.
    pub valid_until: Option<DateTime<Utc>>,
    /// From when payouts go there; null while it waits for an approval.
    pub paid_from: Option<DateTime<Utc>>,
    /// Null where it was entered with its party, and then it needs no approval.
    pub made_by: Option<String>,
    pub approved_by: Option<String>,
    pub ended_by: Option<String>,
}

/// Which accounts are listed; `None` leaves a condition out.
#[derive(Clone, Debug, Default)]
pub struct BankAccountFilter {
    /// Code of the party.
    pub party: Option<String>,
    /// Only those that wait for an approval.
    pub waiting: bool,
}

/// The newest so many, as they are at a moment.
///
/// # Errors
/// `Forbidden` for whoever may not change the register; `NotFound` for an unknown party.
pub async fn list_bank_accounts(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    filter: &BankAccountFilter,
    rows_max: u32,
) -> Done<Vec<BankAccountView>> {
    by.may_register()?;
    let party_id = match &filter.party {
        None => None,
        Some(code) => Some(find_party(conn, by, code).await?.id),
    };
    let wanted = BankAccountsWanted {
        party_id,
        waiting: filter.waiting,
    };
    let rows = bank_account::list_bank_accounts(conn, wanted, at, rows_max.into()).await?;
    Ok(rows.into_iter().map(|row| view(row, at)).collect())
}

fn view(row: ListedBankAccount, at: DateTime<Utc>) -> BankAccountView {
    let validity = row.account.validity();
    BankAccountView {
        id: row.account.id,
        party: row.party,
        deposit_identifier: row.deposit_identifier,
        iban: row.account.iban,
        state: validity.state(at),
        valid_from: validity.valid_from,
        valid_until: validity.valid_until,
        paid_from: validity.paid_from(),
        made_by: row.maker,
        approved_by: row.approver,
        ended_by: row.ender,
    }
}
