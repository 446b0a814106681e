//! Previewing a settlement from the transactions, and sealing, against the bare aggregate over the same rows; approving. Never
//! here: how any of them grows with its rows (see `growth`).

use std::time::{Duration, Instant};

use daftar::usecases::Connection;
use daftar::usecases::approve_settlement::approve_settlement;
use daftar::usecases::close_window::close_next_window;
use daftar::usecases::preview_settlement::{QueryLimit, preview_settlement};
use daftar::usecases::propose_settlement::propose_settlement;
use daftar::usecases::seal_window::seal_next_window;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Integer};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use crate::Extent;
use crate::batch::record;
use crate::ground::{Database, Ground};
use crate::network::{NETWORK, window_ended, window_from};
use crate::report::{Aim, Figures, median, millis};
use crate::rows::Rows;

const ROWS: usize = 1_000_000;
const PREVIEWS: usize = 5;
const SEALS: usize = 3;
const SEED: u64 = 1406;

#[derive(QueryableByName)]
struct Aggregated {
    #[diesel(sql_type = BigInt)]
    groups: i64,
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

pub async fn measure(ground: &Ground, extent: &Extent, figures: &mut Figures) {
    let count = extent.of(ROWS);
    println!("settling: {count} rows, {PREVIEWS} rounds of aggregate, preview; {SEALS} of aggregate, seal");
    let booked = ground.database("booked").await;
    let rows = Rows::within(window_from(ground.now), ground.now, SEED);
    record(ground, &booked, rows, count).await;
    close(ground, &booked).await;
    booked.gather_statistics().await;
    ground.settle_down().await;
    let (mut previews, mut seals, mut aggregates) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..PREVIEWS {
        let bare = aggregate(&booked).await;
        let took = preview(ground, &booked).await;
        println!("  aggregate {bare:.2?}, preview {took:.2?}");
        previews.push(took.as_secs_f64() / bare.as_secs_f64());
        aggregates.push(millis(bare));
    }
    let name = booked.name.clone();
    booked.pool().close();
    for round in 0..SEALS {
        let copy = ground.copy(&name, &format!("sealed_{round}")).await;
        let bare = aggregate(&copy).await;
        let took = seal(ground, &copy).await;
        println!("  aggregate {bare:.2?}, seal {took:.2?}");
        seals.push(took.as_secs_f64() / bare.as_secs_f64());
        if round + 1 == SEALS {
            figures.add("approve_s", approve(ground, &copy).await.as_secs_f64(), Aim::None);
        }
        ground.clear(copy).await;
    }
    ground.clear(booked).await;
    figures.add("settle_vs_aggregate", median(&previews), Aim::AtMost(1.5));
    figures.add("seal_vs_aggregate", median(&seals), Aim::AtMost(4.0));
    figures.add("aggregate_ms", median(&aggregates), Aim::None);
}

/// The window in which all rows of a database are booked.
pub async fn close(ground: &Ground, database: &Database) {
    let (by, at) = (&ground.people.maker, window_ended(ground.now));
    let mut conn = database.conn().await;
    let closed = close_next_window(&mut conn, by, at, NETWORK).await.unwrap();
    assert_eq!(closed.unwrap().starts_at, window_from(ground.now));
}

pub async fn preview(ground: &Ground, database: &Database) -> Duration {
    let (by, at) = (&ground.people.maker, window_ended(ground.now));
    let mut conn = database.conn().await;
    let begun = Instant::now();
    let preview = preview_settlement(&mut conn, by, at, NETWORK, None, QueryLimit::Long)
        .await
        .unwrap();
    let took = begun.elapsed();
    assert!(!preview.sealed && !preview.positions.is_empty());
    took
}

pub async fn seal(ground: &Ground, database: &Database) -> Duration {
    let (by, at) = (&ground.people.maker, window_ended(ground.now));
    let mut conn = database.conn().await;
    let begun = Instant::now();
    let sealed = seal_next_window(&mut conn, by, at, NETWORK)
        .await
        .unwrap()
        .unwrap();
    let took = begun.elapsed();
    assert!(sealed.transaction_count > 0);
    took
}

/// Of a sealed window, whose every office is told in a statement.
async fn approve(ground: &Ground, database: &Database) -> Duration {
    let (people, at) = (&ground.people, window_ended(ground.now));
    let mut conn = database.conn().await;
    let proposed = propose_settlement(&mut conn, &people.maker, at, NETWORK, None).await;
    let id = proposed.unwrap().id;
    let begun = Instant::now();
    let approved = approve_settlement(&mut conn, &people.checker, at, id)
        .await
        .unwrap();
    let took = begun.elapsed();
    println!("  {} statements approved in {took:.2?}", approved.statements);
    took
}

/// By party, component kind and holder: what a settlement cannot do without. The groups stay in the server.
async fn aggregate(database: &Database) -> Duration {
    let mut conn = database.conn().await;
    conn.batch_execute("SET work_mem = '64MB'").await.unwrap();
    let window_id = only_window(&mut conn).await;
    let begun = Instant::now();
    let query = diesel::sql_query(include_str!("aggregate.sql")).bind::<Integer, _>(window_id);
    let aggregated: Aggregated = query.get_result(&mut conn).await.unwrap();
    let took = begun.elapsed();
    conn.batch_execute("RESET work_mem").await.unwrap();
    assert!(aggregated.groups > 0 && aggregated.amount > 0);
    took
}

async fn only_window(conn: &mut Connection) -> i32 {
    #[derive(QueryableByName)]
    struct Window {
        #[diesel(sql_type = Integer)]
        id: i32,
    }
    let query = diesel::sql_query("SELECT id FROM windows");
    query.get_result::<Window>(conn).await.unwrap().id
}
