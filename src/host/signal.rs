//! The wish of the terminal or the system that this process ends. Never here: in which order things end.

use std::io;

use futures_util::FutureExt;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ctrl-C and SIGTERM, caught from here on.
#[derive(Debug)]
pub struct EndWished {
    interrupt: Signal,
    terminate: Signal,
}

impl EndWished {
    /// From now on the signals do not kill the process any more.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the first of them and names it.
    pub async fn heard(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "Ctrl-C",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }

    /// The first that has come by now, if any has.
    pub fn heard_already(&mut self) -> Option<&'static str> {
        self.heard().now_or_never()
    }
}
