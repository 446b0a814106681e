//! `daftar settle`: previews, proposes, approves and rejects settlements. Never here: what one comes to (see
//! `domain::settlement`).

use std::fmt::Write;

use clap::{Args, Subcommand};

use super::acting::{Acting, connected};
use super::output;
use crate::domain::digits::grouped;
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::host::Host;
use crate::host::clock;
use crate::usecases::Done;
use crate::usecases::approve_settlement::{ApprovedSettlement, approve_settlement};
use crate::usecases::preview_settlement::{
    PreviewedPosition, QueryLimit, SettlementPreview, UnitTotals, preview_settlement,
};
use crate::usecases::propose_settlement::{ProposedSettlement, propose_settlement};
use crate::usecases::reject_settlement::reject_settlement;

/// Settlements: preview, propose, approve, reject.
#[derive(Debug, Args)]
pub struct SettleArgs {
    /// Answer in JSON.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub verb: SettleVerb,
}

#[derive(Debug, Subcommand)]
pub enum SettleVerb {
    /// What the next settlement of a network comes to, each party against the cycle before. Changes nothing.
    Preview {
        network: String,
        /// Id of the window; the earliest that is not settled when left out.
        #[arg(long)]
        window: Option<i32>,
    },
    /// Propose the settlement of a network's next sealed window.
    Propose {
        network: String,
        #[arg(long)]
        window: Option<i32>,
        #[command(flatten)]
        acting: Acting,
    },
    /// Approve a proposed settlement; another person than its maker does.
    Approve {
        id: i32,
        #[command(flatten)]
        acting: Acting,
    },
    /// Reject a proposed settlement, so that it is proposed anew.
    Reject {
        id: i32,
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        acting: Acting,
    },
}

pub async fn carry_out(args: &SettleArgs, host: &Host) -> Done<String> {
    let mut conn = connected(host).await?;
    let now = clock::now();
    match &args.verb {
        SettleVerb::Preview { network, window } => {
            let (by, limit) = (Originator::host(), QueryLimit::Long);
            let preview = preview_settlement(&mut conn, &by, now, network, *window, limit).await?;
            Ok(output::answer(args.json, &preview, preview_text))
        }
        SettleVerb::Propose {
            network,
            window,
            acting,
        } => {
            let by = acting.person(&mut conn).await?;
            let proposed = propose_settlement(&mut conn, &by, now, network, *window).await?;
            Ok(output::answer(args.json, &proposed, proposed_text))
        }
        SettleVerb::Approve { id, acting } => {
            let by = acting.person(&mut conn).await?;
            let approved = approve_settlement(&mut conn, &by, now, *id).await?;
            Ok(output::answer(args.json, &approved, approved_text))
        }
        SettleVerb::Reject { id, reason, acting } => {
            let by = acting.person(&mut conn).await?;
            let rejected = reject_settlement(&mut conn, &by, now, *id, reason).await?;
            Ok(output::answer(args.json, &rejected, |rejected| {
                format!("rejected settlement {id}: {}", rejected.reason)
            }))
        }
    }
}

fn preview_text(preview: &SettlementPreview) -> String {
    let source = if preview.sealed {
        "sealed"
    } else {
        "not sealed: from the transactions booked until now"
    };
    let mut text = format!(
        "{} {} ({source})\n{} to {}\ndigest {}\n",
        preview.network, preview.period, preview.starts_at, preview.ends_at, preview.digest
    );
    for totals in &preview.totals {
        totals_text(&mut text, totals);
    }
    let _ = writeln!(
        text,
        "\n{:<24}{:>16}{:>16}{:>16}{:>14}{:>14}{:>16}{:>16}{:>16}  notes",
        "party", "opening", "earned", "collected", "came in", "held", "paid", "closing", "paid before"
    );
    for position in &preview.positions {
        position_text(&mut text, position);
    }
    text
}

fn totals_text(text: &mut String, totals: &UnitTotals) {
    let _ = writeln!(
        text,
        "{}: opening {}  earned {}  collected {}  remitted {}  returned {}  held {}\n     \
         {} payouts of {}  {} demands of {}, all owed {}  closing {}",
        totals.unit,
        amount_text(totals.opening),
        amount_text(totals.earned),
        amount_text(totals.collected),
        amount_text(totals.remitted),
        amount_text(totals.returned),
        amount_text(totals.held),
        totals.payouts,
        amount_text(totals.paid),
        totals.demands,
        amount_text(totals.demanded),
        amount_text(totals.remittances_due),
        amount_text(totals.closing)
    );
}

fn position_text(text: &mut String, position: &PreviewedPosition) {
    let previous = position
        .previous
        .map_or_else(String::new, |p| amount_text(p.paid));
    let came_in = position.remitted.plus(position.returned).unwrap_or_default();
    let _ = writeln!(
        text,
        "{:<24}{:>16}{:>16}{:>16}{:>14}{:>14}{:>16}{:>16}{previous:>16}  {}",
        position.party,
        amount_text(position.opening),
        amount_text(position.earned),
        amount_text(position.collected),
        amount_text(came_in),
        amount_text(position.held),
        amount_text(position.paid),
        amount_text(position.closing),
        notes(position)
    );
}

fn notes(position: &PreviewedPosition) -> String {
    let mut notes = Vec::new();
    if !position.deposit_identifier.is_empty() {
        notes.push(format!("deposit {}", position.deposit_identifier));
    }
    if position.is_final {
        notes.push("final".to_owned());
    }
    if position.carried_cycles > 0 {
        notes.push(format!("carried for {}", position.carried_cycles));
    }
    if !position.remittance_due.is_zero() {
        notes.push("owes".to_owned());
    }
    let holds = position.hold_movements.iter();
    notes.extend(holds.map(|hold| format!("{} {}", hold.cause, amount_text(hold.amount))));
    notes.join(", ")
}

fn proposed_text(proposed: &ProposedSettlement) -> String {
    format!(
        "proposed settlement {} of {} {}: {} positions, digest {}\nanother person approves it: daftar settle approve {} --as PERSON",
        proposed.id, proposed.network, proposed.period, proposed.positions, proposed.digest, proposed.id
    )
}

fn approved_text(approved: &ApprovedSettlement) -> String {
    format!(
        "approved settlement {} of {} {}: {} positions, {} payouts, {} demands, {} statements, {} mails",
        approved.id,
        approved.network,
        approved.period,
        approved.positions,
        approved.payouts,
        approved.demands,
        approved.statements,
        approved.mails
    )
}

/// With a comma every three digits, as the smallest part of the unit.
fn amount_text(amount: Amount) -> String {
    grouped(&amount.to_string(), ',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_by_thousands() {
        let told = [0, 999, 1_000, -1_047_500].map(|minor| amount_text(Amount::from_minor(minor)));
        assert_eq!(told, ["0", "999", "1,000", "-1,047,500"]);
    }
}
