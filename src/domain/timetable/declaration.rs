//! One job as its file declares it, checked. Never here: which slot it takes (see `turn`).

use std::fmt;
use std::ops::RangeInclusive;

use chrono::Duration;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::slots::{CatchUp, Slots};

/// What a job does at a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    CloseWindows,
    ProposeSettlements,
    ReleasePayouts,
    RemindLicenceExpiry,
    SendMail,
    VerifyBooks,
}

/// A job whose file was checked.
#[derive(Clone, Debug)]
pub struct Job {
    /// The name of its file without `.toml`.
    pub name: String,
    pub runs: Work,
    pub cron: String,
    pub slots: Slots,
    pub catch_up: CatchUp,
    pub on_failure: OnFailure,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnFailure {
    /// Attempts at one slot, the first included.
    pub attempts_max: i16,
    pub wait: Duration,
}

/// One thing wrong with one file of the timetable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimetableFault {
    pub file: String,
    pub field: String,
    pub reason: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    runs: Work,
    cron: String,
    time_zone: String,
    catch_up: CatchUp,
    on_failure: DeclaredOnFailure,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredOnFailure {
    attempts: i16,
    wait_minutes: i64,
}

const ATTEMPTS: RangeInclusive<i16> = 1..=20;
const WAIT_MINUTES: RangeInclusive<i64> = 0..=1_440;

impl Work {
    pub const ALL: [Self; 6] = [
        Self::CloseWindows,
        Self::ProposeSettlements,
        Self::ReleasePayouts,
        Self::RemindLicenceExpiry,
        Self::SendMail,
        Self::VerifyBooks,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::CloseWindows => "close-windows",
            Self::ProposeSettlements => "propose-settlements",
            Self::ReleasePayouts => "release-payouts",
            Self::RemindLicenceExpiry => "remind-licence-expiry",
            Self::SendMail => "send-mail",
            Self::VerifyBooks => "verify-books",
        }
    }

    /// Whether the slot tells the job what to do, so that no missed one may be left out.
    pub const fn takes_slot(self) -> bool {
        match self {
            Self::VerifyBooks => true,
            Self::CloseWindows
            | Self::ProposeSettlements
            | Self::ReleasePayouts
            | Self::RemindLicenceExpiry
            | Self::SendMail => false,
        }
    }
}

impl Job {
    pub(super) fn parse(name: &str, text: &str) -> Result<Self, Vec<TimetableFault>> {
        let declared: Declared =
            toml::from_str(text).map_err(|e| vec![TimetableFault::new(name, "", in_one_line(&e))])?;
        let mut faults = Vec::new();
        let slots = slots_of(&declared).unwrap_or_else(|(field, reason)| {
            faults.push(TimetableFault::new(name, field, reason));
            None
        });
        faults.extend(out_of_range(name, &declared));
        faults.extend(wrong_catch_up(name, &declared));
        match slots {
            Some(slots) if faults.is_empty() => Ok(Self {
                name: name.to_owned(),
                runs: declared.runs,
                cron: declared.cron,
                slots,
                catch_up: declared.catch_up,
                on_failure: OnFailure {
                    attempts_max: declared.on_failure.attempts,
                    wait: Duration::minutes(declared.on_failure.wait_minutes),
                },
            }),
            Some(_) | None => Err(faults),
        }
    }

    /// What is declared, in one fixed form.
    pub(super) fn canonical(&self) -> String {
        format!(
            "{} {} [{}] {} {:?} {} {}",
            self.name,
            self.runs,
            self.cron,
            self.slots.zone(),
            self.catch_up,
            self.on_failure.attempts_max,
            self.on_failure.wait.num_seconds(),
        )
    }

    /// The code of the originator in whose name the job acts.
    pub fn originator_code(&self) -> String {
        format!("job.{}", self.name)
    }
}

fn slots_of(declared: &Declared) -> Result<Option<Slots>, (&'static str, String)> {
    let zone: Tz = declared.time_zone.parse().map_err(|_| {
        (
            "time_zone",
            format!(
                "`{}` is no IANA time zone, such as Asia/Tehran",
                declared.time_zone
            ),
        )
    })?;
    Slots::parse(&declared.cron, zone)
        .map(Some)
        .map_err(|e| ("cron", e.to_string()))
}

fn out_of_range(name: &str, declared: &Declared) -> Vec<TimetableFault> {
    let mut faults = Vec::new();
    let mut within = |field: &str, holds: bool, range: String| {
        if !holds {
            faults.push(TimetableFault::new(name, field, format!("must lie in {range}")));
        }
    };
    let failure = &declared.on_failure;
    within(
        "on_failure.attempts",
        ATTEMPTS.contains(&failure.attempts),
        format!("{ATTEMPTS:?}"),
    );
    within(
        "on_failure.wait_minutes",
        WAIT_MINUTES.contains(&failure.wait_minutes),
        format!("{WAIT_MINUTES:?}"),
    );
    faults
}

fn wrong_catch_up(name: &str, declared: &Declared) -> Option<TimetableFault> {
    let reason = match (declared.runs.takes_slot(), declared.catch_up) {
        (true, CatchUp::Latest) => "its slot is an input, so no slot may be left out: `each`",
        (false, CatchUp::Each) => {
            "it does whatever is due, so older slots have nothing of their own: `latest`"
        }
        (true, CatchUp::Each) | (false, CatchUp::Latest) => return None,
    };
    Some(TimetableFault::new(name, "catch_up", reason))
}

fn in_one_line(error: &toml::de::Error) -> String {
    error.message().replace('\n', "; ")
}

impl TimetableFault {
    pub fn new(file: impl Into<String>, field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            field: field.into(),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for TimetableFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}.toml: ", self.file)?;
        }
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.reason)
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "runs = \"send-mail\"\ncron = \"* * * * *\"\ntime_zone = \"UTC\"\n\
         catch_up = \"latest\"\n[on_failure]\nattempts = 3\nwait_minutes = 1\n";

    fn fault_of(text: &str) -> TimetableFault {
        Job::parse("mail", text).unwrap_err().remove(0)
    }

    #[test]
    fn a_file_that_is_right_is_a_job() {
        let job = Job::parse("mail", MAIL).unwrap();
        assert_eq!(
            (job.runs, job.originator_code().as_str()),
            (Work::SendMail, "job.mail")
        );
    }

    #[test]
    fn a_work_is_declared_by_its_code() {
        for work in Work::ALL {
            assert_eq!(serde_json::to_value(work).unwrap(), work.code());
        }
    }

    #[test]
    fn each_wrong_field_is_named_with_its_reason() {
        let cases = [
            ("* * * * *", "* * * *", "cron"),
            ("\"UTC\"", "\"Utopia\"", "time_zone"),
            ("attempts = 3", "attempts = 21", "on_failure.attempts"),
            ("wait_minutes = 1", "wait_minutes = -1", "on_failure.wait_minutes"),
            ("\"latest\"", "\"each\"", "catch_up"),
            ("\"send-mail\"", "\"verify-books\"", "catch_up"),
        ];
        for (right, wrong, field) in cases {
            assert_eq!(fault_of(&MAIL.replace(right, wrong)).field, field, "{wrong}");
        }
    }

    #[test]
    fn an_unknown_word_is_refused_with_those_that_are_known() {
        let unknown_work = fault_of(&MAIL.replace("send-mail", "post-letters"));
        assert!(unknown_work.reason.contains("`send-mail`"), "{unknown_work}");
        let unknown_field = fault_of(&format!("colour = 1\n{MAIL}"));
        assert!(unknown_field.reason.contains("colour"), "{unknown_field}");
    }
}
