//! Single posts over 16 connections, against pgbench inserting the same row with the same durability over 16. Never here:
//! batches.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use daftar::domain::originator::{OriginatorKind, Scope};
use futures_util::future::join_all;

use crate::Extent;
use crate::client::Client;
use crate::ground::{Database, Ground};
use crate::network::window_from;
use crate::report::{Aim, Figures, median, millis, quantile};
use crate::rows::Rows;
use crate::serving::Serving;

const CONNECTIONS: usize = 16;
const THREADS: usize = 2;
/// More than a connection posts in a round.
const POSTS_MAX: usize = 20_000;
const ROUNDS: u64 = 9;
const ROUND_SECS: f64 = 5.0;
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
        let own = tokio::task::block_in_place(|| post_for(ground, &serving, span, round));
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

/// How long each post waited for its answer, in milliseconds. As pgbench does, a few threads keep the connections busy; the
/// bodies are made before the time begins.
fn post_for(ground: &Ground, serving: &Serving, span: Duration, round: u64) -> Vec<f64> {
    let begin = Barrier::new(THREADS);
    let post = |thread: usize| {
        let of_connection = |connection| bodies(ground, 1_000 * (round + 1) + connection);
        let first = (thread * CONNECTIONS / THREADS) as u64;
        let bodies: Vec<Vec<Vec<u8>>> = (first..).take(CONNECTIONS / THREADS).map(of_connection).collect();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        begin.wait();
        let until = Instant::now() + span;
        let posters = bodies.iter().map(|bodies| post_until(until, serving, bodies));
        runtime.block_on(join_all(posters)).concat()
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let post = &post;
                scope.spawn(move || post(thread))
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    })
}

fn bodies(ground: &Ground, seed: u64) -> Vec<Vec<u8>> {
    let mut rows = Rows::within(window_from(ground.now), ground.now, seed);
    (0..POSTS_MAX)
        .map(|_| serde_json::to_vec(&rows.next_row()).unwrap())
        .collect()
}

async fn post_until(until: Instant, serving: &Serving, bodies: &[Vec<u8>]) -> Vec<f64> {
    let mut client = Client::connect(&serving.address, &serving.token).await;
    let mut waits = Vec::with_capacity(POSTS_MAX);
    for body in bodies {
        let begun = Instant::now();
        if begun > until {
            return waits;
        }
        let status = client.post_json("/v1/transactions", body).await;
        waits.push(millis(begun.elapsed()));
        assert_eq!(status, 201);
    }
    panic!("{POSTS_MAX} posts were too few for a connection");
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
