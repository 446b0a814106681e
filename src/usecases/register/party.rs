//! Enters parties. Never here: the accounts where they are paid (see `bank_account`), what they are owed.

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use super::text::{Text, each_within_limits};
use crate::domain::language::Language;
use crate::domain::originator::Originator;
use crate::domain::party::PartyKind;
use crate::store::{Connection, party};
use crate::usecases::{Done, Failure};

#[derive(Clone, Debug)]
pub struct PartyEntry {
    pub code: String,
    pub kind: PartyKind,
    pub name_fa: String,
    pub name_en: String,
    pub language: Language,
    pub email: Option<String>,
}

pub async fn register_parties(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    entries: Vec<PartyEntry>,
) -> Done<()> {
    by.may_register()?;
    each_within_limits(entries.iter().map(|entry| {
        let texts = [
            Text::party_code(&entry.code),
            Text::name("name_fa", &entry.name_fa),
            Text::name("name_en", &entry.name_en),
            Text::email_if_any(entry.email.as_deref()),
        ];
        (entry.code.as_str(), texts)
    }))?;
    let rows: Vec<_> = entries.into_iter().map(|entry| party_row(entry, at)).collect();
    conn.transaction(async |conn| Ok(party::insert_parties(conn, &rows).await?))
        .await
}

/// Changes where parties, given by code, read their mail; what is in the outbox already goes where it was addressed.
pub async fn change_emails(
    conn: &mut Connection,
    by: &Originator,
    emails: &[(String, Option<String>)],
) -> Done<()> {
    by.may_register()?;
    each_within_limits(
        emails
            .iter()
            .map(|(code, email)| (code, [Text::email_if_any(email.as_deref())])),
    )?;
    conn.transaction(async |conn| {
        for (code, email) in emails {
            if !party::set_email(conn, code, email.as_deref()).await? {
                return Err(Failure::not_found("party", code));
            }
        }
        Ok(())
    })
    .await
}

fn party_row(entry: PartyEntry, at: DateTime<Utc>) -> party::NewParty {
    party::NewParty {
        code: entry.code,
        kind: entry.kind.code(),
        name_fa: entry.name_fa,
        name_en: entry.name_en,
        language: match entry.language {
            Language::Fa => "fa".to_owned(),
            Language::En => "en".to_owned(),
        },
        email: entry.email,
        created_at: at,
    }
}
