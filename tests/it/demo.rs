//! `daftar demo` as a process: it may be ended while it tells its story, and goes on from there.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use daftar::host::database::connect;
use daftar::host::private;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::host::Folder;
use crate::serve::{daftar, refused};
use crate::world::World;

/// The founding and some days, on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(300);
const LOOKS_EVERY: Duration = Duration::from_millis(20);

/// A demo that tells its story; killed with its test if that fails.
struct Telling(Child);

impl Telling {
    fn start(folder: &Folder) -> Self {
        let mut command = daftar(folder.path(), "demo");
        Self(command.arg("--once").stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Returns when a day later than that one has been told.
    fn wait_for_day_after(&mut self, folder: &Folder, day: &str) {
        let deadline = Instant::now() + PATIENCE;
        while told_until(folder).is_none_or(|until| until.as_str() <= day) {
            assert!(self.0.try_wait().unwrap().is_none(), "it has ended by itself");
            assert!(Instant::now() < deadline, "no day was told after {day:?}");
            sleep(LOOKS_EVERY);
        }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }

    /// What it said when it had ended without having told all.
    fn broken_off(mut self) -> String {
        let mut said = String::new();
        let mut stderr = self.0.stderr.take().unwrap();
        stderr.read_to_string(&mut said).unwrap();
        assert!(!self.0.wait().unwrap().success());
        said
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
    }
}

fn told_until(folder: &Folder) -> Option<String> {
    let diary: Value = serde_json::from_slice(&fs::read(folder.path().join("demo.json")).ok()?).unwrap();
    Some(diary["until"].as_str()?.to_owned())
}

#[derive(QueryableByName)]
struct Settlement {
    #[diesel(sql_type = Text)]
    state: String,
}

async fn database(folder: &Folder) -> AsyncPgConnection {
    connect(&private::admin_url(&folder.socket())).await.unwrap()
}

/// Of the story's first settlement, once there is one.
async fn state_of_first_settlement(conn: &mut AsyncPgConnection) -> Option<String> {
    let asked = diesel::sql_query("SELECT state FROM settlements ORDER BY id LIMIT 1");
    let found: Option<Settlement> = asked.get_result(conn).await.optional().unwrap();
    found.map(|settlement| settlement.state)
}

#[test]
fn a_demo_that_is_ended_stops_after_the_day_that_it_tells_and_goes_on_there_the_next_time() {
    let folder = Folder::new();
    let mut until = String::new();
    for (signal, name) in [(Signal::INT, "Ctrl-C"), (Signal::TERM, "SIGTERM")] {
        let mut telling = Telling::start(&folder);
        telling.wait_for_day_after(&folder, &until);
        telling.signal(signal);
        let said = telling.broken_off();
        assert!(
            said.contains(name) && said.contains("goes on from there"),
            "{said:?}"
        );
        assert!(!folder.database_answers());
        until = told_until(&folder).unwrap();
    }
}

#[tokio::test]
async fn a_demo_is_not_told_into_a_database_that_is_not_its_own() {
    let (folder, world) = (Folder::new(), World::new().await);
    let before = world.data_dump();
    let mut command = daftar(folder.path(), "demo");
    command.env("DATABASE_URL", world.app_url().expose());
    let told = refused(&command.arg("--once").output().unwrap());
    assert!(told.contains("unset DATABASE_URL"), "{told}");
    assert!(world.data_dump() == before, "something was written");
}

#[test]
fn a_demo_is_not_told_into_a_register_that_is_somebodys_own() {
    let folder = Folder::new();
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/register.json");
    let mut register = daftar(folder.path(), "register");
    let registered = register.args([document, "--as", "ali"]).output().unwrap();
    assert!(registered.status.success(), "{registered:?}");
    let mut command = daftar(folder.path(), "demo");
    let told = refused(&command.arg("--once").output().unwrap());
    assert!(told.contains("a folder of its own by --data-dir"), "{told}");
    assert!(!folder.path().join("demo.json").exists());
}

#[test]
fn a_demo_whose_port_is_taken_is_refused_before_anything_is_founded() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = daftar(folder.path(), "demo");
    let told = refused(&command.args(["--listen", &address]).output().unwrap());
    assert!(
        told.contains(&address) && told.contains("--listen or DAFTAR_LISTEN"),
        "{told}"
    );
    assert!(!folder.path().join("demo.json").exists());
    assert!(!folder.database_answers());
}

/// How it ended when nothing broke it off, and what it said. It mails nobody, whatever mail server is set.
fn told_to_its_end(folder: &Folder) -> String {
    let mut command = daftar(folder.path(), "demo");
    command.env("DAFTAR_SMTP_HOST", "127.0.0.1");
    let done = command.arg("--once").output().unwrap();
    let said = [done.stdout, done.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    assert!(done.status.success(), "{said:?}");
    said.concat()
}

/// The line in which a demo says something.
fn line_with<'s>(said: &'s str, words: &str) -> &'s str {
    let found = said.lines().find(|line| line.contains(words));
    found.unwrap_or_else(|| panic!("no line says {words:?}: {said}"))
}

fn mails(folder: &Folder) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.path().join("mailbox")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "eml"))
        .collect()
}

#[tokio::test]
async fn a_demo_that_was_killed_over_an_approval_approves_what_it_had_proposed_and_is_told_to_its_end_the_next_time()
 {
    let folder = Folder::new();
    let mut telling = Telling::start(&folder);
    telling.wait_for_day_after(&folder, "");
    let mut conn = database(&folder).await;
    let lock = "BEGIN; LOCK TABLE positions IN EXCLUSIVE MODE";
    conn.batch_execute(lock).await.unwrap();
    let deadline = Instant::now() + PATIENCE;
    while state_of_first_settlement(&mut conn).await.is_none() {
        assert!(Instant::now() < deadline, "nothing was proposed");
        sleep(LOOKS_EVERY);
    }
    telling.signal(Signal::KILL);
    telling.broken_off();
    drop(conn);

    let said = told_to_its_end(&folder);
    let counts = line_with(&said, "settlements approved");
    assert!(counts.starts_with("20 settlements approved"), "{counts}");
    line_with(&said, "the books were recomputed and agree");
    let mails = mails(&folder);
    assert!(mails.len() > 500, "{} mails", mails.len());
    for mail in &mails {
        let mail = String::from_utf8(fs::read(mail).unwrap()).unwrap();
        assert!(mail.contains("Content-Type: application/pdf"), "{mail}");
    }
    assert_eq!(
        line_with(&told_to_its_end(&folder), "settlements approved"),
        counts
    );
}
