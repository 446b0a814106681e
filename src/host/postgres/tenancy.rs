//! Who owns a private PostgreSQL and who is only its guest. The owner starts it, starts it again when it dies, and stops it;
//! guests attach; the last to leave stops it, whoever that is. Never here: how a server is started (see `server`).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, sleep};
use std::time::Duration;

use super::account::Account;
use super::lock::{Held, Locks};
use super::place::Place;
use super::programs::Programs;
use super::server::{Answer, Keeping, Server};
use super::watchdog::Watchdog;
use super::{PostgresError, made};
use crate::host::clock;

/// How long a newcomer waits for an owner that is starting or a watchdog that is stopping.
const PATIENCE: Duration = Duration::from_secs(180);
const POLL: Duration = Duration::from_millis(50);
/// How often the owner looks whether the server lives.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// One a data directory: a second is refused.
    Serve,
    /// Any other command; any number of them, beside a server too.
    Command,
}

/// The use of the private PostgreSQL of a data directory, until it is closed or dropped.
#[derive(Debug)]
pub struct Tenancy {
    server: Server,
    locks: Locks,
    duty: Arc<Mutex<Duty>>,
    using: Option<Held>,
    preparing: Option<Held>,
    _serving: Option<Held>,
}

/// The owner's duty to stop the server.
#[derive(Debug)]
enum Duty {
    None,
    Ours(Ownership),
    /// Nothing is taken on any more.
    Left,
}

#[derive(Debug)]
struct Ownership {
    watchdog: Watchdog,
    owner: Held,
}

impl Tenancy {
    /// Starts the private PostgreSQL of `data_dir`, or attaches to it where another process owns it. Blocks.
    pub fn enter(data_dir: &Path, search_path: &[PathBuf], purpose: Purpose) -> Result<Self, PostgresError> {
        let data_dir = made(data_dir)?;
        let locks = Locks::in_folder(&data_dir);
        let serving = match purpose {
            Purpose::Serve => Some(serving(&locks)?),
            Purpose::Command => None,
        };
        let account = Account::choose()?;
        let place = Place::of_data_dir(&data_dir, account)?;
        let programs = Programs::find(search_path, place.major())?;
        let server = Server {
            programs,
            account,
            place,
            keeping: Keeping::Durable,
        };
        let using = Some(locks.users().shared()?);
        let duty = Arc::new(Mutex::new(Duty::None));
        let mut tenancy = Self {
            server,
            locks,
            duty,
            using,
            preparing: None,
            _serving: serving,
        };
        tenancy.own_or_attach()?;
        tenancy.server.place.note(&data_dir)?;
        tenancy.keep()?;
        Ok(tenancy)
    }

    /// Whether this process is the one to bring the schema up to date, and then to say `prepared`.
    pub fn must_prepare(&self) -> bool {
        self.preparing.is_some()
    }

    pub fn prepared(&mut self) {
        self.preparing = None;
    }

    /// The folder of the socket.
    pub fn socket(&self) -> &Path {
        &self.server.place.socket
    }

    /// Where the cluster lies, if that is outside of the data directory.
    pub fn place_outside(&self) -> Option<&Path> {
        let root = self.server.place.root.as_path();
        (!root.starts_with(self.locks.folder())).then_some(root)
    }

    /// Leaves, and stops the server if nobody else uses it. Blocks; dropping does the same.
    pub fn leave(self) {
        drop(self);
    }

    fn own_or_attach(&mut self) -> Result<(), PostgresError> {
        let deadline = clock::reading() + PATIENCE;
        loop {
            if let Some(owner) = self.locks.owner().try_exclusive()? {
                self.preparing = Some(self.locks.preparing().exclusive()?);
                *lock(&self.duty) = Duty::Ours(take_over(&self.server, &self.locks, owner)?);
                return Ok(());
            }
            if self.server.answer()? == Answer::Ready {
                drop(self.locks.preparing().shared()?);
                return Ok(());
            }
            if clock::reading() > deadline {
                return Err(PostgresError::NotReady);
            }
            sleep(POLL);
        }
    }

    /// As long as it stays, the owner starts a server again that died, and a guest inherits the duty when the owner leaves first.
    fn keep(&self) -> Result<(), PostgresError> {
        let (server, locks, duty) = (self.server.clone(), self.locks.clone(), Arc::clone(&self.duty));
        let keep = move || {
            while let Some(pause) = attend(&server, &locks, &duty) {
                sleep(pause);
            }
        };
        let spawned = Builder::new().name("keeper".to_owned()).spawn(keep);
        spawned.map(drop).map_err(|source| PostgresError::Program {
            program: "a thread",
            source,
        })
    }

