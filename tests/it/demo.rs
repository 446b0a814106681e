//! `daftar demo` as a process: it may be ended while it tells its story, and goes on from there.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use chrono::{NaiveDate, Weekday};
use daftar::host::database::connect;
use daftar::host::private;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::host::Folder;
use crate::serve::{Serving, daftar, refused};
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

    /// Returns when its story begins, with the founding.
    fn wait_for_diary(&mut self, folder: &Folder) {
        self.wait_until("a diary", || diary(folder).exists());
    }

    /// Returns when a day later than that one has been told.
    fn wait_for_day_after(&mut self, folder: &Folder, day: &str) {
        self.wait_until("a day", || {
            told_until(folder).is_some_and(|until| until.as_str() > day)
        });
    }

    fn wait_until(&mut self, what: &str, is_there: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_there() {
            assert!(self.0.try_wait().unwrap().is_none(), "it has ended by itself");
            assert!(Instant::now() < deadline, "{what} did not come");
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

fn diary(folder: &Folder) -> PathBuf {
    folder.path().join("demo.json")
}

fn told_until(folder: &Folder) -> Option<String> {
    let diary: Value = serde_json::from_slice(&fs::read(diary(folder)).ok()?).unwrap();
    Some(diary["until"].as_str()?.to_owned())
}

/// One of each week that ended in the story, and one of each of three months in two networks.
fn settlements_in(folder: &Folder) -> i64 {
    let diary: Value = serde_json::from_slice(&fs::read(diary(folder)).unwrap()).unwrap();
    let week_of = |day: &str| {
        let day: NaiveDate = diary[day].as_str().unwrap().parse().unwrap();
        day.week(Weekday::Sat).first_day()
    };
    (week_of("last") - week_of("first")).num_weeks() + 3 * 2
}

#[derive(QueryableByName)]
struct Settlement {
    #[diesel(sql_type = Text)]
    state: String,
}

#[derive(Debug, QueryableByName)]
struct Count {
    #[diesel(sql_type = Text)]
    what: String,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// What a told story has of everything that happens in it.
const TOLD: &str = "\
    SELECT 'transactions' AS what, count(*) AS count FROM transactions \
    UNION ALL SELECT 'refunds', count(*) FROM transactions WHERE kind = 2 \
    UNION ALL SELECT 'reversals', count(*) FROM transactions WHERE kind = 3 \
    UNION ALL SELECT 'totals of late items', count(*) FROM window_totals WHERE earlier \
    UNION ALL SELECT 'returned payouts', count(*) FROM payouts WHERE state = 'returned' \
    UNION ALL SELECT 'remittances', count(*) FROM remittances \
    UNION ALL SELECT 'negative positions', count(*) FROM positions WHERE closing < 0 \
    UNION ALL SELECT 'suspensions', count(*) FROM licence_events WHERE kind = 'suspended' \
    UNION ALL SELECT 'raised tariffs', count(*) FROM tariff_versions raised WHERE EXISTS ( \
        SELECT FROM tariff_versions before WHERE before.network_id = raised.network_id \
            AND before.service_id = raised.service_id AND before.valid_from < raised.valid_from)";

async fn database(folder: &Folder) -> AsyncPgConnection {
    connect(&private::admin_url(&folder.socket())).await.unwrap()
}

async fn count(conn: &mut AsyncPgConnection, of: &str) -> i64 {
    let asked = diesel::sql_query(format!("SELECT '' AS what, count(*) AS count FROM {of}"));
    asked.get_result::<Count>(conn).await.unwrap().count
}

/// Of the story's first settlement, once there is one.
async fn state_of_first_settlement(conn: &mut AsyncPgConnection) -> Option<String> {
    let asked = diesel::sql_query("SELECT state FROM settlements ORDER BY id LIMIT 1");
    let found: Option<Settlement> = asked.get_result(conn).await.optional().unwrap();
    found.map(|settlement| settlement.state)
}

/// Ends it in order.
fn end(telling: Telling, folder: &Folder, (signal, name): (Signal, &str)) {
    telling.signal(signal);
    let said = telling.broken_off();
    assert!(
        said.contains(name) && said.contains("goes on from there"),
        "{said:?}"
    );
    assert!(!folder.database_answers());
}

#[test]
fn a_demo_that_is_ended_stops_after_the_step_or_day_that_it_tells_and_goes_on_there_the_next_time() {
    let folder = Folder::new();
    let mut telling = Telling::start(&folder);
    telling.wait_for_diary(&folder);
    end(telling, &folder, (Signal::INT, "Ctrl-C"));
    assert_eq!(told_until(&folder), None, "its founding was not broken off");
    let mut until = String::new();
    for signal in [(Signal::INT, "Ctrl-C"), (Signal::TERM, "SIGTERM")] {
        let mut telling = Telling::start(&folder);
        telling.wait_for_day_after(&folder, &until);
        end(telling, &folder, signal);
        until = told_until(&folder).unwrap();
    }
}

#[test]
fn a_second_demo_is_refused_while_one_tells_its_story_into_the_same_data_directory() {
    let folder = Folder::new();
    let mut telling = Telling::start(&folder);
    telling.wait_for_diary(&folder);
    for options in [&["--once"][..], &[]] {
        let second = daftar(folder.path(), "demo").args(options).output().unwrap();
        let told = refused(&second);
        let teller = telling.0.id();
        let expected =
            format!("another `daftar demo` tells its story into this data directory (process {teller})");
        assert!(told.contains(&expected), "{told}");
    }
    end(telling, &folder, (Signal::TERM, "SIGTERM"));
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
    assert!(!diary(&folder).exists());
}

#[test]
fn a_demo_whose_data_directory_was_removed_without_the_books_outside_of_it_says_where_they_are() {
    let folder = Folder::with_mode(0o700);
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/register.json");
    let mut register = daftar(folder.path(), "register");
    let registered = register.args([document, "--as", "ali"]).output().unwrap();
    assert!(registered.status.success(), "{registered:?}");
    let Ok(place) = fs::read_to_string(folder.path().join("postgres.place")) else {
        // Whoever is not root has them in the data directory, and they go with it.
        assert!(!rustix::process::geteuid().is_root());
        return;
    };
    fs::remove_dir_all(folder.path()).unwrap();
    let mut command = daftar(folder.path(), "demo");
    let told = refused(&command.arg("--once").output().unwrap());
    let remedy = format!("rm -rf {} {place}", folder.path().display());
    assert!(told.contains(&remedy), "{told}");
    assert!(Path::new(&place).is_dir());
    fs::remove_dir_all(place).unwrap();
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
    assert!(!diary(&folder).exists());
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

/// Kills it while it founds its network, with some tariffs drafted.
async fn kill_over_its_founding(folder: &Folder) {
    let mut telling = Telling::start(folder);
    telling.wait_for_diary(folder);
    let mut conn = database(folder).await;
    let deadline = Instant::now() + PATIENCE;
    while count(&mut conn, "tariff_versions").await < 10 {
        assert!(Instant::now() < deadline, "no tariff was drafted");
        sleep(LOOKS_EVERY);
    }
    telling.signal(Signal::KILL);
    telling.broken_off();
}

/// Kills it while it approves its first settlement.
async fn kill_over_an_approval(folder: &Folder) {
    let mut telling = Telling::start(folder);
    telling.wait_for_day_after(folder, "");
    let mut conn = database(folder).await;
    let lock = "BEGIN; LOCK TABLE positions IN EXCLUSIVE MODE";
    conn.batch_execute(lock).await.unwrap();
    let deadline = Instant::now() + PATIENCE;
    while state_of_first_settlement(&mut conn).await.is_none() {
        assert!(Instant::now() < deadline, "nothing was proposed");
        sleep(LOOKS_EVERY);
    }
    telling.signal(Signal::KILL);
    telling.broken_off();
}

async fn assert_told(conn: &mut AsyncPgConnection) {
    let counts: Vec<Count> = diesel::sql_query(TOLD).load(conn).await.unwrap();
    assert_eq!(counts.len(), 9);
    for Count { what, count } in &counts {
        assert!(*count > 0, "no {what}");
    }
    let booked = counts.iter().find(|count| count.what == "transactions");
    let transactions = booked.unwrap().count;
    assert!((250_000..=400_000).contains(&transactions), "{transactions}");
    let on_their_way = count(conn, "tariff_versions WHERE state <> 'published'").await;
    assert_eq!(on_their_way, 0, "tariffs were drafted twice");
}

/// The arguments of each `curl` that is said, as a shell reads them.
fn requests(said: &str) -> Vec<Vec<String>> {
    let whole = said.replace("\\\n", " ");
    let lines = whole.lines().filter(|line| line.trim().starts_with("curl "));
    let words = lines.map(|line| {
        let script = format!("curl() {{ printf '%s\\n' \"$@\"; }}; {line}");
        let read = Command::new("sh").args(["-c", &script]).output().unwrap();
        let words = String::from_utf8(read.stdout).unwrap();
        words.lines().map(str::to_owned).collect::<Vec<String>>()
    });
    words.collect()
}

/// The status and the body that are answered.
fn carried_out(request: &[String]) -> (u16, String) {
    let (mut url, mut head, mut body) = ("", String::new(), "");
    let mut words = request.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-s" => {}
            "-H" => head += &format!("{}\r\n", words.next().unwrap()),
            "-d" => body = words.next().unwrap(),
            address => url = address,
        }
    }
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let (method, length) = (if body.is_empty() { "GET" } else { "POST" }, body.len());
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n{head}\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}

/// That what is worth trying by its own words is carried out, as often as it is tried.
fn assert_worth_trying(said: &str) {
    let requests = requests(said);
    assert_eq!(requests.len(), 3, "{said}");
    for request in &requests {
        let [once, again] = [(); 2].map(|()| carried_out(request));
        let is_row = request.iter().any(|word| word == "-d");
        let expected = if is_row { [201, 200] } else { [200, 200] };
        assert_eq!([once.0, again.0], expected, "{request:?}: {once:?}, {again:?}");
        if is_row {
            assert_eq!(once.1, again.1, "it was booked twice");
        }
    }
}

#[tokio::test]
async fn a_demo_that_was_killed_over_its_founding_and_over_an_approval_is_told_to_its_end_and_then_serves() {
    let folder = Folder::new();
    kill_over_its_founding(&folder).await;
    kill_over_an_approval(&folder).await;

    let said = told_to_its_end(&folder);
    let counts = line_with(&said, "settlements approved");
    let expected = format!("{} settlements approved", settlements_in(&folder));
    assert!(counts.starts_with(&expected), "{counts}, and not {expected}");
    let mails = mails(&folder);
    assert!(mails.len() > 500, "{} mails", mails.len());
    let papers = line_with(&said, "the books were recomputed from");
    assert!(
        papers.starts_with(&format!("{} mails with their PDFs", mails.len())),
        "{papers}"
    );
    for mail in &mails {
        let mail = String::from_utf8(fs::read(mail).unwrap()).unwrap();
        assert!(mail.contains("Content-Type: application/pdf"), "{mail}");
    }

    let mut command = daftar(folder.path(), "demo");
    command.env("DAFTAR_SMTP_HOST", "127.0.0.1");
    let (serving, said) = Serving::once_it_says("The mails lie in", command);
    assert_eq!(line_with(&said, "settlements approved"), counts);
    assert_told(&mut database(&folder).await).await;
    assert_worth_trying(&said);
    serving.signal(Signal::INT);
    assert_eq!(serving.ended(), "Daftar has ended\n");
}
