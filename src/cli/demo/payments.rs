//! The money of the demo's story: who sends what it owes and when, what leaves, what the bank answers. Everything is read
//! off the data, so that an interrupted story goes on where it was. Never here: what anybody owes.

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::FutureExt;

use super::clerks::each;
use super::founding::ZONE;
use super::people::People;
use super::story::{before_by, moment};
use crate::domain::dice::Dice;
use crate::domain::originator::Originator;
use crate::domain::page::Asked;
use crate::domain::payout::PayoutState;
use crate::domain::settlement::SettlementState;
use crate::domain::zone::day_of;
use crate::host::Host;
use crate::usecases::answer_payout::{BankAnswer, BankOutcome, answer_payout};
use crate::usecases::reading::money::MoneyFilter;
use crate::usecases::reading::payouts::{PayoutView, list_payouts};
use crate::usecases::reading::settlements::{
    PositionView, SettlementFilter, SettlementView, list_positions, list_settlements,
};
use crate::usecases::record_remittance::{RemittanceEntry, record_remittance};
use crate::usecases::release_payouts::release_payouts;
use crate::usecases::{Connection, Done};

/// Days after the approval on which the punctual and the late send what they owe.
const PUNCTUAL_DAYS: u64 = 3;
const LATE_DAYS: u64 = 10;
/// Of a thousand offices, how many are late, and how many do not pay at all.
const LATE: usize = 80;
const NEVER: usize = 30;
/// The bank returns every so many-th payout: its account is closed.
const RETURNED_ONE_IN: i64 = 211;
const ROWS: u32 = 500;
const OPENS_AT_HOUR: i64 = 9;

/// When a party sends what a settlement says it owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Habit {
    Punctual,
    Late,
    Never,
}

/// One day of the bank: remittances come in, payouts leave, those that left before are answered.
pub async fn bank_day(conn: &mut Connection, host: &Host, people: &People, day: NaiveDate) -> Done<()> {
    let at = moment(day, OPENS_AT_HOUR);
    answer_released(conn, host, &people.checker, at).await?;
    for (days, habit) in [(PUNCTUAL_DAYS, Habit::Punctual), (LATE_DAYS, Habit::Late)] {
        for settlement in approved_on(conn, &people.maker, before_by(day, days)).await? {
            remit(conn, host, &people.maker, at, (&settlement, habit)).await?;
        }
    }
    while release_payouts(conn, &people.maker, at).await?.is_some() {}
    Ok(())
}

async fn approved_on(conn: &mut Connection, by: &Originator, day: NaiveDate) -> Done<Vec<SettlementView>> {
    let approved = SettlementFilter {
        state: Some(SettlementState::Approved),
        ..SettlementFilter::default()
    };
    let asked = Asked::first(ROWS);
    let mut found = list_settlements(conn, by, &approved, &asked).await?.items;
    found.retain(|settlement| settlement.decided_at.is_some_and(|at| day_of(ZONE, at) == day));
    Ok(found)
}

async fn remit(
    conn: &mut Connection,
    host: &Host,
    by: &Originator,
    at: DateTime<Utc>,
    (settlement, habit): (&SettlementView, Habit),
) -> Done<()> {
    let mut after = None;
    loop {
        let asked = Asked { after, rows: ROWS };
        let page = list_positions(conn, by, settlement.id, &asked).await?;
        let positions = page.items.iter().map(|(_, position)| position);
        let positions = positions.filter(|position| habit_of(position) == habit);
        let entries = positions.filter_map(|position| remittance(settlement, position));
        let by = by.clone();
        each(host, entries, move |conn, entry| {
            let by = by.clone();
            async move { record_remittance(conn, &by, at, &entry).await.map(drop) }.boxed()
        })
        .await?;
        after = page.items.into_iter().next_back().map(|(key, _)| key);
        if !page.more {
            return Ok(());
        }
    }
}

fn remittance(settlement: &SettlementView, position: &PositionView) -> Option<RemittanceEntry> {
    let demand = position.remittance.as_ref()?;
    Some(RemittanceEntry {
        network: settlement.network.clone(),
        party: position.party.clone(),
        deposit_identifier: position.deposit_identifier.clone(),
        amount: demand.amount,
        bank_reference: format!("SATNA-{}", demand.reference),
        received_at: None,
    })
}

/// A party keeps its habit; whoever is no office pays in time.
fn habit_of(position: &PositionView) -> Habit {
    if position.party_kind != "office" {
        return Habit::Punctual;
    }
    let seed = position.party.bytes().fold(7_u64, |seed, byte| {
        seed.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    match Dice::new(seed).below(1_000) {
        lot if lot < NEVER => Habit::Never,
        lot if lot < NEVER + LATE => Habit::Late,
        _ => Habit::Punctual,
    }
}

async fn answer_released(conn: &mut Connection, host: &Host, by: &Originator, at: DateTime<Utc>) -> Done<()> {
    let released = MoneyFilter {
        state: Some(PayoutState::Released),
        ..MoneyFilter::default()
    };
    loop {
        let asked = Asked::first(ROWS);
        let page = list_payouts(conn, by, at, &released, &asked).await?;
        let (more, by) = (page.more, by.clone());
        each(host, page.items, move |conn, payout| {
            let by = by.clone();
            async move {
                answer_payout(conn, &by, at, payout.id, &answer(&payout))
                    .await
                    .map(drop)
            }
            .boxed()
        })
        .await?;
        if !more {
            return Ok(());
        }
    }
}

fn answer(payout: &PayoutView) -> BankAnswer {
    let outcome = if payout.id % RETURNED_ONE_IN == 0 {
        BankOutcome::Returned {
            reason: "حساب مسدود است".to_owned(),
        }
    } else {
        BankOutcome::Settled
    };
    BankAnswer {
        outcome,
        bank_reference: format!("PAYA-{}", payout.id),
        amount: Some(payout.amount),
        iban: None,
    }
}