    fn lay_down(&mut self) -> Result<(), PostgresError> {
        self.using = None;
        self.preparing = None;
        let duty = std::mem::replace(&mut *lock(&self.duty), Duty::Left);
        match duty {
            Duty::Ours(ownership) => lay_down(&self.server, &self.locks, ownership),
            Duty::None | Duty::Left => stop_if_deserted(&self.server, &self.locks),
        }
    }
}

impl Drop for Tenancy {
    fn drop(&mut self) {
        if let Err(error) = self.lay_down() {
            tracing::error!(%error, "the private PostgreSQL could not be stopped");
        }
    }
}

fn serving(locks: &Locks) -> Result<Held, PostgresError> {
    let lock = locks.serving();
    lock.try_exclusive()?
        .ok_or_else(|| PostgresError::AlreadyServing {
            holder: lock.holder(),
        })
}

/// To be held by a demo for as long as it tells its story: two would tell the same days at once.
pub fn tell_alone(data_dir: &Path) -> Result<Held, PostgresError> {
    let lock = Locks::in_folder(&made(data_dir)?).telling();
    lock.try_exclusive()?
        .ok_or_else(|| PostgresError::AlreadyTelling {
            holder: lock.holder(),
        })
}

/// The former owner's watchdog finishes first, lest it stop what we start.
fn take_over(server: &Server, locks: &Locks, owner: Held) -> Result<Ownership, PostgresError> {
    let watchdog = locks.watchdog().exclusive_within(PATIENCE)?;
    let watchdog = Watchdog::release(server, Some(watchdog))?;
    server.ensure_running()?;
    Ok(Ownership { watchdog, owner })
}

/// Does what has to be done now; after the pause it is to be called again, and never again when there is none. The duty is held
/// meanwhile, so that whoever leaves decides alone who stops the server.
fn attend(server: &Server, locks: &Locks, duty: &Mutex<Duty>) -> Option<Duration> {
    let mut duty = lock(duty);
    let attended = match &*duty {
        Duty::Left => return None,
        Duty::Ours(_) => server.revive().map(|()| LOOK_AGAIN),
        Duty::None => inherit(server, locks, &mut duty).map(|()| POLL),
    };
    Some(attended.unwrap_or_else(|error| {
        tracing::warn!(%error, "the private PostgreSQL could not be started and is tried again");
        LOOK_AGAIN
    }))
}

fn inherit(server: &Server, locks: &Locks, duty: &mut Duty) -> Result<(), PostgresError> {
    if let Some(owner) = locks.owner().try_exclusive()? {
        tracing::info!("taking over the private PostgreSQL from its former owner");
        *duty = Duty::Ours(take_over(server, locks, owner)?);
    }
    Ok(())
}

/// Asked twice, before and after the owner's lock is free: a guest that leaves in between finds the lock taken and
/// leaves the stopping to us.
fn lay_down(server: &Server, locks: &Locks, ownership: Ownership) -> Result<(), PostgresError> {
    if let Some(_nobody) = locks.users().try_exclusive()? {
        server.stop()?;
        ownership.watchdog.dismiss();
        return Ok(());
    }
    ownership.watchdog.dismiss();
    drop(ownership.owner);
    stop_if_deserted(server, locks)
}

fn stop_if_deserted(server: &Server, locks: &Locks) -> Result<(), PostgresError> {
    let Some(_owner) = locks.owner().try_exclusive()? else {
        return Ok(());
    };
    match locks.users().try_exclusive()? {
        Some(_nobody) => server.stop(),
        None => Ok(()),
    }
}

fn lock(duty: &Mutex<Duty>) -> MutexGuard<'_, Duty> {
    duty.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A cluster for one run of tests; stopped and removed when the process ends, however it ends.
#[derive(Debug)]
pub struct Throwaway {
    server: Server,
    _watchdog: Watchdog,
}

impl Throwaway {
    /// Blocks for about a second.
    pub fn start(search_path: &[PathBuf]) -> Result<Self, PostgresError> {
        let account = Account::choose()?;
        let programs = Programs::find(search_path, None)?;
        let place = Place::throwaway(account)?;
        let server = Server {
            programs,
            account,
            place,
            keeping: Keeping::Throwaway,
        };
        let watchdog = Watchdog::release(&server, None)?;
        server.ensure_running()?;
        Ok(Self {
            server,
            _watchdog: watchdog,
        })
    }

    pub fn socket(&self) -> &Path {
        &self.server.place.socket
    }

    /// Ends the server as a crash would.
    pub fn crash(&self) -> Result<(), PostgresError> {
        self.server.stop_immediately()
    }

    /// Starts it again after a crash.
    pub fn recover(&self) -> Result<(), PostgresError> {
        self.server.ensure_running()
    }

    /// A program of the same PostgreSQL, such as `pg_dump`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.server.programs.path(name)
    }
}
