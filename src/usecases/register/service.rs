//! Enters agencies and their services. Never here: tariffs.

use diesel_async::AsyncConnection;

use super::known;
use super::text::{Text, each_within_limits};
use crate::domain::licence::AfterRestriction;
use crate::domain::originator::Originator;
use crate::store::{Connection, party, service};
use crate::usecases::Done;

#[derive(Clone, Debug)]
pub struct AgencyEntry {
    pub code: String,
    pub party: String,
}

#[derive(Clone, Debug)]
pub struct ServiceEntry {
    pub code: String,
    pub agency: String,
    pub name_fa: String,
    pub name_en: String,
    /// What becomes of it where it is given after a restriction of the licence was recorded (money rule 18); as the network says
    /// when left out.
    pub after_suspension: Option<AfterRestriction>,
}

pub async fn register_agencies(
    conn: &mut Connection,
    by: &Originator,
    entries: Vec<AgencyEntry>,
) -> Done<()> {
    by.may_register()?;
    each_within_limits(
        entries
            .iter()
            .map(|entry| (&entry.code, [Text::agency_code(&entry.code)])),
    )?;
    conn.transaction(async |conn| {
        let codes: Vec<&str> = entries.iter().map(|entry| entry.party.as_str()).collect();
        let parties = party::party_ids(conn, &codes).await?;
        let rows = entries
            .iter()
            .map(|entry| {
                let party_id = known(&parties, "party", &entry.party);
                Ok(service::NewAgency {
                    code: entry.code.clone(),
                    party_id: party_id.map_err(|failure| failure.within(&entry.code))?,
                })
            })
            .collect::<Done<Vec<_>>>()?;
        Ok(service::insert_agencies(conn, &rows).await?)
    })
    .await
}

pub async fn register_services(
    conn: &mut Connection,
    by: &Originator,
    entries: Vec<ServiceEntry>,
) -> Done<()> {
    by.may_register()?;
    each_within_limits(entries.iter().map(|entry| {
        let texts = [
            Text::service_code(&entry.code),
            Text::name("name_fa", &entry.name_fa),
            Text::name("name_en", &entry.name_en),
        ];
        (entry.code.as_str(), texts)
    }))?;
    conn.transaction(async |conn| {
        let agencies = service::agency_ids(conn).await?;
        let rows = entries
            .iter()
            .map(|entry| {
                let agency_id = known(&agencies, "agency", &entry.agency);
                Ok(service::NewService {
                    code: entry.code.clone(),
                    agency_id: agency_id.map_err(|failure| failure.within(&entry.code))?,
                    name_fa: entry.name_fa.clone(),
                    name_en: entry.name_en.clone(),
                    after_suspension: entry.after_suspension.map(AfterRestriction::code),
                })
            })
            .collect::<Done<Vec<_>>>()?;
        Ok(service::insert_services(conn, &rows).await?)
    })
    .await
}
