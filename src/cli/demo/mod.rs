//! `daftar demo`: a network modelled on Iran's, settled cycle by cycle through the use cases that production has.

pub mod catalogue;
pub mod dice;
pub mod founding;
pub mod geography;
pub mod iban;
pub mod story;
pub mod traffic;

use indicatif::ProgressBar;

use crate::domain::zone::day_of;
use crate::host::{Host, clock};
use crate::usecases::{Done, Failure};

/// The same network and the same traffic on every machine.
const SEED: u64 = 1405;

pub async fn carry_out(host: &Host) -> Done<String> {
    let now = clock::now();
    let first = founding::first_day(now)?;
    let mut conn = host
        .connection()
        .await
        .map_err(|e| Failure::Unavailable(e.to_string()))?;
    let offices = geography::offices(SEED);
    let services = catalogue::services();
    let people = founding::found(&mut conn, first, &offices).await?;
    founding::publish_first(&mut conn, &people, first).await?;
    let span = story::Span {
        first,
        last: story::before(day_of(founding::ZONE, now)),
    };
    let teller = story::Teller::new(&people, &offices, &services);
    let bar = ProgressBar::no_length();
    let t = std::time::Instant::now();
    for day in span.days() {
        let t0 = std::time::Instant::now();
        teller.settle_due(&mut conn, story::moment(day, 1)).await?;
        if t0.elapsed().as_millis() > 100 {
            crate::cli::output::tell(&format!("{day} settled in {:?}", t0.elapsed()));
        }
        teller.record_day(&mut conn, day, &bar).await?;
    }
    teller.settle_due(&mut conn, now).await?;
    Ok(format!("{} rows in {:?}", bar.position(), t.elapsed()))
}
