//! What a claimed mail says and encloses. Never here: sending it, rendering a PDF inside a transaction.

use super::claim_mail::ClaimedMail;
use super::keep_statement_pdf::{Paper, load_statement, load_statement_paper};
use super::{Done, Failure};
use crate::documents::bank_account_mail::{AccountChange, bank_account_mail};
use crate::documents::licence_mail::{LicenceEnding, licence_mail};
use crate::documents::statement_mail::{MailText, attachment_name, statement_mail};
use crate::domain::language::Language;
use crate::store::Connection;
use crate::store::bank_account::account_of_mail;
use crate::store::reminder::{LicenceOfReminder, licence_of_reminder};

/// A mail ready to be sent, but for a PDF that is yet to be rendered.
#[derive(Debug)]
pub struct Letter {
    pub text: MailText,
    pub enclosed: Option<Enclosed>,
}

/// The statement's PDF with the name that the reader sees.
#[derive(Debug)]
pub struct Enclosed {
    pub statement_id: i64,
    pub name: String,
    pub paper: Paper,
}

/// The letter of a claimed mail: the same at every attempt, as it was when the mail was queued.
///
/// # Errors
/// Internal when the row names none or several of a statement, a licence and a bank account, or its language is not spoken.
pub async fn compose_mail(conn: &mut Connection, mail: &ClaimedMail) -> Done<Letter> {
    match (mail.statement_id, mail.licence_id, mail.bank_account_id) {
        (Some(statement_id), None, None) => statement_letter(conn, statement_id).await,
        (None, Some(licence_id), None) => licence_letter(conn, mail, licence_id).await,
        (None, None, Some(account_id)) => bank_account_letter(conn, mail, account_id).await,
        (None, None, None) => Err(Failure::Internal(format!(
            "the mail {} is about nothing that is known",
            mail.id
        ))),
        (Some(_), Some(_), _) | (Some(_), None, Some(_)) | (None, Some(_), Some(_)) => Err(
            Failure::Internal(format!("the mail {} is about several things", mail.id)),
        ),
    }
}

async fn statement_letter(conn: &mut Connection, statement_id: i64) -> Done<Letter> {
    let statement = load_statement(conn, statement_id).await?;
    let text = statement_mail(&statement).map_err(|failure| Failure::Internal(failure.to_string()))?;
    let paper = load_statement_paper(conn, statement_id).await?;
    let name = attachment_name(&statement);
    Ok(Letter {
        text,
        enclosed: Some(Enclosed {
            statement_id,
            name,
            paper,
        }),
    })
}

async fn licence_letter(conn: &mut Connection, mail: &ClaimedMail, licence_id: i32) -> Done<Letter> {
    let found = licence_of_reminder(conn, licence_id, mail.queued_at).await?;
    let licence = found.ok_or_else(|| Failure::not_found("licence", licence_id))?;
    let ending = ending(licence, mail)?;
    let text =
        licence_mail(&ending, mail.queued_at).map_err(|failure| Failure::Internal(failure.to_string()))?;
    Ok(Letter { text, enclosed: None })
}

async fn bank_account_letter(conn: &mut Connection, mail: &ClaimedMail, account_id: i32) -> Done<Letter> {
    let found = account_of_mail(conn, account_id, mail.queued_at).await?;
    let found = found.ok_or_else(|| Failure::not_found("bank account", account_id))?;
    let paid_from = found.account.validity().paid_from().ok_or_else(|| {
        Failure::Internal(format!(
            "the mail {} tells of an account that waits for its approval",
            mail.id
        ))
    })?;
    let language = language_of(mail)?;
    let change = AccountChange {
        party: match language {
            Language::Fa => found.party_fa,
            Language::En => found.party_en,
        },
        paid_from,
        zone: found.time_zone,
        language,
    };
    let text = bank_account_mail(&change).map_err(|failure| Failure::Internal(failure.to_string()))?;
    Ok(Letter { text, enclosed: None })
}

fn language_of(mail: &ClaimedMail) -> Done<Language> {
    Language::parse(&mail.language)
        .ok_or_else(|| Failure::Internal(format!("the mail {} is in `{}`", mail.id, mail.language)))
}

fn ending(licence: LicenceOfReminder, mail: &ClaimedMail) -> Done<LicenceEnding> {
    let language = language_of(mail)?;
    let (licensee, office, network) = match language {
        Language::Fa => (licence.licensee_fa, licence.office_fa, licence.network_fa),
        Language::En => (licence.licensee_en, licence.office_en, licence.network_en),
    };
    Ok(LicenceEnding {
        licensee,
        office,
        office_code: licence.office_code,
        network,
        valid_until: licence.valid_until,
        zone: licence.time_zone,
        language,
    })
}
