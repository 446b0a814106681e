//! Founds the demo's register: unit, three networks, offices with licences, agencies with services.
//! Never here: who the parties are (`parties`), tariffs (`tariffs`).

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::{Asia::Tehran, Tz};

use super::catalogue;
use super::geography::PlannedOffice;
use super::parties::{PLAYERS, bank_accounts, licensee, municipality, parties, provincial_treasury};
use super::people::{People, register_people};
use super::steps::Steps;
use crate::domain::calendar::JalaliDate;
use crate::domain::licence::AfterRestriction;
use crate::domain::money::{Amount, UnitCode};
use crate::domain::office::Setting;
use crate::domain::originator::Originator;
use crate::domain::period::PeriodKind;
use crate::domain::statement::{Names, SpokenUnit};
use crate::domain::zone::start_of_day;
use crate::host::signal::EndWished;
use crate::usecases::register::bank_account::add_bank_accounts;
use crate::usecases::register::licence::{LicenceEntry, OfficeRoles, issue_licences};
use crate::usecases::register::network::{NetworkEntry, register_network};
use crate::usecases::register::office::{OfficeEntry, register_offices};
use crate::usecases::register::party::register_parties;
use crate::usecases::register::service::{AgencyEntry, ServiceEntry, register_agencies, register_services};
use crate::usecases::register::unit::{UnitEntry, register_unit};
use crate::usecases::{Connection, Done, Failure};

pub const ZONE: Tz = Tehran;
pub const NETWORKS: [&str; 3] = ["pishkhan", "rural-ict", "police10"];
/// In which the register is entered.
const STEPS: usize = 8 + NETWORKS.len();

/// When the demo's story begins: the first day of the Jalali month three full months before `now`.
pub fn first_day(now: DateTime<Utc>) -> Done<NaiveDate> {
    let today = JalaliDate::from_gregorian(crate::domain::zone::day_of(ZONE, now));
    let months = today.year() * 12 + i32::try_from(today.month()).unwrap_or(1) - 1 - 3;
    let month = u32::try_from(months.rem_euclid(12)).unwrap_or(0) + 1;
    JalaliDate::new(months.div_euclid(12), month, 1)
        .map(JalaliDate::to_gregorian)
        .map_err(|error| Failure::Internal(error.to_string()))
}

/// Enters everything that stands before the first transaction; what an interrupted demo entered is left as it is.
///
/// `verification_url`: where the demo's own server checks a statement's code.
pub async fn found(
    conn: &mut Connection,
    first: NaiveDate,
    offices: &[PlannedOffice],
    verification_url: &str,
    end: &mut EndWished,
) -> Done<People> {
    let by = &Originator::host();
    let at = start_of_day(ZONE, first) - Duration::days(1);
    let mut steps = Steps::new("entries in the register", STEPS, end);
    steps.begin()?;
    once(register_unit(conn, by, rial(at)?).await)?;
    steps.begin()?;
    once(register_parties(conn, by, at, parties(offices)).await)?;
    steps.begin()?;
    once(add_bank_accounts(conn, by, at, bank_accounts(offices, at)).await)?;
    for code in NETWORKS {
        steps.begin()?;
        once(register_network(conn, by, network(code, first, verification_url)).await)?;
    }
    steps.begin()?;
    register_people(conn, by, at).await?;
    let agencies = catalogue::agencies();
    let agencies = agencies.into_iter().map(|agency| AgencyEntry {
        party: agency.code.clone(),
        code: agency.code,
    });
    steps.begin()?;
    once(register_agencies(conn, by, agencies.collect()).await)?;
    steps.begin()?;
    once(register_services(conn, by, services()).await)?;
    steps.begin()?;
    once(register_offices(conn, by, at, offices.iter().map(office).collect()).await)?;
    steps.begin()?;
    let people = People::of(conn).await?;
    let licences: Vec<LicenceEntry> = offices.iter().map(|office| licence(office, at)).collect();
    once(issue_licences(conn, &people.maker, at, &licences).await)?;
    Ok(people)
}

