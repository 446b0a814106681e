//! Servers killed, databases crashed, clients gone, many at once: what is acknowledged stays, and nothing happens twice.
//! Never here: what is done when nothing fails.

mod client;
mod closing;
mod crash;
mod killing;
mod leasing;
mod leaving;
mod mailing;
mod pausing;
mod sending;
mod settling;
mod severing;
mod together;

use std::time::{Duration, Instant};

use chrono::{DateTime, Datelike, Days, Utc, Weekday};
use chrono_tz::Asia::Tehran;
use daftar::domain::originator::{Originator, OriginatorKind, Scope};
use daftar::domain::zone::{day_of, start_of_day};
use daftar::host::clock;
use daftar::usecases::Connection;
use daftar::usecases::register::token::{TokenHolder, issue_token};
use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;

use crate::scene::Scene;
use crate::world::World;

const PATIENCE: Duration = Duration::from_secs(30);

/// The start of a Saturday in Tehran at least so many days ago, by the clock that servers go by: a day and a week begin then.
pub fn days_ago(days_min: u64) -> DateTime<Utc> {
    let day = day_of(Tehran, clock::now()) - Days::new(days_min);
    let since_saturday = day.weekday().days_since(Weekday::Sat);
    start_of_day(Tehran, day - Days::new(since_saturday.into()))
}

/// A token of the machine client `counters`.
pub async fn counters_token(scene: &Scene) -> String {
    token(scene, "counters", OriginatorKind::Client, Scope::Record).await
}

pub async fn token(scene: &Scene, code: &str, kind: OriginatorKind, scope: Scope) -> String {
    let holder = TokenHolder {
        code: code.to_owned(),
        kind,
        name: None,
        party: None,
    };
    let mut conn = scene.world.conn().await;
    let issued = issue_token(&mut conn, &Originator::host(), clock::now(), &holder, scope, 30).await;
    issued.unwrap().secret
}

/// The first column of a query, as text.
pub async fn lines(world: &World, query: &str) -> Vec<String> {
    lines_by(&mut *world.conn().await, query).await
}

/// The same, as whoever's connection it is sees it.
pub async fn lines_by(conn: &mut Connection, query: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let found: Vec<Line> = diesel::sql_query(query).load(conn).await.unwrap();
    found.into_iter().map(|row| row.line).collect()
}

pub async fn one(world: &World, query: &str) -> String {
    lines(world, query).await.remove(0)
}

/// Says which line differs, because the whole would fill the screen.
pub fn assert_same(one: &[String], other: &[String]) {
    for (one, other) in one.iter().zip(other) {
        assert_eq!(one, other);
    }
    assert_eq!(one.len(), other.len());
}

/// Asks again and again until the query answers this.
pub async fn until(world: &World, query: &str, answer: &str) {
    let began = Instant::now();
    loop {
        let said = one(world, query).await;
        if said == answer {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{query} still answers {said}");
        tokio::task::yield_now().await;
    }
}

/// Every batch says exactly what it has.
pub async fn batches_are_exact(world: &World) {
    let wrong = "SELECT count(*)::text AS line FROM batches b FULL JOIN (
             SELECT batch_id, count(*) AS rows, max(line)::integer AS last, min(window_id) AS first_window, max(window_id) AS last_window,
                    sum(CASE WHEN kind IN (2, 3) THEN -amount ELSE amount END) AS amount,
                    sum(CASE WHEN kind IN (2, 3) THEN -principal ELSE principal END) AS principal
               FROM transactions GROUP BY batch_id) t ON t.batch_id = b.id
          WHERE (b.row_count, b.window_id, b.window_id, b.amount_sum, b.principal_sum, b.row_count)
                IS DISTINCT FROM (t.rows, t.first_window, t.last_window, t.amount, t.principal, t.last)";
    assert_eq!(one(world, wrong).await, "0", "batches that are not exact");
}
