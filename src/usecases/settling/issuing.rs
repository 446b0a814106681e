//! Issues the statements of a settlement, many at a time: what each says is gathered by columns, sealed by the domain and
//! written by columns. Never here: the figures (see `stands`), rendering (nothing is rendered inside a transaction).

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};

use self::content::written;
use self::material::{Material, Whose};
use crate::domain::money::UnitCode;
use crate::domain::settlement::{Chain, SettledLine, Sheet};
use crate::domain::statement::{Coded, Names, SpokenUnit, Statement, StatementDigest, Unit};
use crate::domain::zone::day_of;
use crate::store::Connection;
use crate::store::approval::OrderedPayout;
use crate::store::service_count::{StoredCounts, service_counts};
use crate::store::settlement::NetworkTerms;
use crate::store::statement::{
    Issue, NewStatements, UnitRow, all_services, all_units, insert_statements, offices_of_licences,
};
use crate::store::window::{WindowRow, periods_between};
use crate::usecases::settling::calendar::working_days;
use crate::usecases::{Done, Failure};

mod content;
mod material;
mod totals;

/// What all statements of a settlement share.
#[derive(Debug)]
pub struct Issuing<'a> {
    pub network: &'a NetworkTerms,
    pub window: &'a WindowRow,
    pub at: DateTime<Utc>,
    /// On which payouts can leave: today, if banks work.
    pub payable_on: NaiveDate,
    pub payouts: &'a HashMap<Chain, OrderedPayout>,
    units: HashMap<i16, Unit>,
    services: HashMap<i32, Coded>,
    /// How many transactions lines sum, where the window's totals do not say it.
    counts: HashMap<Whose, Vec<StoredCounts>>,
    /// Office codes of licences for which something is held.
    offices: HashMap<i32, String>,
    /// The last cycles with their periods, oldest first.
    periods: Vec<(i32, String)>,
}

/// Statements that are gathered, sealed and written together: few enough to hold in memory.
const TOGETHER: usize = 1_000;
/// So many cycles stand in a statement's chart, its own included.
const CYCLES_MAX: i32 = 6;

/// Issues a statement to each party that has a balance or a line. Returns how many.
pub async fn issue_statements(
    conn: &mut Connection,
    issuing: &Issuing<'_>,
    issue: Issue,
    sheet: &Sheet,
) -> Done<usize> {
    let mut told: BTreeMap<(i32, i16), Vec<&SettledLine>> = BTreeMap::new();
    for line in sheet.lines().iter().filter(|line| line.is_told()) {
        let of_whom = (line.chain.destination.party, line.chain.unit);
        told.entry(of_whom).or_default().push(line);
    }
    let told: Vec<_> = told.into_iter().collect();
    for some in told.chunks(TOGETHER) {
        let parties: Vec<i32> = some.iter().map(|((party, _), _)| *party).collect();
        let material = Material::load(conn, issuing, issue.settlement_id, &parties).await?;
        let statements = some
            .iter()
            .map(|((party, unit), lines)| written(issuing, &material, (*party, *unit), lines))
            .collect::<Done<Vec<_>>>()?;
        insert_statements(conn, issue, &columns(issuing, &material, &statements)).await?;
    }
    Ok(told.len())
}

impl<'a> Issuing<'a> {
    /// Reads what all statements share.
    pub async fn load(
        conn: &mut Connection,
        (network, window): (&'a NetworkTerms, &'a WindowRow),
        at: DateTime<Utc>,
        sheet: &Sheet,
        payouts: &'a HashMap<Chain, OrderedPayout>,
    ) -> Done<Self> {
        let today = day_of(network.time_zone, at);
        let services = all_services(conn).await?.into_iter();
        let offices = offices_of_licences(conn, &licences_held_for(sheet)).await?;
        let first = (window.ordinal - CYCLES_MAX + 1).max(1);
        Ok(Self {
            network,
            window,
            at,
            payable_on: working_days(conn, network, today).await?.on_or_after(today)?,
            payouts,
            units: units(conn).await?,
            services: services
                .map(|s| (s.id, Coded::new(&s.code, &s.name_fa, &s.name_en)))
                .collect(),
            counts: counts(conn, window.id).await?,
            offices: offices.into_iter().collect(),
            periods: periods_between(conn, network.id, first, window.ordinal).await?,
        })
    }
}

/// A statement to be written, and whose it is.
struct Written {
    party: i32,
    unit: i16,
    language: &'static str,
    statement: Statement,
    digest: StatementDigest,
}

fn columns<'a>(issuing: &Issuing<'_>, material: &'a Material, written: &'a [Written]) -> NewStatements<'a> {
    let mut columns = NewStatements::default();
    for w in written {
        let content = w.statement.content();
        let last = material.last.get(&(w.party, w.unit));
        columns.numbers.push(&content.number);
        columns.party_ids.push(w.party);
        columns.unit_ids.push(w.unit);
        columns
            .ordinals
            .push(i32::try_from(content.sequence).unwrap_or(i32::MAX));
        columns
            .first_window_ids
            .push(last.map_or(issuing.window.id, |last| last.next_window_id));
        columns.languages.push(w.language);
        columns.canonicals.push(w.statement.bytes());
        columns.digests.push(w.digest.as_bytes());
        columns
            .previous_digests
            .push(last.map(|last| last.digest.as_slice()));
        columns.verification_codes.push(w.statement.verification_code());
    }
    columns
}

async fn counts(conn: &mut Connection, window: i32) -> Done<HashMap<Whose, Vec<StoredCounts>>> {
    let mut counts: HashMap<Whose, Vec<StoredCounts>> = HashMap::new();
    for row in service_counts(conn, window).await? {
        counts.entry((row.party_id, row.unit_id)).or_default().push(row);
    }
    Ok(counts)
}

fn licences_held_for(sheet: &Sheet) -> Vec<i32> {
    use crate::domain::hold::HoldCause;
    let causes = sheet.lines().iter().flat_map(|line| line.holds.by_cause());
    let mut licences: Vec<i32> = causes
        .filter_map(|(cause, _)| match cause {
            HoldCause::Licence { licence } => Some(*licence),
            HoldCause::Retention { .. } | HoldCause::Dispute { .. } | HoldCause::Order { .. } => None,
        })
        .collect();
    licences.sort_unstable();
    licences.dedup();
    licences
}

fn spoken(row: &UnitRow) -> Option<SpokenUnit> {
    Some(SpokenUnit {
        names: Names::new(row.spoken_fa.as_deref()?, row.spoken_en.as_deref()?),
        digits_dropped: u8::try_from(row.spoken_digits_dropped?).unwrap_or(0),
    })
}

async fn units(conn: &mut Connection) -> Done<HashMap<i16, Unit>> {
    let mut units = HashMap::new();
    for row in all_units(conn).await? {
        let code = UnitCode::parse(&row.code).map_err(|error| Failure::Internal(error.to_string()))?;
        let unit = Unit {
            code,
            names: Names::new(&row.name_fa, &row.name_en),
            scale: u8::try_from(row.scale).unwrap_or(0),
            spoken: spoken(&row),
        };
        units.insert(row.id, unit);
    }
    Ok(units)
}
