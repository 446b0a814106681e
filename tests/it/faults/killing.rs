//! A server killed while counters send: they send again, and the books are those of a server that was never killed.
//! Never here: settling and mail, which others kill.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Instant;

use chrono::{DateTime, Duration, Utc};
use daftar::domain::dice::Dice;
use futures_util::future::{join, join_all};
use serde_json::Value;

use super::client::{Address, Client, Said};
use super::sending::{acknowledged, booked, content, file_of, rows_of, send, waiting};
use super::{PATIENCE, assert_same, batches_are_exact, counters_token, days_ago};
use crate::scene::Scene;
use crate::serve::Serving;
use crate::world::World;

const COUNTERS: usize = 8;
const ROWS: usize = 64;
/// More than two chunks.
const FILE_ROWS: usize = 18_000;

/// A server that dies after as many happenings as the dice say, and the one that is started in its place.
struct Mortal<'w> {
    world: &'w World,
    serving: RefCell<Option<Serving>>,
    address: Address,
    dice: RefCell<Dice>,
    deaths_left: Cell<usize>,
    happenings_left: Cell<u64>,
}

impl<'w> Mortal<'w> {
    fn start(world: &'w World, seed: u64, deaths: usize) -> Self {
        let serving = start(world);
        let mortal = Self {
            world,
            address: Rc::new(RefCell::new(serving.address.clone())),
            serving: RefCell::new(Some(serving)),
            dice: RefCell::new(Dice::new(seed)),
            deaths_left: Cell::new(deaths),
            happenings_left: Cell::new(0),
        };
        mortal.throw();
        mortal
    }

    fn throw(&self) {
        self.happenings_left.set(1 + self.dice.borrow_mut().roll() % 60);
    }

    /// Something was sent or answered; the others are on their way at this moment.
    fn happened(&self) {
        self.happenings_left
            .set(self.happenings_left.get().saturating_sub(1));
        if self.happenings_left.get() > 0 || self.deaths_left.get() == 0 {
            return;
        }
        self.deaths_left.set(self.deaths_left.get() - 1);
        self.serving.take().unwrap().kill();
        let next = start(self.world);
        next.address.clone_into(&mut self.address.borrow_mut());
        self.serving.replace(Some(next));
        self.throw();
    }
}

fn start(world: &World) -> Serving {
    Serving::on(world, 8, &["--no-jobs"])
}

/// Lets all counters send, beside one that sends a file, to a server that dies so often. Returns all answers in order.
async fn sent(scene: &Scene, token: &str, seed: u64, deaths: usize, occurred_at: DateTime<Utc>) -> Vec<Said> {
    let mortal = Mortal::start(&scene.world, seed, deaths);
    let counters = (0..COUNTERS).map(async |counter| {
        let mut client = Client::of(&mortal.address, token);
        let mut answers = Vec::new();
        for row in rows_of(counter, ROWS, occurred_at) {
            answers.push(send(&mut client, &row, &Cell::new(0)).await);
            mortal.happened();
        }
        answers
    });
    let file = file_of(COUNTERS, FILE_ROWS, occurred_at);
    let (answers, submission) = join(join_all(counters), sent_file(&mortal, token, &file)).await;
    assert_eq!(mortal.deaths_left.get(), 0);
    let told = |count: &str| submission[count].as_u64().unwrap();
    assert_eq!(
        told("booked") + told("repeated") + told("quarantined"),
        u64::try_from(FILE_ROWS).unwrap()
    );
    answers.into_iter().flatten().collect()
}

async fn sent_file(mortal: &Mortal<'_>, token: &str, file: &str) -> Value {
    let mut client = Client::of(&mortal.address, token);
    let began = Instant::now();
    loop {
        if let Ok(said) = client.post_file(file, || mortal.happened()).await {
            assert_eq!(said.status, 200, "{}", said.body);
            return serde_json::from_str(&said.body).unwrap();
        }
        assert!(began.elapsed() < PATIENCE, "the file was never taken");
    }
}

#[tokio::test]
async fn a_server_killed_while_it_records_loses_nothing_and_books_nothing_twice() {
    let scene = Scene::furnished_in(World::new().await, days_ago(3)).await;
    let token = counters_token(&scene).await;
    let occurred_at = scene.began + Duration::days(2);
    let [disturbed, undisturbed] = scene.twins().await;
    let answers = sent(&disturbed, &token, 20_260_321, 7, occurred_at).await;
    sent(&undisturbed, &token, 0, 0, occurred_at).await;
    let books = booked(&disturbed.world).await;
    for (key, id) in acknowledged(&answers) {
        assert_eq!(books.get(&key), Some(&id), "{key}");
    }
    assert_same(
        &content(&disturbed.world).await,
        &content(&undisturbed.world).await,
    );
    assert_same(
        &waiting(&disturbed.world).await,
        &waiting(&undisturbed.world).await,
    );
    batches_are_exact(&disturbed.world).await;
    // Whoever sends it all once more has the first answers again, to the byte.
    let again = sent(&disturbed, &token, 0, 0, occurred_at).await;
    for (first, again) in answers
        .iter()
        .zip(&again)
        .filter(|(first, _)| first.status != 202)
    {
        assert_eq!((again.status, &again.body), (200, &first.body));
    }
    assert_eq!(booked(&disturbed.world).await, books);
    disturbed.world.assert_sound().await;
}
