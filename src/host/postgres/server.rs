//! One PostgreSQL server: made, started, asked and stopped by PostgreSQL's own programs. Never here: who may do so
//! (see `tenancy`), the schema (see `migrations`).

#![allow(clippy::wildcard_enum_match_arm, reason = "all other errors pass as they are")]

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Output};
use std::thread::sleep;
use std::time::Duration;

use rustix::process::{Pid, WaitOptions, waitpid};

use super::PostgresError;
use super::account::Account;
use super::place::Place;
use super::programs::Programs;
use crate::host::clock;

/// The superuser of a private cluster: makes roles and migrates, nothing else.
pub const SUPERUSER: &str = "daftar_superuser";

const START_PATIENCE: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(50);
const SETTINGS_FILE: &str = "daftar.conf";
const SOCKET_FILE: &str = ".s.PGSQL.5432";

/// What the cluster is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// Keeps what was committed, through loss of power.
    Durable,
    /// For tests: quick, and gone with its owner.
    Throwaway,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Ready,
    /// Starting, recovering or stopping.
    Busy,
    Silent,
}

#[derive(Clone, Debug)]
pub struct Server {
    pub programs: Programs,
    pub account: Account,
    pub place: Place,
    pub keeping: Keeping,
}

impl Server {
    /// Starts the server, making its cluster first where there is none; one that runs already is adopted.
    pub fn ensure_running(&self) -> Result<(), PostgresError> {
        if self.answer()? != Answer::Silent {
            tracing::info!("adopting a private PostgreSQL that lost its owner");
            return self.wait_until_ready();
        }
        if !self.place.is_initialised() {
            self.initialise()?;
        }
        self.write_settings()?;
        self.start()
    }

    /// Starts the server again if it has died; one that answers, or is about to, is left alone.
    pub fn revive(&self) -> Result<(), PostgresError> {
        if self.listens() || self.answer()? != Answer::Silent {
            return Ok(());
        }
        tracing::warn!("the private PostgreSQL has died and is started again");
        self.bury();
        self.start()
    }

    /// Where this process takes in orphans, as the first one of a container does, a dead server would be taken for a live
    /// one until its end is asked for. Anywhere else it is nobody's child here.
    fn bury(&self) {
        let file = fs::read_to_string(self.place.cluster.join("postmaster.pid")).unwrap_or_default();
        let number = file.lines().next().and_then(|line| line.parse().ok());
        if let Some(postmaster) = number.and_then(Pid::from_raw) {
            let _nobodys_child = waitpid(Some(postmaster), WaitOptions::NOHANG);
        }
    }

    /// Cheaper than its answer; wrongly false when more connect at once than wait in line.
    fn listens(&self) -> bool {
        UnixStream::connect(self.place.socket.join(SOCKET_FILE)).is_ok()
    }

    pub fn answer(&self) -> Result<Answer, PostgresError> {
        let status = self
            .command("pg_isready")
            .args(["--quiet", "--timeout=5", "--dbname=postgres", "--host"])
            .arg(&self.place.socket)
            .status()
            .map_err(|source| PostgresError::Program {
                program: "pg_isready",
                source,
            })?;
        Ok(match status.code() {
            Some(0) => Answer::Ready,
            Some(1) => Answer::Busy,
            Some(_) | None => Answer::Silent,
        })
    }

    pub fn stop(&self) -> Result<(), PostgresError> {
        if !self.place.cluster.join("postmaster.pid").exists() {
            return Ok(());
        }
        let mode = match self.keeping {
            Keeping::Durable => "fast",
            Keeping::Throwaway => "immediate",
        };
        Self::run(
            "pg_ctl",
            self.pg_ctl("stop").args(["-s", "-w", "-t", "120", "-m", mode]),
        )
    }

    /// What a crash leaves behind, without the crash.
    pub fn stop_immediately(&self) -> Result<(), PostgresError> {
        Self::run(
            "pg_ctl",
            self.pg_ctl("stop").args(["-s", "-w", "-m", "immediate"]),
        )
    }

