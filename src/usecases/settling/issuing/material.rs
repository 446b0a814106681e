//! What the statements of some parties are made of, read in one statement each for all of them. Never here: one party's
//! question to the database.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use super::{CYCLES_MAX, Issuing};
use crate::domain::language::Language;
use crate::domain::money::Amount;
use crate::domain::statement::{DestinationClosing, Names, Party};
use crate::domain::wording::party_kind;
use crate::store::Connection;
use crate::store::statement::{
    DemandRow, IncomingRow, LastStatement, addressees, cycles_since, demands_of, incoming_of,
    last_statements, stated_closings,
};
use crate::store::window_total::{StoredTotal, totals_of};
use crate::usecases::{Done, Failure};

/// A party and a unit: whose statements chain.
pub type Whose = (i32, i16);

pub struct Material {
    pub parties: HashMap<i32, (Party, Language)>,
    pub last: HashMap<Whose, LastStatement>,
    pub closings: HashMap<Whose, Vec<DestinationClosing>>,
    pub totals: HashMap<Whose, Vec<StoredTotal>>,
    pub incoming: HashMap<Whose, Vec<IncomingRow>>,
    /// Those that may be open, in the order of their age.
    pub demands: HashMap<Whose, Vec<DemandRow>>,
    /// Earned and paid, by the ordinal of the cycle's window.
    pub cycles: HashMap<Whose, BTreeMap<i32, (Amount, Amount)>>,
}

impl Material {
    pub async fn load(
        conn: &mut Connection,
        issuing: &Issuing<'_>,
        settlement: i32,
        parties: &[i32],
    ) -> Done<Self> {
        let (network, window) = (issuing.network.id, issuing.window.id);
        let since = issuing.window.ordinal - CYCLES_MAX + 1;
        let last = last_statements(conn, network, parties).await?;
        let closings = stated_closings(conn, network, parties).await?.into_iter();
        let totals = totals_of(conn, window, parties).await?;
        let incoming = incoming_of(conn, window, parties).await?;
        let demands = demands_of(conn, network, settlement, parties).await?;
        let cycles = cycles_since(conn, network, since, parties).await?.into_iter();
        Ok(Self {
            parties: named(conn, parties).await?,
            last: last.into_iter().map(|l| ((l.party_id, l.unit_id), l)).collect(),
            closings: grouped(closings.map(|c| {
                let destination = destination_name(&c.deposit_identifier);
                let closing = Amount::from_minor(c.closing);
                let stated = DestinationClosing { destination, closing };
                ((c.party_id, c.unit_id), stated)
            })),
            totals: grouped(totals.into_iter().map(|t| ((t.party_id, t.unit_id), t))),
            incoming: grouped(incoming.into_iter().map(|i| ((i.party_id, i.unit_id), i))),
            demands: grouped(demands.into_iter().map(|d| ((d.party_id, d.unit_id), d))),
            cycles: cycles.fold(HashMap::new(), |mut cycles, c| {
                let of_whom: &mut BTreeMap<_, _> = cycles.entry((c.party_id, c.unit_id)).or_default();
                of_whom.insert(
                    c.ordinal,
                    (Amount::from_minor(c.earned), Amount::from_minor(c.paid)),
                );
                cycles
            }),
        })
    }
}

/// As statements name a destination: the deposit identifier, or nothing for the plain one.
pub fn destination_name(deposit_identifier: &str) -> Option<String> {
    (!deposit_identifier.is_empty()).then(|| deposit_identifier.to_owned())
}

async fn named(conn: &mut Connection, parties: &[i32]) -> Done<HashMap<i32, (Party, Language)>> {
    let mut named = HashMap::new();
    for row in addressees(conn, parties).await? {
        let language = Language::parse(&row.language)
            .ok_or_else(|| Failure::Internal(format!("party {} reads `{}`", row.code, row.language)))?;
        let party = Party {
            code: row.code,
            kind: party_kind(&row.kind),
            names: Names::new(&row.name_fa, &row.name_en),
        };
        named.insert(row.id, (party, language));
    }
    Ok(named)
}

fn grouped<K: Eq + Hash, V>(pairs: impl Iterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}
