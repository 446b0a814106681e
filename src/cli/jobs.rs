//! `daftar jobs`: the timetable for people, and running a job by hand. Never here: what a job does.

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, Subcommand};
use serde_json::json;
use tokio::sync::watch;

use super::acting::connected;
use super::list;
use super::output;
use crate::domain::originator::Originator;
use crate::domain::page::Asked;
use crate::domain::slots::CatchUp;
use crate::domain::timetable::{Job, Timetable};
use crate::host::Host;
use crate::host::clock;
use crate::host::signal::EndWished;
use crate::jobs::files::{TimetableRefused, timetable};
use crate::jobs::follow::{run_next, run_now};
use crate::jobs::{Jobs, Signal, is_stopped};
use crate::usecases::finish_slot::Outcome;
use crate::usecases::reading::jobs::{JobFilter, JobRunView, list_job_runs};
use crate::usecases::{Done, Failure};

/// The jobs that run by themselves.
#[derive(Debug, Args)]
pub struct JobsArgs {
    /// Folder whose *.toml files replace the embedded timetable.
    #[arg(long = "jobs", value_name = "DIR", global = true)]
    pub folder: Option<PathBuf>,
    /// Answer in JSON.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub verb: JobsVerb,
}

#[derive(Debug, Subcommand)]
pub enum JobsVerb {
    /// Every job with its timetable and its next slot.
    List,
    /// Read and check the timetable; tells everything that is wrong.
    Check,
    /// Run a job now: the slots that are due in order, or one of its own.
    Run { name: String },
    /// What ran, newest first; of all jobs, or of one.
    History {
        name: Option<String>,
        #[arg(long, default_value_t = 20, value_parser = list::rows())]
        limit: u32,
    },
}

impl JobsVerb {
    /// Whether it needs the database.
    pub const fn needs_host(&self) -> bool {
        match self {
            Self::List | Self::Check => false,
            Self::Run { .. } | Self::History { .. } => true,
        }
    }
}

/// `list` and `check`, which need no database. What they say, or what is wrong.
pub fn answer(args: &JobsArgs) -> Result<String, TimetableRefused> {
    let timetable = timetable(args.folder.as_deref())?;
    match &args.verb {
        JobsVerb::Check => Ok(checked(&timetable, args.json)),
        JobsVerb::List | JobsVerb::Run { .. } | JobsVerb::History { .. } => {
            Ok(list(&timetable, args.json, clock::now()))
        }
    }
}

/// `run` and `history`.
pub async fn carry_out(args: &JobsArgs, host: &Host) -> Done<String> {
    match &args.verb {
        JobsVerb::Run { name } => run(args, host, name).await,
        JobsVerb::History { name, limit } => history(args, host, name.as_deref(), *limit).await,
        JobsVerb::List | JobsVerb::Check => Ok(answer(args)?),
    }
}

fn checked(timetable: &Timetable, as_json: bool) -> String {
    let (count, digest) = (timetable.jobs().len(), hex::encode(timetable.digest()));
    if as_json {
        return json!({ "jobs": count, "digest": digest, "faults": [] }).to_string();
    }
    format!("{count} jobs are in order; digest {digest}")
}

fn list(timetable: &Timetable, as_json: bool, now: DateTime<Utc>) -> String {
    if as_json {
        let jobs: Vec<_> = timetable.jobs().iter().map(|job| as_value(job, now)).collect();
        return json!(jobs).to_string();
    }
    let mut text = format!(
        "{:<24}{:<40}{:<15}{:<10}next\n",
        "job", "cron", "time zone", "catch up"
    );
    for job in timetable.jobs() {
        let next = job.slots.next(now).map_or_else(String::new, local_time(job));
        let _ = writeln!(
            text,
            "{:<24}{:<40}{:<15}{:<10}{next}",
            job.name,
            job.cron,
            job.slots.zone().name(),
            catch_up(job)
        );
    }
    text
}

fn as_value(job: &Job, now: DateTime<Utc>) -> serde_json::Value {
    json!({
        "job": job.name,
        "runs": job.runs.code(),
        "cron": job.cron,
        "time_zone": job.slots.zone().name(),
        "catch_up": catch_up(job),
        "attempts": job.on_failure.attempts_max,
        "wait_minutes": job.on_failure.wait.num_minutes(),
        "next": job.slots.next(now),
    })
}

fn local_time(job: &Job) -> impl Fn(DateTime<Utc>) -> String {
    let zone = job.slots.zone();
    move |at| at.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z").to_string()
}

const fn catch_up(job: &Job) -> &'static str {
    match job.catch_up {
        CatchUp::Each => "each",
        CatchUp::Latest => "latest",
    }
}

