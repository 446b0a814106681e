//! One office's month of earnings over HTTP, of offices at random among millions of transactions. Never here: booking them.

use std::time::Instant;

use chrono::Duration;
use chrono_tz::Asia::Tehran;
use daftar::domain::dice::Dice;
use daftar::domain::originator::{OriginatorKind, Scope};

use crate::client::Client;
use crate::ground::{Database, Ground};
use crate::network::{OFFICES, office_code, window_from};
use crate::report::{Aim, Figures, median, millis, quantile};
use crate::serving::Serving;

const ASKED: usize = 2_000;
const SEED: u64 = 1407;

pub async fn measure(ground: &Ground, database: &Database, figures: &mut Figures) {
    let serving = Serving::on(database, "maker", OriginatorKind::Person, Scope::Finance).await;
    let mut client = Client::connect(&serving.address, &serving.token).await;
    let from = window_from(ground.now).with_timezone(&Tehran).date_naive();
    let until = from + Duration::days(30);
    let (mut dice, mut waits) = (Dice::new(SEED), Vec::with_capacity(ASKED));
    for _ in 0..ASKED {
        let office = office_code(dice.roll() % OFFICES);
        let path = format!("/v1/offices/{office}/earnings?from={from}&until={until}&by=day");
        let begun = Instant::now();
        let status = client.get(&path).await;
        waits.push(millis(begun.elapsed()));
        assert_eq!(status, 200);
    }
    serving.end();
    figures.add("earnings_p50_ms", median(&waits), Aim::None);
    figures.add("earnings_p99_ms", quantile(&waits, 99), Aim::AtMost(20.0));
}
