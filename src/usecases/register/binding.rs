//! Binds the roles of an office to other parties: a relocation or a transfer. Never here: the first binding of a licence (see
//! `licence`), which binding applies (see `domain::binding`).

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;
use serde::Serialize;
use utoipa::ToSchema;

use super::licence::{Novelty, OfficeRoles, change_rules, licence_of, parties_of};
use crate::domain::moment::kept;
use crate::domain::originator::Originator;
use crate::store::{Connection, licence, party};
use crate::usecases::{Done, Failure};

/// A relocation or a transfer: other parties play the roles of an office from an instant on.
#[derive(Clone, Debug)]
pub struct BindingEntry {
    pub office: String,
    pub network: String,
    pub roles: OfficeRoles,
    pub valid_from: DateTime<Utc>,
}

/// Who plays the roles of an office from an instant on; parties by their codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BoundRoles {
    pub office: String,
    pub network: String,
    pub licensee: String,
    pub municipality: Option<String>,
    pub provincial_treasury: Option<String>,
    pub valid_from: DateTime<Utc>,
    /// Exclusive: when another change that was on record before takes effect.
    pub valid_until: Option<DateTime<Utc>>,
    /// From when it is known: what was booked before keeps who played the roles then.
    pub known_from: DateTime<Utc>,
    /// They had been bound so before; nothing was written.
    pub repeated: bool,
}

/// Binds the roles of an office anew from an instant on: nobody plays those that are left out. What was booked keeps its own
/// binding.
///
/// # Errors
/// `Forbidden` for whoever is not a person that decides for the network; `NotFound` for an office without a licence then;
/// `Invalid` for an unknown party.
pub async fn bind_roles(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    entry: &BindingEntry,
) -> Done<BoundRoles> {
    bind(conn, by, at, entry, LeftOut::Nobody).await
}

/// The same, but whoever plays a role that is left out goes on to play it.
pub async fn change_roles(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    entry: &BindingEntry,
) -> Done<BoundRoles> {
    bind(conn, by, at, entry, LeftOut::AsItIs).await
}

/// Who plays a role that is not named.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LeftOut {
    Nobody,
    AsItIs,
}

async fn bind(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    entry: &BindingEntry,
    left_out: LeftOut,
) -> Done<BoundRoles> {
    by.may_decide()?;
    conn.transaction(async |conn| {
        let valid_from = kept(entry.valid_from);
        let (network_id, licence) = licence_of(conn, &entry.office, &entry.network, valid_from).await?;
        let asked = asked_parties(conn, &entry.roles).await?;
        let at = change_rules(conn, [network_id], kept(at)).await?;
        let before = licence::bindings_of(conn, &[licence.id]).await?;
        let party_ids = match left_out {
            LeftOut::Nobody => asked.to_vec(),
            LeftOut::AsItIs => with_unchanged(asked, &before, valid_from),
        };
        let same = before.iter().filter(|binding| binding.valid_from == valid_from);
        let newest = same.max_by_key(|binding| known_order(binding));
        if let Some(repeated) = newest.filter(|newest| newest.party_ids == party_ids) {
            let (until, known_from) = (repeated.valid_until, repeated.known_from);
            return bound(conn, entry, &party_ids, until, known_from, Novelty::Repeated).await;
        }
        // What was announced for later stands.
        let later = before.iter().map(|binding| binding.valid_from);
        let until = later.filter(|from| *from > valid_from).min();
        let binding = licence::NewBinding {
            office_id: licence.office_id,
            licence_id: licence.id,
            party_ids: party_ids.clone(),
            valid_from,
            valid_until: until,
            known_from: at,
        };
        licence::insert_bindings(conn, &[binding]).await?;
        bound(conn, entry, &party_ids, until, at, Novelty::New).await
    })
    .await
}

/// In the order of the roles' ids, those that are named.
async fn asked_parties(conn: &mut Connection, roles: &OfficeRoles) -> Done<[Option<i32>; 3]> {
    let named = [
        ("licensee", Some(roles.licensee.as_str())),
        ("municipality", roles.municipality.as_deref()),
        ("provincial_treasury", roles.provincial_treasury.as_deref()),
    ];
    let parties = parties_of(conn, [roles]).await?;
    let mut asked = [None; 3];
    for (place, (field, code)) in asked.iter_mut().zip(named) {
        let Some(code) = code else { continue };
        let id = parties.get(code).copied().ok_or_else(|| {
            let told = format!("there is no party `{code}`");
            Failure::invalid(field, "party_is_known", told)
        })?;
        *place = Some(id);
    }
    Ok(asked)
}

/// Whoever plays a role at an instant, the latest known binding says.
fn with_unchanged(
    asked: [Option<i32>; 3],
    before: &[licence::BindingRow],
    at: DateTime<Utc>,
) -> Vec<Option<i32>> {
    let in_force = |binding: &&licence::BindingRow| {
        binding.valid_from <= at && binding.valid_until.is_none_or(|until| at < until)
    };
    let current = before
        .iter()
        .filter(in_force)
        .max_by_key(|binding| known_order(binding));
    let unchanged = current
        .map(|binding| binding.party_ids.as_slice())
        .unwrap_or_default();
    let played = asked.into_iter().enumerate();
    played
        .map(|(role, asked)| asked.or_else(|| unchanged.get(role).copied().flatten()))
        .collect()
}

fn known_order(binding: &licence::BindingRow) -> (DateTime<Utc>, i32) {
    (binding.known_from, binding.id)
}

async fn bound(
    conn: &mut Connection,
    entry: &BindingEntry,
    party_ids: &[Option<i32>],
    valid_until: Option<DateTime<Utc>>,
    known_from: DateTime<Utc>,
    novelty: Novelty,
) -> Done<BoundRoles> {
    let ids: Vec<i32> = party_ids.iter().copied().flatten().collect();
    let codes = party::party_codes(conn, &ids).await?;
    let code = |role: usize| {
        let id = party_ids.get(role).copied().flatten()?;
        codes.get(&id).cloned()
    };
    Ok(BoundRoles {
        office: entry.office.clone(),
        network: entry.network.clone(),
        licensee: entry.roles.licensee.clone(),
        municipality: code(1),
        provincial_treasury: code(2),
        valid_from: kept(entry.valid_from),
        valid_until,
        known_from,
        repeated: novelty == Novelty::Repeated,
    })
}
