//! Enters people, machine clients and jobs. Never here: their tokens (see `token`).

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use super::known;
use super::text::{Text, within_limits};
use crate::domain::originator::{CODE_TOLD, Originator, OriginatorKind, Scope, may_be_code};
use crate::store::{Connection, originator, party};
use crate::usecases::{Done, Failure};

#[derive(Clone, Debug)]
pub struct OriginatorEntry {
    pub kind: OriginatorKind,
    pub code: String,
    pub name: String,
    /// For whom it acts, if it sees only what concerns that party.
    pub party: Option<String>,
}

pub async fn register_originator(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    entry: OriginatorEntry,
) -> Done<i32> {
    by.may_register()?;
    has_its_form(&entry.code)?;
    within_limits([Text::name("name", &entry.name)])?;
    conn.transaction(async |conn| {
        let party_id = match &entry.party {
            Some(code) => Some(known(&party::party_ids(conn, &[code]).await?, "party", code)?),
            None => None,
        };
        let row = originator::NewOriginator {
            kind: originator::kind_code(entry.kind),
            code: entry.code.clone(),
            name: entry.name.clone(),
            party_id,
            created_at: at,
        };
        Ok(originator::insert_originator(conn, &row).await?)
    })
    .await
}

pub(super) fn has_its_form(code: &str) -> Done<()> {
    if may_be_code(code) {
        return Ok(());
    }
    Err(Failure::invalid(
        "code",
        "originator_code_has_its_form",
        CODE_TOLD,
    ))
}

/// The person of a code, in whose name a command on the host writes.
///
/// # Errors
/// `NotFound` where nobody has the code, and the rule `only_a_person_acts_by_name` for the code of a client or a job.
pub async fn person_of_code(conn: &mut Connection, code: &str) -> Done<Originator> {
    let found = originator::originator_by_code(conn, code, Scope::Finance).await?;
    let found = found.ok_or_else(|| Failure::not_found("person", code))?;
    match found.kind {
        OriginatorKind::Person => Ok(found),
        OriginatorKind::Client | OriginatorKind::Job => {
            let told = format!("{code} is a {} and no person", originator::kind_code(found.kind));
            Err(Failure::invalid("as", "only_a_person_acts_by_name", told))
        }
    }
}

/// The originator of a code, for commands given on the host by whoever holds its keys.
pub async fn originator_of_code(conn: &mut Connection, code: &str, scope: Scope) -> Done<Originator> {
    originator::originator_by_code(conn, code, scope)
        .await?
        .ok_or_else(|| Failure::not_found("originator", code))
}
