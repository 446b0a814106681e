//! Those who act in the demo. Never here: tokens (see `welcome`).

use chrono::{DateTime, Utc};

use super::founding::once;
use crate::domain::originator::{Originator, OriginatorKind, Scope};
use crate::usecases::register::originator::{OriginatorEntry, originator_of_code, register_originator};
use crate::usecases::{Connection, Done};

pub const MAKER: &str = "n.karimi";
pub const CHECKER: &str = "r.ahmadi";
/// The counter systems' client, whose references the transactions bear.
pub const COUNTERS: &str = "counter-systems";

/// Those who act in the demo.
#[derive(Debug)]
pub struct People {
    pub maker: Originator,
    pub checker: Originator,
    pub counters: Originator,
}

impl People {
    pub async fn of(conn: &mut Connection) -> Done<Self> {
        Ok(Self {
            maker: originator_of_code(conn, MAKER, Scope::Finance).await?,
            checker: originator_of_code(conn, CHECKER, Scope::Finance).await?,
            counters: originator_of_code(conn, COUNTERS, Scope::Record).await?,
        })
    }
}

pub async fn register_people(conn: &mut Connection, by: &Originator, at: DateTime<Utc>) -> Done<()> {
    for (kind, code, name) in [
        (OriginatorKind::Person, MAKER, "Narges Karimi"),
        (OriginatorKind::Person, CHECKER, "Reza Ahmadi"),
        (
            OriginatorKind::Client,
            COUNTERS,
            "Counter systems of all networks",
        ),
    ] {
        let entry = OriginatorEntry {
            kind,
            code: code.to_owned(),
            name: name.to_owned(),
            party: None,
        };
        once(register_originator(conn, by, at, entry).await)?;
    }
    Ok(())
}
