//! In whose name a command acts. Never here: what that person may do (see `domain::originator`).

use clap::Args;

use super::unavailable;
use crate::domain::originator::{Originator, Scope};
use crate::host::Host;
use crate::host::database::PooledConnection;
use crate::usecases::register::originator::originator_of_code;
use crate::usecases::{Connection, Done};

/// Whoever may read the host's files is believed who they say they are; four eyes are asked for all the same.
#[derive(Debug, Args)]
pub struct Acting {
    /// Code of the person who acts: what is written bears that name.
    #[arg(long = "as", value_name = "PERSON")]
    pub code: String,
}

impl Acting {
    pub async fn person(&self, conn: &mut Connection) -> Done<Originator> {
        originator_of_code(conn, &self.code, Scope::Finance).await
    }
}

pub async fn connected(host: &Host) -> Done<PooledConnection> {
    host.connection().await.map_err(unavailable)
}
