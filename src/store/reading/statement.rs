//! Statements as they are listed and found. Never here: their canonical bytes and their PDF (see `statement_pdf`).

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::store::schema::{currency_units, networks, parties, statements, windows};
use crate::store::word::Word;
use crate::store::{Connection, Stored};

#[derive(Clone, Debug, Queryable)]
pub struct StatementRow {
    pub id: i64,
    pub number: String,
    pub network: String,
    #[diesel(deserialize_as = Word<Tz>)]
    pub time_zone: Tz,
    pub party_id: i32,
    pub party: String,
    pub party_name_fa: String,
    pub party_name_en: String,
    pub unit: String,
    pub ordinal: i32,
    pub settlement_id: i32,
    /// Of the last window that it covers.
    pub period_key: String,
    pub from: DateTime<Utc>,
    /// Exclusive.
    pub until: DateTime<Utc>,
    pub language: String,
    pub digest: Vec<u8>,
    pub verification_code: String,
    pub issued_at: DateTime<Utc>,
}

/// Which statements are wanted; `None` leaves a filter out.
#[derive(Clone, Debug, Default)]
pub struct StatementsWanted {
    pub number: Option<String>,
    pub verification_code: Option<String>,
    pub network: Option<String>,
    pub party: Option<String>,
    pub party_id: Option<i32>,
    pub settlement_id: Option<i32>,
}

/// The next `rows` statements before an id.
pub async fn list_statements(
    conn: &mut Connection,
    wanted: &StatementsWanted,
    before: Option<i64>,
    rows: i64,
) -> Stored<Vec<StatementRow>> {
    let (first, last) = diesel::alias!(windows as first, windows as last);
    let mut query = statements::table
        .inner_join(networks::table.on(networks::id.eq(statements::network_id)))
        .inner_join(parties::table.on(parties::id.eq(statements::party_id)))
        .inner_join(currency_units::table.on(currency_units::id.eq(statements::unit_id)))
        .inner_join(first.on(first.field(windows::id).eq(statements::first_window_id)))
        .inner_join(last.on(last.field(windows::id).eq(statements::last_window_id)))
        .select((
            statements::id,
            statements::number,
            networks::code,
            networks::time_zone,
            statements::party_id,
            parties::code,
            parties::name_fa,
            parties::name_en,
            currency_units::code,
            statements::ordinal,
            statements::settlement_id,
            last.field(windows::period_key),
            first.field(windows::starts_at),
            last.field(windows::ends_at),
            statements::language,
            statements::digest,
            statements::verification_code,
            statements::issued_at,
        ))
        .into_boxed();
    if let Some(number) = &wanted.number {
        query = query.filter(statements::number.eq(number.clone()));
    }
    if let Some(code) = &wanted.verification_code {
        query = query.filter(statements::verification_code.eq(code.clone()));
    }
    if let Some(network) = &wanted.network {
        query = query.filter(networks::code.eq(network.clone()));
    }
    if let Some(party) = &wanted.party {
        query = query.filter(parties::code.eq(party.clone()));
    }
    if let Some(party_id) = wanted.party_id {
        query = query.filter(statements::party_id.eq(party_id));
    }
    if let Some(settlement_id) = wanted.settlement_id {
        query = query.filter(statements::settlement_id.eq(settlement_id));
    }
    if let Some(id) = before {
        query = query.filter(statements::id.lt(id));
    }
    Ok(query.order(statements::id.desc()).limit(rows).load(conn).await?)
}
