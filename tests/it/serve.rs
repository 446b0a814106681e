//! `daftar serve` as a process: it says where it serves, is refused a second time, and ends in order.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use daftar::host::database::connect;
use daftar::host::private;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use rustix::process::{Pid, Signal, kill_process};

use crate::host::Folder;
use crate::world::World;

/// With which a server tells its address.
const SERVES: &str = "Daftar serves at http://";

/// A running `daftar serve`, or another command that serves; killed with its test if that fails.
pub struct Serving {
    process: Child,
    said: BufReader<std::process::ChildStdout>,
    pub address: String,
}

impl Serving {
    pub fn start(folder: &Folder, options: &[&str]) -> Self {
        Self::by(serve(folder, options))
    }

    /// On the database of a test, with so many connections, beside other servers.
    pub fn on(world: &World, connections: usize, options: &[&str]) -> Self {
        let mut command = daftar(&std::env::temp_dir().join("daftar-nowhere"), "serve");
        command
            .args(options)
            .env("DATABASE_URL", world.app_url().expose())
            .env("DAFTAR_POOL_CONNECTIONS", connections.to_string());
        Self::by(command)
    }

    fn by(command: Command) -> Self {
        Self::once_it_says(SERVES, command).0
    }

    /// Returns when a line begins so, with all that was said until then.
    pub fn once_it_says(beginning: &str, mut command: Command) -> (Self, String) {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut reader = BufReader::new(process.stdout.take().unwrap());
        let mut said = String::new();
        let mut last = String::new();
        while !last.starts_with(beginning) {
            last.clear();
            let read = reader.read_line(&mut last).unwrap();
            assert!(read > 0, "it ended, having said {said:?}");
            said += &last;
        }
        let (_, address) = said.split_once(SERVES).unwrap_or_else(|| panic!("said {said:?}"));
        let address = address.split('/').next().unwrap().to_owned();
        let serving = Self {
            process,
            said: reader,
            address,
        };
        (serving, said)
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).unwrap()
    }

    fn get(&self, path: &str) -> String {
        let mut stream = self.connect();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// As the kernel does it: nothing is finished, nothing is said.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }

    /// What it said last, once it has ended well.
    pub fn ended(mut self) -> String {
        let mut last = String::new();
        self.said.read_to_string(&mut last).unwrap();
        assert!(self.process.wait().unwrap().success());
        last
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ended_already = self.process.kill();
    }
}

fn serve(folder: &Folder, options: &[&str]) -> Command {
    let mut command = daftar(folder.path(), "serve");
    command.args(options);
    command
}

/// Why it did not serve; one that serves all the same is killed, for it would never end.
fn refused_to_serve(mut command: Command) -> String {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut line = String::new();
    let mut said = BufReader::new(process.stdout.take().unwrap());
    said.read_line(&mut line).unwrap();
    if !line.is_empty() {
        process.kill().unwrap();
    }
    let ended = process.wait_with_output().unwrap();
    assert_eq!(line, "", "it serves");
    refused(&ended)
}

/// A command of the program that is tested.
pub fn daftar(data_dir: &Path, command_name: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daftar"));
    command
        .arg("--data-dir")
        .arg(data_dir)
        .arg(command_name)
        .env_remove("DATABASE_URL")
        .env("DAFTAR_LISTEN", "127.0.0.1:0")
        .env("DAFTAR_LOG", "warn");
    command
}

pub fn refused(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_server_tells_its_address_serves_and_ends_on_either_signal_leaving_no_database_behind() {
    let folder = Folder::new();
    for signal in [Signal::TERM, Signal::INT] {
        let serving = Serving::start(&folder, &[]);
        assert!(serving.get("/healthz").starts_with("HTTP/1.1 200"));
        let second = serve(&folder, &[]).output().unwrap();
        assert!(refused(&second).contains("another `daftar serve` runs on this data directory"));
        serving.signal(signal);
        assert_eq!(serving.ended(), "Daftar has ended\n");
        assert!(!folder.database_answers());
    }
}

#[tokio::test]
async fn a_request_that_is_on_its_way_is_answered_before_the_server_ends() {
    let folder = Folder::new();
    let serving = Serving::start(&folder, &["--no-jobs"]);
    let mut other = connect(&private::admin_url(&folder.socket())).await.unwrap();
    let lock = "BEGIN; LOCK TABLE networks IN ACCESS EXCLUSIVE MODE";
    other.batch_execute(lock).await.unwrap();
    let mut slow = serving.connect();
    slow.write_all(b"GET /?lang=en HTTP/1.1\r\nHost: x\r\n\r\n")
        .unwrap();
    while !somebody_waits(&mut other).await {}
    serving.signal(Signal::TERM);
    while TcpStream::connect(&serving.address).is_ok() {}
    other.batch_execute("COMMIT").await.unwrap();
    drop(other);
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("</html>"),
        "{answer}"
    );
    assert_eq!(serving.ended(), "Daftar has ended\n");
    assert!(!folder.database_answers());
}

#[derive(diesel::QueryableByName)]
struct Waiting {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    yes: bool,
}

async fn somebody_waits(conn: &mut AsyncPgConnection) -> bool {
    let asked = diesel::sql_query("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted) AS yes");
    asked.get_result::<Waiting>(conn).await.unwrap().yes
}

#[test]
fn a_faulty_timetable_or_a_taken_port_is_refused_before_anything_runs() {
    let folder = Folder::new();
    let jobs = folder.path().join("jobs");
    std::fs::create_dir(&jobs).unwrap();
    let sound = include_str!("../../jobs/send-mail.toml");
    std::fs::write(
        jobs.join("send-mail.toml"),
        sound.replace("* * * * *", "99 * * * *"),
    )
    .unwrap();
    let told = refused(
        &serve(&folder, &["--jobs", jobs.to_str().unwrap()])
            .output()
            .unwrap(),
    );
    assert!(told.contains("send-mail.toml: cron"), "{told}");
    assert!(!folder.database_answers());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let told = refused(&serve(&folder, &["--listen", &address]).output().unwrap());
    assert!(
        told.contains(&address) && told.contains("--listen or DAFTAR_LISTEN"),
        "{told}"
    );
    assert!(!folder.database_answers());
}

#[tokio::test]
async fn a_server_of_another_timetable_refuses_to_run_beside_one_that_serves() {
    let (folder, world) = (Folder::new(), World::new().await);
    let first = Serving::on(&world, 4, &[]);
    let same = Serving::on(&world, 4, &[]);
    let every_other_minute = include_str!("../../jobs/send-mail.toml").replace("* * * * *", "*/2 * * * *");
    std::fs::write(folder.path().join("send-mail.toml"), every_other_minute).unwrap();
    let mut other = serve(&folder, &["--jobs", folder.path().to_str().unwrap()]);
    other.env("DATABASE_URL", world.app_url().expose());
    let told = refused_to_serve(other);
    assert!(told.contains("workers_follow_one_timetable"), "{told}");
    for serving in [first, same] {
        assert!(serving.get("/healthz").starts_with("HTTP/1.1 200"));
    }
}
