//! The only place that makes journals. Never here: what is owed (see `settlement`), how journals are stored.

use std::collections::BTreeMap;

use super::journal::{
    Account, Destination, Entry, EntryKind, EntrySide, Journal, JournalHead, JournalKind, JournalRule,
};
use super::money::{Amount, AmountOverflow};

/// One sum over a window's transactions, for one destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowTotal {
    pub destination: Destination,
    pub side: TotalSide,
    pub kind: EntryKind,
    pub component_kind: String,
    pub count: i64,
    /// Refunds and reversals count negative, on both sides.
    pub amount: Amount,
}

/// The two sides of an allocation as they touch a party's balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TotalSide {
    /// A leg: the network owes it.
    Earned,
    /// A source that holds the money: it is owed to the network.
    Collected,
}

impl TotalSide {
    /// The number in the store.
    pub const fn code(self) -> i16 {
        match self {
            Self::Earned => 1,
            Self::Collected => 2,
        }
    }

    /// `None` for a number that is no side.
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::Earned),
            2 => Some(Self::Collected),
            _ => None,
        }
    }
}

/// What approval does to one destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    pub destination: Destination,
    /// Into `held`, or out of it where negative.
    pub held_change: Amount,
    pub payout: Option<PayoutOrder>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayoutOrder {
    pub id: i64,
    pub amount: Amount,
}

/// What the bank said of a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayoutOutcome {
    Settled,
    /// It never left: the money is still in the bank.
    Rejected,
    /// It had been settled and came back.
    ReturnedAfterSettling,
}

