//! A worker whose place another timetable took while it was away. Never here: slots of workers that died (see `leasing`).

use std::io;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use chrono::{DateTime, Duration, Utc};
use daftar::domain::timetable::Timetable;
use daftar::host::mail::Mailer;
use daftar::jobs::files::timetable;
use daftar::jobs::{self, Jobs, worker_name};
use daftar::usecases::register_worker::{UNSEEN_SECS_MAX, leave_worker, register_worker};
use diesel_async::SimpleAsyncConnection;

use super::{PATIENCE, one, until};
use crate::scene::Scene;

/// By the clock of the worker, in seconds.
static NOW: AtomicI64 = AtomicI64::new(0);

const RUNS: &str = "SELECT count(*)::text AS line FROM job_runs WHERE state = 'succeeded'";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW.load(Ordering::Relaxed), 0).unwrap()
}

fn pass(secs: i64) {
    NOW.fetch_add(secs, Ordering::Relaxed);
}

/// What the worker logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn count(&self, event: &str) -> usize {
        let log = self.0.lock().unwrap();
        String::from_utf8_lossy(&log).matches(event).count()
    }

    async fn until(&self, event: &str, times: usize) {
        let began = Instant::now();
        while self.count(event) < times {
            assert!(began.elapsed() < PATIENCE, "{event} is not logged");
            tokio::task::yield_now().await;
        }
    }
}

fn worker_of_one_job(scene: &Scene) -> Jobs {
    let file = include_str!("../../../jobs/send-mail.toml").to_owned();
    Jobs {
        pool: scene.world.pool().clone(),
        clock: now,
        timetable: Timetable::parse(&[("send-mail".to_owned(), file)]).unwrap(),
        worker: worker_name("test"),
        mailer: Mailer::Mailbox {
            folder: std::env::temp_dir(),
        },
    }
}

/// The worker is not seen for too long, and another registers in its place.
async fn take_its_place(scene: &Scene) {
    let away = UNSEEN_SECS_MAX + 1;
    let mut conn = scene.world.conn().await;
    let embedded = timetable(None).unwrap();
    register_worker(&mut conn, now() + Duration::seconds(away), "other", &embedded)
        .await
        .unwrap();
    pass(away);
}

/// The worker says once more that it lives.
async fn see_it_try_again(scene: &Scene) {
    let mut other = scene.world.superuser().await;
    let lock = "BEGIN; LOCK TABLE servers IN ACCESS EXCLUSIVE MODE";
    other.batch_execute(lock).await.unwrap();
    pass(UNSEEN_SECS_MAX / 3);
    let waiting = "SELECT count(*)::text AS line FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'";
    until(&scene.world, waiting, "1").await;
    other.batch_execute("COMMIT").await.unwrap();
}

#[tokio::test]
async fn jobs_pause_while_another_timetable_is_followed_and_resume_when_its_worker_has_left_or_lapsed() {
    let log = Log::default();
    let lines = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || lines.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let scene = Scene::furnished().await;
    NOW.store(scene.began.timestamp(), Ordering::Relaxed);
    let working = jobs::start(worker_of_one_job(&scene)).await.unwrap();
    until(&scene.world, RUNS, "1").await;
    for times in [1, 2] {
        take_its_place(&scene).await;
        log.until("jobs pause", times).await;
        see_it_try_again(&scene).await;
        assert_eq!(one(&scene.world, RUNS).await, times.to_string());
        if times == 1 {
            leave_worker(&mut *scene.world.conn().await, "other")
                .await
                .unwrap();
            pass(UNSEEN_SECS_MAX / 3);
        } else {
            pass(UNSEEN_SECS_MAX + 1);
        }
        until(&scene.world, RUNS, &(times + 1).to_string()).await;
        assert_eq!([log.count("jobs pause"), log.count("jobs resume")], [times; 2]);
    }
    working.stop().await;
    scene.world.assert_sound().await;
}