async fn run(args: &JobsArgs, host: &Host, name: &str) -> Done<String> {
    let jobs = Jobs::on(host, timetable(args.folder.as_deref())?, "command");
    let job = jobs
        .timetable
        .job(name)
        .cloned()
        .ok_or_else(|| unknown(&jobs, name))?;
    let jobs = Arc::new(jobs);
    jobs.register().await?;
    let told = run_until_end_is_wished(&jobs, &job).await;
    jobs.leave().await?;
    let outcomes = told?;
    let told: Vec<String> = outcomes.iter().map(ToString::to_string).collect();
    let said = if args.json {
        json!({ "job": name, "runs": told }).to_string()
    } else {
        told.join("\n")
    };
    succeeded(name, &outcomes)
        .map(|()| said.clone())
        .inspect_err(|_| {
            output::say(&said);
        })
}

fn succeeded(name: &str, outcomes: &[Outcome]) -> Done<()> {
    let ended = outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Succeeded(_) => None,
        Outcome::Failed(_) => Some("has failed"),
        Outcome::Stopped(_) => Some("was stopped"),
    });
    match ended {
        None => Ok(()),
        Some(ended) => Err(Failure::conflict("every_run_succeeds", format!("{name} {ended}"))),
    }
}

/// The first wish that the process ends waits for the step that runs, the second for nothing.
async fn run_until_end_is_wished(jobs: &Arc<Jobs>, job: &Job) -> Done<Vec<Outcome>> {
    let mut end = EndWished::listen().map_err(|error| Failure::Internal(error.to_string()))?;
    let (signal, heard) = watch::channel(Signal::Tick(0));
    let wished_twice = async {
        let wish = end.heard().await;
        tracing::warn!(
            wish,
            "ending with the step that runs; the next wish breaks it off"
        );
        signal.send_replace(Signal::Stop);
        end.heard().await
    };
    tokio::select! {
        outcomes = run_due_or_now(jobs, job, &heard) => outcomes,
        wish = wished_twice => Err(Failure::Unavailable(format!("{wish}: the run was broken off"))),
    }
}

async fn run_due_or_now(jobs: &Arc<Jobs>, job: &Job, heard: &watch::Receiver<Signal>) -> Done<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    while !is_stopped(heard)
        && let Some(outcome) = run_next(jobs, job, heard).await?
    {
        outcomes.push(outcome);
    }
    if outcomes.is_empty() {
        outcomes.push(run_now(jobs, job, heard).await?);
    }
    Ok(outcomes)
}

fn unknown(jobs: &Jobs, name: &str) -> Failure {
    let known: Vec<&str> = jobs
        .timetable
        .jobs()
        .iter()
        .map(|job| job.name.as_str())
        .collect();
    Failure::not_found("job", format!("{name}; there are {}", known.join(", ")))
}

async fn history(args: &JobsArgs, host: &Host, name: Option<&str>, limit: u32) -> Done<String> {
    let timetable = timetable(args.folder.as_deref())?;
    let filter = JobFilter {
        job: name.map(str::to_owned),
        own_jobs: timetable.jobs().iter().map(|job| job.name.clone()).collect(),
    };
    let mut conn = connected(host).await?;
    let asked = Asked::first(limit);
    let found = list_job_runs(&mut conn, &Originator::host(), &filter, &asked).await?;
    Ok(output::answer(args.json, found.items.as_slice(), history_text))
}

fn history_text(runs: &[JobRunView]) -> String {
    let mut text = format!("{:<24}{:<22}{:<11}{:<4}outcome\n", "job", "slot", "state", "try");
    for run in runs {
        let slot = run.slot.to_rfc3339_opts(SecondsFormat::Secs, true);
        let _ = writeln!(
            text,
            "{:<24}{slot:<22}{:<11}{:<4}{}{}",
            run.job,
            run.state,
            run.attempts,
            if run.by_hand { "by hand: " } else { "" },
            run.outcome
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(verb: JobsVerb) -> JobsArgs {
        JobsArgs {
            folder: None,
            json: false,
            verb,
        }
    }

    #[test]
    fn the_list_names_every_job_with_its_timetable() {
        let text = list(
            &timetable(None).unwrap(),
            false,
            "2026-11-24T00:00:00Z".parse().unwrap(),
        );
        assert!(text.contains("verify-books"), "{text}");
        assert!(text.contains("2026-11-25 02:30 +0330"), "{text}");
    }

    #[test]
    fn one_failed_run_is_a_failure_of_the_command() {
        let good = || Outcome::Succeeded("did".to_owned());
        assert!(succeeded("x", &[good(), good()]).is_ok());
        for other in [Outcome::Failed, Outcome::Stopped] {
            assert!(succeeded("x", &[good(), other("broke".to_owned())]).is_err());
        }
    }

    #[test]
    fn checking_tells_how_many_jobs_are_in_order() {
        assert!(
            answer(&args(JobsVerb::Check))
                .unwrap()
                .starts_with("6 jobs are in order")
        );
    }
}
