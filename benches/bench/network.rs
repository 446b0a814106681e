//! The furnished network: 25,000 offices, 60 agencies, 600 services with published tariffs, made through the use cases of the
//! register. Never here: transactions.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Asia::Tehran;
use daftar::domain::language::Language;
use daftar::domain::licence::AfterRestriction;
use daftar::domain::money::{Amount, UnitCode};
use daftar::domain::office::Setting;
use daftar::domain::originator::{Originator, OriginatorKind, Scope};
use daftar::domain::party::PartyKind;
use daftar::domain::period::PeriodKind;
use daftar::usecases::Connection;
use daftar::usecases::register::licence::{LicenceEntry, OfficeRoles, issue_licences};
use daftar::usecases::register::network::{NetworkEntry, register_network};
use daftar::usecases::register::office::{OfficeEntry, register_offices};
use daftar::usecases::register::originator::{OriginatorEntry, originator_of_code, register_originator};
use daftar::usecases::register::party::{PartyEntry, register_parties};
use daftar::usecases::register::service::{AgencyEntry, ServiceEntry, register_agencies, register_services};
use daftar::usecases::register::unit::{UnitEntry, register_unit};
use daftar::usecases::tariff::{TariffDraft, approve_tariffs, draft_tariffs, publish_tariffs};
use serde_json::{Value, json};

pub const NETWORK: &str = "pishkhan";
pub const OFFICES: u64 = 25_000;
pub const SERVICES: u64 = 600;
const AGENCIES: u64 = 60;
const MUNICIPALITIES: u64 = 400;
const PROVINCES: u64 = 31;
const PLAYERS: [(&str, PartyKind); 5] = [
    ("operator", PartyKind::Operator),
    ("authority", PartyKind::Authority),
    ("treasury", PartyKind::Treasury),
    ("tax", PartyKind::Tax),
    ("central", PartyKind::Central),
];

/// Those who act.
#[derive(Clone, Debug)]
pub struct People {
    pub maker: Originator,
    pub checker: Originator,
    /// The machine client whose references transactions bear.
    pub counters: Originator,
}

/// How a service is priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pricing {
    Fixed,
    ByFacts,
    ByQuantity,
    Percentage,
}

impl Pricing {
    pub fn of(service: u64) -> Self {
        match service % 10 {
            0..=6 => Self::Fixed,
            7 => Self::ByFacts,
            8 => Self::ByQuantity,
            _ => Self::Percentage,
        }
    }
}

pub fn office_code(office: u64) -> String {
    (10_000 + office).to_string()
}

pub fn service_code(service: u64) -> String {
    format!("s{service:03}")
}

/// The beginning of the window in which everything is booked: the Jalali month that runs.
pub fn window_from(now: DateTime<Utc>) -> DateTime<Utc> {
    PeriodKind::JalaliMonth.at(now, Tehran).interval(Tehran).from()
}

/// A moment at which that window has ended.
pub fn window_ended(now: DateTime<Utc>) -> DateTime<Utc> {
    window_from(now) + Duration::days(32)
}

pub async fn furnish(conn: &mut Connection, now: DateTime<Utc>) -> People {
    let by = &Originator::host();
    let before = window_from(now) - Duration::days(400);
    register_unit(conn, by, rial(before)).await.unwrap();
    register_parties(conn, by, before, parties()).await.unwrap();
    register_network(conn, by, network(window_from(now)))
        .await
        .unwrap();
    let people = people(conn, before).await;
    register_agencies(conn, by, agencies()).await.unwrap();
    register_services(conn, by, services()).await.unwrap();
    let offices = (0..OFFICES).map(office).collect();
    register_offices(conn, by, before, offices).await.unwrap();
    let licences: Vec<LicenceEntry> = (0..OFFICES).map(|office| licence(office, before)).collect();
    issue_licences(conn, &people.maker, before, &licences)
        .await
        .unwrap();
    publish_all(conn, &people, before).await;
    people
}

