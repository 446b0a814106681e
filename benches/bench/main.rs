//! Daftar side by side with bare PostgreSQL: ratios of medians of interleaved rounds within one run, printed as a table
//! and written to `target/bench.json`. Never here: what a single noun costs (that stands in the noun's file).
//!
//! `cargo bench -- --scale 0.05` tries everything on a twentieth of the rows, `-- --only NAME` one part; such trials are
//! written to `target/bench-trial.json`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark fails by panicking"
)]
#![allow(
    clippy::disallowed_types,
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ratios and quantiles of time, never money"
)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the table is what a benchmark is for"
)]
#![allow(clippy::disallowed_methods, reason = "a benchmark is a shell of its own")]

mod batch;
mod client;
mod copying;
mod earnings;
mod ground;
mod growth;
mod import;
mod memory;
mod network;
mod paper;
mod report;
mod rows;
mod serving;
mod settle;
mod single;
mod statement;
mod verify;

use report::Figures;

/// A part of the benchmark.
const PARTS: [&str; 5] = ["paper", "batch", "single", "growth", "settle"];

/// How large a run is, and which part of it.
#[derive(Clone, Debug)]
pub struct Extent {
    scale: f64,
    only: Option<String>,
}

impl Extent {
    /// `cargo bench` adds `--bench` by itself.
    fn asked() -> Self {
        let mut extent = Self {
            scale: 1.0,
            only: None,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--bench" => {}
                "--scale" => extent.scale = arguments.next().unwrap().parse().unwrap(),
                "--only" => extent.only = Some(arguments.next().unwrap()),
                other => panic!(
                    "{other} is not understood: --scale FRACTION, --only {}",
                    PARTS.join("|")
                ),
            }
        }
        if let Some(only) = &extent.only {
            assert!(
                PARTS.contains(&only.as_str()),
                "{only} is none of {}",
                PARTS.join(", ")
            );
        }
        extent
    }

    /// So many of something that is `whole` in a run that counts.
    pub fn of(&self, whole: usize) -> usize {
        ((whole as f64 * self.scale) as usize).max(1)
    }

    fn has(&self, part: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == part)
    }

    fn counts(&self) -> bool {
        self.only.is_none() && self.scale >= 1.0
    }
}

fn main() {
    let extent = Extent::asked();
    let mut figures = Figures::default();
    // First, while this process holds nothing else.
    if extent.has("paper") {
        paper::measure(&extent, &mut figures);
    }
    if PARTS.iter().any(|part| *part != "paper" && extent.has(part)) {
        let tenancy = ground::enter();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(measure(&extent, &tenancy, &mut figures));
        drop(runtime);
        ground::leave(tenancy);
    }
    figures.tell(extent.counts());
}

async fn measure(extent: &Extent, tenancy: &daftar::host::postgres::Tenancy, figures: &mut Figures) {
    let ground = ground::Ground::furnished(tenancy).await;
    if extent.has("batch") {
        batch::measure(&ground, extent, figures).await;
    }
    if extent.has("single") {
        single::measure(&ground, extent, figures).await;
    }
    if extent.has("growth") {
        growth::measure(&ground, extent, figures).await;
    }
    // Last, because an approval leaves this process larger.
    if extent.has("settle") {
        settle::measure(&ground, extent, figures).await;
    }
}