    /// Makes the cluster under another name first, so that one cut short is never taken for a whole one.
    fn initialise(&self) -> Result<(), PostgresError> {
        let unfinished = self.place.root.join("cluster.unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(PostgresError::at(&unfinished))?;
        }
        tracing::info!(place = %self.place.cluster.display(), major = self.programs.major, "making a private PostgreSQL");
        let mut command = self.command("initdb");
        command.args([
            "--username",
            SUPERUSER,
            "--encoding=UTF8",
            "--locale=C",
            "--data-checksums",
        ]);
        // Who can enter the socket's folder is who may log in.
        command.args(["--auth-local=trust", "--auth-host=reject", "--no-instructions"]);
        if self.keeping == Keeping::Throwaway {
            command.arg("--no-sync");
        }
        Self::run("initdb", command.arg("--pgdata").arg(&unfinished))?;
        fs::rename(&unfinished, &self.place.cluster).map_err(PostgresError::at(&unfinished))
    }

    fn write_settings(&self) -> Result<(), PostgresError> {
        let file = self.place.cluster.join(SETTINGS_FILE);
        let settings = match self.keeping {
            Keeping::Durable => include_str!("durable.conf"),
            Keeping::Throwaway => include_str!("throwaway.conf"),
        };
        let socket = self.place.socket.display();
        let settings = format!("{settings}\nunix_socket_directories = '{socket}'\n");
        fs::write(&file, settings).map_err(PostgresError::at(&file))?;
        self.account.give(&file).map_err(PostgresError::at(&file))?;
        let conf = self.place.cluster.join("postgresql.conf");
        include_settings(&conf).map_err(PostgresError::at(&conf))
    }

    /// `pg_ctl` gives the server a session of its own, so that Ctrl-C ends our requests first.
    fn start(&self) -> Result<(), PostgresError> {
        let log = self.place.root.join("start.log");
        if log.exists() {
            fs::remove_file(&log).map_err(PostgresError::at(&log))?;
        }
        let mut command = self.pg_ctl("start");
        command
            .args(["-s", "-w", "-t"])
            .arg(START_PATIENCE.as_secs().to_string())
            .arg("-l")
            .arg(&log);
        Self::run("pg_ctl", &mut command).map_err(|error| match error {
            PostgresError::Refused { program, said } => {
                let log = fs::read_to_string(&log).unwrap_or_default();
                PostgresError::Refused {
                    program,
                    said: format!("{said}\n{log}"),
                }
            }
            other => other,
        })
    }

    fn wait_until_ready(&self) -> Result<(), PostgresError> {
        let deadline = clock::reading() + START_PATIENCE;
        loop {
            match self.answer()? {
                Answer::Ready => return Ok(()),
                // What we met was stopping, and has stopped.
                Answer::Silent => return self.start(),
                Answer::Busy if clock::reading() > deadline => return Err(PostgresError::NotReady),
                Answer::Busy => sleep(POLL),
            }
        }
    }

    fn pg_ctl(&self, verb: impl AsRef<OsStr>) -> Command {
        let mut command = self.command("pg_ctl");
        command.arg(verb).arg("-D").arg(&self.place.cluster);
        command
    }

    fn command(&self, program: &str) -> Command {
        self.account.command(&self.programs.path(program))
    }

    fn run(program: &'static str, command: &mut Command) -> Result<(), PostgresError> {
        let output = command
            .output()
            .map_err(|source| PostgresError::Program { program, source })?;
        if output.status.success() {
            return Ok(());
        }
        Err(PostgresError::Refused {
            program,
            said: said(&output),
        })
    }
}

/// A cluster that was moved to a newer version, or restored, has a file without our settings, and would listen where everybody
/// on this machine can log in.
fn include_settings(conf: &Path) -> io::Result<()> {
    let include = format!("include '{SETTINGS_FILE}'");
    let settings = fs::read_to_string(conf)?;
    if settings.lines().any(|line| line.trim() == include) {
        return Ok(());
    }
    // Appended, so that it goes on belonging to whom it belongs to.
    let mut file = OpenOptions::new().append(true).open(conf)?;
    file.write_all(format!("\n{include}\n").as_bytes())
}

fn said(output: &Output) -> String {
    let both = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&both).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_settings_are_included_once_and_after_all_others() {
        let conf = std::env::temp_dir().join(format!("daftar-conf-{}", uuid::Uuid::new_v4()));
        fs::write(&conf, "port = 5433\n#include 'daftar.conf'").unwrap();
        for _start in 0..2 {
            include_settings(&conf).unwrap();
            let settings = fs::read_to_string(&conf).unwrap();
            assert_eq!(
                settings,
                "port = 5433\n#include 'daftar.conf'\ninclude 'daftar.conf'\n"
            );
        }
        fs::remove_file(&conf).unwrap();
    }
}
