//! The private PostgreSQL of a data directory: who owns it, who attaches, and that it ends with the last of them,
//! however that ends.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use daftar::host::configuration::Configuration;
use daftar::host::database::connection;
use daftar::host::postgres::programs::Programs;
use daftar::host::postgres::{PostgresError, Purpose, Tenancy, Throwaway};
use daftar::host::{self, private};
use diesel_async::SimpleAsyncConnection;

use crate::faults::lines_by;
use crate::world::World;

/// Set in the process that a test starts as an owner in order to kill it.
const OWNED: &str = "DAFTAR_TEST_OWNED_DATA_DIR";

/// A data directory that is removed with its test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        Self::with_mode(0o755)
    }

    /// Of another mode than what others may go through, the user that root lends does not reach it.
    pub fn with_mode(mode: u32) -> Self {
        let path = std::env::temp_dir().join(format!("daftar-data-{}", uuid::Uuid::new_v4().simple()));
        fs::DirBuilder::new().mode(mode).create(&path).unwrap();
        Self(path.canonicalize().unwrap())
    }

    fn enter(&self, purpose: Purpose) -> Result<Tenancy, PostgresError> {
        Tenancy::enter(&self.0, &[], purpose)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn database_answers(&self) -> bool {
        answers(&self.socket())
    }

    pub fn socket(&self) -> PathBuf {
        self.0.join("postgres/socket")
    }

    fn cluster(&self) -> PathBuf {
        self.0.join("postgres/cluster")
    }

    /// As the kernel does it when memory runs out.
    pub fn kill_postmaster(&self) {
        let postmaster = rustix::process::Pid::from_raw(self.postmaster().parse().unwrap()).unwrap();
        rustix::process::kill_process(postmaster, rustix::process::Signal::KILL).unwrap();
    }

    pub fn postmaster(&self) -> String {
        let file = fs::read_to_string(self.cluster().join("postmaster.pid")).unwrap();
        file.lines().next().unwrap().to_owned()
    }

    /// Returns when the watchdog of the last owner has finished.
    fn wait_for_watchdog(&self) {
        fs::File::open(self.0.join("watchdog.lock"))
            .unwrap()
            .lock()
            .unwrap();
    }

    fn configuration(&self) -> Configuration {
        let data_dir = self.0.to_str().unwrap().to_owned();
        Configuration::from_lookup(|name| (name == "DAFTAR_DATA_DIR").then(|| data_dir.clone())).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn answers(socket: &Path) -> bool {
    UnixStream::connect(socket.join(".s.PGSQL.5432")).is_ok()
}

#[test]
fn a_second_server_of_a_data_directory_is_refused_and_a_command_attaches() {
    let folder = Folder::new();
    let server = folder.enter(Purpose::Serve).unwrap();
    assert!(matches!(
        folder.enter(Purpose::Serve),
        Err(PostgresError::AlreadyServing { .. })
    ));
    // The owner alone prepares the schema, and guests wait for it.
    assert!(server.must_prepare());
    let mut server = server;
    server.prepared();
    let command = folder.enter(Purpose::Command).unwrap();
    assert!(!command.must_prepare());
    command.leave();
    assert!(answers(server.socket()));
    server.leave();
    assert!(!answers(&folder.socket()));
}

#[test]
fn the_last_to_leave_stops_it() {
    let folder = Folder::new();
    let mut owner = folder.enter(Purpose::Command).unwrap();
    owner.prepared();
    let guest = folder.enter(Purpose::Serve).unwrap();
    owner.leave();
    assert!(answers(guest.socket()));
    guest.leave();
    assert!(!answers(&folder.socket()));
}

#[test]
fn it_stops_when_its_owner_is_killed() {
    let folder = Folder::new();
    let mut owner = owner_process(&folder);
    assert!(answers(&folder.socket()));
    owner.kill().unwrap();
    owner.wait().unwrap();
    folder.wait_for_watchdog();
    assert!(!answers(&folder.socket()));
}

#[test]
fn a_new_owner_right_after_a_killed_one_has_a_running_server() {
    let folder = Folder::new();
    let mut owner = owner_process(&folder);
    owner.kill().unwrap();
    owner.wait().unwrap();
    let next = folder.enter(Purpose::Serve).unwrap();
    folder.assert_works();
    next.leave();
}

#[test]
fn a_running_server_without_an_owner_is_adopted() {
    let folder = Folder::new();
    folder.enter(Purpose::Command).unwrap().leave();
    folder.start_without_owner();
    let orphan = folder.postmaster();
    let owner = folder.enter(Purpose::Command).unwrap();
    assert_eq!(folder.postmaster(), orphan);
    owner.leave();
    assert!(!answers(&folder.socket()));
}

#[test]
fn its_owner_starts_a_server_again_that_was_killed_and_stops_it_in_the_end() {
    let folder = Folder::new();
    let mut owner = folder.enter(Purpose::Command).unwrap();
    owner.prepared();
    let guest = folder.enter(Purpose::Command).unwrap();
    // The second time it is the heir who does.
    for first_owner in [Some(owner), None] {
        folder.is_started_again_when_killed();
        drop(first_owner);
    }
    guest.leave();
    assert!(!answers(&folder.socket()));
}

#[test]
fn an_owner_that_takes_in_orphans_starts_a_killed_server_again_too() {
    let folder = Folder::new();
    let mut owner = owner_process(&folder);
    folder.is_started_again_when_killed();
    owner.kill().unwrap();
    owner.wait().unwrap();
    folder.wait_for_watchdog();
    assert!(!answers(&folder.socket()));
}

#[test]
fn ctrl_c_does_not_reach_the_server() {
    let folder = Folder::new();
    let owner = folder.enter(Purpose::Command).unwrap();
    let server = rustix::process::Pid::from_raw(folder.postmaster().parse().unwrap()).unwrap();
    let led_by = rustix::process::getsid(Some(server)).unwrap();
    assert_eq!(led_by, server, "the server leads a session of its own");
    owner.leave();
}

#[test]
fn a_cluster_of_a_version_that_is_not_installed_is_refused_with_the_way_to_move_it() {
    let folder = Folder::new();
    fs::create_dir_all(folder.cluster()).unwrap();
    fs::write(folder.cluster().join("PG_VERSION"), "14\n").unwrap();
    let refused = folder.enter(Purpose::Serve).unwrap_err();
    assert!(matches!(refused, PostgresError::OtherMajor { cluster: 14, .. }));
    let told = refused.to_string();
    assert!(
        told.contains("pg_upgrade") && told.contains("--auth-local=trust --auth-host=reject"),
        "{told}"
    );
}

#[test]
fn a_cluster_with_settings_of_its_own_as_pg_upgrade_leaves_it_is_served_by_ours() {
    let folder = Folder::new();
    folder.enter(Purpose::Command).unwrap().leave();
    let settings = folder.cluster().join("postgresql.conf");
    fs::write(&settings, "port = 5432\n").unwrap();
    let tenancy = folder.enter(Purpose::Command).unwrap();
    assert!(answers(&folder.socket()));
    tenancy.leave();
}

#[test]
fn a_folder_that_the_lent_user_cannot_reach_has_its_cluster_in_the_systems_place() {
    let folder = Folder::with_mode(0o700);
    let owner = folder.enter(Purpose::Command).unwrap();
    assert!(answers(owner.socket()));
    let place = owner.socket().parent().unwrap().to_owned();
    owner.leave();
    if rustix::process::geteuid().is_root() {
        assert!(place.starts_with("/var/lib/daftar"), "{}", place.display());
        fs::remove_dir_all(place).unwrap();
    } else {
        assert!(place.starts_with(&folder.0), "{}", place.display());
    }
}

#[tokio::test]
async fn a_command_works_on_the_private_database_with_no_set_up() {
    let folder = Folder::new();
    let host = host::start(folder.configuration(), Purpose::Command)
        .await
        .unwrap();
    let mut conn = host.connection().await.unwrap();
    conn.batch_execute("SELECT FROM __diesel_schema_migrations")
        .await
        .unwrap();
    let made = "SELECT concat_ws(' ', pg_encoding_to_char(encoding), datcollate, datctype,
            'checksums', current_setting('data_checksums'), 'fsync', current_setting('fsync'),
            'TCP on [' || current_setting('listen_addresses') || ']') AS line
        FROM pg_database WHERE datname = current_database()";
    assert_eq!(
        lines_by(&mut conn, made).await,
        ["UTF8 C C checksums on fsync on TCP on []"]
    );
    drop(conn);
    host.stop().await.unwrap();
    assert!(!answers(&folder.socket()));
    assert!(host::migrate(&folder.configuration()).await.unwrap().is_empty());
}

#[tokio::test]
async fn every_session_says_itself_that_its_statements_are_not_compiled() {
    let world = World::new().await;
    world
        .conn()
        .await
        .batch_execute(
            "DO $$ BEGIN ASSERT (SELECT setting || ' by ' || source FROM pg_settings WHERE name = 'jit') = 'off by session'; END $$",
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn the_pool_recovers_by_itself_from_a_crash_of_the_server() {
    let cluster = Throwaway::start(&[]).unwrap();
    private::prepare(cluster.socket()).await.unwrap();
    let pool = host::database::pool(&private::app_url(cluster.socket()), 2).unwrap();
    let mut conn = connection(&pool).await.unwrap();
    cluster.crash().unwrap();
    assert!(conn.batch_execute("SELECT 1").await.is_err());
    drop(conn);
    assert!(connection(&pool).await.is_err());
    cluster.recover().unwrap();
    connection(&pool)
        .await
        .unwrap()
        .batch_execute("SELECT 1")
        .await
        .unwrap();
}

impl Folder {
    fn is_started_again_when_killed(&self) {
        let killed = self.postmaster();
        self.kill_postmaster();
        let deadline = Instant::now() + Duration::from_secs(30);
        while !answers(&self.socket()) || self.postmaster() == killed {
            assert!(Instant::now() < deadline, "nobody started it again");
            sleep(Duration::from_millis(20));
        }
    }

    fn assert_works(&self) {
        let ready = Command::new(programs().path("pg_isready"))
            .arg("-q")
            .arg("-h")
            .arg(self.socket())
            .status();
        assert!(ready.unwrap().success());
    }

    fn start_without_owner(&self) {
        let keeper = fs::metadata(self.cluster()).unwrap();
        let mut start = Command::new(programs().path("pg_ctl"));
        start.uid(keeper.uid()).gid(keeper.gid()).current_dir("/");
        start
            .args(["start", "-s", "-w", "-l", "/dev/null", "-D"])
            .arg(self.cluster());
        let started = start.output().unwrap();
        assert!(started.status.success(), "{started:?}");
    }
}

fn programs() -> Programs {
    Programs::find(&[], None).unwrap()
}

/// Another process that owns the cluster of `folder` and waits to be killed.
fn owner_process(folder: &Folder) -> Child {
    let mut owner = Command::new(std::env::current_exe().unwrap());
    owner
        .args(["--exact", "host::an_owner_waits_to_be_killed", "--nocapture"])
        .env(OWNED, &folder.0);
    let mut owner = owner
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(owner.stdout.take().unwrap());
    assert!(said.lines().any(|line| line.unwrap().ends_with("owning")));
    owner
}

/// Not a requirement but the other process of those above: it does something only when one of them started it.
#[test]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a process that a test starts is spoken to this way"
)]
fn an_owner_waits_to_be_killed() {
    let Ok(data_dir) = std::env::var(OWNED) else {
        return;
    };
    // As the first process of a container does.
    rustix::process::set_child_subreaper(Some(rustix::process::getpid())).unwrap();
    let owner = Tenancy::enter(Path::new(&data_dir), &[], Purpose::Serve).unwrap();
    println!("owning");
    std::io::stdin().lines().for_each(drop);
    owner.leave();
}