async fn people(conn: &mut Connection, at: DateTime<Utc>) -> People {
    People {
        maker: person(conn, at, OriginatorKind::Person, "maker").await,
        checker: person(conn, at, OriginatorKind::Person, "checker").await,
        counters: person(conn, at, OriginatorKind::Client, "counters").await,
    }
}

async fn person(conn: &mut Connection, at: DateTime<Utc>, kind: OriginatorKind, code: &str) -> Originator {
    let scope = match kind {
        OriginatorKind::Client => Scope::Record,
        OriginatorKind::Person | OriginatorKind::Job => Scope::Finance,
    };
    let entry = OriginatorEntry {
        kind,
        code: code.to_owned(),
        name: code.to_owned(),
        party: None,
    };
    register_originator(conn, &Originator::host(), at, entry)
        .await
        .unwrap();
    originator_of_code(conn, code, scope).await.unwrap()
}

async fn publish_all(conn: &mut Connection, people: &People, valid_from: DateTime<Utc>) {
    let draft = |service: u64| TariffDraft {
        network: NETWORK.to_owned(),
        service: service_code(service),
        document: document(service).to_string(),
        valid_from: Some(valid_from),
        valid_until: None,
    };
    let drafts: Vec<TariffDraft> = (0..SERVICES).map(draft).collect();
    let ids = draft_tariffs(conn, &people.maker, valid_from, &drafts)
        .await
        .unwrap();
    approve_tariffs(conn, &people.checker, valid_from, &ids)
        .await
        .unwrap();
    publish_tariffs(conn, &people.maker, valid_from, &ids)
        .await
        .unwrap();
}

fn document(service: u64) -> Value {
    let mut document = json!({
        "tariff": 1,
        "service": service_code(service),
        "network": NETWORK,
        "unit": { "code": "IRR", "minor": "rial", "scale": 0 },
        "instruments": { "order": { "title": "مصوبهٔ تعرفه", "number": "102", "clause": "3" } }
    });
    let pricing = match Pricing::of(service) {
        Pricing::Fixed => fixed(50_000 + 1_000 * service),
        Pricing::ByFacts => by_facts(400_000 + 1_000 * service),
        Pricing::ByQuantity => by_quantity(10_000 + 10 * service),
        Pricing::Percentage => percentage(),
    };
    let own = pricing.as_object().unwrap().clone();
    document.as_object_mut().unwrap().extend(own);
    document
}

fn fixed(price: u64) -> Value {
    json!({ "price": price, "split": shares() })
}

fn by_facts(price: u64) -> Value {
    json!({
        "facts": { "losses": { "kind": "integer", "at_least": 1, "at_most": 20 } },
        "price": { "choose": { "cases": [
            { "when": { "losses": 1 }, "then": price },
            { "when": { "losses": 2 }, "then": price * 3 / 2 },
            { "when": { "losses": { "at_least": 3 } }, "then": price * 2 }
        ] } },
        "split": shares()
    })
}

fn by_quantity(price: u64) -> Value {
    json!({ "price": { "times": { "count": "quantity", "value": price } }, "split": shares() })
}

fn percentage() -> Value {
    json!({
        "amount": { "at_least": 1_000 },
        "price": { "percent": { "rate": "1.5%", "of": "amount", "round": "half_up" } },
        "split": [
            { "name": "duty", "kind": "duty", "party": "provincial_treasury", "rate": "81.5%" },
            { "name": "wage", "kind": "wage", "party": "office", "rate": "13.5%" },
            { "name": "operation", "kind": "fee", "party": "operator", "rate": "5%" }
        ]
    })
}

fn shares() -> Value {
    json!([
        { "name": "wage", "kind": "wage", "party": "office", "rate": "65%", "withhold": [
            { "name": "tax_withheld", "party": "tax", "rate": "3%", "round": "floor" }
        ] },
        { "name": "levy", "kind": "levy", "party": "municipality", "rate": "5%" },
        { "name": "operation", "kind": "fee", "party": "operator", "rate": "12%" },
        { "name": "supervision", "kind": "levy", "party": "authority", "rate": "8%" },
        { "name": "agency_share", "kind": "fee", "party": "agency", "rate": "10%" }
    ])
}

