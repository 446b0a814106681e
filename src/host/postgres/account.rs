//! Who runs the processes of the private PostgreSQL. PostgreSQL refuses to run as root, so root lends it another
//! user. Never here: database roles.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::PostgresError;

/// Variables that would lead a program of PostgreSQL to another server than ours.
const FOREIGN: &[&str] = &[
    "PGDATA",
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGUSER",
    "PGPASSWORD",
    "PGDATABASE",
    "PGSERVICE",
    "PGOPTIONS",
    "PGCLIENTENCODING",
    "PGTZ",
];

/// Users that root lends, in this order.
const LENT: &[&str] = &["postgres", "nobody"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// The user that runs this process.
    Ours,
    /// We are root.
    Lent { uid: u32, gid: u32 },
}

impl Account {
    pub fn choose() -> Result<Self, PostgresError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Ours);
        }
        LENT.iter()
            .find_map(|name| lent(name))
            .ok_or(PostgresError::NoAccount)
    }

    pub fn uid(self) -> u32 {
        match self {
            Self::Ours => rustix::process::geteuid().as_raw(),
            Self::Lent { uid, .. } => uid,
        }
    }

    /// A command that runs as this user, away from our folder (which the user may not enter), in English.
    pub fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").stdin(Stdio::null()).env("LC_ALL", "C");
        for name in FOREIGN {
            command.env_remove(name);
        }
        if let Self::Lent { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
        command
    }

    pub fn give(self, path: &Path) -> std::io::Result<()> {
        match self {
            Self::Ours => Ok(()),
            Self::Lent { uid, gid } => std::os::unix::fs::chown(path, Some(uid), Some(gid)),
        }
    }

    /// Whether this user can go through `folder`.
    pub fn can_enter(self, folder: &Path) -> bool {
        let status = self
            .command(Path::new("/bin/sh"))
            .args(["-c", "test -x \"$1\"", "sh"])
            .arg(folder)
            .status();
        status.is_ok_and(|status| status.success())
    }
}

fn lent(name: &str) -> Option<Account> {
    Some(Account::Lent {
        uid: number_of("-u", name)?,
        gid: number_of("-g", name)?,
    })
}

/// `id` knows users from every source that the system has, of which /etc/passwd is only one.
fn number_of(what: &str, name: &str) -> Option<u32> {
    let answer = Command::new("id")
        .args([what, name])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    String::from_utf8_lossy(&answer.stdout)
        .trim()
        .parse()
        .ok()
        .filter(|id| *id != 0)
}
