//! Random histories of days against a small model in which every balance is recomputed by hand.

use chrono::{DateTime, Utc};
use daftar::domain::demand::DemandState;
use daftar::domain::money::Amount;
use daftar::domain::page::Asked;
use daftar::usecases::reading::demands::{DemandFilter, list_demands};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Builder;

use crate::counter::Case;
use crate::scene::{OFFICES, Scene};

/// Each history is a database of its own and some dozens of use cases.
const HISTORIES: u32 = 8;

/// A service that an office gave.
#[derive(Clone, Copy, Debug)]
struct Given {
    office: usize,
    service: Service,
    /// Whether the office holds the money; else the central collector does.
    cash: bool,
}

#[derive(Clone, Copy, Debug)]
enum Service {
    Copy,
    Passport,
}

#[derive(Clone, Debug)]
struct Day {
    given: Vec<Given>,
    /// Whether the oldest service that stands is taken back.
    takes_back: bool,
    /// Whether the first office remits what it owes.
    remits: bool,
}

/// What the network owes each office, and for how many cycles it was carried.
#[derive(Debug, Default)]
struct Model {
    balances: [i64; 3],
    carried: [u16; 3],
    standing: Vec<(Given, String)>,
}

impl Service {
    /// What the citizen pays, and what the office earns of it.
    const fn figures(self) -> (i64, i64) {
        match self {
            Self::Copy => (100_000, 67_900),
            Self::Passport => (1_476_112, 428_612),
        }
    }
}

impl Given {
    fn case<'a>(self, scene: &Scene, day: i64, reference: &'a str) -> Case<'a> {
        let service = match self.service {
            Service::Copy => "copy",
            Service::Passport => "passport",
        };
        let (office, given_at) = (OFFICES[self.office], scene.day(day, 2));
        if self.cash {
            Case::cash(office, service, reference, given_at)
        } else {
            Case::central(office, service, reference, given_at)
        }
    }

    /// What it moves the office's balance by.
    fn moves(self) -> i64 {
        let (paid, earned) = self.service.figures();
        earned - if self.cash { paid } else { 0 }
    }
}

impl Model {
    /// Pays what reaches the threshold of 500,000 or was carried for three cycles.
    fn settle(&mut self) {
        for (balance, carried) in self.balances.iter_mut().zip(&mut self.carried) {
            let is_paid = *balance >= 500_000 || (*balance > 0 && *carried >= 3);
            *carried = if *balance > 0 && !is_paid { *carried + 1 } else { 0 };
            if is_paid {
                *balance = 0;
            }
        }
    }
}

fn any_day() -> impl Strategy<Value = Day> {
    let service = prop_oneof![Just(Service::Copy), Just(Service::Passport)];
    let given = (0..OFFICES.len(), service, any::<bool>()).prop_map(|(office, service, cash)| Given {
        office,
        service,
        cash,
    });
    let day = (
        proptest::collection::vec(given, 0..5),
        any::<bool>(),
        any::<bool>(),
    );
    day.prop_map(|(given, takes_back, remits)| Day {
        given,
        takes_back,
        remits,
    })
}

#[test]
fn any_history_leaves_the_balances_of_a_small_model() {
    let mut runner = TestRunner::new(Config::with_cases(HISTORIES));
    let histories = proptest::collection::vec(any_day(), 1..7);
    let done = runner.run(&histories, |days| {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(live_through(&days));
        Ok(())
    });
    done.unwrap();
}

async fn live_through(days: &[Day]) {
    let scene = Scene::furnished().await;
    let mut model = Model::default();
    for (number, day) in (0..).zip(days) {
        give(&scene, &mut model, number, &day.given).await;
        if day.takes_back {
            take_back(&scene, &mut model, number).await;
        }
        if day.remits && model.balances[0] < 0 {
            remit(&scene, &mut model, number).await;
        }
        scene.settle_day(number + 1).await;
        model.settle();
        for (office, balance) in OFFICES.iter().zip(model.balances) {
            let due = scene.due(&format!("office-{office}")).await;
            assert_eq!(due, balance, "{office} after day {number}");
        }
        for later in [0, 3, 20] {
            every_demand_is_in_its_own_state(&scene, scene.day(number + 1 + later, 13)).await;
        }
    }
    scene.world.assert_sound().await;
}

async fn give(scene: &Scene, model: &mut Model, day: i64, given: &[Given]) {
    for (number, given) in given.iter().enumerate() {
        let reference = format!("{day}-{number}");
        let case = given.case(scene, day, &reference);
        scene.book(scene.day(day, 3), &[case]).await;
        model.balances[given.office] += given.moves();
        model.standing.push((*given, reference));
    }
}

async fn take_back(scene: &Scene, model: &mut Model, day: i64) {
    if model.standing.is_empty() {
        return;
    }
    let (given, original) = model.standing.remove(0);
    let reference = format!("{original}-back");
    let case = Case {
        takes_back: Some(&original),
        ..given.case(scene, day, &reference)
    };
    scene.book(scene.day(day, 4), &[case]).await;
    model.balances[given.office] -= given.moves();
}

async fn remit(scene: &Scene, model: &mut Model, day: i64) {
    // A booking makes the window's row, in which the remittance is recorded.
    let opening = Given {
        office: 2,
        service: Service::Copy,
        cash: false,
    };
    let reference = format!("{day}-opens");
    scene
        .book(scene.day(day, 5), &[opening.case(scene, day, &reference)])
        .await;
    model.balances[2] += opening.moves();
    let ordinal = i32::try_from(day + 1).unwrap();
    scene.bring_in("office-1001", -model.balances[0], ordinal).await;
    model.balances[0] = 0;
}

/// Each demand is listed under the state that it has in the list of all, and under no other.
async fn every_demand_is_in_its_own_state(scene: &Scene, at: DateTime<Utc>) {
    let listed = async |state, after| {
        let filter = DemandFilter {
            state,
            ..DemandFilter::default()
        };
        let asked = Asked { after, rows: 100 };
        let mut conn = scene.world.conn().await;
        let page = list_demands(&mut conn, &scene.maker, at, &filter, &asked).await;
        let demands = page.unwrap().items.into_iter();
        demands
            .map(|demand| (demand.id, demand.state, demand.open, demand.paid))
            .collect::<Vec<_>>()
    };
    let all = listed(None, None).await;
    let middle = all.get(all.len() / 2).map(|demand| demand.0);
    for state in [
        DemandState::Due,
        DemandState::PartlyPaid,
        DemandState::Overdue,
        DemandState::Paid,
    ] {
        for before in [None, middle] {
            let is_own = |demand: &&(i64, DemandState, Amount, Amount)| {
                demand.1 == state && before.is_none_or(|before| demand.0 < before)
            };
            let own: Vec<_> = all.iter().filter(is_own).copied().collect();
            assert_eq!(
                listed(Some(state), before).await,
                own,
                "{state:?} {before:?} at {at}"
            );
        }
    }
}
