//! `daftar licence`: decisions about an office's licence, and who plays its roles. Never here: what they do to its money (see `domain::licence`).

use clap::{Args, Subcommand};

use super::acting::{Acting, connected};
use super::output;
use crate::host::{Host, clock};
use crate::usecases::Done;
use crate::usecases::reading::moment::Moment;
use crate::usecases::register::binding::{BindingEntry, BoundRoles, bind_roles};
use crate::usecases::register::licence::{
    LicenceEventEntry, LicenceEventKind, OfficeRoles, RecordedLicenceEvent, record_licence_event,
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
    /// Lift what was decided before, in the licences before too that are suspended or restricted by the same decision; what was held
    /// is released. What was lifted already, or is to be, can be lifted from an earlier moment on.
    Reinstate(DecisionArgs),
    /// Take the licence away.
    Revoke(DecisionArgs),
    /// The office gives its licence back.
    Surrender(DecisionArgs),
    /// Other parties play the office's roles from then on: a transfer to another owner, or a relocation. A municipality or
    /// treasury that is left out stays as it is, and what was booked keeps who played the roles then.
    Bind(BindArgs),
}

#[derive(Debug, Args)]
struct BindArgs {
    /// Code of the office.
    office: String,
    #[arg(long, value_name = "CODE")]
    network: String,
    /// Code of the party that earns as the office from then on.
    #[arg(long, value_name = "CODE")]
    licensee: String,
    #[arg(long, value_name = "CODE")]
    municipality: Option<String>,
    #[arg(long, value_name = "CODE")]
    provincial_treasury: Option<String>,
    /// From when, before or after now: a moment (RFC 3339), or a day in either calendar, as the network counts days.
    #[arg(long, value_name = "TIME")]
    from: Moment,
    /// Its reference, such as the number of the letter.
    #[arg(long, value_name = "REFERENCE")]
    decision: String,
    /// Who decided.
    #[arg(long, value_name = "NAME")]
    body: String,
    #[command(flatten)]
    acting: Acting,
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
        LicenceVerb::Bind(asked) => return bind(asked, args.json, host).await,
    };
    let mut conn = connected(host).await?;
    let by = asked.acting.person(&mut conn).await?;
    let entry = asked.entry(kind);
    let recorded = record_licence_event(&mut conn, &by, clock::now(), &entry).await?;
    Ok(output::answer(args.json, &recorded, told))
}

async fn bind(asked: &BindArgs, as_json: bool, host: &Host) -> Done<String> {
    let mut conn = connected(host).await?;
    let by = asked.acting.person(&mut conn).await?;
    let entry = BindingEntry {
        office: asked.office.clone(),
        network: asked.network.clone(),
        roles: OfficeRoles {
            licensee: asked.licensee.clone(),
            municipality: asked.municipality.clone(),
            provincial_treasury: asked.provincial_treasury.clone(),
        },
        valid_from: asked.from,
        deciding_body: asked.body.clone(),
        decision: asked.decision.clone(),
    };
    let bound = bind_roles(&mut conn, &by, clock::now(), &entry).await?;
    Ok(output::answer(as_json, &bound, bound_text))
}

fn bound_text(bound: &BoundRoles) -> String {
    let how = if bound.repeated {
        "was bound before"
    } else {
        "is bound"
    };
    let until = bound.valid_until.map_or_else(
        || "on".to_owned(),
        |until| format!("until {until}, when a change of before takes effect"),
    );
    let nobody = || "nobody".to_owned();
    format!(
        "{} in {} {how} from {} {until}: licensee {}, municipality {}, provincial treasury {} ({})",
        bound.office,
        bound.network,
        bound.valid_from,
        bound.licensee,
        bound.municipality.clone().unwrap_or_else(nobody),
        bound.provincial_treasury.clone().unwrap_or_else(nobody),
        bound.known_from
    )
}

impl DecisionArgs {
    fn entry(&self, kind: LicenceEventKind) -> LicenceEventEntry {
        LicenceEventEntry {
            office: self.office.clone(),
            network: self.network.clone(),
            kind,
            effective_at: self.from,
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
    let reaching = match recorded.terms {
        1 => String::new(),
        terms => format!(", reaching {terms} licences of the office"),
    };
    format!(
        "{} in {}: {} from {} on by decision {} {how} ({}){reaching}",
        recorded.office,
        recorded.network,
        recorded.kind.code(),
        recorded.effective_at,
        recorded.decision,
        recorded.recorded_at
    )
}
