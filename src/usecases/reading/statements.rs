//! Statements: listed, read in each of their forms, checked by their code. Never here: rendering (see `documents`).

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::naming::{network_is_known, party_is_known, settlement_is_known};
use crate::documents::{dates, statement_csv};
use crate::domain::language::Language;
use crate::domain::originator::Originator;
use crate::domain::page::{Asked, Page};
use crate::domain::statement::{Interval, Names, verification_code};
use crate::store::Connection;
use crate::store::reading::statement::{self, StatementRow, StatementsWanted};
use crate::store::statement_pdf::canonical_bytes;
use crate::usecases::keep_statement_pdf::{Paper, load_statement, load_statement_paper};
use crate::usecases::{Done, Failure};

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StatementView {
    #[serde(skip)]
    pub id: i64,
    pub number: String,
    pub network: String,
    pub party: String,
    pub unit: String,
    /// Its place in the chain, from 1, without gaps.
    pub sequence: i32,
    pub settlement: i32,
    #[schema(example = "j1405-09")]
    pub period: String,
    pub from: DateTime<Utc>,
    /// Exclusive.
    pub until: DateTime<Utc>,
    pub language: String,
    /// SHA-256 of the canonical JSON, in hexadecimal.
    pub digest: String,
    #[schema(example = "7K2M-9QXD-31HF")]
    pub verification_code: String,
    pub issued_at: DateTime<Utc>,
}

/// What anybody may know who holds a statement's code.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VerifiedStatement {
    pub number: String,
    pub party_name_fa: String,
    pub party_name_en: String,
    #[schema(example = "j1405-09")]
    pub period: String,
    pub from: DateTime<Utc>,
    /// Exclusive.
    pub until: DateTime<Utc>,
    /// SHA-256 of the canonical JSON, in hexadecimal.
    pub digest: String,
}

/// The same for a page: names, periods and dates in the reader's language.
#[derive(Clone, Debug)]
pub struct SpokenStatement {
    pub number: String,
    pub party: String,
    pub period: String,
    pub interval: String,
    pub digest: String,
}

/// Filters of a list of statements; `None` leaves one out.
#[derive(Clone, Debug, Default)]
pub struct StatementFilter {
    pub network: Option<String>,
    pub party: Option<String>,
    pub settlement: Option<i32>,
}

/// A statement as it is handed out.
#[derive(Clone, Debug)]
pub struct StatementBytes {
    pub bytes: Vec<u8>,
    /// Of the same form, no other bytes bear it: the digest of the canonical JSON, and of a table also its layout.
    pub tag: String,
}

/// Newest first; one who acts for a party sees its own.
pub async fn list_statements(
    conn: &mut Connection,
    by: &Originator,
    filter: &StatementFilter,
    asked: &Asked<i64>,
) -> Done<Page<StatementView>> {
    network_is_known(conn, filter.network.as_deref()).await?;
    party_is_known(conn, by, filter.party.as_deref()).await?;
    settlement_is_known(conn, by, filter.settlement).await?;
    let wanted = StatementsWanted {
        network: filter.network.clone(),
        party: filter.party.clone(),
        settlement_id: filter.settlement,
        party_id: by.party_id,
        ..StatementsWanted::default()
    };
    let rows = statement::list_statements(conn, &wanted, asked.after, asked.fetched()).await?;
    Ok(asked.page(rows).map(view))
}

/// The canonical JSON: the very bytes that the digest covers.
pub async fn statement_json(conn: &mut Connection, by: &Originator, number: &str) -> Done<StatementBytes> {
    let found = find_statement(conn, by, number).await?;
    let bytes = canonical_bytes(conn, found.id).await?;
    Ok(StatementBytes {
        bytes: bytes.ok_or_else(|| Failure::not_found("statement", number))?,
        tag: hex::encode(&found.digest),
    })
}

pub async fn statement_csv(conn: &mut Connection, by: &Originator, number: &str) -> Done<StatementBytes> {
    let found = find_statement(conn, by, number).await?;
    let statement = load_statement(conn, found.id).await?;
    let bytes = statement_csv::statement_csv(&statement)
        .map_err(|error| Failure::Internal(format!("statement {number}: {error}")))?;
    Ok(StatementBytes {
        bytes,
        tag: format!("{}-{}", hex::encode(&found.digest), statement_csv::LAYOUT),
    })
}

/// A statement's PDF, or what that is yet to be rendered from.
#[derive(Debug)]
pub struct StatementPaper {
    pub id: i64,
    /// Of the statement, whose PDF is the same for ever once it is rendered.
    pub digest: String,
    pub paper: Paper,
}

pub async fn statement_paper(conn: &mut Connection, by: &Originator, number: &str) -> Done<StatementPaper> {
    let found = find_statement(conn, by, number).await?;
    Ok(StatementPaper {
        id: found.id,
        digest: hex::encode(&found.digest),
        paper: load_statement_paper(conn, found.id).await?,
    })
}

/// The statement of a verification code, however people typed it; for everybody.
pub async fn verify_statement(conn: &mut Connection, code: &str) -> Done<VerifiedStatement> {
    let row = statement_of_code(conn, code).await?;
    Ok(VerifiedStatement {
        number: row.number,
        party_name_fa: row.party_name_fa,
        party_name_en: row.party_name_en,
        period: row.period_key,
        from: row.from,
        until: row.until,
        digest: hex::encode(&row.digest),
    })
}

/// What [`verify_statement`] tells, for people.
pub async fn speak_statement(conn: &mut Connection, code: &str, language: Language) -> Done<SpokenStatement> {
    let row = statement_of_code(conn, code).await?;
    let interval = Interval {
        from: row.from,
        until: row.until,
        time_zone: row.time_zone,
        period: row.period_key,
    };
    Ok(SpokenStatement {
        number: row.number,
        party: Names::new(&row.party_name_fa, &row.party_name_en)
            .in_language(language)
            .to_owned(),
        period: dates::period(&interval.period, language),
        interval: dates::interval(&interval, language),
        digest: hex::encode(&row.digest),
    })
}

async fn statement_of_code(conn: &mut Connection, code: &str) -> Done<StatementRow> {
    let unknown = || Failure::not_found("statement with the code", code);
    let wanted = StatementsWanted {
        verification_code: Some(verification_code(code).ok_or_else(unknown)?),
        ..StatementsWanted::default()
    };
    let found = statement::list_statements(conn, &wanted, None, 1).await?.pop();
    found.ok_or_else(unknown)
}

async fn find_statement(conn: &mut Connection, by: &Originator, number: &str) -> Done<StatementRow> {
    let wanted = StatementsWanted {
        number: Some(number.to_owned()),
        party_id: by.party_id,
        ..StatementsWanted::default()
    };
    let found = statement::list_statements(conn, &wanted, None, 1).await?.pop();
    found.ok_or_else(|| Failure::not_found("statement", number))
}

fn view(row: StatementRow) -> StatementView {
    StatementView {
        id: row.id,
        number: row.number,
        network: row.network,
        party: row.party,
        unit: row.unit,
        sequence: row.ordinal,
        settlement: row.settlement_id,
        period: row.period_key,
        from: row.from,
        until: row.until,
        language: row.language,
        digest: hex::encode(&row.digest),
        verification_code: row.verification_code,
        issued_at: row.issued_at,
    }
}
