//! Where a private PostgreSQL keeps its files and its socket. Never here: processes.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt;
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
/// In a data directory: the place of its cluster, where that lies outside, so that a renamed one finds it.
const NOTE: &str = "postgres.place";
/// In a place outside: the data directory that it belongs to, so that a copy of that one does not take it.
const OWNER: &str = "data_directory";
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
        let root = root_of(data_dir, account, Path::new(SYSTEM_PLACE))?;
        if !root.starts_with(data_dir) {
            tracing::info!(place = %root.display(), data_dir = %data_dir.display(),
                "the private PostgreSQL lies outside of the data directory");
        }
        Self::made(root, account)
    }

    /// To be called once the cluster of `data_dir` stands: from then on it is looked for here, whatever the folder is called.
    pub fn note(&self, data_dir: &Path) -> Result<(), PostgresError> {
        if self.root.starts_with(data_dir) {
            return Ok(());
        }
        write_path(&self.root.join(OWNER), data_dir)?;
        write_path(&data_dir.join(NOTE), &self.root)
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
                Err(source) => return Err(PostgresError::at(&root)(source)),
            }
        }
        let taken = io::ErrorKind::AlreadyExists.into();
        Err(PostgresError::at(Path::new(SHORT_PLACE))(taken))
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

/// A cluster is used where it stands, whatever has become of the folders around it: elsewhere the books would seem gone. Where
/// there is none yet, it will lie where its user can reach it.
fn root_of(data_dir: &Path, account: Account, system: &Path) -> Result<PathBuf, PostgresError> {
    let inside = data_dir.join("postgres");
    let noted = read_path(&data_dir.join(NOTE))?;
    let outside = noted.clone().unwrap_or_else(|| system.join(short_name(data_dir)));
    match (has_cluster(&inside), has_cluster(&outside)) {
        (true, true) => Err(PostgresError::Two { inside, outside }),
        (_, false) if noted.is_some() => Err(PostgresError::Missing {
            cluster: outside,
            note: data_dir.join(NOTE),
        }),
        (false, true) => require_not_of_another(&outside, data_dir).map(|()| outside),
        (true, false) => match barrier(data_dir, account) {
            Some(folder) => Err(PostgresError::Unreachable {
                cluster: inside,
                folder,
            }),
            None => Ok(inside),
        },
        (false, false) => Ok(match barrier(data_dir, account) {
            Some(_) => outside,
            None => inside,
        }),
    }
}

fn has_cluster(root: &Path) -> bool {
    root.join("cluster/PG_VERSION").is_file()
}

/// The outermost folder on the way to `data_dir`, or itself, through which a lent user cannot go.
fn barrier(data_dir: &Path, account: Account) -> Option<PathBuf> {
    if account == Account::Ours || account.can_enter(data_dir) {
        return None;
    }
    let way = data_dir.ancestors().collect::<Vec<_>>();
    let mut from_the_root = way.into_iter().rev();
    let first = from_the_root.find(|folder| !account.can_enter(folder));
    first.map(Path::to_owned)
}

fn require_not_of_another(root: &Path, data_dir: &Path) -> Result<(), PostgresError> {
    let Some(owner) = read_path(&root.join(OWNER))? else {
        return Ok(());
    };
    let renamed = owner == data_dir || read_path(&owner.join(NOTE))?.as_deref() != Some(root);
    if renamed {
        return Ok(());
    }
    Err(PostgresError::OfAnother {
        cluster: root.to_owned(),
        data_dir: owner,
    })
}

