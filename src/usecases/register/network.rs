//! Enters networks with who plays which role in the whole of each. Never here: their offices.

use std::collections::HashMap;

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use diesel_async::AsyncConnection;

use super::known;
use super::text::{Text, within_limits};
use crate::domain::licence::AfterRestriction;
use crate::domain::money::{AMOUNT_MAX, Amount};
use crate::domain::originator::Originator;
use crate::domain::party::PartyKind;
use crate::domain::period::PeriodKind;
use crate::domain::statement::numbers_may_be_alike;
use crate::domain::window::{Cycle, Schedule};
use crate::store::{Connection, network, party, unit};
use crate::usecases::{Done, Failure};

/// Longer ones make a QR code too dense for paper.
const URL_LENGTH_MAX: usize = 200;
const CONTACT_CHARS_MAX: usize = 100;
const REMITTANCE_DUE_DAYS_MAX: i16 = 90;

#[derive(Clone, Debug)]
pub struct NetworkEntry {
    /// A lower-case word, such as `pishkhan`.
    pub code: String,
    pub name_fa: String,
    pub name_en: String,
    pub time_zone: Tz,
    pub cycle: PeriodKind,
    /// The beginning of a period of the cycle.
    pub first_window_starts_at: DateTime<Utc>,
    pub unit: String,
    /// The party that collects what is held centrally.
    pub central: String,
    /// Role and party, for each role that hangs neither on the office nor on the service or the case; `central`, if it stands
    /// here, is the same as above.
    pub players: Vec<(String, String)>,
    pub payout_threshold: Amount,
    pub carried_cycles_max: i16,
    pub remittance_due_days: i16,
    pub lateness_max_days: i16,
    /// What becomes of a service given after a restriction of the licence was recorded, where the service does not say it itself
    /// (money rule 18).
    pub after_suspension: AfterRestriction,
    /// Kinds of parties in the order in which payouts leave when the money does not suffice for all; a kind that is not named
    /// comes last. `None`: treasuries first, offices before those who run the network.
    pub payout_priority: Option<Vec<PartyKind>>,
    /// Whom to ask about a debit: a telephone number or mail address of the network, printed on statements.
    pub contact: Option<String>,
    /// The public address below which a statement's code is checked, such as `https://daftar.example/verify`.
    pub verification_url: String,
}

pub async fn register_network(conn: &mut Connection, by: &Originator, entry: NetworkEntry) -> Done<i16> {
    by.may_register()?;
    within_limits([
        Text::network_code(&entry.code),
        Text::name("name_fa", &entry.name_fa),
        Text::name("name_en", &entry.name_en),
    ])?;
    begins_with_a_period(&entry)?;
    counts_days_and_cycles(&entry)?;
    pays_from_a_threshold(&entry)?;
    pays_each_kind_once(&entry)?;
    says_where_to_ask(&entry)?;
    conn.transaction(async |conn| {
        let units = unit::units(conn).await?;
        let roles = party::role_ids(conn).await?;
        let mut codes: Vec<&str> = entry.players.iter().map(|(_, party)| party.as_str()).collect();
        codes.push(&entry.central);
        let parties = party::party_ids(conn, &codes).await?;
        let row = network_row(
            &entry,
            known(&units, "unit", &entry.unit)?.id,
            known(&parties, "party", &entry.central)?,
        );
        let players = entry
            .players
            .iter()
            .map(|(role, party)| {
                let place = format!("players.{role}");
                let role_id = own_role(&roles, role, &place)?;
                plays_as_central(&entry, role, party, &place)?;
                let party_id = known(&parties, "party", party).map_err(|failure| failure.within(&place))?;
                Ok((role_id, party_id))
            })
            .collect::<Done<Vec<_>>>()?;
        numbers_statements_apart(&entry.code, network::network_ids(conn).await?.into_keys())?;
        let network_id = network::insert_network(conn, &row).await?;
        network::insert_network_parties(conn, network_id, &players).await?;
        Ok(network_id)
    })
    .await
}

fn numbers_statements_apart(code: &str, mut others: impl Iterator<Item = String>) -> Done<()> {
    let Some(other) = others.find(|other| numbers_may_be_alike(code, other)) else {
        return Ok(());
    };
    let told = format!(
        "another code: statements of {code} and of the network {other} could have one number, as one code goes on after the \
         other with a hyphen"
    );
    Err(Failure::invalid("code", "statement_numbers_are_unique", told))
}

/// The id of a role whose player is the same in the whole network.
fn own_role(roles: &HashMap<String, (i16, bool)>, role: &str, place: &str) -> Done<i16> {
    let found = known(roles, "role", role);
    let (role_id, hangs_on_office) = found.map_err(|failure| failure.within(place))?;
    match said_elsewhere(role, hangs_on_office) {
        None => Ok(role_id),
        Some(told) => Err(Failure::invalid(
            place,
            "a_network_names_players_of_its_own_roles",
            format!("leave it out: {told}"),
        )),
    }
}

/// The role of that name is played by the party that collects for the network, or by nobody.
fn plays_as_central(entry: &NetworkEntry, role: &str, party: &str, place: &str) -> Done<()> {
    if role != "central" || party == entry.central {
        return Ok(());
    }
    let told = format!(
        "`{}`, as `central` of the network says, or nothing",
        entry.central
    );
    Err(Failure::invalid(place, "one_party_is_central", told))
}

