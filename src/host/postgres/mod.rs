//! A PostgreSQL of one's own under a data directory, so that a newcomer sets up nothing and tests run on the real
//! thing. Never here: what is in the database.

mod account;
mod lock;
mod place;
pub mod programs;
mod server;
mod tenancy;
mod watchdog;

use std::io;
use std::path::{Path, PathBuf};

pub use self::server::SUPERUSER;
pub use self::tenancy::{Purpose, Tenancy, Throwaway};

#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    #[error(
        "PostgreSQL {} or newer is not installed; install it with: {install}",
        programs::MAJOR_MIN
    )]
    NotInstalled { install: &'static str },
    #[error(
        "the cluster in the data directory was written by PostgreSQL {cluster}, of which no server is installed, only \
         of {installed}. Install PostgreSQL {cluster} beside it and it is used for this directory. To move to \
         {installed}: stop Daftar, make a cluster with {installed}'s `initdb --username={SUPERUSER} --locale=C \
         --encoding=UTF8 --data-checksums`, run `pg_upgrade --username={SUPERUSER}` from the one to the other, and \
         put the new folder in the place of the old; or keep what you need with {cluster}'s `pg_dumpall`"
    )]
    OtherMajor { cluster: u32, installed: u32 },
    #[error("another `daftar serve` runs on this data directory (process {holder})")]
    AlreadyServing { holder: String },
    #[error("{} stays locked by process {holder}", path.display())]
    Locked { path: PathBuf, holder: String },
    #[error(
        "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody` to lend it"
    )]
    NoAccount,
    #[error("{} belongs to somebody else", path.display())]
    NotOurs { path: PathBuf },
    #[error("{}: {source}", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("{program} could not be run: {source}")]
    Program {
        program: &'static str,
        source: io::Error,
    },
    #[error("{program} failed: {said}")]
    Refused { program: &'static str, said: String },
    #[error("the private PostgreSQL did not become ready")]
    NotReady,
}

fn made(folder: &Path) -> Result<PathBuf, PostgresError> {
    let failed = |source| PostgresError::Folder {
        path: folder.to_owned(),
        source,
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    folder.canonicalize().map_err(failed)
}
