//! A small furnished country for tests: two networks, three offices, six services with published tariffs, and people.
//! Never here: transactions, and what a single noun needs to be tested (that stands in the noun's file).

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
use daftar::usecases::register::bank_account::{BankAccountEntry, add_bank_accounts};
use daftar::usecases::register::licence::{LicenceEntry, OfficeRoles, issue_licences};
use daftar::usecases::register::network::{NetworkEntry, register_network};
use daftar::usecases::register::office::{OfficeEntry, register_offices};
use daftar::usecases::register::originator::{OriginatorEntry, originator_of_code, register_originator};
use daftar::usecases::register::party::{PartyEntry, register_parties};
use daftar::usecases::register::service::{AgencyEntry, ServiceEntry, register_agencies, register_services};
use daftar::usecases::register::unit::{UnitEntry, register_unit};
use daftar::usecases::tariff::{TariffDraft, approve_tariffs, draft_tariffs, publish_tariffs};
use serde_json::{Value, json};

use crate::world::World;

/// The first of Farvardin 1405 in Tehran, a Saturday: a Jalali month, a week and a day begin then.
pub const BEGAN: &str = "2026-03-20T20:30:00Z";
/// Daily windows, threshold 500,000, carried over three cycles at most.
pub const PISHKHAN: &str = "pishkhan";
/// Weekly windows, no threshold.
pub const POLICE: &str = "police10";
/// `1002` has a licence in both networks, the others in `pishkhan` alone.
pub const OFFICES: [&str; 3] = ["1001", "1002", "1003"];

const PARTIES: [(&str, PartyKind); 11] = [
    ("operator", PartyKind::Operator),
    ("authority", PartyKind::Authority),
    ("treasury", PartyKind::Treasury),
    ("tax", PartyKind::Tax),
    ("central", PartyKind::Central),
    ("identity", PartyKind::Agency),
    ("municipality", PartyKind::Municipality),
    ("provincial-treasury", PartyKind::Treasury),
    ("office-1001", PartyKind::Office),
    ("office-1002", PartyKind::Office),
    ("office-1003", PartyKind::Office),
];
const PLAYERS: [&str; 5] = ["operator", "authority", "treasury", "tax", "central"];
/// Account numbers of nobody that pass their own check, in the order of [`PARTIES`].
const IBANS: [&str; 11] = [
    "IR040990000000000000000000",
    "IR740990000000000000000001",
    "IR470990000000000000000002",
    "IR200990000000000000000003",
    "IR900990000000000000000004",
    "IR630990000000000000000005",
    "IR360990000000000000000006",
    "IR090990000000000000000007",
    "IR790990000000000000000008",
    "IR520990000000000000000009",
    "IR250990000000000000000010",
];

/// The furnished database of one test.
pub struct Scene {
    pub world: World,
    pub began: DateTime<Utc>,
    /// A person who makes: drafts tariffs, proposes settlements.
    pub maker: Originator,
    /// Another person, who approves.
    pub checker: Originator,
    /// The machine client whose references transactions bear.
    pub counters: Originator,
}

impl Scene {
    pub async fn furnished() -> Self {
        Self::furnished_in(World::new().await, at(BEGAN)).await
    }

    /// Networks that begin at `began`, the start of a day in Tehran: for what runs by the clock of the machine.
    pub async fn furnished_in(world: World, began: DateTime<Utc>) -> Self {
        let mut conn = world.conn().await;
        let [maker, checker, counters] = people(&mut conn, began).await;
        found(&mut conn, &maker, began).await;
        drop(conn);
        let scene = Self {
            world,
            began,
            maker,
            checker,
            counters,
        };
        scene.publish_all().await;
        scene
    }

    /// The scene as it stands and a copy of it.
    pub async fn twins(self) -> [Self; 2] {
        let (began, maker, checker, counters) = (self.began, self.maker, self.checker, self.counters);
        self.world.twins().await.map(|world| Self {
            world,
            began,
            maker: maker.clone(),
            checker: checker.clone(),
            counters: counters.clone(),
        })
    }

