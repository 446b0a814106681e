//! Publishes approved versions: names the party behind each term and tells every recorder. Never here: what is booked.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use crate::domain::originator::Originator;
use crate::domain::tariff::{Role, Side, Tariff, TermDeclaration};
use crate::domain::window::CLOCK_DIFFERENCE_MAX;
use crate::store::tariff::{Deciding, NewTariffTerm, TariffVersionRow};
use crate::store::{Connection, locks, network, party, tariff};
use crate::usecases::{Done, Failure};

/// Who can play a role when a version is published: by role for the network, by code for fixed parties.
struct Cast {
    roles: HashMap<String, (i16, bool)>,
    players: HashMap<i16, i32>,
    parties: HashMap<String, i32>,
}

/// Publishes in the order given; an open end of the version before is closed where the new one begins.
///
/// # Errors
/// Conflicts `only_an_approved_version_is_published`, `one_tariff_per_service_network_validity_and_knowledge` and
/// `what_was_priced_is_not_priced_anew`.
pub async fn publish_tariffs(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    ids: &[i32],
) -> Done<()> {
    by.may_register()?;
    conn.transaction(async |conn| {
        let mut versions: BTreeMap<i16, Vec<TariffVersionRow>> = BTreeMap::new();
        for id in ids {
            let version = tariff::tariff_version(conn, *id)
                .await?
                .ok_or_else(|| Failure::not_found("tariff version", id))?;
            versions.entry(version.network_id).or_default().push(version);
        }
        for network_id in versions.keys() {
            locks::take_network(conn, *network_id, locks::RULES_WAIT_MS).await?;
        }
        network::raise_rules_versions(conn).await?;
        for version in versions.values().flatten() {
            let published = publish_tariff(
                conn,
                version,
                Deciding {
                    originator_id: by.id,
                    at,
                },
            )
            .await;
            published.map_err(|failure| failure.within(&format!("version {}", version.id)))?;
        }
        Ok(())
    })
    .await
}

async fn publish_tariff(conn: &mut Connection, version: &TariffVersionRow, by: Deciding) -> Done<()> {
    let tariff = Tariff::from_published(&version.document).map_err(|faults| {
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Failure::Internal(format!("tariff version {}: {}", version.id, told.join("; ")))
    })?;
    let cast = cast_of(conn, version.network_id, &tariff).await?;
    let terms = tariff
        .terms()
        .iter()
        .map(|term| cast.term_row(version, term))
        .collect::<Done<Vec<_>>>()?;
    leaves_what_was_priced(conn, version, by.at).await?;
    tariff::close_open_end(conn, version.network_id, version.service_id, version.valid_from).await?;
    stands_alone(conn, version).await?;
    if !tariff::set_published(conn, version.id, by).await? {
        return Err(Failure::conflict(
            "only_an_approved_version_is_published",
            format!("tariff version {} is {}", version.id, version.state),
        ));
    }
    Ok(tariff::insert_tariff_terms(conn, &terms).await?)
}

/// A version that ends another one before what that has priced would price what is yet to come of those days otherwise than what
/// was booked of them: that is a correction (money rule 7), and not done by publishing.
async fn leaves_what_was_priced(
    conn: &mut Connection,
    version: &TariffVersionRow,
    at: DateTime<Utc>,
) -> Done<()> {
    if version.valid_from >= at {
        return leaves_what_was_booked_meanwhile(conn, version).await;
    }
    let Some(priced) = tariff::open_end_that_priced(conn, version).await? else {
        return Ok(());
    };
    let told = format!(
        "tariff version {} would hold from {}, and version {priced} has priced transactions since it began: draft it with a \
         `valid.from` that is yet to come",
        version.id, version.valid_from
    );
    Err(Failure::conflict("what_was_priced_is_not_priced_anew", told))
}

async fn leaves_what_was_booked_meanwhile(conn: &mut Connection, version: &TariffVersionRow) -> Done<()> {
    let booked_since = version.valid_from - CLOCK_DIFFERENCE_MAX;
    if !tariff::has_priced(conn, version, booked_since).await? {
        return Ok(());
    }
    let told = format!(
        "tariff version {} would hold from {}, and transactions that happened since are booked already: draft it with a \
         `valid.from` that is yet to come",
        version.id, version.valid_from
    );
    Err(Failure::conflict("what_was_priced_is_not_priced_anew", told))
}

/// Two tariffs of a service and network never hold at once.
async fn stands_alone(conn: &mut Connection, version: &TariffVersionRow) -> Done<()> {
    let Some((id, from, until)) = tariff::overlapped_by(conn, version).await? else {
        return Ok(());
    };
    let until = until.map_or_else(|| "…".to_owned(), |until| until.to_string());
    let told = format!(
        "tariff version {} would hold from {}, and version {id} holds [{from} – {until}): draft it with a `valid.from` \
         from which on no other holds",
        version.id, version.valid_from
    );
    Err(Failure::conflict(
        "one_tariff_per_service_network_validity_and_knowledge",
        told,
    ))
}

async fn cast_of(conn: &mut Connection, network_id: i16, tariff: &Tariff) -> Done<Cast> {
    let fixed: Vec<&str> = tariff
        .terms()
        .iter()
        .filter_map(|term| term.role.party_code())
        .collect();
    Ok(Cast {
        roles: party::role_ids(conn).await?,
        players: network::players_of(conn, network_id).await?,
        parties: party::party_ids(conn, &fixed).await?,
    })
}

impl Cast {
    fn term_row(&self, version: &TariffVersionRow, term: &TermDeclaration) -> Done<NewTariffTerm> {
        let (role_id, party_id) = self.resolved(version, &term.role)?;
        Ok(NewTariffTerm {
            tariff_version_id: version.id,
            ordinal: term.ordinal,
            side: match term.side {
                Side::Source => "source",
                Side::Leg => "leg",
            },
            name: term.name.clone(),
            kind: term.kind.code().to_owned(),
            role_id,
            party_id,
            deposit_identifier: term.deposit_identifier.clone().unwrap_or_default(),
            refundable: term.refundable,
        })
    }

    /// The role's id, and its party unless the office's binding or the holder says it.
    fn resolved(&self, version: &TariffVersionRow, role: &Role) -> Done<(i16, Option<i32>)> {
        let nobody = |why: &str| Failure::invalid(role.as_str(), "a_role_has_a_party", why.to_owned());
        if let Some(code) = role.party_code() {
            let party_id = self
                .parties
                .get(code)
                .ok_or_else(|| nobody("there is no such party"))?;
            return Ok((self.role_id("party")?, Some(*party_id)));
        }
        let (role_id, hangs_on_office) = *self
            .roles
            .get(role.as_str())
            .ok_or_else(|| nobody("there is no such role"))?;
        if hangs_on_office || role.is_holder() {
            return Ok((role_id, None));
        }
        if role.as_str() == "agency" {
            return Ok((role_id, Some(version.agency_party_id)));
        }
        let player = self.players.get(&role_id);
        let party_id = player.ok_or_else(|| nobody("nobody plays this role in the network"))?;
        Ok((role_id, Some(*party_id)))
    }

    fn role_id(&self, code: &str) -> Done<i16> {
        let role = self.roles.get(code);
        role.map(|(id, _)| *id)
            .ok_or_else(|| Failure::not_found("role", code))
    }
}
