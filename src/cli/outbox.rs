//! `daftar outbox`: mail and what became of it, and mail that is queued again. Never here: sending (see `jobs`).

use std::fmt::Write;

use chrono::SecondsFormat;
use clap::{Args, Subcommand};
use serde_json::json;

use super::acting::{Acting, connected};
use super::list;
use super::output;
use crate::domain::json;
use crate::domain::originator::Originator;
use crate::domain::outbox::MailState;
use crate::domain::page::Asked;
use crate::host::{Host, clock};
use crate::usecases::queue_mail_again::{QueuedAgain, Wanted, queue_mail_again};
use crate::usecases::reading::outbox::list_mail;
use crate::usecases::{Connection, Done};

/// Mail and what became of it: list, queue again.
#[derive(Debug, Args)]
pub struct OutboxArgs {
    /// Answer in JSON.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub verb: OutboxVerb,
}

#[derive(Debug, Subcommand)]
pub enum OutboxVerb {
    /// Mail with its last answer, newest first.
    List {
        /// queued, sending, accepted, failed or unknown.
        #[arg(long, value_parser = json::word::<MailState>)]
        state: Option<MailState>,
        /// Only mail before this one.
        #[arg(long, value_name = "ID")]
        after: Option<i64>,
        #[arg(long, default_value_t = 50, value_parser = list::rows())]
        limit: u32,
    },
    /// Queue mail again that was given up, once the cause is repaired: the same mail under the same Message-ID.
    Queue {
        /// These mails, all or none.
        #[arg(
            required_unless_present = "state",
            conflicts_with = "state",
            value_name = "ID"
        )]
        ids: Vec<i64>,
        /// The newest that were given up in this state, failed or unknown; at most 10,000 at once.
        #[arg(long, value_parser = json::word::<MailState>)]
        state: Option<MailState>,
        #[command(flatten)]
        acting: Acting,
    },
}

pub async fn carry_out(args: &OutboxArgs, host: &Host) -> Done<String> {
    let mut conn = connected(host).await?;
    match &args.verb {
        OutboxVerb::List { state, after, limit } => {
            let asked = Asked {
                after: *after,
                rows: *limit,
            };
            list(args, &mut conn, *state, &asked).await
        }
        OutboxVerb::Queue { ids, state, acting } => {
            let by = acting.person(&mut conn).await?;
            let wanted = state.map_or_else(|| Wanted::Named(ids.clone()), Wanted::InState);
            let done = queue_mail_again(&mut conn, &by, clock::now(), &wanted).await?;
            Ok(output::answer(args.json, &done, text))
        }
    }
}

async fn list(
    args: &OutboxArgs,
    conn: &mut Connection,
    state: Option<MailState>,
    asked: &Asked<i64>,
) -> Done<String> {
    let page = list_mail(conn, &Originator::host(), state, asked).await?;
    if args.json {
        return Ok(json!({ "items": page.items, "more": page.more }).to_string());
    }
    let mut text = format!(
        "{:<8}{:<22}{:<10}{:<9}{:<32}last answer\n",
        "id", "queued", "state", "attempts", "recipient"
    );
    for mail in &page.items {
        let queued = mail.queued_at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let _ = writeln!(
            text,
            "{:<8}{queued:<22}{:<10}{:<9}{:<32}{}",
            mail.id,
            mail.state,
            mail.attempts,
            mail.recipient.as_deref().unwrap_or_default(),
            mail.last_answer.as_deref().unwrap_or_default()
        );
    }
    if let (true, Some(last)) = (page.more, page.items.last()) {
        let _ = writeln!(text, "more: --after {}", last.id);
    }
    Ok(text)
}

fn text(done: &QueuedAgain) -> String {
    let left = match done.left {
        0 => String::new(),
        left => format!("; {left} older ones are left: say it again"),
    };
    format!(
        "{} mails are queued again, the job `send-mail` sends them{left}",
        done.queued
    )
}