    /// Drafts, approves and publishes one tariff.
    pub async fn publish(&self, network: &str, service: &str, pricing: Value, valid_from: DateTime<Utc>) {
        let drafts = [draft(network, service, pricing, valid_from)];
        self.publish_drafts(&drafts, valid_from).await;
    }

    /// Opens office `1005`, where nobody is the municipality.
    pub async fn open_rural(&self) {
        let before = self.began - Duration::days(400);
        let mut rural = licence("1005", PISHKHAN, before);
        rural.roles.municipality = None;
        self.open("1005", before, &[rural]).await;
    }

    /// Opens office `1004`, whose first term is over when the scene begins and was renewed for the next.
    pub async fn open_renewed(&self) {
        self.open_followed(self.began, "office-1004").await;
    }

    /// Office `1004`, whose licence ends at a moment and is followed by one of that party.
    pub async fn open_followed(&self, until: DateTime<Utc>, successor: &str) {
        let before = self.began - Duration::days(400);
        let first = LicenceEntry {
            valid_until: until,
            ..licence("1004", PISHKHAN, before)
        };
        let mut next = LicenceEntry {
            decision: "P-1004-2".to_owned(),
            ..licence("1004", PISHKHAN, until)
        };
        next.roles.licensee = successor.to_owned();
        self.open("1004", before, &[first, next]).await;
    }

    /// Enters an office with its licensee and these licences.
    pub async fn open(&self, code: &str, at: DateTime<Utc>, licences: &[LicenceEntry]) {
        let mut conn = self.world.conn().await;
        let licensee = party(&format!("office-{code}"), PartyKind::Office);
        register_parties(&mut conn, &self.maker, at, vec![licensee])
            .await
            .unwrap();
        register_offices(&mut conn, &self.maker, at, vec![office(code)])
            .await
            .unwrap();
        issue_licences(&mut conn, &self.maker, at, licences)
            .await
            .unwrap();
    }

    /// The account with which a party was entered.
    pub fn entered_account(&self, party: &str) -> BankAccountEntry {
        let mut entered = accounts(self.began - Duration::days(400)).into_iter();
        entered.find(|account| account.party == party).unwrap()
    }

    async fn publish_all(&self) {
        let valid_from = self.began - Duration::days(365);
        let mut drafts: Vec<TariffDraft> = tariffs()
            .into_iter()
            .map(|(service, pricing)| draft(PISHKHAN, service, pricing, valid_from))
            .collect();
        drafts.push(draft(POLICE, "passport", passport(), valid_from));
        drafts.push(draft(POLICE, "clearance", fixed(200_000), valid_from));
        self.publish_drafts(&drafts, valid_from).await;
    }

    async fn publish_drafts(&self, drafts: &[TariffDraft], at: DateTime<Utc>) {
        let mut conn = self.world.conn().await;
        let ids = draft_tariffs(&mut conn, &self.maker, at, drafts).await.unwrap();
        approve_tariffs(&mut conn, &self.checker, at, &ids).await.unwrap();
        publish_tariffs(&mut conn, &self.maker, at, &ids).await.unwrap();
    }
}

/// The moment that a text names.
pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The services of `pishkhan` with their prices and splits.
fn tariffs() -> Vec<(&'static str, Value)> {
    vec![
        ("copy", fixed(100_000)),
        ("passport", passport()),
        ("bill", bill()),
        ("duty", duty()),
        ("card", card()),
    ]
}

/// One price: the office 70 % less 3 % tax, the operator 12 %, the authority 8 %, the agency 10 %.
pub fn fixed(price: i64) -> Value {
    json!({ "price": price, "split": [
        { "name": "wage", "kind": "wage", "party": "office", "rate": "70%", "withhold": [
            { "name": "tax_withheld", "party": "tax", "rate": "3%", "round": "floor" }
        ] },
        { "name": "operation", "kind": "fee", "party": "operator", "rate": "12%" },
        { "name": "supervision", "kind": "levy", "party": "authority", "rate": "8%" },
        { "name": "agency_share", "kind": "fee", "party": "agency", "rate": "10%" }
    ] })
}

