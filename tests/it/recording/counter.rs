//! A counter system for tests: sends rows at moments of its own choosing and looks at what came of them.

use chrono::{DateTime, Duration, Utc};
use daftar::domain::transaction::{Booked, Outcome, Reason, Submitted};
use daftar::usecases::record_transactions::{Course, Memory, NotRecorded, Sent, record_transactions};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use crate::scene::Scene;

pub struct Counter {
    pub scene: Scene,
    pub memory: Memory,
    /// Noon in Tehran of the fifth day.
    pub now: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Figure {
    #[diesel(sql_type = BigInt)]
    figure: i64,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

impl Counter {
    pub async fn open() -> Self {
        let scene = Scene::furnished().await;
        let now = scene.began + Duration::days(4) + Duration::hours(12);
        Self {
            scene,
            memory: Memory::default(),
            now,
        }
    }

    /// A row as JSON: a copy at office 1001 an hour ago, with what is given instead.
    pub fn row(&self, reference: &str, instead: Value) -> Value {
        let mut row = json!({
            "office": "1001", "service": "copy", "network": "pishkhan", "reference": reference,
            "occurred_at": self.now - Duration::hours(1), "holder": "office",
        });
        row.as_object_mut()
            .unwrap()
            .extend(instead.as_object().unwrap().clone());
        row.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        row
    }

    pub async fn send(&self, rows: &[Value]) -> Vec<Outcome> {
        self.send_at(self.now, rows).await
    }

    pub async fn send_at(&self, at: DateTime<Utc>, rows: &[Value]) -> Vec<Outcome> {
        self.record(at, rows, Course::Singly).await.unwrap()
    }

    pub async fn record(
        &self,
        at: DateTime<Utc>,
        rows: &[Value],
        course: Course<'_>,
    ) -> Result<Vec<Outcome>, NotRecorded> {
        let rows: Vec<Submitted> = rows.iter().map(submitted).collect();
        let sent: Vec<Sent<'_>> = rows
            .iter()
            .map(|row| Sent::by(&self.scene.counters, row, at).unwrap())
            .collect();
        let mut conn = self.scene.world.conn().await;
        record_transactions(&mut conn, &self.memory, at, &sent, course).await
    }

    pub async fn one(&self, row: Value) -> Outcome {
        self.send(&[row]).await.remove(0)
    }

    pub async fn booked(&self, row: Value) -> Booked {
        let outcome = self.one(row).await;
        let Outcome::Booked(booked) = outcome else {
            panic!("{outcome:?}");
        };
        booked
    }

    /// Why a row was not booked.
    pub async fn reason(&self, row: Value) -> Reason {
        reason_of(&self.one(row).await)
    }

    pub async fn figure(&self, sql: &str) -> i64 {
        let mut conn = self.scene.world.conn().await;
        let found = diesel::sql_query(format!("SELECT ({sql})::bigint AS figure"));
        found.get_result::<Figure>(&mut conn).await.unwrap().figure
    }

    pub async fn word(&self, sql: &str) -> String {
        let mut conn = self.scene.world.conn().await;
        let found = diesel::sql_query(format!("SELECT ({sql})::text AS word"));
        found.get_result::<Word>(&mut conn).await.unwrap().word
    }

    /// Every rule of the books holds, and every batch says exactly what it has.
    pub async fn assert_sound(&self) {
        self.scene.world.assert_sound().await;
        self.batches_are_exact().await;
    }

    async fn batches_are_exact(&self) {
        let wrong = self
            .figure(
                "SELECT count(*) FROM batches b FULL JOIN (
                     SELECT batch_id, count(*) AS rows, max(line) AS last, min(window_id) AS window_id,
                            sum(CASE WHEN kind IN (2, 3) THEN -amount ELSE amount END) AS amount,
                            sum(CASE WHEN kind IN (2, 3) THEN -principal ELSE principal END) AS principal
                       FROM transactions GROUP BY batch_id) t ON t.batch_id = b.id
                  WHERE (b.row_count, b.window_id, b.amount_sum, b.principal_sum, b.row_count)
                        IS DISTINCT FROM (t.rows, t.window_id, t.amount, t.principal, t.last::integer)",
            )
            .await;
        assert_eq!(wrong, 0, "batches that are not exact");
    }
}

pub fn submitted(row: &Value) -> Submitted {
    Submitted::from_json(row.to_string().as_bytes()).unwrap_or_else(|faults| panic!("{row}: {faults:?}"))
}

#[allow(clippy::wildcard_enum_match_arm, reason = "anything else is a failed test")]
pub fn reason_of(outcome: &Outcome) -> Reason {
    match outcome {
        Outcome::Quarantined { reason, .. } | Outcome::Refused { reason, .. } => *reason,
        other => panic!("{other:?}"),
    }
}