/// Each entry is all or nothing, so a conflict says that it was made before.
pub fn once<T>(entered: Done<T>) -> Done<()> {
    match entered {
        Ok(_) | Err(Failure::Conflict { .. }) => Ok(()),
        Err(failure) => Err(failure),
    }
}

fn rial(at: DateTime<Utc>) -> Done<UnitEntry> {
    Ok(UnitEntry {
        code: UnitCode::parse("IRR").map_err(|error| Failure::Internal(error.to_string()))?,
        iso_code: "IRR".to_owned(),
        name_fa: "ریال".to_owned(),
        name_en: "rial".to_owned(),
        scale: 0,
        valid_from: at - Duration::days(36_500),
        valid_until: None,
        spoken: Some(SpokenUnit {
            names: Names::new("تومان", "toman"),
            digits_dropped: 1,
        }),
    })
}

fn network(code: &str, first: NaiveDate, verification_url: &str) -> NetworkEntry {
    let (name_fa, name_en, contact) = match code {
        "pishkhan" => (
            "شبکهٔ دفاتر پیشخوان دولت",
            "Pishkhan counter network",
            "021-0000-1405",
        ),
        "rural-ict" => ("شبکهٔ دفاتر ICT روستایی", "Rural ICT network", "021-0000-1406"),
        _ => ("شبکهٔ دفاتر پلیس +۱۰", "Police+10 network", "021-0000-1410"),
    };
    let cycle = cycle_of(code);
    NetworkEntry {
        code: code.to_owned(),
        name_fa: name_fa.to_owned(),
        name_en: name_en.to_owned(),
        time_zone: ZONE,
        first_window_starts_at: cycle.of_day(first).interval(ZONE).from(),
        cycle,
        unit: "IRR".to_owned(),
        central: "central-account".to_owned(),
        players: PLAYERS
            .iter()
            .map(|(role, party, ..)| ((*role).to_owned(), (*party).to_owned()))
            .collect(),
        payout_threshold: Amount::from_minor(500_000),
        carried_cycles_max: 3,
        remittance_due_days: 7,
        lateness_max_days: 270,
        after_suspension: AfterRestriction::Quarantine,
        payout_priority: None,
        contact: Some(contact.to_owned()),
        verification_url: verification_url.to_owned(),
    }
}

/// One network settles weekly, the others by Jalali months.
pub fn cycle_of(network: &str) -> PeriodKind {
    match network {
        "police10" => PeriodKind::Week {
            first_day: chrono::Weekday::Sat,
        },
        _ => PeriodKind::JalaliMonth,
    }
}

fn services() -> Vec<ServiceEntry> {
    let entry = |service: catalogue::PlannedService| ServiceEntry {
        code: service.code,
        agency: service.agency,
        name_fa: service.name_fa,
        name_en: service.name_en,
        after_suspension: None,
    };
    catalogue::services().into_iter().map(entry).collect()
}

fn office(office: &PlannedOffice) -> OfficeEntry {
    OfficeEntry {
        code: office.code.clone(),
        name_fa: office.name_fa.clone(),
        name_en: office.name_en.clone(),
        province: office.province.name_en.clone(),
        county: office.county.name_en.clone(),
        district: office.county.name_en.clone(),
        setting: if office.is_rural {
            Setting::Rural
        } else {
            Setting::Urban
        },
    }
}

fn licence(office: &PlannedOffice, at: DateTime<Utc>) -> LicenceEntry {
    let county = office
        .province
        .counties
        .iter()
        .position(|county| *county == office.county)
        .unwrap_or(0);
    LicenceEntry {
        office: office.code.clone(),
        network: office.network.to_owned(),
        class: if office.is_rural { "rural" } else { "urban" }.to_owned(),
        valid_from: at - Duration::days(400),
        valid_until: at + Duration::days(5 * 365),
        roles: OfficeRoles {
            licensee: licensee(office),
            municipality: Some(municipality(&office.province, county)),
            provincial_treasury: Some(provincial_treasury(&office.province)),
        },
        deciding_body: "کمیسیون صدور پروانه".to_owned(),
        decision: format!("P-{}", office.code),
    }
}
