//! Codes that a question names: known, or refused. Never here: what is asked of them.

use super::parties::find_party;
use super::settlements::find_settlement;
use crate::domain::originator::Originator;
use crate::domain::timetable::Work;
use crate::store::reading::network::{NetworkRow, all_networks};
use crate::store::reading::{job, office, service};
use crate::store::{Connection, worker};
use crate::usecases::{Done, Failure};

/// The network of this code, where one is named.
pub(super) fn network_named<'a>(
    networks: &'a [NetworkRow],
    code: Option<&str>,
) -> Done<Option<&'a NetworkRow>> {
    code.map(|code| network_among(networks, code)).transpose()
}

pub(in crate::usecases) fn network_among<'a>(networks: &'a [NetworkRow], code: &str) -> Done<&'a NetworkRow> {
    let found = networks.iter().find(|network| network.code == code);
    found.ok_or_else(|| unknown_network(networks.iter().map(|network| network.code.as_str()), code))
}

pub(in crate::usecases) fn unknown_network<'a>(known: impl Iterator<Item = &'a str>, code: &str) -> Failure {
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    let told = format!("there is no network `{code}`; {}", among(&known));
    Failure::invalid("network", "network_is_known", told)
}

pub(in crate::usecases) async fn network_is_known(conn: &mut Connection, code: Option<&str>) -> Done<()> {
    if code.is_some() {
        network_named(&all_networks(conn).await?, code)?;
    }
    Ok(())
}

/// To one who acts for a party no other is known.
pub(in crate::usecases) async fn party_is_known(
    conn: &mut Connection,
    by: &Originator,
    code: Option<&str>,
) -> Done<()> {
    let Some(code) = code else { return Ok(()) };
    match find_party(conn, by, code).await {
        Ok(_) => Ok(()),
        Err(Failure::NotFound(_)) => Err(unknown("party", code)),
        Err(failure) => Err(failure),
    }
}

pub(super) async fn agency_is_known(conn: &mut Connection, code: Option<&str>) -> Done<()> {
    match code {
        Some(code) if !service::has_agency(conn, code).await? => Err(unknown("agency", code)),
        Some(_) | None => Ok(()),
    }
}

pub(super) async fn service_is_known(conn: &mut Connection, code: Option<&str>) -> Done<()> {
    match code {
        Some(code) if !service::has_service(conn, code).await? => Err(unknown("service", code)),
        Some(_) | None => Ok(()),
    }
}

/// To one who acts for a party, one in which it has a position.
pub(super) async fn settlement_is_known(conn: &mut Connection, by: &Originator, id: Option<i32>) -> Done<()> {
    let Some(id) = id else { return Ok(()) };
    match find_settlement(conn, by, id).await {
        Ok(_) => Ok(()),
        Err(Failure::NotFound(_)) => Err(unknown("settlement", &id.to_string())),
        Err(failure) => Err(failure),
    }
}

/// A province is known by its offices.
pub(super) async fn province_is_known(conn: &mut Connection, name: Option<&str>) -> Done<()> {
    match name {
        Some(name) if !office::stands_in(conn, name).await? => {
            let told = format!("no office stands in a province `{name}`");
            Err(Failure::invalid("province", "province_is_known", told))
        }
        Some(_) | None => Ok(()),
    }
}

/// A job of the timetable that comes with the program, of one that a server follows or whoever asks has, or one that has
/// run here.
pub(super) async fn job_is_known(conn: &mut Connection, name: Option<&str>, own: &[String]) -> Done<()> {
    let Some(name) = name else { return Ok(()) };
    let mut known: Vec<String> = Work::ALL.map(|work| work.code().to_owned()).into();
    known.extend_from_slice(own);
    known.extend(worker::jobs_followed(conn).await?);
    known.extend(job::jobs_that_ran(conn).await?);
    if known.iter().any(|job| job == name) {
        return Ok(());
    }
    known.sort();
    known.dedup();
    let told = format!("there is no job `{name}`; {}", among(&known));
    Err(Failure::invalid("job", "job_is_known", told))
}

pub(in crate::usecases) fn unknown(noun: &str, code: &str) -> Failure {
    let told = format!("there is no {noun} `{code}`");
    Failure::invalid(noun, format!("{noun}_is_known"), told)
}

fn among<T: AsRef<str>>(known: &[T]) -> String {
    if known.is_empty() {
        return "none is registered yet".to_owned();
    }
    let known: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
    format!("known: {}", known.join(", "))
}