/// The passport of money rule 13: 1,476,112 = 10,000 + 37,500 + 1,000,000 + 428,612 for the office.
pub fn passport() -> Value {
    json!({ "price": { "sum": [10_000, 37_500, 1_000_000, 428_612] }, "split": [
        { "name": "identity_code", "kind": "fee", "party": "agency", "take": 10_000 },
        { "name": "levy", "kind": "levy", "party": "municipality", "take": 37_500 },
        { "name": "treasury", "kind": "duty", "party": "provincial_treasury", "take": 1_000_000 },
        { "name": "wage", "kind": "wage", "party": "office", "take": "remainder" }
    ] })
}

/// A bill's principal beside a fee of 6,000, shared 60/40.
fn bill() -> Value {
    json!({ "principal": { "party": "agency", "at_least": 1 }, "price": 6_000, "split": [
        { "name": "commission", "kind": "commission", "party": "office", "rate": "60%" },
        { "name": "operation", "kind": "fee", "party": "operator", "rate": "40%" }
    ] })
}

/// 1.5 % of the sender's amount; the treasury's part bears a deposit identifier.
fn duty() -> Value {
    json!({
        "amount": { "at_least": 1_000 },
        "price": { "percent": { "rate": "1.5%", "of": "amount", "round": "half_up" } },
        "split": [
            { "name": "duty", "kind": "duty", "party": "treasury", "rate": "81.5%",
              "deposit_identifier": "311011100140149001055000075724" },
            { "name": "wage", "kind": "wage", "party": "office", "rate": "13.5%" },
            { "name": "operation", "kind": "fee", "party": "operator", "rate": "5%" }
        ]
    })
}

/// The price depends on how often the card was lost.
fn card() -> Value {
    json!({
        "facts": { "losses": { "kind": "integer", "at_least": 1, "at_most": 20 } },
        "price": { "choose": { "cases": [
            { "when": { "losses": 1 }, "then": 500_000 },
            { "when": { "losses": 2 }, "then": 700_000 },
            { "when": { "losses": { "at_least": 3 } }, "then": 1_000_000 }
        ] } },
        "split": [
            { "name": "treasury", "kind": "duty", "party": "treasury", "rate": "62%" },
            { "name": "wage", "kind": "wage", "party": "office", "rate": "30%" },
            { "name": "operation", "kind": "fee", "party": "operator", "rate": "8%" }
        ]
    })
}

pub fn draft(network: &str, service: &str, pricing: Value, valid_from: DateTime<Utc>) -> TariffDraft {
    let mut document = json!({
        "tariff": 1,
        "service": service,
        "network": network,
        "unit": { "code": "IRR", "minor": "rial", "scale": 0 },
        "instruments": { "order": { "title": "مصوبهٔ تعرفه", "number": "102", "clause": "3" } }
    });
    document
        .as_object_mut()
        .unwrap()
        .extend(pricing.as_object().unwrap().clone());
    TariffDraft {
        network: network.to_owned(),
        service: service.to_owned(),
        document: document.to_string(),
        valid_from: Some(valid_from),
        valid_until: None,
    }
}

async fn found(conn: &mut Connection, by: &Originator, began: DateTime<Utc>) {
    let before = began - Duration::days(400);
    register_unit(conn, by, rial(before)).await.unwrap();
    let parties = PARTIES.iter().map(|(code, kind)| party(code, *kind)).collect();
    register_parties(conn, by, before, parties).await.unwrap();
    add_bank_accounts(conn, by, before, accounts(before))
        .await
        .unwrap();
    let agency = AgencyEntry {
        code: "identity".to_owned(),
        party: "identity".to_owned(),
    };
    register_agencies(conn, by, vec![agency]).await.unwrap();
    let services = ["copy", "passport", "bill", "duty", "card", "clearance"];
    register_services(conn, by, services.map(service).into())
        .await
        .unwrap();
    let week = PeriodKind::Week {
        first_day: chrono::Weekday::Sat,
    };
    for entry in [
        network(PISHKHAN, PeriodKind::Day, 500_000, began),
        network(POLICE, week, 0, began),
    ] {
        register_network(conn, by, entry).await.unwrap();
    }
    register_offices(conn, by, before, OFFICES.map(office).into())
        .await
        .unwrap();
    let mut licences: Vec<_> = OFFICES.map(|office| licence(office, PISHKHAN, before)).into();
    licences.push(licence("1002", POLICE, before));
    issue_licences(conn, by, before, &licences).await.unwrap();
}

