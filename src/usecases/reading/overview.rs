//! What is running, told to whoever comes by: no names of people, no money. Never here: anything that needs a token.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::standing::{LicenceState, state_at};
use crate::documents::dates;
use crate::domain::digits::in_digits_of;
use crate::domain::language::Language;
use crate::domain::outbox::MailState;
use crate::store::Connection;
use crate::store::network::{NetworkRow, networks_with_versions};
use crate::store::reading::licence::{EventRow, events_of, licences_with_decisions};
use crate::store::reading::overview::{
    FollowedJobRow, MailCountRow, NetworkStandingRow, database_version, followed_jobs, mail_counts,
    network_standings,
};
use crate::usecases::booking::schedule_of;
use crate::usecases::register_worker::UNSEEN_SECS_MAX;
use crate::usecases::{Done, Failure};

/// Texts are in the reader's language, dates in its calendar, numbers in its digits.
#[derive(Clone, Debug)]
pub struct Overview {
    pub database: String,
    pub networks: Vec<NetworkStanding>,
    /// Of the timetable that servers follow now; none while no server runs jobs.
    pub jobs: Vec<JobStanding>,
    pub mails: Vec<MailCount>,
}

#[derive(Clone, Debug)]
pub struct NetworkStanding {
    pub code: String,
    pub name: String,
    pub cycle: String,
    pub offices: String,
    /// Nothing before the network's first window.
    pub window: Option<RunningWindow>,
    /// Windows that have ended and are not settled; nothing when there are none.
    pub unsettled: Option<String>,
    pub settled: Option<LastSettlement>,
}

#[derive(Clone, Debug)]
pub struct RunningWindow {
    pub period: String,
    pub ends_at: String,
    /// How much of it has passed, in percent.
    pub passed: u8,
}

#[derive(Clone, Debug)]
pub struct LastSettlement {
    pub period: String,
    pub approved_at: String,
}

#[derive(Clone, Debug)]
pub struct JobStanding {
    pub job: String,
    /// Nothing while it has not run.
    pub newest: Option<NewestRun>,
}

#[derive(Clone, Debug)]
pub struct NewestRun {
    /// `running`, `succeeded`, `failed` or `lapsed`.
    pub state: String,
    pub at: String,
}

#[derive(Clone, Debug)]
pub struct MailCount {
    /// `queued`, `sending`, `accepted`, `failed` or `unknown`.
    pub state: String,
    /// `100000+` of accepted ones that are as many or more.
    pub count: String,
}

/// So many accepted mails are counted: they grow for ever, and anybody may ask.
const ACCEPTED_COUNTED_MAX: i64 = 100_000;

/// Moments of jobs are told on the clock of the first network, or in UTC where there is none.
pub async fn show_overview(conn: &mut Connection, at: DateTime<Utc>, language: Language) -> Done<Overview> {
    let networks: Vec<NetworkRow> = networks_with_versions(conn)
        .await?
        .into_iter()
        .map(|(row, _)| row)
        .collect();
    let mut standings = network_standings(conn, at).await?;
    let restricted = restricted_offices(conn, at).await?;
    for standing in &mut standings {
        let of_network = |network: &&NetworkRow| network.id == standing.id;
        let network = networks.iter().find(of_network).map(|network| &network.code);
        let restricted = network.and_then(|code| restricted.get(code));
        standing.offices -= restricted.copied().unwrap_or(0);
    }
    let zone = networks.first().map_or(Tz::UTC, |network| network.time_zone);
    let jobs = followed_jobs(conn, at - TimeDelta::seconds(UNSEEN_SECS_MAX)).await?;
    let mails = mail_counts(conn, ACCEPTED_COUNTED_MAX).await?;
    Ok(Overview {
        database: database_version(conn).await?,
        networks: standings
            .into_iter()
            .map(|row| network_standing(row, &networks, at, language))
            .collect::<Done<_>>()?,
        jobs: jobs
            .into_iter()
            .map(|row| job_standing(row, zone, language))
            .collect(),
        mails: mails
            .into_iter()
            .map(|row| MailCount {
                count: mails_counted(&row, language),
                state: row.state,
            })
            .collect(),
    })
}

