//! The terms of offices with what befell them and to whom they were bound, read for a decision or a new term. Never here: how far a
//! decision reaches (see `domain::licence::succession`).

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::known;
use crate::domain::binding::Binding;
use crate::domain::interval::Interval;
use crate::domain::licence::succession::Term;
use crate::domain::licence::{Licence, LicenceEvent};
use crate::domain::moment::kept;
use crate::store::Connection;
use crate::store::licence::{LicenceRow, NewLicence, bindings_of, events_of, terms_of, terms_of_offices};
use crate::store::office::office_ids;
use crate::store::reading::network::all_networks;
use crate::usecases::reading::moment::Moment;
use crate::usecases::reading::naming::network_among;
use crate::usecases::{Done, Failure};

/// In the order of the rows.
pub async fn terms_of_rows(conn: &mut Connection, rows: &[LicenceRow]) -> Done<Vec<Term>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i32> = rows.iter().map(|row| row.id).collect();
    let mut events: HashMap<i32, Vec<LicenceEvent>> = HashMap::new();
    for row in events_of(conn, &ids).await? {
        events.entry(row.licence_id).or_default().push(row.read()?);
    }
    let mut bindings: HashMap<i32, Vec<Binding>> = HashMap::new();
    for row in bindings_of(conn, &ids).await? {
        bindings.entry(row.licence_id).or_default().push(row.read()?);
    }
    let term = |row: &LicenceRow| {
        Ok(Term {
            licence: Licence::new(row.term()?, events.remove(&row.id).unwrap_or_default()),
            bindings: bindings.remove(&row.id).unwrap_or_default(),
        })
    };
    rows.iter().map(term).collect()
}

/// An office in a network.
#[derive(Clone, Debug)]
pub struct NamedOffice {
    pub network_id: i16,
    office_id: i32,
    time_zone: Tz,
    told: String,
}

/// Its terms, and which of them contains the instant that was asked for.
#[derive(Clone, Debug)]
pub struct OfficeTerms {
    pub rows: Vec<LicenceRow>,
    pub terms: Vec<Term>,
    pub named: usize,
}

impl NamedOffice {
    pub async fn find(conn: &mut Connection, office: &str, network: &str) -> Done<Self> {
        let told = format!("{office} in {network}");
        let office_id = known(&office_ids(conn, &[office]).await?, "office", office)?;
        let networks = all_networks(conn).await?;
        let network = network_among(&networks, network)?;
        Ok(Self {
            network_id: network.id,
            office_id,
            time_zone: network.time_zone,
            told,
        })
    }

    /// As it is kept; a day begins as the network counts days.
    pub fn instant(&self, moment: Moment) -> DateTime<Utc> {
        kept(moment.instant(self.time_zone))
    }

    /// To be read after the network's locks.
    pub async fn terms(&self, conn: &mut Connection, at: DateTime<Utc>) -> Done<OfficeTerms> {
        let rows = terms_of(conn, self.office_id, self.network_id).await?;
        let terms = terms_of_rows(conn, &rows).await?;
        let named = terms.iter().position(|term| term.licence.term().contains(at));
        let named = named.ok_or_else(|| {
            let ends = terms.iter().filter_map(|term| term.licence.term().until());
            let ends = ends.filter(|ends| *ends <= at).max();
            let hint = ends.map_or_else(String::new, |ends| {
                format!(" (the last one ended at {ends}: name a moment within it)")
            });
            let told = format!("{} at {}{hint}", self.told, at.to_rfc3339());
            Failure::not_found("licence of office", told)
        })?;
        Ok(OfficeTerms { rows, terms, named })
    }
}

/// The terms that offices have already, by office and network, in their order.
#[derive(Clone, Debug)]
pub struct StandingTerms(HashMap<(i32, i16), Vec<Term>>);

impl StandingTerms {
    /// To be read after the networks' locks.
    pub async fn of_offices(conn: &mut Connection, new: &[NewLicence]) -> Done<Self> {
        let offices: BTreeSet<i32> = new.iter().map(|row| row.office_id).collect();
        let rows = terms_of_offices(conn, &Vec::from_iter(offices)).await?;
        let terms = terms_of_rows(conn, &rows).await?;
        let mut standing: HashMap<(i32, i16), Vec<Term>> = HashMap::new();
        for (row, term) in rows.iter().zip(terms) {
            let own = standing.entry((row.office_id, row.network_id)).or_default();
            own.push(term);
        }
        Ok(Self(standing))
    }

    /// # Errors
    /// As `issue_licences` says.
    pub fn may_be_followed_by(&self, new: &NewLicence, licensee: i32) -> Done<()> {
        let term = Interval::new(new.valid_from, Some(new.valid_until)).map_err(|_| {
            let told = format!("it is exclusive, and after {}", new.valid_from);
            Failure::invalid("valid_until", "licence_validity_is_half_open", told)
        })?;
        let own = self.0.get(&(new.office_id, new.network_id));
        let own = own.map(Vec::as_slice).unwrap_or_default();
        if let Some(other) = own.iter().find(|other| other.licence.term().overlaps(&term)) {
            let (from, until) = (other.licence.term().from(), other.licence.term().until());
            let until = until.map_or_else(String::new, |until| until.to_string());
            let told = format!("another licence holds from {from} until {until}");
            return Err(Failure::conflict("one_licence_per_office_network_and_time", told));
        }
        let before = own
            .iter()
            .rev()
            .find(|other| other.licence.term().from() < new.valid_from);
        if before.is_some_and(|before| before.bars(licensee)) {
            let told = "the licence before stands suspended, and a new term would let the office serve: reinstate it first";
            return Err(Failure::conflict("a_suspended_licence_is_not_renewed", told));
        }
        Ok(())
    }
}
