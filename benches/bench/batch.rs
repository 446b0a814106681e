//! Many rows at once: through the use case and as NDJSON over HTTP, against COPY of what they became. Never here: single
//! posts.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use daftar::domain::originator::{OriginatorKind, Scope};
use daftar::domain::submission::{CHUNK_ROWS, Line};
use daftar::host::clock;
use daftar::usecases::record_transactions::Memory;
use daftar::usecases::submission::{judge_lines, open_submission};
use tokio::task::spawn_blocking;

use crate::Extent;
use crate::client::Client;
use crate::copying::{export, load};
use crate::ground::{Database, Ground, files};
use crate::network::window_from;
use crate::report::{Aim, Figures, median, per_second};
use crate::rows::Rows;
use crate::serving::Serving;

const ROWS: usize = 1_000_000;
const ROUNDS: usize = 5;
const SEED: u64 = 1405;

pub async fn measure(ground: &Ground, extent: &Extent, figures: &mut Figures) {
    let count = extent.of(ROWS);
    println!("batches: {count} rows, {ROUNDS} rounds of use case, COPY, HTTP");
    let rows = || Rows::within(window_from(ground.now), ground.now, SEED);
    let (sent, stored) = (files().join("rows.ndjson"), files().join("transactions.copy"));
    rows().write(&sent, count);
    let (mut by_usecase, mut by_http, mut copied) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let recorded = ground.database("recorded").await;
        ground.settle_down().await;
        let usecase = record(ground, &recorded, rows(), count).await;
        export(ground, &recorded, &stored);
        ground.clear(recorded).await;
        let bare = ground.database("copied").await;
        ground.settle_down().await;
        let copy = load(ground, &bare, &stored);
        ground.clear(bare).await;
        let posted = ground.database("posted").await;
        ground.settle_down().await;
        let http = post(&posted, &sent, count).await;
        ground.clear(posted).await;
        println!("  use case {usecase:.1?}, COPY {copy:.1?}, HTTP {http:.1?}");
        by_usecase.push(copy.as_secs_f64() / usecase.as_secs_f64());
        by_http.push(copy.as_secs_f64() / http.as_secs_f64());
        copied.push(per_second(count, copy));
    }
    figures.add("batch_usecase_vs_copy", median(&by_usecase), Aim::AtLeast(0.6));
    figures.add("batch_http_vs_copy", median(&by_http), Aim::AtLeast(0.5));
    figures.add("copy_rows_per_s", median(&copied), Aim::None);
    std::fs::remove_file(sent).unwrap();
    std::fs::remove_file(stored).unwrap();
}

/// Records rows in chunks over one connection, as an import does; making the rows is not counted.
pub async fn record(ground: &Ground, database: &Database, mut rows: Rows, count: usize) -> Duration {
    let mut conn = database.conn().await;
    let memory = Arc::new(Memory::default());
    let by = &ground.people.counters;
    let delivery = open_submission(&mut conn, by, clock::now()).await.unwrap();
    let (mut took, mut line, mut ahead) = (Duration::ZERO, 0, None);
    for size in chunks(count).chain([0]) {
        let chunk: Vec<Line> = rows
            .some(size)
            .into_iter()
            .map(|row| {
                line += 1;
                Line {
                    number: line,
                    row: Ok(row),
                }
            })
            .collect();
        let begun = Instant::now();
        let (memory_of_judge, judge) = (Arc::clone(&memory), by.clone());
        let judging = spawn_blocking(move || judge_lines(&memory_of_judge, &judge, clock::now(), chunk));
        if let Some(judging) = ahead.replace(judging) {
            let judged = judging.await.unwrap().unwrap();
            delivery.record(&mut conn, &memory, by, judged).await.unwrap();
        }
        took += begun.elapsed();
    }
    let view = delivery.finish(&mut conn, by, clock::now()).await.unwrap();
    assert_eq!(view.booked, i64::try_from(count).unwrap(), "{view:?}");
    took
}

fn chunks(count: usize) -> impl Iterator<Item = usize> {
    (0..count)
        .step_by(CHUNK_ROWS)
        .map(move |from| CHUNK_ROWS.min(count - from))
}

async fn post(database: &Database, file: &Path, count: usize) -> Duration {
    let serving = Serving::on(database, "counters", OriginatorKind::Client, Scope::Record).await;
    let mut client = Client::connect(&serving.address, &serving.token).await;
    let begun = Instant::now();
    let view = client.post_file("/v1/transactions/batch", file).await;
    let took = begun.elapsed();
    assert_eq!(view["booked"], count, "{view}");
    serving.end();
    took
}
