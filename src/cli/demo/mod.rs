//! `daftar demo`: a network modelled on Iran's, settled cycle by cycle through the use cases that production has, then
//! served. Never here: anything that production has not.

mod catalogue;
mod clerks;
mod counters;
mod diary;
mod founding;
mod geography;
mod iban;
mod parties;
mod payments;
mod people;
mod post;
mod steps;
mod story;
mod tariffs;
mod traffic;
mod turns;
mod welcome;

use std::net::SocketAddr;
use std::path::Path;

use chrono::{DateTime, Utc};
use clap::Args;

use self::diary::{Diary, Told};
use self::people::People;
use self::steps::{Steps, must_go_on};
use self::story::{Span, Teller};
use super::acting::connected;
use super::serve::{require_free, serve_on};
use super::{output, unavailable, verify};
use crate::domain::originator::Originator;
use crate::domain::zone::day_of;
use crate::host::configuration::Configuration;
use crate::host::postgres::{Held, Purpose, tell_alone};
use crate::host::signal::EndWished;
use crate::host::{self, Host, clock};
use crate::jobs::files::timetable;
use crate::usecases::reading::stock::count_stock;
use crate::usecases::verify_books::Extent;
use crate::usecases::{Done, Failure};
use crate::web::server::Listening;

/// The same network and the same traffic on every machine.
const SEED: u64 = 1405;

/// Found the network, tell its three months, mail the last statements, verify, and serve.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Do not serve: end when all is done.
    #[arg(long)]
    once: bool,
    /// Address and port; port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

pub async fn demo(args: &DemoArgs, configuration: Configuration) -> Done<String> {
    require_own_database(&configuration)?;
    let end = EndWished::listen().map_err(|error| Failure::Internal(error.to_string()))?;
    let configuration = Configuration {
        listen: args.listen.unwrap_or(configuration.listen),
        // Its addressees are invented, and may be somebody.
        smtp: None,
        ..configuration
    };
    let listening = Listening {
        address: configuration.listen,
        workers: configuration.workers,
    };
    let purpose = if args.once {
        Purpose::Command
    } else {
        Purpose::Serve
    };
    let alone = tell_alone(&configuration.data_dir).map_err(unavailable)?;
    let host = host::start(configuration, purpose).await.map_err(unavailable)?;
    let done = tell_and_serve(args, &host, listening, alone, end).await;
    host.stop().await.map_err(unavailable)?;
    done
}

/// What is booked stays for good: the demo's books never get into a database that serves something else.
fn require_own_database(configuration: &Configuration) -> Done<()> {
    match configuration.database_url {
        None => Ok(()),
        Some(_) => Err(Failure::invalid(
            "DATABASE_URL",
            "a_demo_keeps_its_own_postgresql",
            "what the demo books can never be taken out again: unset DATABASE_URL",
        )),
    }
}

/// A data directory in which no demo was begun may be somebody's own.
async fn require_empty_register(host: &Host) -> Done<()> {
    let mut conn = connected(host).await?;
    let stock = count_stock(&mut conn, &Originator::host()).await?;
    if stock.offices == 0 {
        return Ok(());
    }
    Err(Failure::conflict(
        "a_demo_begins_with_an_empty_register",
        not_ours(&host.configuration.data_dir, host.place_outside()),
    ))
}

/// `outside`: where the books lie, if that is not in the data directory, with which they do not go away.
fn not_ours(data_dir: &Path, outside: Option<&Path>) -> String {
    let told = "there are offices here that no demo founded: give it a folder of its own by --data-dir";
    match outside {
        None => told.to_owned(),
        Some(place) => format!(
            "{told}. The books of this one lie outside of it: if they are those of a demo whose folder was removed, remove \
             both to begin anew: rm -rf {} {}",
            data_dir.display(),
            place.display()
        ),
    }
}

/// `alone`: held until all is told.
async fn tell_and_serve(
    args: &DemoArgs,
    host: &Host,
    listening: Listening,
    alone: Held,
    mut end: EndWished,
) -> Done<String> {
    let now = clock::now();
    if !args.once {
        require_free(listening.address)?;
    }
    let summary = tell_story(host, now, &mut end).await?;
    drop(alone);
    if args.once {
        return Ok(summary);
    }
    output::say(&summary);
    let tokens = welcome::tokens(host, now).await?;
    let timetable = timetable(None)?;
    let mailbox = host.configuration.mailbox_dir();
    let announce = |address| output::say(&welcome::text(address, &tokens, &mailbox, clock::now()));
    serve_on(host, Some(timetable), listening, end, announce).await
}

/// Tells what is not told yet, and says what there is now.
async fn tell_story(host: &Host, now: DateTime<Utc>, end: &mut EndWished) -> Done<String> {
    let diary = Diary::in_folder(&host.configuration.data_dir);
    let mut told = if let Some(told) = diary.read()? {
        told
    } else {
        require_empty_register(host).await?;
        Told::nothing_of(Span {
            first: founding::first_day(now)?,
            last: day_of(founding::ZONE, now),
        })
    };
    tell_days(host, now, &diary, &mut told, end).await?;
    post::mail_statements(host, end).await?;
    must_go_on(end)?;
    let verified = verify::verify(&host.pool, Extent::All, None).await?;
    if !verified.agrees {
        return Err(Failure::conflict("the_books_agree", "run `daftar verify --all`"));
    }
    welcome::summary(host, &verified).await
}

async fn tell_days(
    host: &Host,
    now: DateTime<Utc>,
    diary: &Diary,
    told: &mut Told,
    end: &mut EndWished,
) -> Done<()> {
    if told.until == Some(told.last) {
        return Ok(());
    }
    let mut conn = connected(host).await?;
    let offices = geography::offices(SEED);
    diary.write(told)?;
    let people = found(&mut conn, told, &offices, &verification_url(host), end).await?;
    let teller = Teller::new(host, &people, &offices, told.story(), now);
    let rest = told.rest();
    let mut steps = Steps::new("days of the story", rest.days().count(), end);
    let mut evenings = counters::evenings(rest);
    for day in rest.days() {
        steps.begin()?;
        let gone = || Failure::Internal("no evening was worked out".to_owned());
        let evening = evenings.recv().await.ok_or_else(gone)??;
        teller.tell(&mut conn, day, evening).await?;
        told.until = Some(day);
        diary.write(told)?;
    }
    drop(steps);
    must_go_on(end)
}

/// Where the demo's own server checks codes, unless it takes a free port.
fn verification_url(host: &Host) -> String {
    format!("http://{}/verify", host.configuration.listen)
}

async fn found(
    conn: &mut crate::usecases::Connection,
    told: &Told,
    offices: &[geography::PlannedOffice],
    verification_url: &str,
    end: &mut EndWished,
) -> Done<People> {
    if told.until.is_some() {
        return People::of(conn).await;
    }
    let people = founding::found(conn, told.first, offices, verification_url, end).await?;
    tariffs::publish_first(conn, &people, told.first, end).await?;
    Ok(people)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn books_that_did_not_go_with_their_data_directory_are_told_with_what_is_to_be_removed() {
        let (data_dir, outside) = (Path::new("data"), Path::new("/var/lib/daftar/1405"));
        assert!(!not_ours(data_dir, None).contains("rm "));
        let told = not_ours(data_dir, Some(outside));
        assert!(told.ends_with("rm -rf data /var/lib/daftar/1405"), "{told}");
    }
}
