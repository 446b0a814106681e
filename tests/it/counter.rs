//! A counter system for tests: books rows through the store, each call as one batch of one window.
//! Never here: what a recorder refuses (the rows of these tests are right).

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Asia::Tehran;
use daftar::domain::canonical::{Digest, Encoding};
use daftar::domain::money::Amount;
use daftar::domain::period::PeriodKind;
use daftar::domain::proof::batch_digest;
use daftar::domain::tariff::{Question, Share, Tariff};
use daftar::domain::transaction::{Holder, TransactionKind};
use daftar::domain::window::{Cycle, Schedule};
use daftar::store::allocation::{NewAllocation, intern_allocations};
use daftar::store::booking::{NewBatch, NewWindow, insert_batches, insert_windows, next_batch_id};
use daftar::store::fact::intern_facts;
use daftar::store::licence::{binding_at, licence_at};
use daftar::store::locks::share_networks;
use daftar::store::transaction::{
    Key, NewTransactions, StoredTransaction, find_by_keys, insert_transactions,
};
use daftar::usecases::Connection;
use diesel::sql_types::{BigInt, Integer, SmallInt, Text, Timestamptz};
use diesel_async::{AsyncConnection, RunQueryDsl};

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
    pub principal: i64,
    pub holder: Holder,
    /// Reference of the transaction that this one takes back whole.
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
            principal: 0,
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
}

#[derive(diesel::QueryableByName)]
struct Ground {
    #[diesel(sql_type = SmallInt)]
    network_id: i16,
    #[diesel(sql_type = Text)]
    cycle: String,
    #[diesel(sql_type = Integer)]
    office_id: i32,
    #[diesel(sql_type = Integer)]
    service_id: i32,
    #[diesel(sql_type = Integer)]
    version_id: i32,
    #[diesel(sql_type = SmallInt)]
    unit_id: i16,
    #[diesel(sql_type = Text)]
    document: String,
}

