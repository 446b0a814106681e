//! Binds the roles of an office to other parties: a relocation or a transfer. Never here: the first binding of a licence (see
//! `licence`), which binding applies (see `domain::binding`).

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;
use serde::Serialize;
use utoipa::ToSchema;

use super::licence::{OfficeRoles, change_rules, parties_of, require_reference};
use super::terms::NamedOffice;
use crate::domain::binding::{Rebinding, rebind};
use crate::domain::licence::succession::{Term, reached_by_binding};
use crate::domain::moment::{after, kept};
use crate::domain::originator::Originator;
use crate::store::licence::{LicenceRow, NewBinding};
use crate::store::{Connection, licence, party};
use crate::usecases::reading::moment::Moment;
use crate::usecases::{Done, Failure};

/// A relocation or a transfer: other parties play the roles of an office from an instant on.
#[derive(Clone, Debug)]
pub struct BindingEntry {
    pub office: String,
    pub network: String,
    pub roles: OfficeRoles,
    pub valid_from: Moment,
    pub deciding_body: String,
    /// Its reference, such as the number of the letter.
    pub decision: String,
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

/// Binds the roles of an office anew from an instant on, in the renewals that were to go on with the same too; whoever plays a role
/// that is left out goes on to play it. What was booked keeps its own binding.
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
    by.may_decide()?;
    require_reference(&entry.decision, &entry.deciding_body)?;
    conn.transaction(async |conn| {
        let named = NamedOffice::find(conn, &entry.office, &entry.network).await?;
        let valid_from = named.instant(entry.valid_from);
        let asked = asked_parties(conn, &entry.roles).await?;
        let at = change_rules(conn, [named.network_id], kept(at)).await?;
        let office = named.terms(conn, valid_from).await?;
        let reached = reached_by_binding(&office.terms, office.named);
        let on_record = office.terms[reached.clone()]
            .iter()
            .flat_map(|term| &term.bindings);
        // Of two servers' clocks one is behind: what is decided last is known last.
        let at = after(on_record.map(|binding| binding.known_from).max(), at);
        let mut rebound = rebind(&office.terms[office.named].bindings, &asked, valid_from);
        if rebound.known_from.is_none() {
            let terms = reached.map(|of| (&office.rows[of], &office.terms[of]));
            let bindings = bindings_of_terms(terms, entry, by, &asked, (valid_from, at));
            rebound.until = bindings.last().and_then(|last| last.valid_until);
            licence::insert_bindings(conn, &bindings).await?;
        }
        bound(conn, entry, &rebound, (valid_from, at)).await
    })
    .await
}

/// A binding for each term, up to that in which a change that was on record before takes effect.
fn bindings_of_terms<'a>(
    terms: impl Iterator<Item = (&'a LicenceRow, &'a Term)>,
    entry: &BindingEntry,
    by: &Originator,
    asked: &[Option<i32>],
    (from, at): (DateTime<Utc>, DateTime<Utc>),
) -> Vec<NewBinding> {
    let mut bindings: Vec<NewBinding> = Vec::new();
    for (row, term) in terms {
        if bindings.last().is_some_and(|before| before.valid_until.is_some()) {
            break;
        }
        let valid_from = from.max(row.valid_from);
        let rebound = rebind(&term.bindings, asked, valid_from);
        bindings.push(NewBinding {
            office_id: row.office_id,
            licence_id: row.id,
            party_ids: rebound.parties,
            valid_from,
            valid_until: rebound.until,
            known_from: at,
            deciding_body: entry.deciding_body.clone(),
            decision: entry.decision.clone(),
            originator_id: by.id,
        });
    }
    bindings
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

async fn bound(
    conn: &mut Connection,
    entry: &BindingEntry,
    rebound: &Rebinding,
    (valid_from, at): (DateTime<Utc>, DateTime<Utc>),
) -> Done<BoundRoles> {
    let ids: Vec<i32> = rebound.parties.iter().copied().flatten().collect();
    let codes = party::party_codes(conn, &ids).await?;
    let code = |role: usize| {
        let id = rebound.parties.get(role).copied().flatten()?;
        codes.get(&id).cloned()
    };
    Ok(BoundRoles {
        office: entry.office.clone(),
        network: entry.network.clone(),
        licensee: entry.roles.licensee.clone(),
        municipality: code(1),
        provincial_treasury: code(2),
        valid_from,
        valid_until: rebound.until,
        known_from: rebound.known_from.unwrap_or(at),
        repeated: rebound.known_from.is_some(),
    })
}
