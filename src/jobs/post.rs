//! The work `send-mail`: mail is claimed, composed, rendered, sent and its fate written down, several at once. Never here:
//! SMTP (see `host::mail`), how often a mail is tried (see `domain::outbox`), a database transaction held while sending.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Duration;
use futures_util::{StreamExt, stream};
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use super::slot::stopped;
use super::{Jobs, Signal, is_stopped};
use crate::domain::originator::Originator;
use crate::domain::outbox::{Answer, MailState};
use crate::host::mail::{Attachment, Delivery, OutgoingMail};
use crate::usecases::claim_mail::{ClaimedMail, MAIL_LEASE_MINUTES, claim_mail};
use crate::usecases::claim_slot::Lease;
use crate::usecases::compose_mail::{Enclosed, compose_mail};
use crate::usecases::finish_mail::finish_mail;
use crate::usecases::finish_slot::{Outcome, keep_slot};
use crate::usecases::keep_statement_pdf::{Paper, keep_statement_pdf, render_statement};
use crate::usecases::leave_mail::leave_mail;
use crate::usecases::{Done, Failure};

/// A mail server that hangs holds up so many others; together with the claim's size and the longest time that one
/// attempt may take, all claimed mails are tried within their lease.
const SENT_AT_ONCE_MAX: usize = 8;
/// Claims of one run; the next slot goes on.
const CLAIMS_MAX: usize = 1_000;
/// A mail that is not begun this long before its lease ends is left to the next claim: another worker may be about to
/// send it.
const BEGUN_BEFORE_END_MINUTES: i64 = 5;

/// How many mails came to which state.
type Fates = BTreeMap<&'static str, usize>;

/// Sends until nothing is due or the worker stops. What cannot be written down stays leased and is sent again under its
/// Message-ID.
pub(super) async fn send_mail(
    jobs: &Arc<Jobs>,
    by: &Originator,
    lease: &Lease,
    heard: &watch::Receiver<Signal>,
) -> Done<Outcome> {
    let mut fates = Fates::new();
    for _ in 0..CLAIMS_MAX {
        if is_stopped(heard) {
            return Ok(stopped(&counted(&fates)));
        }
        let claimed_at = jobs.now();
        let domain = jobs.mailer.domain();
        let claimed = claim_mail(&mut *jobs.connection().await?, by, claimed_at, domain).await?;
        if claimed.is_empty() {
            break;
        }
        let begun_until = claimed_at + Duration::minutes(MAIL_LEASE_MINUTES - BEGUN_BEFORE_END_MINUTES);
        let may_begin = || !is_stopped(heard) && jobs.now() <= begun_until;
        send_all(jobs, by, claimed, &may_begin, &mut fates).await;
        keep_slot(&mut *jobs.connection().await?, jobs.now(), lease).await?;
    }
    Ok(Outcome::Succeeded(told(&fates)))
}

async fn send_all(
    jobs: &Arc<Jobs>,
    by: &Originator,
    claimed: Vec<ClaimedMail>,
    may_begin: &(dyn Fn() -> bool + Sync),
    fates: &mut Fates,
) {
    let mut sending = stream::iter(claimed)
        .map(|mail| send_one(jobs, by, mail, may_begin))
        .buffer_unordered(SENT_AT_ONCE_MAX);
    while let Some(fate) = sending.next().await {
        *fates.entry(fate).or_default() += 1;
    }
}

/// What became of it, in one word. A mail that is let down here is nobody else's misfortune.
async fn send_one(
    jobs: &Arc<Jobs>,
    by: &Originator,
    mail: ClaimedMail,
    may_begin: &(dyn Fn() -> bool + Sync),
) -> &'static str {
    if !may_begin() {
        return left(jobs, by, &mail).await;
    }
    let answer = match answered(jobs, &mail).await {
        Ok(answer) => answer,
        Err(failure) => {
            tracing::warn!(mail = mail.id, %failure, "a mail could not be written for the time being");
            return left(jobs, by, &mail).await;
        }
    };
    match finished(jobs, by, &mail, &answer).await {
        Ok(state) => {
            tracing::info!(
                mail = mail.id,
                state = state.code(),
                attempt = mail.attempts,
                "a mail was tried"
            );
            state.code()
        }
        Err(failure) => {
            tracing::warn!(mail = mail.id, %failure, "the fate of a mail could not be written down");
            LEFT
        }
    }
}

