//! Single posts over 16 connections, against pgbench inserting the same row with the same durability over 16. Never here:
//! batches.

use std::time::{Duration, Instant};

use daftar::domain::originator::{OriginatorKind, Scope};

use crate::Extent;
use crate::client::Client;
use crate::ground::{Database, Ground};
use crate::network::window_from;
use crate::report::{Aim, Figures, median, millis, quantile};
use crate::rows::Rows;
use crate::serving::Serving;

const CONNECTIONS: u64 = 16;
const ROUNDS: u64 = 5;
const ROUND_SECS: f64 = 8.0;
const ROUND_SECS_MIN: f64 = 2.0;

/// A booked row as its columns are, each insert its own database transaction.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/bench/single.pgbench");

pub async fn measure(ground: &Ground, extent: &Extent, figures: &mut Figures) {
    let span = Duration::from_secs_f64((ROUND_SECS * extent.scale).max(ROUND_SECS_MIN));
    println!("single posts: {CONNECTIONS} connections, {ROUNDS} rounds of {span:.0?} of HTTP, pgbench");
    let database = ground.database("single").await;
    let serving = Serving::on(&database, "counters", OriginatorKind::Client, Scope::Record).await;
    let (mut ratios, mut posts, mut inserts, mut waits) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        ground.settle_down().await;
        let own = post_for(ground, &serving, span, round).await;
        let post_rate = own.len() as f64 / span.as_secs_f64();
        waits.extend(own);
        ground.settle_down().await;
        let insert_rate = insert_for(ground, &database, span);
        println!("  HTTP {post_rate:.0}/s, pgbench {insert_rate:.0}/s");
        ratios.push(post_rate / insert_rate);
        posts.push(post_rate);
        inserts.push(insert_rate);
    }
    serving.end();
    ground.clear(database).await;
    figures.add("single_http_vs_pgbench", median(&ratios), Aim::AtLeast(0.9));
    figures.add("single_http_p50_ms", median(&waits), Aim::None);
    figures.add("single_http_p99_ms", quantile(&waits, 99), Aim::None);
    figures.add("single_http_per_s", median(&posts), Aim::None);
    figures.add("pgbench_per_s", median(&inserts), Aim::None);
}

/// How long each post waited for its answer, in milliseconds.
async fn post_for(ground: &Ground, serving: &Serving, span: Duration, round: u64) -> Vec<f64> {
    let until = Instant::now() + span;
    let posters: Vec<_> = (0..CONNECTIONS)
        .map(|connection| {
            let seed = 1_000 * (round + 1) + connection;
            let rows = Rows::within(window_from(ground.now), ground.now, seed);
            tokio::spawn(post_until(
                until,
                serving.address.clone(),
                serving.token.clone(),
                rows,
            ))
        })
        .collect();
    let mut waits = Vec::new();
    for poster in posters {
        waits.extend(poster.await.unwrap());
    }
    waits
}

async fn post_until(until: Instant, address: String, token: String, mut rows: Rows) -> Vec<f64> {
    let mut client = Client::connect(&address, &token).await;
    let mut waits = Vec::new();
    while Instant::now() < until {
        let body = serde_json::to_vec(&rows.next_row()).unwrap();
        let begun = Instant::now();
        let status = client.post_json("/v1/transactions", &body).await;
        waits.push(millis(begun.elapsed()));
        assert_eq!(status, 201);
    }
    waits
}

/// Inserts per second.
fn insert_for(ground: &Ground, database: &Database, span: Duration) -> f64 {
    let output = ground
        .program("pgbench")
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--client"])
        .arg(CONNECTIONS.to_string())
        .arg("--time")
        .arg(span.as_secs().to_string())
        .arg("--file")
        .arg(SCRIPT)
        .arg(database.address())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let line = said.lines().find(|line| line.starts_with("tps = "));
    let line = line.unwrap_or_else(|| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)));
    line.split_whitespace().nth(2).unwrap().parse().unwrap()
}