fn parties() -> Vec<PartyEntry> {
    let mut parties: Vec<PartyEntry> = PLAYERS
        .iter()
        .map(|(code, kind)| party((*code).to_owned(), *kind))
        .collect();
    parties.extend((0..AGENCIES).map(|agency| party(agency_code(agency), PartyKind::Agency)));
    parties.extend((0..MUNICIPALITIES).map(|n| party(format!("municipality-{n}"), PartyKind::Municipality)));
    parties.extend((0..PROVINCES).map(|n| party(format!("treasury-{n}"), PartyKind::Treasury)));
    parties.extend((0..OFFICES).map(|n| party(licensee(n), PartyKind::Office)));
    parties
}

fn party(code: String, kind: PartyKind) -> PartyEntry {
    PartyEntry {
        kind,
        name_fa: format!("ذی‌نفع {code}"),
        name_en: format!("Party {code}"),
        language: Language::Fa,
        email: None,
        code,
    }
}

fn agencies() -> Vec<AgencyEntry> {
    let entry = |agency| AgencyEntry {
        code: agency_code(agency),
        party: agency_code(agency),
    };
    (0..AGENCIES).map(entry).collect()
}

fn agency_code(agency: u64) -> String {
    format!("agency-{agency}")
}

fn licensee(office: u64) -> String {
    format!("office-{}", office_code(office))
}

fn services() -> Vec<ServiceEntry> {
    let entry = |service| ServiceEntry {
        code: service_code(service),
        agency: agency_code(service % AGENCIES),
        name_fa: format!("خدمت {service}"),
        name_en: format!("Service {service}"),
        after_suspension: None,
    };
    (0..SERVICES).map(entry).collect()
}

fn office(office: u64) -> OfficeEntry {
    OfficeEntry {
        code: office_code(office),
        name_fa: format!("دفتر {office}"),
        name_en: format!("Office {office}"),
        province: format!("Province {}", office % PROVINCES),
        county: format!("County {}", office % MUNICIPALITIES),
        district: "Central".to_owned(),
        setting: Setting::Urban,
    }
}

fn licence(office: u64, valid_from: DateTime<Utc>) -> LicenceEntry {
    LicenceEntry {
        office: office_code(office),
        network: NETWORK.to_owned(),
        class: "urban".to_owned(),
        valid_from,
        valid_until: valid_from + Duration::days(5 * 365),
        roles: OfficeRoles {
            licensee: licensee(office),
            municipality: Some(format!("municipality-{}", office % MUNICIPALITIES)),
            provincial_treasury: Some(format!("treasury-{}", office % PROVINCES)),
        },
        deciding_body: "commission".to_owned(),
        decision: format!("P-{office}"),
    }
}

fn network(first_window_starts_at: DateTime<Utc>) -> NetworkEntry {
    NetworkEntry {
        code: NETWORK.to_owned(),
        name_fa: "شبکهٔ دفاتر پیشخوان دولت".to_owned(),
        name_en: "Pishkhan counter network".to_owned(),
        time_zone: Tehran,
        cycle: PeriodKind::JalaliMonth,
        first_window_starts_at,
        unit: "IRR".to_owned(),
        central: "central".to_owned(),
        players: PLAYERS
            .iter()
            .map(|(role, _)| ((*role).to_owned(), (*role).to_owned()))
            .collect(),
        payout_threshold: Amount::from_minor(500_000),
        carried_cycles_max: 3,
        remittance_due_days: 7,
        lateness_max_days: 270,
        after_suspension: AfterRestriction::Quarantine,
        payout_priority: None,
        contact: None,
        verification_url: "https://daftar.example/verify".to_owned(),
    }
}

fn rial(valid_from: DateTime<Utc>) -> UnitEntry {
    UnitEntry {
        code: UnitCode::parse("IRR").unwrap(),
        iso_code: "IRR".to_owned(),
        name_fa: "ریال".to_owned(),
        name_en: "rial".to_owned(),
        scale: 0,
        valid_from,
        valid_until: None,
        spoken: None,
    }
}
