//! PostgreSQL ended as a crash ends it or killed, under a server that lives on. Never here: the server's own death.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use chrono::Duration;
use daftar::domain::dice::Dice;
use futures_util::future::join_all;
use rustix::process::Signal;

use super::client::{Address, Client, Said};
use super::sending::{acknowledged, booked, rows_of, send};
use super::{batches_are_exact, counters_token, days_ago};
use crate::host::Folder;
use crate::scene::Scene;
use crate::serve::Serving;
use crate::world::World;

const COUNTERS: usize = 8;
const ROWS: usize = 60;
const CRASHES: usize = 3;
/// After as many answers the postmaster is killed.
const KILLED_AFTER: [usize; 2] = [30, 200];
/// Answers that counters have between a crash and the recovery.
const ANSWERS_WHILE_AWAY: usize = 40;

/// The database that crashes after as many answers as the dice say, and comes back when enough were told to wait.
struct Fragile<'w> {
    world: &'w World,
    dice: RefCell<Dice>,
    crashes_left: Cell<usize>,
    answers_left: Cell<u64>,
    is_away: Cell<bool>,
    away: Cell<usize>,
}

impl Fragile<'_> {
    fn answered(&self) {
        self.answers_left.set(self.answers_left.get().saturating_sub(1));
        if self.answers_left.get() > 0 || self.crashes_left.get() == 0 || self.is_away.get() {
            return;
        }
        self.crashes_left.set(self.crashes_left.get() - 1);
        self.answers_left.set(1 + self.dice.borrow_mut().roll() % 100);
        self.is_away.set(true);
        self.world.own_cluster().crash().unwrap();
    }

    async fn recovers(&self, health: &mut Client) {
        let mut told_to_wait = 0;
        while self.crashes_left.get() > 0 || self.is_away.get() {
            if self.is_away.get() && self.away.get() >= told_to_wait + ANSWERS_WHILE_AWAY {
                for path in ["/healthz", "/v1/offices", "/v1/outbox"] {
                    let said = health.get(path).await.unwrap();
                    assert_eq!(
                        (said.status, said.kind.as_str()),
                        (503, "application/problem+json"),
                        "{path}"
                    );
                }
                told_to_wait = self.away.get();
                self.world.own_cluster().recover().unwrap();
                self.is_away.set(false);
            }
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn what_was_acknowledged_outlives_a_crash_of_the_database_and_the_server_answers_503_until_it_is_back()
{
    let scene = Scene::furnished_in(World::apart().await, days_ago(3)).await;
    let token = counters_token(&scene).await;
    // With its jobs, which the crash reaches as well.
    let serving = Serving::on(&scene.world, 8, &[]);
    let address: Address = Rc::new(RefCell::new(serving.address.clone()));
    let fragile = Fragile {
        world: &scene.world,
        dice: RefCell::new(Dice::new(20_260_322)),
        crashes_left: Cell::new(CRASHES),
        answers_left: Cell::new(25),
        is_away: Cell::new(false),
        away: Cell::new(0),
    };
    let counters = (0..COUNTERS).map(async |counter| {
        let mut client = Client::of(&address, &token);
        let mut answers = Vec::new();
        for row in rows_of(counter, ROWS, scene.began + Duration::days(2)) {
            answers.push(send(&mut client, &row, &fragile.away).await);
            fragile.answered();
        }
        answers
    });
    let mut health = Client::of(&address, &token);
    let (answers, ()) = futures_util::future::join(join_all(counters), fragile.recovers(&mut health)).await;
    let answers: Vec<Said> = answers.into_iter().flatten().collect();
    assert_eq!(answers.len(), COUNTERS * ROWS);
    let books = booked(&scene.world).await;
    assert_eq!(acknowledged(&answers), books);
    batches_are_exact(&scene.world).await;
    assert_eq!(health.get("/healthz").await.unwrap().status, 200);
    drop(serving);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_server_starts_its_private_postgresql_again_that_was_killed_and_has_all_that_was_acknowledged() {
    let folder = Folder::new();
    let serving = Serving::start(&folder, &[]);
    let scene = Scene::furnished_in(World::private(&folder.socket()), days_ago(3)).await;
    let token = counters_token(&scene).await;
    let address: Address = Rc::new(RefCell::new(serving.address.clone()));
    let (away, answered) = (Cell::new(0), Cell::new(0));
    let first = folder.postmaster();
    let counters = (0..COUNTERS).map(async |counter| {
        let mut client = Client::of(&address, &token);
        let mut answers = Vec::new();
        for row in rows_of(counter, ROWS, scene.began + Duration::days(2)) {
            answers.push(send(&mut client, &row, &away).await);
            answered.set(answered.get() + 1);
            if KILLED_AFTER.contains(&answered.get()) {
                folder.kill_postmaster();
            }
        }
        answers
    });
    let answers: Vec<Said> = join_all(counters).await.into_iter().flatten().collect();
    assert!(away.get() > 0, "it was never told to wait");
    assert_ne!(folder.postmaster(), first);
    assert_eq!(acknowledged(&answers), booked(&scene.world).await);
    batches_are_exact(&scene.world).await;
    let mut health = Client::of(&address, &token);
    assert_eq!(health.get("/healthz").await.unwrap().status, 200);
    scene.world.assert_sound().await;
    drop(scene);
    serving.signal(Signal::TERM);
    assert_eq!(serving.ended(), "Daftar has ended\n");
    assert!(!folder.database_answers());
}