const LEFT: &str = "left to a later claim";

/// Given back, so that it has lost no attempt; if that fails too, its lease ends.
async fn left(jobs: &Arc<Jobs>, by: &Originator, mail: &ClaimedMail) -> &'static str {
    if let Err(failure) = given_back(jobs, by, mail).await {
        tracing::warn!(mail = mail.id, %failure, "a mail that was not begun could not be given back");
    }
    LEFT
}

async fn given_back(jobs: &Arc<Jobs>, by: &Originator, mail: &ClaimedMail) -> Done<()> {
    leave_mail(&mut *jobs.connection().await?, by, jobs.now(), mail).await
}

async fn finished(jobs: &Arc<Jobs>, by: &Originator, mail: &ClaimedMail, answer: &Answer) -> Done<MailState> {
    finish_mail(&mut *jobs.connection().await?, by, jobs.now(), mail, answer).await
}

/// # Errors
/// Nothing was sent: the database is away.
async fn answered(jobs: &Arc<Jobs>, mail: &ClaimedMail) -> Done<Answer> {
    if mail.attempt().is_made() {
        return attempt(jobs, mail).await;
    }
    let reason = "whoever tried it last never said what came of it".to_owned();
    Ok(Answer::Unknown { reason })
}

/// In a task of its own, so that a panic is an answer too. Only a database that is away is none.
async fn attempt(jobs: &Arc<Jobs>, mail: &ClaimedMail) -> Done<Answer> {
    let (jobs, mail) = (Arc::clone(jobs), mail.clone());
    let task = tokio::spawn(async move { written_and_sent(&jobs, &mail).await });
    match task.await {
        Ok(Ok(delivery)) => Ok(answer(delivery)),
        Ok(Err(failure @ Failure::Unavailable(_))) => Err(failure),
        Ok(Err(failure)) => Ok(not_handed_over(format!("it could not be written: {failure}"))),
        Err(broken) => Ok(not_handed_over(format!("its sending broke off: {broken}"))),
    }
}

fn not_handed_over(reply: String) -> Answer {
    Answer::Refused {
        permanent: false,
        reply,
    }
}

async fn written_and_sent(jobs: &Jobs, mail: &ClaimedMail) -> Done<Delivery> {
    let letter = compose_mail(&mut *jobs.connection().await?, mail).await?;
    let attachments = match letter.enclosed {
        Some(enclosed) => vec![attachment(jobs, enclosed).await?],
        None => Vec::new(),
    };
    let outgoing = OutgoingMail {
        message_id: mail.message_id.clone(),
        to: mail.recipient.clone(),
        date: mail.queued_at,
        subject: letter.text.subject,
        text: letter.text.text,
        html: letter.text.html,
        attachments,
    };
    Ok(jobs.mailer.send(&outgoing).await)
}

async fn attachment(jobs: &Jobs, enclosed: Enclosed) -> Done<Attachment> {
    let bytes = match enclosed.paper {
        Paper::Rendered(bytes) => bytes,
        Paper::Unrendered(statement) => {
            let rendered = spawn_blocking(move || render_statement(&statement))
                .await
                .map_err(|broken| Failure::Internal(format!("the rendering broke off: {broken}")))??;
            let mut conn = jobs.connection().await?;
            keep_statement_pdf(&mut conn, jobs.now(), enclosed.statement_id, rendered).await?
        }
    };
    Ok(Attachment {
        name: enclosed.name,
        media_type: "application/pdf".to_owned(),
        bytes,
    })
}

fn answer(delivery: Delivery) -> Answer {
    match delivery {
        Delivery::Accepted { reply } => Answer::Accepted { reply },
        Delivery::Refused { permanent, reply } => Answer::Refused { permanent, reply },
        Delivery::Unknown { reason } => Answer::Unknown { reason },
    }
}

fn told(fates: &Fates) -> String {
    if fates.is_empty() {
        return "no mail was due".to_owned();
    }
    counted(fates).join(", ")
}

fn counted(fates: &Fates) -> Vec<String> {
    fates
        .iter()
        .map(|(fate, count)| format!("{count} {fate}"))
        .collect()
}
