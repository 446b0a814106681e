//! Enters everything of a register document in one go, or nothing of it. Never here: its shape as a file (see
//! `cli::register`).

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;
use serde::Serialize;

use super::bank_account::{BankAccountChange, BankAccountEntry, add_bank_accounts, change_bank_accounts};
use super::calendar::{CalendarEntry, register_calendar};
use super::instrument::{InstrumentEntry, register_instruments};
use super::licence::{LicenceEntry, issue_licences};
use super::network::{NetworkEntry, register_network};
use super::office::{OfficeEntry, register_offices};
use super::originator::{OriginatorEntry, person_of_code, register_originator};
use super::party::{PartyEntry, register_parties};
use super::service::{AgencyEntry, ServiceEntry, register_agencies, register_services};
use super::unit::{UnitEntry, register_unit};
use crate::domain::originator::Originator;
use crate::store::Connection;
use crate::store::network::raise_rules_versions;
use crate::usecases::Done;
use crate::usecases::tariff::{TariffDraft, draft_tariffs};

/// What a network needs before its first transaction, in the order in which one rests on another.
#[derive(Clone, Debug, Default)]
pub struct RegisterDocument {
    pub units: Vec<UnitEntry>,
    pub instruments: Vec<InstrumentEntry>,
    pub parties: Vec<PartyEntry>,
    /// Of these parties.
    pub accounts: Vec<BankAccountEntry>,
    /// Of parties that stand already.
    pub account_changes: Vec<BankAccountChange>,
    pub originators: Vec<OriginatorEntry>,
    pub networks: Vec<NetworkEntry>,
    pub calendars: Vec<CalendarEntry>,
    pub agencies: Vec<AgencyEntry>,
    pub services: Vec<ServiceEntry>,
    pub offices: Vec<OfficeEntry>,
    pub licences: Vec<LicenceEntry>,
    pub tariffs: Vec<TariffDraft>,
}

/// What waits for the approval of another person, by ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Registered {
    pub bank_accounts: Vec<i32>,
    pub tariffs: Vec<i32>,
}

/// Licences, changes of accounts and of holidays and drafts of tariffs bear the name of `code`, who may stand in the document.
///
/// # Errors
/// `Forbidden` where that person acts for one party.
pub async fn register_document(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    code: &str,
    document: RegisterDocument,
) -> Done<Registered> {
    by.may_register()?;
    conn.transaction(async |conn| {
        for entry in document.units {
            let place = format!("units.{}", entry.code);
            of_part(&place, register_unit(conn, by, entry).await)?;
        }
        of_part(
            "instruments",
            register_instruments(conn, by, document.instruments).await,
        )?;
        of_part("parties", register_parties(conn, by, at, document.parties).await)?;
        of_part(
            "accounts",
            add_bank_accounts(conn, by, at, document.accounts).await,
        )?;
        for entry in document.originators {
            let place = format!("originators.{}", entry.code);
            of_part(&place, register_originator(conn, by, at, entry).await)?;
        }
        let person = person_of_code(conn, code).await?;
        person.may_register()?;
        let changed = change_bank_accounts(conn, &person, at, &document.account_changes).await;
        let bank_accounts = of_part("accounts", changed)?;
        for entry in document.networks {
            let place = format!("networks.{}", entry.code);
            of_part(&place, register_network(conn, by, entry).await)?;
        }
        for entry in &document.calendars {
            let place = format!("calendars.{}", entry.code);
            of_part(&place, register_calendar(conn, &person, at, entry).await)?;
        }
        of_part("agencies", register_agencies(conn, by, document.agencies).await)?;
        of_part("services", register_services(conn, by, document.services).await)?;
        of_part("offices", register_offices(conn, by, at, document.offices).await)?;
        if !document.licences.is_empty() {
            let issued = issue_licences(conn, &person, at, &document.licences).await;
            of_part("licences", issued)?;
        }
        let drafted = draft_tariffs(conn, &person, at, &document.tariffs).await;
        let tariffs = of_part("tariffs", drafted)?;
        // A server that denied an office or a service a moment ago looks again.
        raise_rules_versions(conn).await?;
        Ok(Registered {
            bank_accounts,
            tariffs,
        })
    })
    .await
}

fn of_part<T>(place: &str, done: Done<T>) -> Done<T> {
    done.map_err(|failure| failure.within(place))
}
