//! Slots of workers that died, froze or were stopped: taken over as soon as the lease ends, and nothing is committed in their name.
//! Never here: many live workers at once (see `together`).

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use daftar::domain::timetable::{Job, Timetable};
use daftar::host::mail::Mailer;
use daftar::jobs::files::timetable;
use daftar::jobs::follow::run_next;
use daftar::jobs::{Jobs, Signal, never_stopped, worker_name};
use daftar::usecases::claim_slot::{LEASE_SECS, Lease, claim_slot, claim_slot_now};
use daftar::usecases::finish_slot::{Outcome, finish_slot, keep_slot};
use daftar::usecases::name_job::name_job;
use daftar::usecases::register_worker::register_worker;
use daftar::usecases::run_job_step::{Step, run_job_step};
use diesel_async::SimpleAsyncConnection;
use tokio::sync::watch;

use super::{days_ago, lines, one, until};
use crate::host::Folder;
use crate::scene::{Scene, at};
use crate::serve::Serving;
use crate::settling::rule_of;
use crate::world::World;

const CLOSED: &str = "SELECT count(*)::text AS line FROM window_closings";

fn closing(timetable: &Timetable) -> &Job {
    timetable.job("close-windows").unwrap()
}

#[tokio::test]
async fn a_slot_is_its_workers_while_it_gives_signs_of_life_and_anothers_at_once_when_the_lease_has_ended() {
    let scene = Scene::furnished().await;
    let timetable = timetable(None).unwrap();
    let job = closing(&timetable);
    let mut conn = scene.world.conn().await;
    let began = scene.day(1, 1);
    for worker in ["frozen", "alive"] {
        register_worker(&mut conn, began, worker, &timetable)
            .await
            .unwrap();
    }
    let by = name_job(&mut conn, began, job).await.unwrap();
    let frozen = claim_slot(&mut conn, "frozen", began, job)
        .await
        .unwrap()
        .unwrap();
    let last_seen = began + Duration::seconds(LEASE_SECS - 1);
    keep_slot(&mut conn, last_seen, &frozen).await.unwrap();
    let ended = last_seen + Duration::seconds(LEASE_SECS);
    let too_early = claim_slot(&mut conn, "alive", ended - Duration::seconds(1), job).await;
    assert_eq!(too_early.unwrap(), None);
    let taken_over = claim_slot(&mut conn, "alive", ended, job).await.unwrap().unwrap();
    assert_eq!(
        taken_over,
        Lease {
            fencing: frozen.fencing + 2,
            ..frozen.clone()
        }
    );

    let done = Outcome::Succeeded(String::new());
    let refusals = [
        rule_of(keep_slot(&mut conn, ended, &frozen).await),
        rule_of(run_job_step(&mut conn, &by, ended, &frozen, job.runs).await),
        rule_of(finish_slot(&mut conn, ended, &frozen, &done).await),
    ];
    assert_eq!(refusals, ["a_lapsed_lease_commits_nothing"; 3]);
    assert_eq!(one(&scene.world, CLOSED).await, "0");
    let step = run_job_step(&mut conn, &by, ended, &taken_over, job.runs).await;
    assert!(matches!(step.unwrap(), Step::Did(_)));
    assert_eq!(one(&scene.world, CLOSED).await, "1");
    finish_slot(&mut conn, ended, &taken_over, &done).await.unwrap();
}

#[tokio::test]
async fn a_step_leaves_the_lease_where_the_latest_sign_of_life_put_it() {
    let scene = Scene::furnished().await;
    let timetable = timetable(None).unwrap();
    let mut conn = scene.world.conn().await;
    let began = scene.day(1, 1);
    register_worker(&mut conn, began, "worker", &timetable)
        .await
        .unwrap();
    for name in ["close-windows", "verify-books"] {
        let job = timetable.job(name).unwrap();
        let by = name_job(&mut conn, began, job).await.unwrap();
        let lease = claim_slot(&mut conn, "worker", began, job)
            .await
            .unwrap()
            .unwrap();
        let seen = began + Duration::hours(1);
        keep_slot(&mut conn, seen, &lease).await.unwrap();
        run_job_step(&mut conn, &by, began, &lease, job.runs)
            .await
            .unwrap();
        let (earlier, later) = (
            seen + Duration::seconds(LEASE_SECS - 1),
            seen + Duration::seconds(LEASE_SECS),
        );
        assert_eq!(claim_slot(&mut conn, "worker", earlier, job).await.unwrap(), None);
        let other = claim_slot(&mut conn, "worker", later, job)
            .await
            .unwrap()
            .unwrap();
        assert!(other.fencing > lease.fencing || other.slot > lease.slot);
    }
}

#[tokio::test]
async fn a_run_by_hand_makes_up_for_no_missed_slot_and_is_not_tried_again() {
    let scene = Scene::furnished().await;
    let timetable = timetable(None).unwrap();
    let job = timetable.job("verify-books").unwrap();
    let mut conn = scene.world.conn().await;
    let (began, later) = (scene.day(1, 1), scene.day(4, 1));
    register_worker(&mut conn, began, "worker", &timetable)
        .await
        .unwrap();
    let first = claim_slot(&mut conn, "worker", began, job)
        .await
        .unwrap()
        .unwrap();
    let done = Outcome::Succeeded(String::new());
    finish_slot(&mut conn, began, &first, &done).await.unwrap();
    let by_hand = claim_slot_now(&mut conn, "worker", later, job)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(claim_slot(&mut conn, "worker", later, job).await.unwrap(), None);
    let failed = Outcome::Failed("broke".to_owned());
    finish_slot(&mut conn, later, &by_hand, &failed).await.unwrap();
    let missed = claim_slot(&mut conn, "worker", scene.day(4, 2), job)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(missed.slot, first.slot + Duration::days(1));
}

