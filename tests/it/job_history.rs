//! The history of jobs: which jobs its filter knows. Never here: running them.

use daftar::domain::language::Language;
use daftar::domain::originator::Scope;
use daftar::domain::timetable::Timetable;
use daftar::usecases::reading::overview::show_overview;
use daftar::usecases::register_worker::{leave_worker, register_worker};
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

#[actix_web::test]
async fn a_job_that_ran_is_known_for_good_and_its_newest_run_is_told_on_the_start_page() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    let runs = "INSERT INTO job_runs (job, slot, state, worker, claimed_at, lease_until, finished_at)
        SELECT job, at + slot * interval '1 minute', CASE slot WHEN 3 THEN 'failed' ELSE 'succeeded' END, 'w', at, at, at
          FROM unnest(ARRAY['of-old', 'a-first', 'z-last']) job, generate_series(1, 3) slot,
               (VALUES ('2026-03-21T10:00Z'::timestamptz)) moment (at)";
    conn.batch_execute(runs).await.unwrap();
    let overview = show_overview(&mut conn, scene.day(1, 0), Language::En).await;
    let told: Vec<_> = overview
        .unwrap()
        .jobs
        .into_iter()
        .map(|job| (job.job, job.state))
        .collect();
    let failed = ["a-first", "of-old", "z-last"].map(|job| (job.to_owned(), "failed".to_owned()));
    assert_eq!(told, failed);
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
