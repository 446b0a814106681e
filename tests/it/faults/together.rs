//! Several servers on one database: what many ask for at once happens once. Never here: many on one server
//! (see `recording::idempotency`).

use std::cell::RefCell;
use std::rc::Rc;

use chrono::Duration;
use futures_util::future::join_all;

use super::client::{Address, Client, Said};
use super::sending::rows_of;
use super::{batches_are_exact, counters_token, days_ago, lines, one, until};
use crate::scene::Scene;
use crate::serve::Serving;
use crate::world::World;

const CLIENTS: usize = 16;
const REFERENCES: usize = 48;

fn two_servers(world: &World, options: &[&str]) -> ([Serving; 2], [Address; 2]) {
    let servers = [(); 2].map(|()| Serving::on(world, 8, options));
    let addresses = [0, 1].map(|n: usize| Rc::new(RefCell::new(servers[n].address.clone())));
    (servers, addresses)
}

#[tokio::test]
async fn one_reference_posted_at_once_by_many_to_two_servers_is_booked_once_and_all_have_the_same_answer() {
    let scene = Scene::furnished_in(World::new().await, days_ago(3)).await;
    let token = counters_token(&scene).await;
    let (_servers, addresses) = two_servers(&scene.world, &["--no-jobs"]);
    let mut clients: Vec<Client> = (0..CLIENTS)
        .map(|n| Client::of(&addresses[n % 2], &token))
        .collect();
    let mut waiting = 0;
    for row in rows_of(0, REFERENCES, scene.began + Duration::days(2)) {
        let body = row.to_string();
        let posts = clients
            .iter_mut()
            .map(|client| client.post("/v1/transactions", &body));
        let answers: Vec<Said> = join_all(posts).await.into_iter().map(Result::unwrap).collect();
        let (mut created, mut others) = (0, Vec::new());
        for answer in answers {
            match answer.status {
                201 => created += 1,
                202 => waiting += 1,
                status => assert_eq!(status, 200, "{}", answer.body),
            }
            others.push(answer.body);
        }
        others.dedup();
        assert_eq!(others.len(), 1, "{others:?}");
        assert_eq!(created, i32::from(row["service"] != "unheard-of"), "{row}");
    }
    let refused = REFERENCES / 16;
    assert_eq!(waiting, refused * CLIENTS);
    let counts = "SELECT concat_ws(' ', (SELECT count(*) FROM transactions), (SELECT sum(row_count) FROM batches),
        (SELECT count(*) FROM quarantine WHERE state = 'waiting')) AS line";
    let booked = REFERENCES - refused;
    assert_eq!(
        one(&scene.world, counts).await,
        format!("{booked} {booked} {refused}")
    );
    batches_are_exact(&scene.world).await;
}

#[tokio::test]
async fn two_servers_run_each_slot_once() {
    let scene = Scene::furnished_in(World::new().await, days_ago(21)).await;
    let (_servers, _) = two_servers(&scene.world, &[]);
    let proposed = "SELECT count(*)::text AS line FROM settlements";
    until(&scene.world, proposed, "2").await;
XX    scene.world.assert_sound().await;
}
