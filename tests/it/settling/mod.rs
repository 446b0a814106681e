//! Closing, sealing and settling in a scene, as people and jobs do it. Never here: what a single noun's test asks.

mod api;
mod arrivals;
mod calendar;
mod counts;
mod decisions;
mod held_spans;
mod histories;
mod holds;
mod licences;
mod positions;
mod previews;
mod renewals;
mod statements;
mod windows;

use chrono::{DateTime, Duration, Utc};
use daftar::domain::journal::{Account, Destination, Journal};
use daftar::domain::money::Amount;
use daftar::domain::posting::{Booking, PayoutOutcome, answer_journal, remittance_journal};
use daftar::jobs::files::timetable;
use daftar::store::journal::{Posting, balance, post_journals};
use daftar::usecases::approve_settlement::{ApprovedSettlement, approve_settlement};
use daftar::usecases::claim_slot::claim_slot_now;
use daftar::usecases::close_window::{ClosedWindow, close_next_window};
use daftar::usecases::finish_slot::{Outcome, finish_slot};
use daftar::usecases::name_job::name_job;
use daftar::usecases::preview_settlement::{
    PreviewedPosition, QueryLimit, SettlementPreview, preview_settlement,
};
use daftar::usecases::propose_settlement::{ProposedSettlement, propose_settlement};
use daftar::usecases::register_worker::register_worker;
use daftar::usecases::run_job_step::{Step, run_job_step};
use daftar::usecases::seal_window::{SealedWindow, seal_next_window};
use daftar::usecases::{Done, Failure};
use diesel::sql_types::{BigInt, Integer, Text};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use crate::scene::{PISHKHAN, Scene};

impl Scene {
    /// So many days, and hours, after the network began.
    pub fn day(&self, days: i64, hours: i64) -> DateTime<Utc> {
        self.began + Duration::days(days) + Duration::hours(hours)
    }

    pub async fn close(&self, network: &str, at: DateTime<Utc>) -> Option<ClosedWindow> {
        let mut conn = self.world.conn().await;
        close_next_window(&mut conn, &self.maker, at, network)
            .await
            .unwrap()
    }

    pub async fn seal(&self, network: &str, at: DateTime<Utc>) -> Done<Option<SealedWindow>> {
        let mut conn = self.world.conn().await;
        seal_next_window(&mut conn, &self.maker, at, network).await
    }

    pub async fn preview(&self, network: &str, at: DateTime<Utc>) -> SettlementPreview {
        let mut conn = self.world.conn().await;
        preview_settlement(&mut conn, &self.maker, at, network, None, QueryLimit::Ordinary)
            .await
            .unwrap()
    }

    pub async fn propose(&self, network: &str, at: DateTime<Utc>) -> Done<ProposedSettlement> {
        let mut conn = self.world.conn().await;
        propose_settlement(&mut conn, &self.maker, at, network, None).await
    }

    pub async fn approve(&self, id: i32, at: DateTime<Utc>) -> Done<ApprovedSettlement> {
        let mut conn = self.world.conn().await;
        approve_settlement(&mut conn, &self.checker, at, id).await
    }

    /// Closes, seals, proposes and approves the next window of a network.
    pub async fn settle(&self, network: &str, at: DateTime<Utc>) -> ApprovedSettlement {
        self.close(network, at).await.unwrap();
        self.seal(network, at).await.unwrap().unwrap();
        let proposed = self.propose(network, at).await.unwrap();
        self.approve(proposed.id, at).await.unwrap()
    }

    /// The same for `pishkhan` on the day of this number, counted from 1, at noon after it has ended.
    pub async fn settle_day(&self, day: i64) -> ApprovedSettlement {
        self.settle(PISHKHAN, self.day(day, 12)).await
    }

    /// Closing and paid of a party, as previewed.
    pub async fn preview_of(&self, party: &str, at: DateTime<Utc>) -> (i64, i64) {
        let preview = self.preview(PISHKHAN, at).await;
        let position = position_of(&preview, party);
        (position.closing.minor(), position.paid.minor())
    }

    /// Runs a job now, to the end of its steps, and tells what they did.
    pub async fn run_job(&self, name: &str, at: DateTime<Utc>) -> Vec<String> {
        let (told, failure) = self.run_job_until_it_fails(name, at).await;
        assert!(failure.is_none(), "{failure:?}");
        told
    }

    /// The same, with the failure of the step after the last that did anything.
    pub async fn run_job_until_it_fails(
        &self,
        name: &str,
        at: DateTime<Utc>,
    ) -> (Vec<String>, Option<Failure>) {
        let timetable = timetable(None).unwrap();
        let job = timetable.job(name).unwrap();
        let mut conn = self.world.conn().await;
        register_worker(&mut conn, at, "worker", &timetable)
            .await
            .unwrap();
        let by = name_job(&mut conn, at, job).await.unwrap();
        let lease = claim_slot_now(&mut conn, "worker", at, job)
            .await
            .unwrap()
            .unwrap();
        let mut told = Vec::new();
        let failure = loop {
            match run_job_step(&mut conn, &by, at, &lease, job.runs).await {
                Ok(Step::Did(what)) => told.push(what),
                Ok(Step::Disagrees(_) | Step::Nothing) => break None,
                Err(failure) => break Some(failure),
            }
        };
        let done = Outcome::Succeeded(told.join("; "));
        finish_slot(&mut conn, at, &lease, &done).await.unwrap();
        (told, failure)
    }

