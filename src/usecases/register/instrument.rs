//! Enters the instruments that tariffs and decisions rest on. Never here: mandates.

use chrono::NaiveDate;
use diesel_async::AsyncConnection;

use super::text::{Text, each_within_limits};
use crate::domain::originator::Originator;
use crate::store::{Connection, instrument};
use crate::usecases::Done;

#[derive(Clone, Debug)]
pub struct InstrumentEntry {
    pub code: String,
    pub title: String,
    pub number: String,
    pub issued_on: NaiveDate,
    pub clause: String,
}

pub async fn register_instruments(
    conn: &mut Connection,
    by: &Originator,
    entries: Vec<InstrumentEntry>,
) -> Done<()> {
    by.may_register()?;
    each_within_limits(entries.iter().map(|entry| {
        let texts = [
            Text::own_code(&entry.code),
            Text::title("title", &entry.title),
            Text::place_in_instrument("number", &entry.number),
            Text::place_in_instrument("clause", &entry.clause),
        ];
        (entry.code.as_str(), texts)
    }))?;
    let rows: Vec<_> = entries
        .into_iter()
        .map(|entry| instrument::NewInstrument {
            code: entry.code,
            title: entry.title,
            number: entry.number,
            issued_on: entry.issued_on,
            clause: entry.clause,
        })
        .collect();
    conn.transaction(async |conn| Ok(instrument::insert_instruments(conn, &rows).await?))
        .await
}
