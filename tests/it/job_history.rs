//! The history of jobs: which jobs its filter knows, and what is told of each to whoever comes by. Never here: running them.

use chrono::{DateTime, Duration, Utc};
use daftar::domain::language::Language;
use daftar::domain::originator::Scope;
use daftar::domain::timetable::Timetable;
use daftar::usecases::reading::overview::show_overview;
use daftar::usecases::register_worker::{UNSEEN_SECS_MAX, leave_worker, register_worker};
use diesel_async::SimpleAsyncConnection;

use crate::api::Api;
use crate::scene::Scene;

/// Of a folder that replaces the timetable that comes with the program.
const OWN: &str = r#"
runs = "close-windows"
cron = "0 4 * * *"
time_zone = "Asia/Tehran"
catch_up = "latest"

[on_failure]
attempts = 5
wait_minutes = 2
"#;

#[actix_web::test]
async fn a_job_of_a_timetable_that_a_server_follows_is_known_before_it_has_run() {
    const PATH: &str = "/v1/jobs/history?job=close-at-four";
    let scene = Scene::furnished().await;
    let api = Api::of(&scene.world, scene.began);
    let reader = api.token("reader", Scope::Read, None).await;
    let own = Timetable::parse(&[("close-at-four".to_owned(), OWN.to_owned())]).unwrap();
    let mut conn = scene.world.conn().await;
    for is_followed in [false, true, false] {
        if is_followed {
            register_worker(&mut conn, scene.began, "server", &own)
                .await
                .unwrap();
        }
        let said = api.get(PATH, &reader).await;
        assert_eq!(said.status == 200, is_followed, "{}", said.text());
        leave_worker(&mut conn, "server").await.unwrap();
    }
}

/// Three runs of each of three jobs, the last of which failed.
const RUNS: &str = "INSERT INTO job_runs (job, slot, state, worker, claimed_at, lease_until, finished_at)
    SELECT job, at + slot * interval '1 minute', CASE slot WHEN 3 THEN 'failed' ELSE 'succeeded' END, 'w', at, at, at
      FROM unnest(ARRAY['of-old', 'a-first', 'z-last']) job, generate_series(1, 3) slot,
           (VALUES ('2026-03-21T10:00Z'::timestamptz)) moment (at)";

#[actix_web::test]
async fn a_job_that_ran_is_known_for_good() {
    let scene = Scene::furnished().await;
    scene.world.conn().await.batch_execute(RUNS).await.unwrap();
    let api = Api::of(&scene.world, scene.day(1, 0));
    let reader = api.token("reader", Scope::Read, None).await;
    let said = api.get("/v1/jobs/history?job=of-old", &reader).await;
    assert_eq!(said.items().len(), 3);
    let unknown = api.get("/v1/jobs/history?job=never", &reader).await.text();
    assert!(
        unknown.contains("a-first, ") && unknown.contains("z-last"),
        "{unknown}"
    );
}

#[tokio::test]
async fn of_each_job_that_living_servers_follow_its_newest_run_is_told_or_that_it_has_none_and_of_no_other_job()
 {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    conn.batch_execute(RUNS).await.unwrap();
    let files = [
        ("z-last", "close-windows"),
        ("not-yet", "send-mail"),
        ("a-first", "release-payouts"),
    ];
    let files = files.map(|(name, work)| (name.to_owned(), OWN.replace("close-windows", work)));
    let timetable = Timetable::parse(&files).unwrap();
    let seen_at = scene.day(1, 0);
    for worker in ["one-server", "another"] {
        register_worker(&mut conn, seen_at, worker, &timetable)
            .await
            .unwrap();
    }
    let told = async |at: DateTime<Utc>| {
        let mut conn = scene.world.conn().await;
        let overview = show_overview(&mut conn, at, Language::En).await.unwrap();
        let jobs = overview.jobs.into_iter();
        jobs.map(|job| (job.job, job.newest.map(|run| run.state)))
            .collect::<Vec<_>>()
    };
    let failed = || Some("failed".to_owned());
    let followed = [("a-first", failed()), ("not-yet", None), ("z-last", failed())];
    let followed = followed.map(|(job, state)| (job.to_owned(), state));
    let still_living = seen_at + Duration::seconds(UNSEEN_SECS_MAX);
    assert_eq!(told(seen_at).await, followed);
    assert_eq!(told(still_living).await, followed);
    assert!(told(still_living + Duration::seconds(1)).await.is_empty());
}
