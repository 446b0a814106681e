//! What the bank says of a payout: settled, or returned. Never here: the bank's file formats, a new payout (the next
//! settlement orders it).

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;
use serde::Serialize;
use utoipa::ToSchema;

use super::booking::window_for_booking;
use super::network::network_of_id;
use super::{Done, Failure};
use crate::domain::identifiers::Iban;
use crate::domain::journal::Destination;
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::domain::payout::PayoutState;
use crate::domain::posting::{Booking, PayoutOutcome, answer_journal};
use crate::domain::printable;
use crate::store::journal::{Posting, post_journals};
use crate::store::payout::{self, AnswerRow, NewAnswer, PayoutRow};
use crate::store::{Connection, locks};

/// A bank's reference and its reason are kept up to so many characters.
pub const BANK_TEXT_CHARS_MAX: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BankOutcome {
    Settled,
    Returned { reason: String },
}

/// What the bank says, and of what: amount and account are compared where it names them (money rule 21).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankAnswer {
    pub outcome: BankOutcome,
    pub bank_reference: String,
    pub amount: Option<Amount>,
    pub iban: Option<String>,
}

/// A payout with the answer that was written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnsweredPayout {
    pub id: i64,
    /// `settled` or `returned`.
    pub state: String,
    pub bank_reference: String,
    pub reason: String,
    pub answered_at: DateTime<Utc>,
    /// In which a return counts.
    pub window: i32,
    /// It had been answered so before; nothing was written.
    pub repeated: bool,
}

/// Writes the bank's answer down and posts it. A return comes back as a line of the window that takes bookings now and is
/// owed again; it is never redirected by itself (money rule 20).
///
/// # Errors
/// Conflicts `an_answer_names_the_payout` (another amount or account), `a_payout_has_left_before_it_is_answered`,
/// `one_answer_of_a_kind_per_payout` (answered so under another reference), `a_returned_payout_stays_returned`.
pub async fn answer_payout(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    id: i64,
    answer: &BankAnswer,
) -> Done<AnsweredPayout> {
    by.may_decide()?;
    check(answer)?;
    conn.transaction(async |conn| {
        let asked = require_payout(conn, id).await?;
        locks::share_networks(conn, &[asked.network_id]).await?;
        let row = payout::payout_to_answer(conn, id).await?.unwrap_or(asked);
        require_match(&row, answer)?;
        if let Some(before) = payout::answer_of(conn, id, answer.outcome.code()).await? {
            return repeated(&row, &before, answer);
        }
        let outcome = outcome_of(&row, answer)?;
        write(conn, by, at, &row, answer, outcome).await
    })
    .await
}

async fn write(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    row: &PayoutRow,
    answer: &BankAnswer,
    outcome: PayoutOutcome,
) -> Done<AnsweredPayout> {
    let network = network_of_id(conn, row.network_id).await?;
    let window = window_for_booking(conn, &network, at).await?;
    let new = NewAnswer {
        payout_id: row.id,
        outcome: answer.outcome.code(),
        bank_reference: &answer.bank_reference,
        reason: answer.outcome.reason(),
        answered_at: at,
        window_id: window.id,
        originator_id: by.id,
    };
    let written = payout::insert_answer(conn, &new).await?;
    payout::set_state(conn, row.id, answer.outcome.state()).await?;
    let booking = Booking {
        unit: row.unit_id,
        window: window.id,
    };
    let destination = Destination {
        party: row.party_id,
        deposit_identifier: row.deposit_identifier.clone(),
    };
    let amount = Amount::from_minor(row.amount);
    let journal = answer_journal(booking, written.id, &destination, amount, outcome)
        .map_err(|rule| Failure::Internal(format!("payout {}: {rule}", row.id)))?;
    let posting = Posting {
        network_id: row.network_id,
        originator_id: by.id,
        at,
    };
    post_journals(conn, posting, &[journal]).await?;
    Ok(answered(row.id, written, Novelty::Written))
}

fn check(answer: &BankAnswer) -> Done<()> {
    check_bank_reference(&answer.bank_reference, "an_answer_has_the_banks_reference")?;
    let is_told = |text: &str| {
        let is_short = text.chars().count() <= BANK_TEXT_CHARS_MAX;
        is_short && !text.trim().is_empty() && printable::is_printable(text)
    };
    if matches!(&answer.outcome, BankOutcome::Returned { reason } if !is_told(reason)) {
        let told = format!("say why it came back, in 1 to {BANK_TEXT_CHARS_MAX} characters");
        return Err(Failure::invalid("reason", "a_return_has_a_reason", told));
    }
    Ok(())
}

