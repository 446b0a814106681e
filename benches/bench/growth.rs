//! Recording, previewing, sealing and verifying at 100,000, 1 million and 5 million transactions: time should be linear and
//! memory flat, but for what bare PostgreSQL loses as its indexes grow. Never here: single posts.

use std::time::Duration;

use crate::Extent;
use crate::copying::{export, load};
use crate::earnings;
use crate::ground::{Database, Ground, files};
use crate::import::{Ran, import};
use crate::memory::{forget_peak, peak_mib};
use crate::network::window_from;
use crate::report::{Aim, Figures, per_second};
use crate::rows::Rows;
use crate::settle::{close, preview, seal};
use crate::verify::verify;

const SIZES: [(usize, &str); 3] = [(100_000, "100k"), (1_000_000, "1m"), (5_000_000, "5m")];
/// The size whose import is held to a peak of memory.
const IMPORTED: &str = "1m";
const SEED: u64 = 1408;

pub async fn measure(ground: &Ground, extent: &Extent, figures: &mut Figures) {
    let mut largest = None;
    for (whole, name) in SIZES {
        let count = extent.of(whole);
        println!("growth: {count} rows imported, previewed, sealed, verified");
        let grown = Grown { name, count };
        let database = ground.database(&format!("grown_{name}")).await;
        let verified = grown.measure(ground, &database, figures).await;
        if let Some((_, smaller)) = largest.replace((verified, database)) {
            ground.clear(smaller).await;
        }
    }
    let Some((verified, database)) = largest else {
        return;
    };
    figures.add("verify_rows_per_s", verified, Aim::AtLeast(100_000.0));
    earnings::measure(ground, &database, figures).await;
    ground.clear(database).await;
}

struct Grown {
    name: &'static str,
    count: usize,
}

impl Grown {
    /// Returns how many rows a second were verified.
    async fn measure(&self, ground: &Ground, database: &Database, figures: &mut Figures) -> f64 {
        let file = files().join("grown.ndjson");
        Rows::within(window_from(ground.now), ground.now, SEED).write(&file, self.count);
        let imported = import(database, &file, self.count);
        std::fs::remove_file(file).unwrap();
        if self.name == IMPORTED {
            figures.add("import_rss_peak_mib", imported.peak_mib, Aim::AtMost(300.0));
        }
        self.tell("record", imported.took, imported.peak_mib, figures);
        self.tell_rate("copy", copied(ground, database).await, figures);
        close(ground, database).await;
        database.gather_statistics().await;
        ground.settle_down().await;
        forget_peak();
        self.tell(
            "preview",
            preview(ground, database).await,
            own_peak_mib(),
            figures,
        );
        forget_peak();
        self.tell("seal", seal(ground, database).await, own_peak_mib(), figures);
        database.gather_statistics().await;
        let Ran { took, peak_mib, .. } = verify(database, self.count);
        self.tell("verify", took, peak_mib, figures);
        per_second(self.count, took)
    }

    fn tell(&self, verb: &str, took: Duration, peak_mib: f64, figures: &mut Figures) {
        self.tell_rate(verb, took, figures);
        figures.add(
            format!("growth_{verb}_rss_mib_{}", self.name),
            peak_mib,
            Aim::None,
        );
    }

    fn tell_rate(&self, verb: &str, took: Duration, figures: &mut Figures) {
        let rate = per_second(self.count, took);
        figures.add(format!("growth_{verb}_rows_per_s_{}", self.name), rate, Aim::None);
    }
}

/// How long bare PostgreSQL takes for the same rows, whose indexes outgrow its memory alike.
async fn copied(ground: &Ground, database: &Database) -> Duration {
    let stored = files().join("grown.copy");
    export(ground, database, &stored);
    let bare = ground.database("copied").await;
    ground.settle_down().await;
    let took = load(ground, &bare, &stored);
    ground.clear(bare).await;
    std::fs::remove_file(stored).unwrap();
    took
}

fn own_peak_mib() -> f64 {
    peak_mib(std::process::id()).unwrap()
}
