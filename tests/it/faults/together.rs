//! Several servers on one database: what many ask for at once happens once. Never here: many on one server
//! (see `recording::idempotency`).

use std::cell::RefCell;
use std::rc::Rc;

use chrono::Duration;
use daftar::domain::originator::{OriginatorKind, Scope};
use daftar::jobs::files::timetable;
use daftar::usecases::claim_slot::{Lease, claim_slot};
use daftar::usecases::finish_slot::{Outcome, finish_slot};
use daftar::usecases::register_worker::register_worker;
use futures_util::future::join_all;
use serde_json::Value;

use super::client::{Address, Client, Said};
use super::sending::rows_of;
use super::{batches_are_exact, counters_token, days_ago, lines, one, token, until};
use crate::counter::Case;
use crate::scene::{OFFICES, PISHKHAN, Scene};
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
    let counts =
        "SELECT concat_ws(' ', (SELECT count(*) FROM transactions), (SELECT sum(row_count) FROM batches),
        (SELECT count(*) FROM quarantine WHERE state = 'waiting')) AS line";
    let booked = REFERENCES - refused;
    assert_eq!(
        one(&scene.world, counts).await,
        format!("{booked} {booked} {refused}")
    );
    batches_are_exact(&scene.world).await;
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn one_settlement_approved_at_once_by_many_on_two_servers_takes_effect_once() {
    let scene = Scene::furnished_in(World::new().await, days_ago(5)).await;
    let happened = scene.day(0, 2);
    let references: Vec<String> = (0..30).map(|n| format!("r-{n}")).collect();
    let cases = references
        .iter()
        .enumerate()
        .map(|(n, reference)| Case::central(OFFICES[n % 3], "passport", reference, happened));
    scene.book(happened, &cases.collect::<Vec<_>>()).await;
    scene.close(PISHKHAN, scene.day(1, 1)).await.unwrap();
    scene.seal(PISHKHAN, scene.day(1, 1)).await.unwrap().unwrap();
    let proposed = scene.propose(PISHKHAN, scene.day(1, 2)).await.unwrap();
    let checker = token(&scene, "checker", OriginatorKind::Person, Scope::Finance).await;
    let (_servers, addresses) = two_servers(&scene.world, &["--no-jobs"]);
    let path = format!("/v1/settlements/{}/approve", proposed.id);
    let approvals = (0..CLIENTS).map(async |n| {
        Client::of(&addresses[n % 2], &checker)
            .post(&path, "")
            .await
            .unwrap()
    });
    let answers = join_all(approvals).await;
    let (done, others): (Vec<_>, Vec<_>) = answers.iter().partition(|said| said.status == 200);
    assert_eq!(done.len(), 1, "{answers:?}");
    for said in others {
        assert_eq!(said.status, 409, "{}", said.body);
        assert!(
            said.body.contains("a_settlement_is_decided_once"),
            "{}",
            said.body
        );
    }
    let told: Value = serde_json::from_str(&done[0].body).unwrap();
    let effects = "SELECT concat_ws(' ', (SELECT count(*) FROM positions), (SELECT count(*) FROM payouts),
        (SELECT count(*) FROM remittance_demands), (SELECT count(*) FROM statements), (SELECT count(*) FROM outbox)) AS line";
    let counts =
        ["positions", "payouts", "demands", "statements", "mails"].map(|name| told[name].to_string());
    assert_eq!(one(&scene.world, effects).await, counts.join(" "));
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn of_many_workers_that_look_at_once_one_runs_the_slot() {
    const WORKERS: usize = 6;
    const MINUTES: i64 = 30;
    let scene = Scene::furnished().await;
    let timetable = timetable(None).unwrap();
    let job = timetable.job("send-mail").unwrap();
    for worker in 0..WORKERS {
        let mut conn = scene.world.conn().await;
        register_worker(&mut conn, scene.began, &format!("w{worker}"), &timetable)
            .await
            .unwrap();
    }
    for minute in 1..=MINUTES {
        let at = scene.began + Duration::minutes(minute);
        let claims = (0..WORKERS).map(async |worker| {
            let mut conn = scene.world.conn().await;
            claim_slot(&mut conn, &format!("w{worker}"), at, job)
                .await
                .unwrap()
        });
        let leases: Vec<Lease> = join_all(claims).await.into_iter().flatten().collect();
        assert_eq!(leases.len(), 1, "minute {minute}");
        assert_eq!(leases[0].slot, at);
        let done = Outcome::Succeeded(String::new());
        finish_slot(&mut *scene.world.conn().await, at, &leases[0], &done)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn two_servers_close_and_seal_what_is_due_once() {
    let scene = Scene::furnished_in(World::new().await, days_ago(21)).await;
    let (_servers, _) = two_servers(&scene.world, &[]);
    let at_rest = "SELECT (count(*) FILTER (WHERE job = 'close-windows') > 0 AND bool_and(state = 'succeeded'))::text AS line
        FROM job_runs";
    until(&scene.world, at_rest, "true").await;
    let runs =
        "SELECT job || ' ' || count(*) || ' ' || max(attempts) AS line FROM job_runs GROUP BY job, slot";
    for run in lines(&scene.world, runs).await {
        assert!(run.ends_with(" 1 1"), "{run}");
    }
    let unsealed = "SELECT count(*)::text AS line FROM windows w
          LEFT JOIN window_seals s ON s.window_id = w.id AND s.sealed_at >= w.ends_at
         WHERE s.window_id IS NULL AND w.ends_at < (SELECT min(claimed_at) FROM job_runs)";
    assert_eq!(one(&scene.world, unsealed).await, "0");
    let sealed = "SELECT (count(*) >= 21)::text AS line FROM window_seals";
    assert_eq!(one(&scene.world, sealed).await, "true");
    scene.world.assert_sound().await;
}