/// A bank's reference is kept as it was sent, so it must be one that can be seen and told apart.
pub(super) fn check_bank_reference(reference: &str, rule: &'static str) -> Done<()> {
    let length = reference.chars().count();
    let fits = (1..=BANK_TEXT_CHARS_MAX).contains(&length);
    let fault = printable::fault_of_code(reference).or((!fits).then_some((rule, "as the bank states it")));
    match fault {
        None => Ok(()),
        Some((rule, told)) => {
            let told = format!("1 to {BANK_TEXT_CHARS_MAX} characters, {told}");
            Err(Failure::invalid("bank_reference", rule, told))
        }
    }
}

async fn require_payout(conn: &mut Connection, id: i64) -> Done<PayoutRow> {
    let found = payout::payout_of_id(conn, id).await?;
    found.ok_or_else(|| Failure::not_found("payout", id))
}

fn require_match(row: &PayoutRow, answer: &BankAnswer) -> Done<()> {
    let amount_differs = answer.amount.is_some_and(|amount| amount.minor() != row.amount);
    let account_differs = answer.iban.as_deref().is_some_and(|sent| !is_account(sent, row));
    if !(amount_differs || account_differs) {
        return Ok(());
    }
    let right = if amount_differs {
        format!("the amount of payout {} is {}", row.id, row.amount)
    } else {
        let iban = row.iban.as_deref().unwrap_or("not known");
        format!("the account of payout {} is {iban}", row.id)
    };
    Err(Failure::conflict("an_answer_names_the_payout", right))
}

/// Banks write account numbers in groups, or in small letters.
fn is_account(sent: &str, row: &PayoutRow) -> bool {
    let own = row.iban.as_deref();
    own == Some(sent) || Iban::parse(sent).is_ok_and(|sent| own == Some(sent.as_str()))
}

fn outcome_of(row: &PayoutRow, answer: &BankAnswer) -> Done<PayoutOutcome> {
    match (row.state, &answer.outcome) {
        (PayoutState::Released, BankOutcome::Settled) => Ok(PayoutOutcome::Settled),
        (PayoutState::Released, BankOutcome::Returned { .. }) => Ok(PayoutOutcome::Rejected),
        (PayoutState::Settled, BankOutcome::Returned { .. }) => Ok(PayoutOutcome::ReturnedAfterSettling),
        (PayoutState::Returned, BankOutcome::Settled | BankOutcome::Returned { .. }) => {
            Err(Failure::conflict(
                "a_returned_payout_stays_returned",
                format!(
                    "payout {} came back; what is owed is paid by the next settlement",
                    row.id
                ),
            ))
        }
        (PayoutState::Waiting, BankOutcome::Settled | BankOutcome::Returned { .. })
        | (PayoutState::Settled, BankOutcome::Settled) => Err(Failure::conflict(
            "a_payout_has_left_before_it_is_answered",
            format!("payout {} is {}", row.id, row.state.code()),
        )),
    }
}

fn repeated(row: &PayoutRow, before: &AnswerRow, answer: &BankAnswer) -> Done<AnsweredPayout> {
    if before.bank_reference == answer.bank_reference && before.reason == answer.outcome.reason() {
        return Ok(answered(row.id, before.clone(), Novelty::Repeated));
    }
    Err(Failure::conflict(
        "one_answer_of_a_kind_per_payout",
        format!(
            "payout {} was {} as {}",
            row.id, before.outcome, before.bank_reference
        ),
    ))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Novelty {
    Written,
    Repeated,
}

fn answered(id: i64, row: AnswerRow, novelty: Novelty) -> AnsweredPayout {
    AnsweredPayout {
        id,
        state: row.outcome,
        bank_reference: row.bank_reference,
        reason: row.reason,
        answered_at: row.answered_at,
        window: row.window_id,
        repeated: novelty == Novelty::Repeated,
    }
}

impl BankOutcome {
    /// That of a payout of which the bank said so.
    const fn state(&self) -> PayoutState {
        match self {
            Self::Settled => PayoutState::Settled,
            Self::Returned { .. } => PayoutState::Returned,
        }
    }

    pub const fn code(&self) -> &'static str {
        self.state().code()
    }

    fn reason(&self) -> &str {
        match self {
            Self::Settled => "",
            Self::Returned { reason } => reason,
        }
    }
}