fn accounts(valid_from: DateTime<Utc>) -> Vec<BankAccountEntry> {
    let account = |((code, _), iban): (&(&str, PartyKind), &str)| BankAccountEntry {
        party: (*code).to_owned(),
        deposit_identifier: String::new(),
        iban: iban.to_owned(),
        valid_from,
    };
    PARTIES.iter().zip(IBANS).map(account).collect()
}

async fn people(conn: &mut Connection, began: DateTime<Utc>) -> [Originator; 3] {
    let by = Originator::host();
    let mut people = Vec::new();
    for (kind, code, scope) in [
        (OriginatorKind::Person, "maker", Scope::Finance),
        (OriginatorKind::Person, "checker", Scope::Finance),
        (OriginatorKind::Client, "counters", Scope::Record),
    ] {
        let entry = OriginatorEntry {
            kind,
            code: code.to_owned(),
            name: code.to_owned(),
            party: None,
        };
        register_originator(conn, &by, began, entry).await.unwrap();
        people.push(originator_of_code(conn, code, scope).await.unwrap());
    }
    people.try_into().unwrap()
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

fn party(code: &str, kind: PartyKind) -> PartyEntry {
    PartyEntry {
        code: code.to_owned(),
        kind,
        name_fa: format!("ذی‌نفع {code}"),
        name_en: format!("Party {code}"),
        language: if code == "office-1002" {
            Language::En
        } else {
            Language::Fa
        },
        email: (kind == PartyKind::Office).then(|| format!("{code}@example.ir")),
    }
}

fn service(code: &str) -> ServiceEntry {
    ServiceEntry {
        code: code.to_owned(),
        agency: "identity".to_owned(),
        name_fa: format!("خدمت {code}"),
        name_en: format!("Service {code}"),
        after_suspension: None,
    }
}

pub fn network(code: &str, cycle: PeriodKind, threshold: i64, began: DateTime<Utc>) -> NetworkEntry {
    NetworkEntry {
        code: code.to_owned(),
        name_fa: format!("شبکهٔ {code}"),
        name_en: format!("Network {code}"),
        time_zone: Tehran,
        cycle,
        first_window_starts_at: began,
        unit: "IRR".to_owned(),
        central: "central".to_owned(),
        players: PLAYERS.map(|role| (role.to_owned(), role.to_owned())).into(),
        payout_threshold: Amount::from_minor(threshold),
        carried_cycles_max: 3,
        remittance_due_days: 7,
        lateness_max_days: 30,
        after_suspension: AfterRestriction::Quarantine,
        payout_priority: None,
        contact: None,
        verification_url: "https://daftar.example/verify".to_owned(),
    }
}

fn office(code: &str) -> OfficeEntry {
    OfficeEntry {
        code: code.to_owned(),
        name_fa: format!("دفتر {code}"),
        name_en: format!("Office {code}"),
        province: "Tehran".to_owned(),
        county: "Tehran".to_owned(),
        district: "Tehran".to_owned(),
        setting: Setting::Urban,
    }
}

pub fn licence(office: &str, network: &str, valid_from: DateTime<Utc>) -> LicenceEntry {
    LicenceEntry {
        office: office.to_owned(),
        network: network.to_owned(),
        class: "urban".to_owned(),
        valid_from,
        valid_until: valid_from + Duration::days(5 * 365),
        roles: OfficeRoles {
            licensee: format!("office-{office}"),
            municipality: Some("municipality".to_owned()),
            provincial_treasury: Some("provincial-treasury".to_owned()),
        },
        deciding_body: "commission".to_owned(),
        decision: format!("P-{office}"),
    }
}

#[tokio::test]
async fn the_scene_is_furnished_by_the_use_cases_of_the_register() {
    let scene = Scene::furnished().await;
    assert_eq!(scene.began, at(BEGAN));
}
