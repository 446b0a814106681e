//! COPY of what was booked into the same table with the same indexes: what bare PostgreSQL takes for it. Never here: booking.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::ground::{Database, Ground};

/// Writes all transactions of a database into a file.
pub fn export(ground: &Ground, database: &Database, file: &Path) {
    copy(
        ground,
        database,
        &format!("\\copy transactions TO '{}'", file.display()),
    );
}

/// Reads such a file into another database over one connection.
pub fn load(ground: &Ground, database: &Database, file: &Path) -> Duration {
    let begun = Instant::now();
    copy(
        ground,
        database,
        &format!("\\copy transactions FROM '{}'", file.display()),
    );
    begun.elapsed()
}

fn copy(ground: &Ground, database: &Database, how: &str) {
    let mut psql: Command = ground.program("psql");
    psql.args([
        "--no-psqlrc",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--command",
        how,
        database.address(),
    ]);
    assert!(psql.status().unwrap().success(), "{how}");
}
