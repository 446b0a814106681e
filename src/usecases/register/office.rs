//! Enters offices. Never here: their licences (see `licence`).

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use super::text::{Text, each_within_limits};
use crate::domain::office::Setting;
use crate::domain::originator::Originator;
use crate::store::{Connection, office};
use crate::usecases::Done;

#[derive(Clone, Debug)]
pub struct OfficeEntry {
    pub code: String,
    pub name_fa: String,
    pub name_en: String,
    pub province: String,
    pub county: String,
    pub district: String,
    pub setting: Setting,
}

pub async fn register_offices(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    entries: Vec<OfficeEntry>,
) -> Done<()> {
    by.may_register()?;
    each_within_limits(entries.iter().map(|entry| {
        let texts = [
            Text::office_code(&entry.code),
            Text::name("name_fa", &entry.name_fa),
            Text::name("name_en", &entry.name_en),
            Text::place("province", &entry.province),
            Text::place("county", &entry.county),
            Text::place("district", &entry.district),
        ];
        (entry.code.as_str(), texts)
    }))?;
    let rows: Vec<_> = entries
        .into_iter()
        .map(|entry| office::NewOffice {
            code: entry.code,
            name_fa: entry.name_fa,
            name_en: entry.name_en,
            province: entry.province,
            county: entry.county,
            district: entry.district,
            setting: entry.setting.code(),
            created_at: at,
        })
        .collect();
    conn.transaction(async |conn| Ok(office::insert_offices(conn, &rows).await?))
        .await
}
