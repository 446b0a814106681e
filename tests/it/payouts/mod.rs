//! Payouts leave with the money that the books show, are answered once, and come back into the window of the moment;
//! remittances are booked once. Never here: which payouts a settlement orders.

mod answering;
mod leaving;
mod remitting;

use chrono::{DateTime, Utc};
use daftar::domain::money::Amount;
use daftar::domain::page::Asked;
use daftar::usecases::Done;
use daftar::usecases::answer_payout::{AnsweredPayout, BankAnswer, BankOutcome, answer_payout};
use daftar::usecases::reading::money::MoneyFilter;
use daftar::usecases::reading::payouts::{PayoutView, list_payouts};
use daftar::usecases::record_remittance::{RecordedRemittance, RemittanceEntry, record_remittance};
use daftar::usecases::release_payouts::release_payouts;

use crate::counter::Case;
use crate::scene::{POLICE, Scene};

/// The passport of money rule 13 in a network without threshold: what each party is paid, in the declared priority.
const PAID: [(&str, i64); 3] = [
    ("provincial-treasury", 1_000_000),
    ("municipality", 37_500),
    ("identity", 10_000),
];
const ALL: i64 = 1_047_500;

impl Scene {
    /// One passport, whose money office `1002` holds, settled after the first week of `police10`.
    async fn passport_settled() -> Self {
        let scene = Self::furnished().await;
        scene.book_passport("p-1", 0).await;
        scene.settle(POLICE, scene.settled_at()).await;
        scene
    }

    async fn book_passport(&self, reference: &str, day: i64) {
        let case = Case {
            network: POLICE,
            ..Case::cash("1002", "passport", reference, self.day(day, 2))
        };
        self.book(self.day(day, 3), &[case]).await;
    }

    fn settled_at(&self) -> DateTime<Utc> {
        self.day(7, 1)
    }

    fn now(&self) -> DateTime<Utc> {
        self.day(7, 10)
    }

    async fn payouts(&self) -> Vec<PayoutView> {
        let asked = Asked::first(100);
        let mut conn = self.world.conn().await;
        let found = list_payouts(
            &mut conn,
            &self.maker,
            self.now(),
            &MoneyFilter::default(),
            &asked,
        )
        .await;
        let mut payouts = found.unwrap().items;
        payouts.reverse();
        payouts
    }

    async fn payout_to(&self, party: &str) -> PayoutView {
        let payouts = self.payouts().await;
        payouts.into_iter().rfind(|payout| payout.party == party).unwrap()
    }

    async fn remit(&self, amount: i64, reference: &str) -> Done<RecordedRemittance> {
        let entry = RemittanceEntry {
            network: POLICE.to_owned(),
            party: "office-1002".to_owned(),
            deposit_identifier: String::new(),
            amount: Amount::from_minor(amount),
            bank_reference: reference.to_owned(),
            received_at: None,
        };
        let mut conn = self.world.conn().await;
        record_remittance(&mut conn, &self.maker, self.now(), &entry).await
    }

    /// Codes of the parties whose payouts leave now.
    async fn leaving(&self) -> Vec<String> {
        let before = self.payouts().await;
        let mut conn = self.world.conn().await;
        while release_payouts(&mut conn, &self.maker, self.now())
            .await
            .unwrap()
            .is_some()
        {}
        let after = self.payouts().await;
        let left = before
            .iter()
            .zip(&after)
            .filter(|(b, a)| (b.state.as_str(), a.state.as_str()) == ("waiting", "released"));
        left.map(|(_, after)| after.party.clone()).collect()
    }

    async fn answer(&self, id: i64, answer: &BankAnswer) -> Done<AnsweredPayout> {
        self.answer_at(id, answer, self.now()).await
    }

    async fn answer_at(&self, id: i64, answer: &BankAnswer, at: DateTime<Utc>) -> Done<AnsweredPayout> {
        let mut conn = self.world.conn().await;
        answer_payout(&mut conn, &self.checker, at, id, answer).await
    }

    /// Bank and transit of `police10` and what it owes a party, credit positive.
    async fn books(&self, party: &str) -> [i64; 3] {
        let sum = |account: &str| {
            format!(
                "SELECT coalesce(sum(e.amount), 0)::bigint AS count FROM accounts a JOIN entries e ON e.account_id = a.id \
                   JOIN networks n ON n.id = a.network_id LEFT JOIN parties p ON p.id = a.party_id \
                  WHERE n.code = 'police10' AND {account}"
            )
        };
        [
            self.count(&sum("a.kind = 'bank'")).await,
            self.count(&sum("a.kind = 'transit'")).await,
            self.count(&sum(&format!("a.kind = 'due' AND p.code = '{party}'")))
                .await,
        ]
    }
}

fn settled(reference: &str) -> BankAnswer {
    BankAnswer {
        outcome: BankOutcome::Settled,
        bank_reference: reference.to_owned(),
        amount: None,
        iban: None,
    }
}

fn returned(reference: &str) -> BankAnswer {
    BankAnswer {
        outcome: BankOutcome::Returned {
            reason: "account closed".to_owned(),
        },
        ..settled(reference)
    }
}
