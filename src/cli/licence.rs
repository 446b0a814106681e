//! `daftar licence`: decisions about an office's licence. Never here: what they do to its money (see `domain::licence`).

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

use super::acting::{Acting, connected};
use super::output;
use crate::host::{Host, clock};
use crate::usecases::Done;
use crate::usecases::reading::moment::{Moment, instant_in};
use crate::usecases::register::licence::{
    LicenceEventEntry, LicenceEventKind, RecordedLicenceEvent, record_licence_event,
};

/// Decisions about licences.
#[derive(Debug, Args)]
pub struct LicenceArgs {
    /// Answer in JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: LicenceVerb,
}

#[derive(Debug, Subcommand)]
enum LicenceVerb {
    /// From then on the office may not serve; backdated, what it earned in between is held.
    Suspend(DecisionArgs),
    /// Lift what was decided before; what was held is released.
    Reinstate(DecisionArgs),
    /// Take the licence away.
    Revoke(DecisionArgs),
    /// The office gives its licence back.
    Surrender(DecisionArgs),
}

#[derive(Debug, Args)]
struct DecisionArgs {
    /// Code of the office.
    office: String,
    #[arg(long, value_name = "CODE")]
    network: String,
    /// When the decision takes effect, before or after now: a moment (RFC 3339), or a day in either calendar, as the network
    /// counts days.
    #[arg(long, value_name = "TIME")]
    from: Moment,
    /// Its reference, such as the number of the letter.
    #[arg(long, value_name = "REFERENCE")]
    decision: String,
    /// Who decided.
    #[arg(long, value_name = "NAME")]
    body: String,
    /// Code of the instrument that it rests on.
    #[arg(long, value_name = "CODE")]
    instrument: Option<String>,
    #[arg(long, value_name = "TEXT")]
    evidence: Option<String>,
    #[command(flatten)]
    acting: Acting,
}

pub async fn carry_out(args: &LicenceArgs, host: &Host) -> Done<String> {
    let (kind, asked) = match &args.verb {
        LicenceVerb::Suspend(asked) => (LicenceEventKind::Suspended, asked),
        LicenceVerb::Reinstate(asked) => (LicenceEventKind::Reinstated, asked),
        LicenceVerb::Revoke(asked) => (LicenceEventKind::Revoked, asked),
        LicenceVerb::Surrender(asked) => (LicenceEventKind::Surrendered, asked),
    };
    let mut conn = connected(host).await?;
    let by = asked.acting.person(&mut conn).await?;
    let effective_at = instant_in(&mut conn, &asked.network, asked.from).await?;
    let entry = asked.entry(kind, effective_at);
    let recorded = record_licence_event(&mut conn, &by, clock::now(), &entry).await?;
    Ok(output::answer(args.json, &recorded, told))
}

impl DecisionArgs {
    fn entry(&self, kind: LicenceEventKind, effective_at: DateTime<Utc>) -> LicenceEventEntry {
        LicenceEventEntry {
            office: self.office.clone(),
            network: self.network.clone(),
            kind,
            effective_at,
            deciding_body: self.body.clone(),
            decision: self.decision.clone(),
            instrument: self.instrument.clone(),
            evidence: self.evidence.clone(),
        }
    }
}

fn told(recorded: &RecordedLicenceEvent) -> String {
    let how = if recorded.repeated {
        "was recorded before"
    } else {
        "is recorded"
    };
    format!(
        "{} in {}: {} from {} on by decision {} {how} ({})",
        recorded.office,
        recorded.network,
        recorded.kind.code(),
        recorded.effective_at,
        recorded.decision,
        recorded.recorded_at
    )
}
