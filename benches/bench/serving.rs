//! A `daftar serve` of its own process on a database of the run, with its caches empty, and a token for it. Never here: what it
//! is asked.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use daftar::domain::originator::{Originator, OriginatorKind, Scope};
use daftar::host::clock;
use daftar::usecases::register::token::{TokenHolder, issue_token};
use rustix::process::{Pid, Signal, kill_process};

use crate::ground::{Database, files};

pub struct Serving {
    process: Child,
    pub address: String,
    pub token: String,
}

impl Serving {
    pub async fn on(database: &Database, code: &str, kind: OriginatorKind, scope: Scope) -> Self {
        let token = token(database, code, kind, scope).await;
        let log = File::create(files().join("serve.log")).unwrap();
        let mut process = program(database)
            .args(["serve", "--no-jobs", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().strip_prefix("Daftar serves at http://");
        let address = address.unwrap_or_else(|| panic!("said {line:?}"));
        Self {
            address: address.trim_end_matches('/').to_owned(),
            process,
            token,
        }
    }

    pub fn end(mut self) {
        kill_process(Pid::from_child(&self.process), Signal::TERM).unwrap();
        assert!(self.process.wait().unwrap().success());
    }
}

/// A command of Daftar on a database of the run.
pub fn program(database: &Database) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daftar"));
    command.env("DATABASE_URL", database.address());
    command
}

async fn token(database: &Database, code: &str, kind: OriginatorKind, scope: Scope) -> String {
    let holder = TokenHolder {
        code: code.to_owned(),
        kind,
        name: None,
        party: None,
    };
    let mut conn = database.conn().await;
    let issued = issue_token(&mut conn, &Originator::host(), clock::now(), &holder, scope, 1).await;
    issued.unwrap().secret
}