fn read_path(file: &Path) -> Result<Option<PathBuf>, PostgresError> {
    match fs::read(file) {
        Ok(path) => Ok(Some(OsString::from_vec(path).into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(PostgresError::at(file)(error)),
    }
}

/// Under another name first, so that a path is never read by half.
fn write_path(file: &Path, path: &Path) -> Result<(), PostgresError> {
    let unfinished = file.with_extension("unfinished");
    let written = fs::write(&unfinished, path.as_os_str().as_encoded_bytes());
    written
        .and_then(|()| fs::rename(&unfinished, file))
        .map_err(PostgresError::at(file))
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
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent).map_err(PostgresError::at(folder))?;
    }
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(PostgresError::at(folder)(error)),
    }
    let found = fs::symlink_metadata(folder).map_err(PostgresError::at(folder))?;
    let belongs_to_us = [account.uid(), Account::Ours.uid()].contains(&found.uid());
    if !found.is_dir() || !belongs_to_us {
        return Err(PostgresError::NotOurs {
            path: folder.to_owned(),
        });
    }
    let private = fs::Permissions::from_mode(0o700);
    fs::set_permissions(folder, private).map_err(PostgresError::at(folder))?;
    account.give(folder).map_err(PostgresError::at(folder))
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

    /// A data directory and a system's place in a folder of the test, which other users may enter.
    struct Ground {
        folder: PathBuf,
        account: Account,
    }

    impl Ground {
        fn new() -> Self {
            let folder = std::env::temp_dir().join(format!("daftar-place-{}", uuid::Uuid::new_v4()));
            fs::create_dir_all(folder.join("data")).unwrap();
            for folder in [&folder, &folder.join("data")] {
                Self::set_mode(folder, 0o755);
            }
            Self {
                folder: folder.canonicalize().unwrap(),
                account: Account::choose().unwrap(),
            }
        }

        fn data_dir(&self) -> PathBuf {
            self.folder.join("data")
        }

        fn root_of(&self, data_dir: &Path) -> Result<PathBuf, PostgresError> {
            root_of(data_dir, self.account, &self.folder.join("system"))
        }

        /// What `initdb` leaves, as far as it is looked for.
        fn found(root: &Path) -> Place {
            let (cluster, socket) = (root.join("cluster"), root.join("socket"));
            fs::create_dir_all(&cluster).unwrap();
            fs::write(cluster.join("PG_VERSION"), "15\n").unwrap();
            Place {
                root: root.to_owned(),
                cluster,
                socket,
            }
        }

        /// A cluster in the system's place that its data directory knows of.
        fn found_outside(&self) -> PathBuf {
            let root = self.folder.join("system").join(short_name(&self.data_dir()));
            Self::found(&root).note(&self.data_dir()).unwrap();
            root
        }

        fn set_mode(folder: &Path, mode: u32) {
            fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
        }
    }

    impl Drop for Ground {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.folder).unwrap();
        }
    }

    #[test]
    fn a_new_cluster_lies_where_its_user_can_reach_it() {
        let ground = Ground::new();
        let data_dir = ground.data_dir();
        let inside = data_dir.join("postgres");
        assert_eq!(ground.root_of(&data_dir).unwrap(), inside);
        Ground::set_mode(&data_dir, 0o700);
        let elsewhere = match ground.account {
            Account::Ours => inside,
            Account::Lent { .. } => ground.folder.join("system").join(short_name(&data_dir)),
        };
        assert_eq!(ground.root_of(&data_dir).unwrap(), elsewhere);
    }

    #[test]
    fn a_cluster_that_its_user_cannot_reach_any_more_is_refused_with_the_remedy_and_no_other_one_begun() {
        let ground = Ground::new();
        let parent = ground.folder.join("opt");
        let data_dir = parent.join("data");
        Ground::found(&data_dir.join("postgres"));
        Ground::set_mode(&data_dir, 0o755);
        Ground::set_mode(&parent, 0o750);
        match ground.account {
            Account::Ours => assert_eq!(ground.root_of(&data_dir).unwrap(), data_dir.join("postgres")),
            Account::Lent { .. } => {
                let told = ground.root_of(&data_dir).unwrap_err().to_string();
                let remedy = format!("chmod a+x {}", parent.display());
                assert!(told.ends_with(&remedy), "{told}");
            }
        }
        Ground::set_mode(&parent, 0o751);
        assert_eq!(ground.root_of(&data_dir).unwrap(), data_dir.join("postgres"));
    }

    #[test]
    fn a_cluster_outside_is_found_whoever_may_enter_the_data_directory_and_whatever_it_is_called() {
        let ground = Ground::new();
        let root = ground.found_outside();
        assert_eq!(ground.root_of(&ground.data_dir()).unwrap(), root);
        let renamed = ground.folder.join("renamed");
        fs::rename(ground.data_dir(), &renamed).unwrap();
        assert_eq!(ground.root_of(&renamed).unwrap(), root);
    }

    #[test]
    fn a_cluster_outside_that_no_note_tells_of_is_found_by_the_name_of_its_data_directory() {
        let ground = Ground::new();
        let root = ground.found_outside();
        fs::remove_file(ground.data_dir().join(NOTE)).unwrap();
        assert_eq!(ground.root_of(&ground.data_dir()).unwrap(), root);
    }

    #[test]
    fn a_cluster_outside_that_is_gone_is_not_begun_anew() {
        let ground = Ground::new();
        fs::remove_dir_all(ground.found_outside()).unwrap();
        let refused = ground.root_of(&ground.data_dir()).unwrap_err();
        assert!(matches!(refused, PostgresError::Missing { .. }), "{refused}");
    }

    #[test]
    fn of_two_clusters_none_is_guessed() {
        let ground = Ground::new();
        ground.found_outside();
        Ground::found(&ground.data_dir().join("postgres"));
        let refused = ground.root_of(&ground.data_dir()).unwrap_err();
        assert!(matches!(refused, PostgresError::Two { .. }), "{refused}");
    }

    #[test]
    fn a_copy_of_a_data_directory_does_not_take_the_cluster_outside_from_its_original() {
        let ground = Ground::new();
        ground.found_outside();
        let copy = ground.folder.join("copy");
        fs::create_dir(&copy).unwrap();
        fs::copy(ground.data_dir().join(NOTE), copy.join(NOTE)).unwrap();
        let refused = ground.root_of(&copy).unwrap_err();
        assert!(
            matches!(&refused, PostgresError::OfAnother { data_dir, .. } if *data_dir == ground.data_dir()),
            "{refused}"
        );
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
