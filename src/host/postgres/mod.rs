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

pub use self::lock::Held;
pub use self::server::SUPERUSER;
pub use self::tenancy::{Purpose, Tenancy, Throwaway, tell_alone};

#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    #[error(
        "PostgreSQL {} or newer is not installed; install it {way}",
        programs::MAJOR_MIN
    )]
    NotInstalled { way: String },
    #[error(
        "only PostgreSQL {installed} is installed, and {} or newer is needed: its makers tell at \
         https://www.postgresql.org/download/ how to install one beside it",
        programs::MAJOR_MIN
    )]
    TooOld { installed: u32 },
    #[error(
        "the cluster in the data directory was written by PostgreSQL {cluster}, of which no server is installed, only \
         of {installed}. Install PostgreSQL {cluster} beside it and it is used for this directory. To move to \
         {installed}, with both installed: stop Daftar, make a cluster with {installed}'s `initdb --username={SUPERUSER} \
         --locale=C --encoding=UTF8 --data-checksums --auth-local=trust --auth-host=reject`, run `pg_upgrade \
         --username={SUPERUSER}` from the one to the other, and put the new folder in the place of the old; or keep what \
         you need with {cluster}'s `pg_dumpall`"
    )]
    OtherMajor { cluster: u32, installed: u32 },
    #[error("another `daftar serve` runs on this data directory (process {holder})")]
    AlreadyServing { holder: String },
    #[error(
        "another `daftar demo` tells its story into this data directory (process {holder}): wait for its end"
    )]
    AlreadyTelling { holder: String },
    #[error("{} stays locked by process {holder}", path.display())]
    Locked { path: PathBuf, holder: String },
    #[error(
        "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody` to lend it"
    )]
    NoAccount,
    #[error("{} belongs to somebody else", path.display())]
    NotOurs { path: PathBuf },
    #[error(
        "the cluster lies in {}, and the user that PostgreSQL runs as cannot go through {} any more; say: chmod a+x {}",
        cluster.display(), folder.display(), folder.display()
    )]
    Unreachable { cluster: PathBuf, folder: PathBuf },
    #[error(
        "the cluster of this data directory lies in {}, as {} says, and is not to be seen there: put it back; if it is \
         to be forgotten, books and all, remove that file",
        cluster.display(), note.display()
    )]
    Missing { cluster: PathBuf, note: PathBuf },
    #[error(
        "this data directory has two clusters, {} and {}, and Daftar does not guess which has the books: move the other away",
        inside.display(), outside.display()
    )]
    Two { inside: PathBuf, outside: PathBuf },
    #[error(
        "the cluster in {} belongs to the data directory {}: use that one; for books of its own, this one needs a name that no \
         data directory had, and no file `postgres.place`",
        cluster.display(), data_dir.display()
    )]
    OfAnother { cluster: PathBuf, data_dir: PathBuf },
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

impl PostgresError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Folder {
            path: path.to_owned(),
            source,
        }
    }
}

fn made(folder: &Path) -> Result<PathBuf, PostgresError> {
    std::fs::create_dir_all(folder).map_err(PostgresError::at(folder))?;
    folder.canonicalize().map_err(PostgresError::at(folder))
}