#[tokio::test]
async fn a_run_by_hand_waits_for_the_slot_that_runs_and_not_for_one_whose_worker_is_gone() {
    let scene = Scene::furnished().await;
    let timetable = timetable(None).unwrap();
    let mut conn = scene.world.conn().await;
    let began = scene.day(1, 1);
    for worker in ["server", "command"] {
        register_worker(&mut conn, began, worker, &timetable)
            .await
            .unwrap();
    }
    let job = closing(&timetable);
    claim_slot(&mut conn, "server", began, job)
        .await
        .unwrap()
        .unwrap();
    let ended = began + Duration::seconds(LEASE_SECS);
    let beside = claim_slot_now(&mut conn, "command", ended - Duration::seconds(1), job).await;
    let refused = beside.unwrap_err();
    assert_eq!(refused.rule(), Some("a_job_never_overlaps_itself"));
    assert!(
        refused.to_string().starts_with("server runs close-windows since"),
        "{refused}"
    );
    let other = timetable.job("verify-books").unwrap();
    for (job, at) in [(other, began), (job, ended)] {
        assert!(
            claim_slot_now(&mut conn, "command", at, job)
                .await
                .unwrap()
                .is_some()
        );
    }
}

fn a_month_later() -> DateTime<Utc> {
    at("2026-04-20T20:30:00Z")
}

#[tokio::test]
async fn a_run_that_is_stopped_ends_with_its_step_and_its_slot_is_taken_again_at_once_with_no_attempt_lost() {
    let scene = Scene::furnished().await;
    let jobs = Arc::new(Jobs {
        pool: scene.world.pool().clone(),
        clock: a_month_later,
        timetable: timetable(None).unwrap(),
        worker: worker_name("test"),
        mailer: Mailer::Mailbox {
            folder: std::env::temp_dir(),
        },
    });
    jobs.register().await.unwrap();
    let job = closing(&jobs.timetable).clone();
    let (signal, heard) = watch::channel(Signal::Tick(0));
    let running = {
        let (jobs, job) = (Arc::clone(&jobs), job.clone());
        tokio::spawn(async move { run_next(&jobs, &job, &heard).await })
    };
    until(
        &scene.world,
        "SELECT (count(*) > 0)::text AS line FROM window_closings",
        "true",
    )
    .await;
    signal.send_replace(Signal::Stop);
    let outcome = running.await.unwrap().unwrap();
    let Some(Outcome::Stopped(told)) = outcome else {
        panic!("there was more to close: {outcome:?}");
    };
    assert!(told.starts_with("its worker stopped after: closed "), "{told}");
    let run = "SELECT concat_ws(' ', state, attempts) AS line FROM job_runs";
    assert_eq!(one(&scene.world, run).await, "lapsed 0");
    let outcome = run_next(&jobs, &job, &never_stopped()).await.unwrap();
    assert!(matches!(outcome, Some(Outcome::Succeeded(_))), "{outcome:?}");
    assert_eq!(one(&scene.world, run).await, "succeeded 1");
    scene.world.assert_sound().await;
}

/// A job that closes windows has one slot a year, so that the clock of the machine brings no other in between.
fn yearly(folder: &Folder) -> String {
    let jobs = folder.path().join("jobs");
    std::fs::create_dir(&jobs).unwrap();
    let file = include_str!("../../../jobs/close-windows.toml").replace("*/5 * * * *", "0 0 1 1 *");
    std::fs::write(jobs.join("close-windows.toml"), file).unwrap();
    jobs.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_slot_of_a_server_killed_while_it_closes_windows_is_taken_over_as_soon_as_its_lease_has_ended() {
    let scene = Scene::furnished_in(World::new().await, days_ago(5)).await;
    let folder = Folder::new();
    let jobs = yearly(&folder);
    let mut other = scene.world.superuser().await;
    let lock = "BEGIN; LOCK TABLE window_closings IN ACCESS EXCLUSIVE MODE";
    other.batch_execute(lock).await.unwrap();
    let killed = Serving::on(&scene.world, 8, &["--jobs", &jobs]);
    let renewed = format!(
        "SELECT count(*)::text AS line FROM job_runs
          WHERE state = 'running' AND lease_until > claimed_at + interval '{LEASE_SECS} seconds'"
    );
    until(&scene.world, &renewed, "1").await;
    killed.kill();
    let soon = format!(
        "SELECT (lease_until <= now() + interval '{LEASE_SECS} seconds')::text AS line FROM job_runs"
    );
    assert_eq!(one(&scene.world, &soon).await, "true");
    let lapse = "UPDATE job_runs SET lease_until = now() RETURNING job AS line";
    assert_eq!(lines(&scene.world, lapse).await, ["close-windows"]);
    other.batch_execute("COMMIT").await.unwrap();

    let _restarted = Serving::on(&scene.world, 8, &["--jobs", &jobs]);
    let run = "SELECT concat_ws(' ', state, attempts, fencing) AS line FROM job_runs";
    until(&scene.world, run, "succeeded 2 3").await;
    let unsealed =
        "SELECT count(*)::text AS line FROM windows w LEFT JOIN window_seals s ON s.window_id = w.id
         WHERE s.window_id IS NULL AND w.ends_at < (SELECT claimed_at FROM job_runs)";
    assert_eq!(one(&scene.world, unsealed).await, "0");
    scene.world.assert_sound().await;
}
