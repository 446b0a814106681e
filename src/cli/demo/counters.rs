//! What the counters of all networks send, evening by evening, worked out on a thread of its own while the story goes on.
//! Never here: what an office does in a day (see `traffic`).

use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::spawn_blocking;

use super::founding::NETWORKS;
use super::story::Span;
use super::traffic::Traffic;
use super::{SEED, catalogue, geography};
use crate::domain::transaction::Submitted;
use crate::usecases::{Done, Failure};

/// Some 300,000 rows in all.
const ROWS_PER_OFFICE_AND_DAY: usize = 5;

/// The rows of one evening, those of each network together.
pub type Evening = Vec<Vec<Submitted>>;

/// Of each day in turn: while one is recorded, the next is worked out.
pub fn evenings(days: Span) -> Receiver<Done<Evening>> {
    let (sender, receiver) = channel(1);
    spawn_blocking(move || {
        let (offices, services) = (geography::offices(SEED), catalogue::services());
        let networks = NETWORKS.map(|network| Traffic {
            seed: SEED,
            network,
            offices: offices
                .iter()
                .filter(|office| office.network == network)
                .collect(),
            services: services
                .iter()
                .filter(|service| service.network == network)
                .collect(),
            rows_per_office_and_day: ROWS_PER_OFFICE_AND_DAY,
        });
        for day in days.days() {
            let of_network =
                |traffic: &Traffic<'_>| traffic.rows_of(day).into_iter().map(submitted).collect();
            let evening = networks.iter().map(of_network).collect();
            if sender.blocking_send(evening).is_err() {
                return;
            }
        }
    });
    receiver
}

fn submitted(row: serde_json::Value) -> Done<Submitted> {
    Submitted::from_json(row.to_string().as_bytes())
        .map_err(|faults| Failure::Internal(format!("a row of the demo: {faults:?}")))
}