/// Where it is said who plays a role, if that is not the network's to say: its word would never be read.
fn said_elsewhere(role: &str, hangs_on_office: bool) -> Option<&'static str> {
    match role {
        "agency" => Some("each agency names its own party, under `agencies`"),
        "holder" => Some("each transaction says who holds its money"),
        "party" => Some("a tariff names a fixed party itself, as `party:CODE`"),
        _ => hangs_on_office.then_some("each licence names its own, and `licensee` plays the office"),
    }
}

/// A first window that were cut short would be a period of its own on every statement.
fn begins_with_a_period(entry: &NetworkEntry) -> Done<()> {
    let cycle = Cycle {
        kind: entry.cycle,
        cut_off: NaiveTime::MIN,
    };
    let whole = Schedule::unchanged(entry.time_zone, DateTime::UNIX_EPOCH, cycle)
        .window_at(entry.first_window_starts_at)
        .map_err(|rule| Failure::invalid("first_window_starts_at", "in_range", rule.to_string()))?;
    if whole.from == entry.first_window_starts_at {
        return Ok(());
    }
    Err(Failure::invalid(
        "first_window_starts_at",
        "the_first_window_begins_with_a_period",
        format!("the period begins at {}", whole.from),
    ))
}

/// Under the names that the database has for them.
fn counts_days_and_cycles(entry: &NetworkEntry) -> Done<()> {
    for (field, rule, count, right) in [
        (
            "carried_cycles_max",
            "carried_cycles_max_is_positive",
            entry.carried_cycles_max,
            1..=i16::MAX,
        ),
        (
            "remittance_due_days",
            "remittance_due_days_are_few",
            entry.remittance_due_days,
            0..=REMITTANCE_DUE_DAYS_MAX,
        ),
        (
            "lateness_max_days",
            "lateness_max_days_is_positive",
            entry.lateness_max_days,
            1..=i16::MAX,
        ),
    ] {
        if !right.contains(&count) {
            let told = format!("{} to {}; it is {count}", right.start(), right.end());
            return Err(Failure::invalid(field, rule, told));
        }
    }
    Ok(())
}

fn pays_from_a_threshold(entry: &NetworkEntry) -> Done<()> {
    let threshold = entry.payout_threshold;
    if threshold.is_negative() || threshold.is_above_limit() {
        return Err(Failure::invalid(
            "payout_threshold",
            "a_payout_threshold_has_a_limit",
            format!("0 to {AMOUNT_MAX}"),
        ));
    }
    Ok(())
}

fn pays_each_kind_once(entry: &NetworkEntry) -> Done<()> {
    let mut kinds = entry
        .payout_priority
        .iter()
        .flatten()
        .copied()
        .collect::<Vec<_>>();
    kinds.sort_unstable();
    if let Some(twice) = kinds.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Failure::invalid(
            "payout_priority",
            "a_kind_has_one_priority",
            format!("each kind once; {} stands there twice", twice[0].code()),
        ));
    }
    if entry.payout_priority.as_ref().is_some_and(Vec::is_empty) {
        let told = "one kind of party or more, or nothing at all";
        return Err(Failure::invalid(
            "payout_priority",
            "a_kind_has_one_priority",
            told,
        ));
    }
    Ok(())
}

fn says_where_to_ask(entry: &NetworkEntry) -> Done<()> {
    let url = &entry.verification_url;
    let beyond_scheme = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let is_address =
        beyond_scheme.is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_graphic()));
    if !is_address || url.len() > URL_LENGTH_MAX {
        let told =
            format!("an address such as https://daftar.example/verify, at most {URL_LENGTH_MAX} characters");
        return Err(Failure::invalid(
            "verification_url",
            "verification_url_is_an_address",
            told,
        ));
    }
    let contact = entry.contact.as_deref().unwrap_or("-");
    if contact.trim().is_empty()
        || contact.chars().count() > CONTACT_CHARS_MAX
        || contact.contains(char::is_control)
    {
        let told = format!("1 to {CONTACT_CHARS_MAX} characters in one line, or nothing at all");
        return Err(Failure::invalid("contact", "contact_is_one_line", told));
    }
    Ok(())
}

fn network_row(entry: &NetworkEntry, unit_id: i16, central_party_id: i32) -> network::NewNetwork {
    let (cycle, week_starts_on) = match entry.cycle {
        PeriodKind::Day => ("daily", 6),
        PeriodKind::Week { first_day } => (
            "weekly",
            i16::try_from(first_day.number_from_monday()).unwrap_or(6),
        ),
        PeriodKind::JalaliMonth => ("jalali_month", 6),
        PeriodKind::GregorianMonth => ("gregorian_month", 6),
    };
    network::NewNetwork {
        code: entry.code.clone(),
        name_fa: entry.name_fa.clone(),
        name_en: entry.name_en.clone(),
        time_zone: entry.time_zone.name().to_owned(),
        cycle: cycle.to_owned(),
        week_starts_on,
        first_window_starts_at: entry.first_window_starts_at,
        unit_id,
        central_party_id,
        payout_threshold: entry.payout_threshold.minor(),
        carried_cycles_max: entry.carried_cycles_max,
        remittance_due_days: entry.remittance_due_days,
        lateness_max_days: entry.lateness_max_days,
        after_suspension: entry.after_suspension.code(),
        payout_priority: entry
            .payout_priority
            .as_ref()
            .map(|kinds| kinds.iter().map(|kind| kind.code()).collect()),
        contact: entry.contact.clone(),
        verification_url: entry.verification_url.clone(),
    }
}