fn mails_counted(row: &MailCountRow, language: Language) -> String {
    let all = number(row.mails, language);
    let is_more = row.state == MailState::Accepted.code() && row.mails == ACCEPTED_COUNTED_MAX;
    if is_more { format!("{all}+") } else { all }
}

/// How many offices of each network have a licence whose term runs and which is suspended, revoked or surrendered.
async fn restricted_offices(conn: &mut Connection, at: DateTime<Utc>) -> Done<HashMap<String, i64>> {
    let licences = licences_with_decisions(conn, at).await?;
    let ids: Vec<i32> = licences.iter().map(|licence| licence.id).collect();
    let events = events_of(conn, &ids).await?;
    let mut of_licence: HashMap<i32, Vec<&EventRow>> = HashMap::new();
    for event in &events {
        of_licence.entry(event.licence_id).or_default().push(event);
    }
    let mut restricted: HashMap<String, i64> = HashMap::new();
    for licence in licences {
        let own = of_licence.remove(&licence.id).unwrap_or_default();
        if state_at(&licence, &own, at)? != LicenceState::Active {
            *restricted.entry(licence.network).or_default() += 1;
        }
    }
    Ok(restricted)
}

fn network_standing(
    row: NetworkStandingRow,
    networks: &[NetworkRow],
    at: DateTime<Utc>,
    language: Language,
) -> Done<NetworkStanding> {
    let network = networks
        .iter()
        .find(|network| network.id == row.id)
        .ok_or_else(|| Failure::Internal(format!("network {} came and went", row.id)))?;
    let settled = row.settled_period.zip(row.settled_at);
    Ok(NetworkStanding {
        code: network.code.clone(),
        name: match language {
            Language::Fa => row.name_fa,
            Language::En => row.name_en,
        },
        cycle: row.cycle,
        offices: number(row.offices, language),
        window: running_window(network, at, language),
        unsettled: (row.unsettled > 0).then(|| number(row.unsettled, language)),
        settled: settled.map(|(period, approved_at)| LastSettlement {
            period: dates::period(&period, language),
            approved_at: dates::moment(approved_at, network.time_zone, language),
        }),
    })
}

fn running_window(network: &NetworkRow, at: DateTime<Utc>, language: Language) -> Option<RunningWindow> {
    let window = schedule_of(network).window_at(at).ok()?;
    let (passed, whole) = (
        (at - window.from).num_minutes(),
        (window.until - window.from).num_minutes(),
    );
    Some(RunningWindow {
        period: dates::period(&window.period.to_string(), language),
        ends_at: dates::moment(window.until, network.time_zone, language),
        passed: u8::try_from(passed * 100 / whole.max(1)).unwrap_or(100),
    })
}

fn job_standing(row: FollowedJobRow, zone: Tz, language: Language) -> JobStanding {
    JobStanding {
        job: row.job,
        newest: row.newest.map(|run| NewestRun {
            state: run.state,
            at: dates::moment(run.finished_at.unwrap_or(run.claimed_at), zone, language),
        }),
    }
}

fn number(count: i64, language: Language) -> String {
    in_digits_of(language, &count.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_mail_is_counted_up_to_a_limit_and_told_to_be_more() {
        for (state, mails, told) in [
            ("accepted", ACCEPTED_COUNTED_MAX - 1, "99999"),
            ("accepted", ACCEPTED_COUNTED_MAX, "100000+"),
            ("queued", ACCEPTED_COUNTED_MAX, "100000"),
        ] {
            let state = state.to_owned();
            assert_eq!(mails_counted(&MailCountRow { state, mails }, Language::En), told);
        }
    }
}
