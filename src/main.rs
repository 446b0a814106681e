//! The one binary: everything it can do is in `daftar::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    daftar::cli::run()
}