impl Scene {
    /// Books the cases at a moment, each in a batch of its own, in one database transaction.
    pub async fn book(&self, at: DateTime<Utc>, cases: &[Case<'_>]) {
        let mut conn = self.world.conn().await;
        self.book_with(&mut conn, at, cases).await;
    }

    pub async fn book_with(&self, conn: &mut Connection, at: DateTime<Utc>, cases: &[Case<'_>]) {
        conn.transaction(async |conn| {
            for case in cases {
                self.book_one(conn, at, case).await;
            }
            Ok::<_, diesel::result::Error>(())
        })
        .await
        .unwrap();
    }

    async fn book_one(&self, conn: &mut Connection, at: DateTime<Utc>, case: &Case<'_>) {
        let ground = ground(conn, case).await;
        share_networks(conn, &[ground.network_id]).await.unwrap();
        let window_id = self.open_window(conn, &ground, at).await;
        let licence = licence_at(conn, ground.office_id, ground.network_id, case.occurred_at).await;
        let licence = licence.unwrap().unwrap();
        let binding = binding_at(conn, licence.id, case.occurred_at)
            .await
            .unwrap()
            .unwrap();
        let facts = intern_facts(conn, &["{}"]).await.unwrap()["{}"];
        let taken = match case.takes_back {
            Some(reference) => Some(self.original(conn, &ground, reference).await),
            None => None,
        };
        let (allocation_id, amount) = match &taken {
            Some(original) => (original.allocation_id, original.amount),
            None => priced(conn, &ground, case, facts).await,
        };
        let principal = taken
            .as_ref()
            .map_or(case.principal, |original| original.principal);
        let batch_id = next_batch_id(conn).await.unwrap();
        let (kind, sign) = match taken {
            Some(_) => (TransactionKind::Reversal, -1),
            None => (TransactionKind::Original, 1),
        };
        let leaf = leaf(case);
        let new = NewTransactions {
            allocation_ids: vec![allocation_id],
            batch_ids: vec![batch_id],
            original_ids: vec![taken.map(|o| o.batch_id * 16_384 + i64::from(o.line))],
            amounts: vec![amount],
            principals: vec![principal],
            leaves: vec![leaf.prefix()],
            occurred_at: vec![case.occurred_at],
            received_at: vec![at],
            office_ids: vec![ground.office_id],
            sender_ids: vec![self.counters.id],
            service_ids: vec![ground.service_id],
            licence_ids: vec![licence.id],
            binding_ids: vec![binding.id],
            facts_ids: vec![facts],
            window_ids: vec![window_id],
            lines: vec![1],
            network_ids: vec![ground.network_id],
            kinds: vec![kind.number()],
            holders: vec![case.holder.number()],
            references: vec![case.reference],
            citizens: vec![None],
        };
        assert_eq!(insert_transactions(conn, &new).await.unwrap(), 1);
        let batch = NewBatch {
            id: batch_id,
            window_id,
            unit_id: ground.unit_id,
            booked_at: at,
            row_count: 1,
            amount_sum: sign * amount,
            principal_sum: sign * principal,
            digest: batch_digest(at, &[leaf]).as_bytes().to_vec(),
        };
        insert_batches(conn, &[batch]).await.unwrap();
    }

    async fn original(&self, conn: &mut Connection, ground: &Ground, reference: &str) -> StoredTransaction {
        let key = Key {
            office_id: ground.office_id,
            sender_id: self.counters.id,
            reference,
        };
        find_by_keys(conn, &[key]).await.unwrap().remove(0)
    }

    /// The window of the moment or, if that is closed, the earliest open one.
    async fn open_window(&self, conn: &mut Connection, ground: &Ground, at: DateTime<Utc>) -> i32 {
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        #[derive(diesel::QueryableByName)]
        struct Id {
            #[diesel(sql_type = Integer)]
            id: i32,
        }
        let kind = match ground.cycle.as_str() {
            "daily" => PeriodKind::Day,
            _ => PeriodKind::Week {
                first_day: chrono::Weekday::Sat,
            },
        };
        let cycle = Cycle {
            kind,
            cut_off: NaiveTime::MIN,
        };
        let schedule = Schedule::unchanged(Tehran, self.began, cycle);
        let closed: Count = diesel::sql_query(
            "SELECT count(*) AS count FROM windows w JOIN window_closings c ON c.window_id = w.id WHERE w.network_id = $1",
        )
        .bind::<SmallInt, _>(ground.network_id)
        .get_result(conn)
        .await
        .unwrap();
        let ahead = schedule
            .ended(self.began, at + chrono::Duration::days(4_000))
            .unwrap();
        let windows: Vec<NewWindow> = (1..)
            .zip(ahead)
            .map(|(ordinal, window)| NewWindow {
                network_id: ground.network_id,
                ordinal,
                period_key: window.period.to_string(),
                starts_at: window.from,
                ends_at: window.until,
            })
            .take_while(|window| window.starts_at <= at || i64::from(window.ordinal) <= closed.count + 1)
            .collect();
        insert_windows(conn, &windows).await.unwrap();
        let open = "SELECT w.id FROM windows w LEFT JOIN window_closings c ON c.window_id = w.id \
                    WHERE w.network_id = $1 AND c.window_id IS NULL AND w.ends_at > $2 ORDER BY w.ordinal LIMIT 1";
        let found: Id = diesel::sql_query(open)
            .bind::<SmallInt, _>(ground.network_id)
            .bind::<Timestamptz, _>(at)
            .get_result(conn)
            .await
            .unwrap();
        found.id
    }
}

async fn ground(conn: &mut Connection, case: &Case<'_>) -> Ground {
    let asked = "SELECT n.id AS network_id, n.cycle, o.id AS office_id, s.id AS service_id, v.id AS version_id, v.unit_id, v.document \
                   FROM networks n, offices o, services s \
                   JOIN tariff_versions v ON v.service_id = s.id AND v.state = 'published' \
                  WHERE n.code = $1 AND o.code = $2 AND s.code = $3 AND v.network_id = n.id \
                    AND v.valid_from <= $4 AND (v.valid_until IS NULL OR v.valid_until > $4)";
    diesel::sql_query(asked)
        .bind::<Text, _>(case.network)
        .bind::<Text, _>(case.office)
        .bind::<Text, _>(case.service)
        .bind::<Timestamptz, _>(case.occurred_at)
        .get_result(conn)
        .await
        .unwrap()
}

async fn priced(conn: &mut Connection, ground: &Ground, case: &Case<'_>, facts: i32) -> (i64, i64) {
    let tariff = Tariff::from_published(&ground.document).unwrap();
    let question = Question {
        amount: case.amount.map(Amount::from_minor),
        principal: (case.principal > 0).then(|| Amount::from_minor(case.principal)),
        ..Question::default()
    };
    let quote = tariff.quote(&question).unwrap();
    let shares = |shares: &[Share]| shares.iter().map(|s| (s.ordinal, s.amount.minor())).collect();
    let total = quote.allocation.total().minor();
    let new = NewAllocation {
        tariff_version_id: ground.version_id,
        asked_amount: case.amount.unwrap_or(total),
        quantity: 1,
        activity_leg: String::new(),
        read_facts_id: facts,
        sources: shares(quote.allocation.sources()),
        legs: shares(quote.allocation.legs()),
        total,
    };
    (intern_allocations(conn, &[&new]).await.unwrap()[0], total)
}

fn leaf(case: &Case<'_>) -> Digest {
    Encoding::of("a leaf of a test").text(case.reference).finish()
}