/// Where a journal belongs: its currency unit and the window in which the movement counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booking {
    pub unit: i16,
    pub window: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostingRule {
    #[error("the clearing of a window ends at zero and not at {0}")]
    ClearingAtZero(Amount),
    #[error("a payout, its answer and a remittance move a positive amount and not {0}")]
    Positive(Amount),
    #[error(transparent)]
    Journal(#[from] JournalRule),
    #[error(transparent)]
    Overflow(#[from] AmountOverflow),
}

/// Sealing: one journal per party of what it earned and collected, against the window's clearing, which must end at zero.
pub fn window_journals(booking: Booking, totals: &[WindowTotal]) -> Result<Vec<Journal>, PostingRule> {
    let mut of_party: BTreeMap<i32, Vec<&WindowTotal>> = BTreeMap::new();
    for total in totals {
        of_party.entry(total.destination.party).or_default().push(total);
    }
    let mut cleared = Vec::new();
    let mut journals = Vec::new();
    for (party, totals) in of_party {
        let mut entries = totals
            .into_iter()
            .map(total_entry)
            .collect::<Result<Vec<_>, _>>()?;
        let against = clearing_entry(booking.window, &entries)?;
        cleared.push(against.amount);
        entries.push(against);
        let cause = i64::from(booking.window);
        journals.push(Journal::balanced(
            booking.head(JournalKind::Window, party, cause),
            entries,
        )?);
    }
    let left = Amount::sum(cleared)?;
    if left.is_zero() {
        Ok(journals)
    } else {
        Err(PostingRule::ClearingAtZero(left))
    }
}

/// Approval: per party one journal of what moves between `due` and `held`, and one for each payout from `due` to `transit`.
/// Carrying forward posts nothing.
pub fn settlement_journals(
    booking: Booking,
    settlement: i32,
    approved: &[Approved],
) -> Result<Vec<Journal>, PostingRule> {
    let mut holds: BTreeMap<i32, Vec<Entry>> = BTreeMap::new();
    let mut payouts = Vec::new();
    for Approved {
        destination,
        held_change,
        payout,
    } in approved
    {
        if !held_change.is_zero() {
            let (due, held) = (
                Account::Due(destination.clone()),
                Account::Held(destination.clone()),
            );
            let entries = holds.entry(destination.party).or_default();
            entries.extend(transfer(due, held, *held_change, EntrySide::Hold));
        }
        if let Some(order) = payout {
            payouts.push(payout_journal(booking, destination, *order)?);
        }
    }
    let mut journals = Vec::new();
    for (party, entries) in holds {
        let head = booking.head(JournalKind::Hold, party, i64::from(settlement));
        journals.push(Journal::balanced(head, entries)?);
    }
    journals.append(&mut payouts);
    Ok(journals)
}

fn payout_journal(
    booking: Booking,
    destination: &Destination,
    order: PayoutOrder,
) -> Result<Journal, PostingRule> {
    let head = booking.head(JournalKind::Payout, destination.party, order.id);
    let due = Account::Due(destination.clone());
    moved(head, due, Account::Transit, order.amount, EntrySide::Payout)
}

/// The bank's answer: what was settled leaves the bank, what came back is owed again and is not redirected by itself.
pub fn answer_journal(
    booking: Booking,
    answer: i64,
    destination: &Destination,
    amount: Amount,
    outcome: PayoutOutcome,
) -> Result<Journal, PostingRule> {
    let head = booking.head(JournalKind::PayoutAnswer, destination.party, answer);
    let due = Account::Due(destination.clone());
    let (from, to, side) = match outcome {
        PayoutOutcome::Settled => (Account::Transit, Account::Bank, EntrySide::Settled),
        PayoutOutcome::Rejected => (Account::Transit, due, EntrySide::Returned),
        PayoutOutcome::ReturnedAfterSettling => (Account::Bank, due, EntrySide::Returned),
    };
    moved(head, from, to, amount, side)
}

/// What a party sent to the network's account.
pub fn remittance_journal(
    booking: Booking,
    remittance: i64,
    destination: &Destination,
    amount: Amount,
) -> Result<Journal, PostingRule> {
    let head = booking.head(JournalKind::Remittance, destination.party, remittance);
    moved(
        head,
        Account::Bank,
        Account::Due(destination.clone()),
        amount,
        EntrySide::Remitted,
    )
}

impl Booking {
    const fn head(self, kind: JournalKind, party: i32, cause: i64) -> JournalHead {
        JournalHead {
            kind,
            unit: self.unit,
            window: self.window,
            party,
            cause,
        }
    }
}

fn total_entry(total: &WindowTotal) -> Result<Entry, AmountOverflow> {
    let (side, amount) = match total.side {
        TotalSide::Earned => (EntrySide::Earned, total.amount),
        TotalSide::Collected => (EntrySide::Collected, Amount::ZERO.minus(total.amount)?),
    };
    Ok(Entry {
        account: Account::Due(total.destination.clone()),
        amount,
        side,
        kind: total.kind,
        component_kind: total.component_kind.clone(),
        count: total.count,
    })
}

fn clearing_entry(window: i32, entries: &[Entry]) -> Result<Entry, AmountOverflow> {
    let sum = Amount::sum(entries.iter().map(|entry| entry.amount))?;
    Ok(Entry {
        account: Account::Clearing { window },
        amount: Amount::ZERO.minus(sum)?,
        side: EntrySide::Clearing,
        kind: EntryKind::Other,
        component_kind: String::new(),
        count: entries.iter().map(|entry| entry.count).sum(),
    })
}

fn moved(
    head: JournalHead,
    from: Account,
    to: Account,
    amount: Amount,
    side: EntrySide,
) -> Result<Journal, PostingRule> {
    if amount <= Amount::ZERO {
        return Err(PostingRule::Positive(amount));
    }
    Ok(Journal::balanced(head, transfer(from, to, amount, side).into())?)
}

/// A debit of the one and a credit of the other.
fn transfer(from: Account, to: Account, amount: Amount, side: EntrySide) -> [Entry; 2] {
    [(from, -amount), (to, amount)].map(|(account, amount)| Entry {
        account,
        amount,
        side,
        kind: EntryKind::Other,
        component_kind: String::new(),
        count: 1,
    })
}

#[cfg(test)]
mod tests;
