//! Double-entry books: accounts, entries and journals that balance. Never here: which journals there are (see `posting`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::money::{Amount, AmountOverflow};

/// A party's running account at the network. A component with a deposit identifier is a destination of its own and is never
/// netted with another (money rule 19).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Destination {
    pub party: i32,
    /// Empty for the party's plain destination.
    pub deposit_identifier: String,
}

/// An account within one network and currency unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// A credit balance is what the network owes, a debit balance what the party owes.
    Due(Destination),
    /// Owed and not payable yet.
    Held(Destination),
    /// Between those who earned and those who collected in a window; zero when it is sealed.
    Clearing { window: i32 },
    /// Payouts that were ordered and not answered.
    Transit,
    /// A debit balance is money in the network's bank account.
    Bank,
    /// Money whose owner is not known.
    Suspense,
    /// Between an old and a new currency unit.
    Conversion,
}

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntrySide {
    Earned,
    Collected,
    Clearing,
    Hold,
    Payout,
    Returned,
    Remitted,
    Settled,
}

/// Which transactions an entry sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// None: its cause is not a transaction, or it stands against entries of several kinds.
    Other,
    Original,
    Refund,
    Reversal,
    Correction,
}

/// One line of a journal. With the journal's window and the account's destination it says what it sums, so that it can be
/// recomputed from the transactions (money rule 13).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub account: Account,
    /// Credit positive, debit negative.
    pub amount: Amount,
    pub side: EntrySide,
    pub kind: EntryKind,
    /// Empty where the entry sums no component.
    pub component_kind: String,
    /// How many transactions, or other causes, the amount sums.
    pub count: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalKind {
    Window,
    Hold,
    Payout,
    PayoutAnswer,
    Remittance,
}

/// What a journal records: one per kind, cause and party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JournalHead {
    pub kind: JournalKind,
    /// The currency unit of all its entries.
    pub unit: i16,
    /// The window in which the movement counts.
    pub window: i32,
    pub party: i32,
    /// Id of the window, settlement, payout, answer or remittance that caused it.
    pub cause: i64,
}

/// Entries that sum to zero. [`Journal::balanced`] is the only door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Journal {
    head: JournalHead,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalRule {
    #[error("the entries of a journal sum to zero and not to {0}")]
    Balanced(Amount),
    #[error("a journal has entries, at most {ENTRIES_MAX}")]
    EntryCount,
    #[error(transparent)]
    Overflow(#[from] AmountOverflow),
}

/// Lines are numbered by 16 bits.
pub const ENTRIES_MAX: usize = 32_767;

impl Journal {
    pub fn balanced(head: JournalHead, entries: Vec<Entry>) -> Result<Self, JournalRule> {
        if entries.is_empty() || entries.len() > ENTRIES_MAX {
            return Err(JournalRule::EntryCount);
        }
        let sum = Amount::sum(entries.iter().map(|entry| entry.amount))?;
        if !sum.is_zero() {
            return Err(JournalRule::Balanced(sum));
        }
        Ok(Self { head, entries })
    }

    pub const fn head(&self) -> JournalHead {
        self.head
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

/// The balance of every account that journals of one network and unit touch, credit positive.
pub fn balances<'a>(
    journals: impl IntoIterator<Item = &'a Journal>,
) -> Result<BTreeMap<Account, Amount>, AmountOverflow> {
    let mut balances: BTreeMap<Account, Amount> = BTreeMap::new();
    for entry in journals.into_iter().flat_map(Journal::entries) {
        let balance = balances.entry(entry.account.clone()).or_default();
        *balance = balance.plus(entry.amount)?;
    }
    Ok(balances)
}

impl Destination {
    pub fn plain(party: i32) -> Self {
        Self {
            party,
            deposit_identifier: String::new(),
        }
    }
}

impl Account {
    /// The code in the store and in exports.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Due(_) => "due",
            Self::Held(_) => "held",
            Self::Clearing { .. } => "clearing",
            Self::Transit => "transit",
            Self::Bank => "bank",
            Self::Suspense => "suspense",
            Self::Conversion => "conversion",
        }
    }
}

impl EntrySide {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Earned => "earned",
            Self::Collected => "collected",
            Self::Clearing => "clearing",
            Self::Hold => "hold",
            Self::Payout => "payout",
            Self::Returned => "returned",
            Self::Remitted => "remitted",
            Self::Settled => "settled",
        }
    }
}

impl EntryKind {
    /// The number in the store; those of transactions are a transaction's own.
    pub const fn code(self) -> i16 {
        match self {
            Self::Other => 0,
            Self::Original => 1,
            Self::Refund => 2,
            Self::Reversal => 3,
            Self::Correction => 4,
        }
    }

    /// `None` for a number that is no kind.
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            0 => Some(Self::Other),
            1 => Some(Self::Original),
            2 => Some(Self::Refund),
            3 => Some(Self::Reversal),
            4 => Some(Self::Correction),
            _ => None,
        }
    }
}

impl JournalKind {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Hold => "hold",
            Self::Payout => "payout",
            Self::PayoutAnswer => "payout_answer",
            Self::Remittance => "remittance",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: JournalHead = JournalHead {
        kind: JournalKind::Remittance,
        unit: 1,
        window: 7,
        party: 3,
        cause: 9,
    };

    fn entry(account: Account, minor: i64) -> Entry {
        Entry {
            account,
            amount: Amount::from_minor(minor),
            side: EntrySide::Remitted,
            kind: EntryKind::Other,
            component_kind: String::new(),
            count: 1,
        }
    }

    #[test]
    fn a_journal_balances_or_is_refused() {
        let due = || Account::Due(Destination::plain(3));
        let made = |bank, due_amount| {
            Journal::balanced(HEAD, vec![entry(Account::Bank, bank), entry(due(), due_amount)])
        };
        assert!(made(-100, 100).is_ok());
        assert_eq!(made(-100, 101), Err(JournalRule::Balanced(Amount::from_minor(1))));
        assert_eq!(Journal::balanced(HEAD, vec![]), Err(JournalRule::EntryCount));
    }

    #[test]
    fn a_sum_beyond_the_range_is_refused_and_does_not_wrap_to_zero() {
        let most = || entry(Account::Bank, i64::MAX);
        let made = Journal::balanced(HEAD, vec![most(), most(), entry(Account::Bank, 2)]);
        assert_eq!(made, Err(JournalRule::Overflow(AmountOverflow)));
    }

    #[test]
    fn the_kinds_of_entries_have_the_numbers_of_transactions() {
        for code in 0..5 {
            assert_eq!(EntryKind::from_code(code).map(EntryKind::code), Some(code));
        }
        assert_eq!(EntryKind::from_code(5), None);
    }
}
