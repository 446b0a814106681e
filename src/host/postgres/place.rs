//! Where a private PostgreSQL keeps its files and its socket. Never here: processes.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::PostgresError;
use super::account::Account;

/// Where services keep what they must not lose, for a data directory that the lent user cannot reach.
const SYSTEM_PLACE: &str = "/var/lib/daftar";
/// Short on every system, unlike `TMPDIR`.
const SHORT_PLACE: &str = "/tmp";
const SOCKET: &str = ".s.PGSQL.5432";
/// `sun_path` holds 108 bytes with its end, on Linux; 104 on macOS. Ours stay below both.
const SOCKET_PATH_BYTES_MAX: usize = 100;

/// The folders of one cluster, absolute.
#[derive(Clone, Debug)]
pub struct Place {
    /// Holds the cluster; belongs to the user that runs it.
    pub root: PathBuf,
    /// PostgreSQL's own data directory.
    pub cluster: PathBuf,
    /// Only the user that runs the cluster (and root) can enter it, hence no passwords.
    pub socket: PathBuf,
}

impl Place {
    /// The place of the cluster that belongs to `data_dir` (canonical), with its folders made.
    pub fn of_data_dir(data_dir: &Path, account: Account) -> Result<Self, PostgresError> {
        let root = match account {
            Account::Lent { .. } if !account.can_enter(data_dir) => {
                Path::new(SYSTEM_PLACE).join(short_name(data_dir))
            }
            Account::Ours | Account::Lent { .. } => data_dir.join("postgres"),
        };
        if !root.starts_with(data_dir) {
            tracing::info!(place = %root.display(), data_dir = %data_dir.display(),
                "the private PostgreSQL lies in the system's place because its user cannot reach the data directory");
        }
        Self::made(root, account)
    }

    /// A place that nobody else has, for a cluster that is thrown away.
    pub fn throwaway(account: Account) -> Result<Self, PostgresError> {
        let ours = std::process::id();
        for attempt in 0..100_u32 {
            let root = Path::new(SHORT_PLACE).join(format!("daftar-{ours}-{attempt}"));
            // Whoever makes the folder has it: two that start at once in one process would both find it free.
            match fs::DirBuilder::new().mode(0o700).create(&root) {
                Ok(()) => return Self::made(root, account),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(PostgresError::Folder { path: root, source }),
            }
        }
        Err(PostgresError::Folder {
            path: SHORT_PLACE.into(),
            source: io::ErrorKind::AlreadyExists.into(),
        })
    }

    fn made(root: PathBuf, account: Account) -> Result<Self, PostgresError> {
        make_private(&root, account)?;
        let beside = root.join("socket");
        let socket = if fits(&beside) {
            beside
        } else {
            Path::new(SHORT_PLACE).join(format!("daftar-{}", short_name(&root)))
        };
        make_private(&socket, account)?;
        Ok(Self {
            cluster: root.join("cluster"),
            root,
            socket,
        })
    }

    pub fn is_initialised(&self) -> bool {
        self.cluster.join("PG_VERSION").is_file()
    }

    /// The major version that wrote the cluster.
    pub fn major(&self) -> Option<u32> {
        fs::read_to_string(self.cluster.join("PG_VERSION"))
            .ok()?
            .trim()
            .parse()
            .ok()
    }
}

/// A path that fits into a socket address and into the settings file without quoting.
fn fits(folder: &Path) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/_-.".contains(byte);
    let path = folder.join(SOCKET).into_os_string().into_encoded_bytes();
    path.len() <= SOCKET_PATH_BYTES_MAX && path.iter().all(plain)
}

fn short_name(path: &Path) -> String {
    hex::encode(&Sha256::digest(path.as_os_str().as_encoded_bytes())[..8])
}

/// Makes `folder` for `account` alone, or proves that it is so: in a place that everybody may write to, somebody
/// else's folder of that name would let them stand between us and the database.
fn make_private(folder: &Path, account: Account) -> Result<(), PostgresError> {
    let failed = |source| PostgresError::Folder {
        path: folder.to_owned(),
        source,
    };
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(error)),
    }
    let found = fs::symlink_metadata(folder).map_err(failed)?;
    let belongs_to_us = [account.uid(), Account::Ours.uid()].contains(&found.uid());
    if !found.is_dir() || !belongs_to_us {
        return Err(PostgresError::NotOurs {
            path: folder.to_owned(),
        });
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(failed)?;
    account.give(folder).map_err(failed)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::thread;

    use super::*;

    #[test]
    fn places_taken_at_once_are_different_ones() {
        let taken = [(); 8].map(|()| thread::spawn(|| Place::throwaway(Account::Ours).unwrap()));
        let places = taken.map(|taking| taking.join().unwrap());
        let roots: BTreeSet<_> = places.iter().map(|place| &place.root).collect();
        assert_eq!(roots.len(), 8);
        for place in &places {
            fs::remove_dir_all(&place.root).unwrap();
        }
    }

    #[test]
    fn a_socket_path_is_short_and_plain() {
        assert!(fits(Path::new("/srv/daftar/data/postgres/socket")));
        assert!(!fits(Path::new("/srv/my data/socket")));
        assert!(!fits(&Path::new("/").join("d".repeat(SOCKET_PATH_BYTES_MAX))));
    }

    #[test]
    fn the_short_name_of_a_place_is_stable() {
        assert_eq!(short_name(Path::new("/srv/a")), short_name(Path::new("/srv/a")));
        assert_ne!(short_name(Path::new("/srv/a")), short_name(Path::new("/srv/b")));
    }
}
