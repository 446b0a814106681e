//! `daftar import` of a file as an operator runs it: its time and the peak of its memory. Never here: the rows.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::ground::Database;
use crate::memory::peak_mib;
use crate::serving::program;

const LOOK: Duration = Duration::from_millis(10);

/// What a command of Daftar came to.
#[derive(Debug)]
pub struct Ran {
    pub took: Duration,
    pub peak_mib: f64,
    pub said: String,
}

pub fn import(database: &Database, file: &Path, count: usize) -> Ran {
    let mut command = program(database);
    command
        .args(["import", "--json", "--format", "ndjson", "--sender", "counters"])
        .arg(file);
    let ran = run(command);
    let view: serde_json::Value = serde_json::from_str(&ran.said).unwrap();
    assert_eq!(view["booked"], count, "{view}");
    ran
}

/// Runs a command to its good end.
pub fn run(mut command: Command) -> Ran {
    let begun = Instant::now();
    let mut process = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let peak_mib = watch(&mut process);
    let took = begun.elapsed();
    let output = process.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    Ran { took, peak_mib, said }
}

/// The peak only grows, so the last look tells it.
fn watch(process: &mut Child) -> f64 {
    let mut peak = 0.0;
    while process.try_wait().unwrap().is_none() {
        peak = peak_mib(process.id()).unwrap_or(peak);
        sleep(LOOK);
    }
    peak
}
