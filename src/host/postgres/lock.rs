//! File locks on a data directory: who owns its PostgreSQL, who uses it, who serves, who tells a demo. The system frees them when
//! their holder is gone, however it died. Never here: what the locks lead to (see `tenancy`).

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use super::PostgresError;
use crate::host::clock;

const POLL: Duration = Duration::from_millis(20);

/// The files that are locked; each is one question.
#[derive(Clone, Debug)]
pub struct Locks {
    folder: PathBuf,
}

/// A lock that is held until it is dropped, and no longer: it is given up by name, for closing the file alone would leave it
/// with a process that is just being born beside us and has the file too until its program begins.
#[derive(Debug)]
pub struct Held(Option<File>);

impl Locks {
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// Who starts and stops the cluster.
    pub fn owner(&self) -> FileLock {
        self.named("owner.lock")
    }

    /// Held by the owner's watchdog until it has done its work.
    pub fn watchdog(&self) -> FileLock {
        self.named("watchdog.lock")
    }

    /// Shared by everybody who uses the cluster.
    pub fn users(&self) -> FileLock {
        self.named("users.lock")
    }

    /// Held by an owner until the schema is ready for those who attach.
    pub fn preparing(&self) -> FileLock {
        self.named("preparing.lock")
    }

    /// Held by the one `daftar serve` of this data directory.
    pub fn serving(&self) -> FileLock {
        self.named("serving.lock")
    }

    /// Held by the one `daftar demo` that tells its story into this data directory.
    pub fn telling(&self) -> FileLock {
        self.named("telling.lock")
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn named(&self, name: &str) -> FileLock {
        FileLock {
            path: self.folder.join(name),
        }
    }
}

#[derive(Debug)]
pub struct FileLock {
    path: PathBuf,
}

impl FileLock {
    /// `None`: somebody else holds it.
    pub fn try_exclusive(&self) -> Result<Option<Held>, PostgresError> {
        let file = self.open()?;
        match file.try_lock() {
            Ok(()) => self.signed(file).map(Some),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(self.failed(source)),
        }
    }

    pub fn exclusive_within(&self, patience: Duration) -> Result<Held, PostgresError> {
        let deadline = clock::reading() + patience;
        loop {
            if let Some(held) = self.try_exclusive()? {
                return Ok(held);
            }
            if clock::reading() > deadline {
                return Err(PostgresError::Locked {
                    path: self.path.clone(),
                    holder: self.holder(),
                });
            }
            sleep(POLL);
        }
    }

    /// Waits for as long as it takes.
    pub fn exclusive(&self) -> Result<Held, PostgresError> {
        let file = self.open()?;
        file.lock().map_err(|source| self.failed(source))?;
        self.signed(file)
    }

    /// Waits for as long as an exclusive holder needs.
    pub fn shared(&self) -> Result<Held, PostgresError> {
        let file = self.open()?;
        file.lock_shared().map_err(|source| self.failed(source))?;
        Ok(Held(Some(file)))
    }

    /// The process that wrote its number last, for a message.
    pub fn holder(&self) -> String {
        let mut pid = String::new();
        let read = self
            .open()
            .and_then(|mut file| file.read_to_string(&mut pid).map_err(|e| self.failed(e)));
        if read.is_err() || pid.is_empty() {
            "unknown".to_owned()
        } else {
            pid.trim().to_owned()
        }
    }

    fn open(&self) -> Result<File, PostgresError> {
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&self.path)
            .map_err(|source| self.failed(source))
    }

    fn signed(&self, mut file: File) -> Result<Held, PostgresError> {
        let written = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        written
            .map_err(|source| self.failed(source))
            .map(|()| Held(Some(file)))
    }

    fn failed(&self, source: std::io::Error) -> PostgresError {
        PostgresError::at(&self.path)(source)
    }
}

impl Held {
    /// What a process is given that is to hold the lock from now on.
    pub fn into_stdio(mut self) -> Stdio {
        self.0.take().map_or_else(Stdio::null, Stdio::from)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(file) = &self.0 {
            // Closing the file does the same where nobody shares it.
            let _closed_next = file.unlock();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock() -> FileLock {
        FileLock {
            path: std::env::temp_dir().join(format!("daftar-lock-{}", uuid::Uuid::new_v4())),
        }
    }

    #[test]
    fn a_lock_has_one_holder_until_it_is_dropped() {
        let lock = lock();
        let held = lock.try_exclusive().unwrap().expect("nobody holds it");
        assert!(lock.try_exclusive().unwrap().is_none());
        assert_eq!(lock.holder(), std::process::id().to_string());
        drop(held);
        assert!(lock.try_exclusive().unwrap().is_some());
        std::fs::remove_file(&lock.path).unwrap();
    }

    #[test]
    fn a_lock_is_free_although_another_process_still_has_the_file() {
        let lock = lock();
        let held = lock.try_exclusive().unwrap().expect("nobody holds it");
        let inherited = held.0.as_ref().unwrap().try_clone().unwrap();
        drop(held);
        assert!(lock.try_exclusive().unwrap().is_some());
        drop(inherited);
        std::fs::remove_file(&lock.path).unwrap();
    }

    #[test]
    fn users_share_and_keep_the_owner_from_stopping() {
        let lock = lock();
        let (one, two) = (lock.shared().unwrap(), lock.shared().unwrap());
        drop(one);
        assert!(lock.try_exclusive().unwrap().is_none());
        drop(two);
        assert!(lock.try_exclusive().unwrap().is_some());
        std::fs::remove_file(&lock.path).unwrap();
    }
}
