//! A small process that stops the cluster when its owner is gone, however that died. A parent-death signal belongs
//! to a thread and not to a process, hence a pipe: its end is read when the last holder of the other side is gone.
//! Never here: locks' meaning, starting.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Stdio};

use super::PostgresError;
use super::lock::Held;
use super::server::{Keeping, Server};

/// Signals of the terminal and of a system that goes down are for the owner; its end is what counts here. The lock
/// comes as standard output and is held until all is done. A server that is only just starting is asked again.
const SCRIPT: &str = r#"
trap '' HUP INT QUIT TERM
exec 3>&1 >/dev/null
read -r word
[ "$word" = dismissed ] && exit 0
for attempt in 1 2 3; do
    "$1" stop -D "$2" -m "$3" -w -t 60 -s && break
    [ -e "$2/postmaster.pid" ] || [ "$attempt" = 1 ] || break
    sleep 1
done
[ -z "$4" ] || rm -rf "$4" "$5"
"#;

#[derive(Debug)]
pub struct Watchdog(Child);

impl Watchdog {
    /// Watches over this process on behalf of `server`; `held` is free again when the work is done.
    pub fn release(server: &Server, held: Option<Held>) -> Result<Self, PostgresError> {
        let place = &server.place;
        let (mode, thrown_away) = match server.keeping {
            Keeping::Durable => ("fast", [Path::new(""), Path::new("")]),
            Keeping::Throwaway => ("immediate", [place.root.as_path(), place.socket.as_path()]),
        };
        let mut command = server.account.command(Path::new("/bin/sh"));
        command
            .args(["-c", SCRIPT, "sh"])
            .arg(server.programs.path("pg_ctl"))
            .arg(&place.cluster)
            .arg(mode);
        command
            .args(thrown_away)
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0);
        command.stdout(held.map_or_else(Stdio::null, Held::into_stdio));
        let child = command.spawn().map_err(|source| PostgresError::Program {
            program: "sh",
            source,
        })?;
        Ok(Self(child))
    }

    /// Sends it home without its doing anything.
    pub fn dismiss(mut self) {
        if let Some(mut pipe) = self.0.stdin.take() {
            // A watchdog that is gone already cannot be told, and need not be.
            let _gone = pipe.write_all(b"dismissed\n");
        }
        let _gone = self.0.wait();
    }
}