    /// A party's money arrives in the network's account, in the window of this ordinal of `pishkhan`.
    pub async fn bring_in(&self, party: &str, amount: i64, ordinal: i32) {
        let (party, window) = (self.party_id(party).await, self.window_id(ordinal).await);
        let insert = format!(
            "INSERT INTO remittances (network_id, party_id, unit_id, amount, bank_reference, received_at, window_id, originator_id) \
             SELECT 1, {party}, 1, {amount}, 'bank-' || nextval('batch_ids'), starts_at, id, {} FROM windows WHERE id = {window}",
            self.maker.id
        );
        self.execute(&insert).await;
        let id = self.count("SELECT max(id) AS count FROM remittances").await;
        let booking = Booking { unit: 1, window };
        let amount = Amount::from_minor(amount);
        let journal = remittance_journal(booking, id, &Destination::plain(party), amount).unwrap();
        self.post(journal).await;
    }

    /// The bank rejects the newest payout of a party, in the window of this ordinal of `pishkhan`.
    pub async fn give_back(&self, party: &str, ordinal: i32) {
        let (party, window) = (self.party_id(party).await, self.window_id(ordinal).await);
        let newest = format!("SELECT max(id) AS count FROM payouts WHERE party_id = {party}");
        let id = self.count(&newest).await;
        let amount = self
            .count(&format!("SELECT amount AS count FROM payouts WHERE id = {id}"))
            .await;
        for state in ["released", "returned"] {
            let update =
                format!("UPDATE payouts SET state = '{state}', released_at = made_at WHERE id = {id}");
            self.execute(&update).await;
        }
        let insert = format!(
            "INSERT INTO payout_answers (payout_id, outcome, bank_reference, reason, answered_at, window_id, originator_id) \
             SELECT {id}, 'returned', 'bank-{id}', 'account closed', starts_at, id, {} FROM windows WHERE id = {window}",
            self.maker.id
        );
        self.execute(&insert).await;
        let answer = self.count("SELECT max(id) AS count FROM payout_answers").await;
        let booking = Booking { unit: 1, window };
        let (to, amount) = (Destination::plain(party), Amount::from_minor(amount));
        let journal = answer_journal(booking, answer, &to, amount, PayoutOutcome::Rejected).unwrap();
        self.post(journal).await;
    }

    async fn post(&self, journal: Journal) {
        let posting = Posting {
            network_id: 1,
            originator_id: self.maker.id,
            at: self.began,
        };
        let mut conn = self.world.conn().await;
        post_journals(&mut conn, posting, &[journal]).await.unwrap();
    }

    async fn window_id(&self, ordinal: i32) -> i32 {
        let asked =
            format!("SELECT id::bigint AS count FROM windows WHERE network_id = 1 AND ordinal = {ordinal}");
        i32::try_from(self.count(&asked).await).unwrap()
    }

    async fn execute(&self, statement: &str) {
        self.world.conn().await.batch_execute(statement).await.unwrap();
    }

    pub async fn party_id(&self, code: &str) -> i32 {
        #[derive(diesel::QueryableByName)]
        struct Id {
            #[diesel(sql_type = Integer)]
            id: i32,
        }
        let found = diesel::sql_query("SELECT id FROM parties WHERE code = $1").bind::<Text, _>(code);
        let found: Id = found.get_result(&mut *self.world.conn().await).await.unwrap();
        found.id
    }

    /// The balance of a party's plain `due` account in `pishkhan`.
    pub async fn due(&self, party: &str) -> i64 {
        let account = Account::Due(Destination::plain(self.party_id(party).await));
        self.balance(&account).await
    }

    pub async fn balance(&self, account: &Account) -> i64 {
        let mut conn = self.world.conn().await;
        balance(&mut conn, 1, 1, account).await.unwrap().minor()
    }

    /// How many rows a query counts, as `count`.
    pub async fn count(&self, query: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        let counted: Count = diesel::sql_query(query)
            .get_result(&mut *self.world.conn().await)
            .await
            .unwrap();
        counted.count
    }
}

/// The position of a party's plain destination.
pub fn position_of<'a>(preview: &'a SettlementPreview, party: &str) -> &'a PreviewedPosition {
    let found = preview
        .positions
        .iter()
        .find(|p| p.party == party && p.deposit_identifier.is_empty());
    found.unwrap_or_else(|| panic!("{party} has no position"))
}

/// The name of the rule that forbade it.
pub fn rule_of<T: std::fmt::Debug>(done: Done<T>) -> String {
    let failure = done.unwrap_err();
    let Failure::Conflict { rule, .. } = failure else {
        panic!("{failure:?} is no conflict");
    };
    rule
}
