//! `daftar verify --all` as an operator runs it. Never here: what was booked.

use crate::ground::Database;
use crate::import::{Ran, run};
use crate::serving::program;

pub fn verify(database: &Database, count: usize) -> Ran {
    let mut command = program(database);
    command.args(["verify", "--all", "--json"]);
    let ran = run(command);
    let verified: serde_json::Value = serde_json::from_str(&ran.said).unwrap();
    assert_eq!(
        (&verified["transactions"], &verified["agrees"]),
        (&count.into(), &true.into()),
        "{verified}"
    );
    ran
}
