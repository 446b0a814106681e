//! A counter system for tests: sends right rows to the recorder. Never here: rows that are refused (see `recording`).

use chrono::{DateTime, Utc};
use daftar::domain::facts::Facts;
use daftar::domain::money::Amount;
use daftar::domain::transaction::{Holder, Submitted, TransactionKind};
use daftar::usecases::Connection;
use daftar::usecases::record_transactions::{Course, Memory, Sent, record_transactions};

use crate::scene::{PISHKHAN, Scene};

/// One service given, or taken back.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    pub network: &'a str,
    pub office: &'a str,
    pub service: &'a str,
    pub reference: &'a str,
    pub occurred_at: DateTime<Utc>,
    pub amount: Option<i64>,
    pub principal: Option<i64>,
    pub holder: Holder,
    /// Reference of the transaction that this one takes back: so much of it as `amount` says, or all that is left.
    pub takes_back: Option<&'a str>,
}

impl<'a> Case<'a> {
    /// A service of `pishkhan` whose money the office holds.
    pub fn cash(office: &'a str, service: &'a str, reference: &'a str, occurred_at: DateTime<Utc>) -> Self {
        Self {
            network: PISHKHAN,
            office,
            service,
            reference,
            occurred_at,
            amount: None,
            principal: None,
            holder: Holder::Office,
            takes_back: None,
        }
    }

    /// The same, held by the central collector.
    pub fn central(
        office: &'a str,
        service: &'a str,
        reference: &'a str,
        occurred_at: DateTime<Utc>,
    ) -> Self {
        Self {
            holder: Holder::Central,
            ..Self::cash(office, service, reference, occurred_at)
        }
    }

    pub fn submitted(&self) -> Submitted {
        let kind = match (self.takes_back, self.amount) {
            (Some(_), Some(_)) => TransactionKind::Refund,
            (Some(_), None) => TransactionKind::Reversal,
            (None, _) => TransactionKind::Original,
        };
        Submitted {
            office: self.office.to_owned(),
            service: Some(self.service.to_owned()),
            network: Some(self.network.to_owned()),
            reference: self.reference.to_owned(),
            kind,
            original: self.takes_back.map(str::to_owned),
            occurred_at: self.occurred_at,
            amount: self.amount.map(Amount::from_minor),
            principal: self.principal.map(Amount::from_minor),
            quantity: None,
            leg: None,
            facts: Facts::new(),
            holder: self.holder,
            citizen: None,
        }
    }
}

impl Scene {
    /// Books a service of `pishkhan` whose money the office holds. It is given in the third hour of a day, counted from 0,
    /// and booked in the fourth.
    pub async fn book_cash(&self, day: i64, office: &str, service: &str, reference: &str) {
        let case = Case::cash(office, service, reference, self.day(day, 2));
        self.book(self.day(day, 3), &[case]).await;
    }

    /// The same, its money held by the central collector.
    pub async fn book_central(&self, day: i64, office: &str, service: &str, reference: &str) {
        let case = Case::central(office, service, reference, self.day(day, 2));
        self.book(self.day(day, 3), &[case]).await;
    }

    /// Books the cases at a moment, in one database transaction.
    pub async fn book(&self, at: DateTime<Utc>, cases: &[Case<'_>]) {
        let mut conn = self.world.conn().await;
        self.book_with(&mut conn, at, cases).await;
    }

    pub async fn book_with(&self, conn: &mut Connection, at: DateTime<Utc>, cases: &[Case<'_>]) {
        let rows: Vec<Submitted> = cases.iter().map(Case::submitted).collect();
        let sent = rows.iter().map(|row| Sent::by(&self.counters, row, at).unwrap());
        let sent: Vec<_> = sent.collect();
        let recorded = record_transactions(conn, &Memory::default(), at, &sent, Course::Singly).await;
        for outcome in recorded.unwrap() {
            assert!(outcome.is_in_the_books(), "{outcome:?}");
        }
    }
}
